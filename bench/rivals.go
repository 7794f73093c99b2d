//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// secretHeader is what every rival injects, as the gateway does.
const secretHeader = "Bearer Atza|sbxEXAMPLE0123456789012345678901234567890123456789012345678901234567890123456789"

// binary finds a Debian program, which may lie outside a person's path.
func binary(name string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	p := filepath.Join("/usr/sbin", name)
	_, err := os.Stat(p)
	return p, err
}

// startNginx runs one nginx process that sets the token and passes on, with its access log on.
func startNginx(ctx context.Context, dir, certs, upstream string, overTLS bool) (*process, error) {
	path, err := binary("nginx")
	if err != nil {
		return nil, err
	}
	addr, scheme := freePort(), "http"
	secure := ""
	if overTLS {
		scheme = "https"
		secure = fmt.Sprintf("proxy_ssl_server_name on; proxy_ssl_name %s; proxy_ssl_verify on; proxy_ssl_trusted_certificate %s; proxy_ssl_session_reuse on;",
			host, filepath.Join(certs, "cert.pem"))
	}
	text := fmt.Sprintf(`daemon off; master_process off; worker_processes 1; pid %[1]s/nginx.pid; error_log %[1]s/error.log crit;
events { worker_connections 4096; }
http {
  access_log %[1]s/access.log combined buffer=64k flush=250ms;
  client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  client_body_buffer_size 64k; keepalive_requests 100000000; tcp_nodelay on;
  upstream amazon { server %[2]s; keepalive 256; keepalive_requests 100000000; }
  server {
    listen %[3]s;
    location = /auth/o2/token { default_type application/json; return 200 '%[7]s'; }
    location / {
      proxy_pass %[4]s://amazon; proxy_http_version 1.1; %[5]s
      proxy_set_header Connection ""; proxy_set_header Host %[6]s; proxy_set_header Authorization "%[8]s";
      proxy_set_header Amazon-Advertising-API-ClientId amzn1.application-oa2-client.EXAMPLE;
    }
  }
}
`, dir, upstream, addr, scheme, secure, host, vendedBody, secretHeader)
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, alone, addr, path, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", conf)
}

// startHaproxy runs haproxy with one thread; its log goes to a file by its standard output.
func startHaproxy(ctx context.Context, dir, certs, upstream string, overTLS bool) (*process, error) {
	path, err := binary("haproxy")
	if err != nil {
		return nil, err
	}
	addr, secure := freePort(), ""
	if overTLS {
		secure = fmt.Sprintf("ssl verify required ca-file %s sni str(%s) verifyhost %s alpn http/1.1", filepath.Join(certs, "cert.pem"), host, host)
	}
	text := fmt.Sprintf(`global
  nbthread 1
  maxconn 4096
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind %s
  default_backend amazon
backend amazon
  http-request set-header Host %s
  http-request set-header Authorization "%s"
  http-request set-header Amazon-Advertising-API-ClientId amzn1.application-oa2-client.EXAMPLE
  server a %s %s pool-max-conn 256
`, addr, host, secretHeader, upstream, secure)
	conf := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, alone, addr, "/bin/sh", "-c", fmt.Sprintf("exec %s -db -f %s >%s", path, conf, filepath.Join(dir, "access.log")))
}

// startCaddy runs Caddy as its manual has it, with its access log on.
func startCaddy(ctx context.Context, dir, certs, upstream string, overTLS bool) (*process, error) {
	path, err := binary("caddy")
	if err != nil {
		return nil, err
	}
	addr, secure := freePort(), ""
	if overTLS {
		secure = fmt.Sprintf("tls\n tls_trusted_ca_certs %s\n tls_server_name %s\n", filepath.Join(certs, "cert.pem"), host)
	}
	text := fmt.Sprintf(`{
 admin off
 auto_https off
}
:%s {
 bind 127.0.0.1
 log {
  output file %s
 }
 reverse_proxy %s {
  header_up Host %s
  header_up Authorization "%s"
  header_up Amazon-Advertising-API-ClientId amzn1.application-oa2-client.EXAMPLE
  transport http {
   %s
   versions 1.1
   keepalive_idle_conns_per_host 256
  }
 }
}
`, addr[strings.LastIndexByte(addr, ':')+1:], filepath.Join(dir, "access.log"), upstream, host, secretHeader, secure)
	conf := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, alone, addr, "/bin/sh", "-c", fmt.Sprintf("XDG_DATA_HOME=%[1]s XDG_CONFIG_HOME=%[1]s exec %s run --adapter caddyfile --config %s 2>%[1]s/error.log", dir, path, conf))
}

// childProxy is the tuned bare ReverseProxy: what a good Go programmer writes in an hour, with neither log nor rights.
func childProxy(args []string) error {
	roots, err := loadRoots(args[0])
	if err != nil {
		return err
	}
	to, err := url.Parse(args[1])
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, host
			r.Out.Header.Set("Authorization", secretHeader)
			r.Out.Header.Set("Amazon-Advertising-API-ClientId", "amzn1.application-oa2-client.EXAMPLE")
		},
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 256, DisableCompression: true, ReadBufferSize: 8 << 10, WriteBufferSize: 8 << 10,
			TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: host},
		},
		BufferPool: &bufferPool{free: make(chan []byte, 256)},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(l, proxy) }()
	return sayAndWait(map[string]string{"Addr": l.Addr().String()}, func() any { return nil })
}

type bufferPool struct{ free chan []byte }

func (p *bufferPool) Get() []byte {
	select {
	case b := <-p.free:
		return b
	default:
		return make([]byte, 32<<10)
	}
}

func (p *bufferPool) Put(b []byte) {
	select {
	case p.free <- b:
	default:
	}
}
