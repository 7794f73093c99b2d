package egress

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// dialer opens a connection for one host, TLS done where there is any.
type dialer func(ctx context.Context, host string) (*conn, error)

// realDialer dials Amazon: port 443 by netguard, TLS 1.2 or newer, HTTP/1.1.
func realDialer(cfg Config) dialer {
	sessions := tls.NewLRUClientSessionCache(64)
	return func(ctx context.Context, host string) (*conn, error) {
		c, err := cfg.Guard.Dial(ctx, host, 443)
		if err != nil {
			return nil, err
		}
		return secure(ctx, c, &tls.Config{ServerName: host, RootCAs: cfg.Roots, ClientSessionCache: sessions})
	}
}

// sandboxDialer dials the one address of the sandbox, whatever the host.
func sandboxDialer(cfg Config, overTLS bool) dialer {
	sessions := tls.NewLRUClientSessionCache(64)
	return func(ctx context.Context, host string) (*conn, error) {
		c, err := cfg.Guard.DialSandbox(ctx)
		if err != nil {
			return nil, err
		}
		if !overTLS {
			counted := &counter{Conn: c}
			return newConn(host, counted, counted), nil
		}
		return secure(ctx, c, &tls.Config{ServerName: host, RootCAs: cfg.SandboxRoots, ClientSessionCache: sessions})
	}
}

func secure(ctx context.Context, c net.Conn, cfg *tls.Config) (*conn, error) {
	cfg.MinVersion, cfg.NextProtos = tls.VersionTLS12, []string{"http/1.1"}
	counted := &counter{Conn: c}
	t := tls.Client(counted, cfg)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, &errHandshake{err}
	}
	return newConn(cfg.ServerName, counted, t), nil
}

// counter counts what the system took for sending. It sits below TLS, so that a record which never left is not counted.
type counter struct {
	net.Conn
	sent int64 // owned by whoever has the connection
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent += int64(n)
	return n, err
}
