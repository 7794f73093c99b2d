package sandbox

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/wire"
)

// secure is the TLS side of a sandbox. Half of the programs written for Amazon pin its host names and https; they reach the
// sandbox by resolving those names to it, or by taking its plain port as their HTTPS proxy (ads-lwa 9.4).
type secure struct {
	server    *wire.Server
	listener  net.Listener
	tunnels   *memoryListener // connections that came by CONNECT
	authority *authority
	hosts     []string
	done      chan struct{}
}

func newSecure(o Options, front *kit.Front) (*secure, error) {
	hosts := front.Hosts()
	authority, err := newAuthority(o.Folder, hosts, time.Now)
	if err != nil {
		return nil, err
	}
	l, err := listen(o.ListenTLS, o.Force)
	if err != nil {
		return nil, err
	}
	s := &secure{listener: l, tunnels: newMemoryListener(), authority: authority, hosts: hosts, done: make(chan struct{}, 2)}
	s.server = wire.New(front)
	config := &tls.Config{GetCertificate: authority.certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}} // HTTP/1.1 alone: faults break connections off
	for _, l := range []net.Listener{s.listener, s.tunnels} {
		go func() {
			defer func() { s.done <- struct{}{} }()
			_ = s.server.Serve(l, config) // ends when it is closed
		}()
	}
	return s, nil
}

func (s *secure) close() error {
	err := errors.Join(s.server.Close(), s.tunnels.Close())
	<-s.done
	<-s.done
	return err
}

// connect answers CONNECT for Amazon's hosts by serving them itself. It leads nowhere else: the sandbox is no open proxy.
func (s *secure) connect(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(s.hosts, kit.HostName(r.Host)) {
		http.Error(w, "lockkeeper sandbox: this proxy leads to Amazon's fakes alone", http.StatusForbidden)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	s.tunnels.hand(&tunnel{Conn: conn, early: io.LimitReader(buffered, int64(buffered.Reader.Buffered()))})
}

// A tunnel is a connection after CONNECT; what the client sent early is read first.
type tunnel struct {
	net.Conn
	early io.Reader
}

// Read implements net.Conn.
func (t *tunnel) Read(b []byte) (int, error) {
	if t.early != nil {
		if n, err := t.early.Read(b); n > 0 || err == nil {
			return n, nil
		}
		t.early = nil
	}
	return t.Conn.Read(b)
}

// NetConn is the connection below, as of a tls.Conn.
func (t *tunnel) NetConn() net.Conn { return t.Conn }

// TLSAddr is the address of the TLS side, or empty where there is none.
func (s *Server) TLSAddr() string {
	if s.secure == nil {
		return ""
	}
	return s.secure.listener.Addr().String()
}

// CA is the certificate that clients of the TLS side need to trust, as PEM: for one process, never for a machine. It is valid for seven days; a sandbox
// that runs for longer makes another a day before.
func (s *Server) CA() []byte {
	if s.secure == nil {
		return nil
	}
	return s.secure.authority.pem()
}

// CAFile is where that certificate is kept, or empty where the sandbox has no folder or no TLS side.
func (s *Server) CAFile() string {
	if s.secure == nil {
		return ""
	}
	return s.secure.authority.file()
}
