package egress_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Canaries that must never be seen in an error or a log line.
const (
	canaryAccess  = "Atza|sbxcanary-access-0123456789abcdef"
	canaryRefresh = "Atzr|sbxcanary-refresh-0123456789abcdef"
	canarySecret  = "sbxcanary-client-secret-0123456789"
)

const (
	apiHost   = "api.amazon.com"
	adsHost   = "advertising-api.amazon.com"
	adsEUHost = "advertising-api-eu.amazon.com"
	testHost  = "example.com" // for which httptest's certificate is good
)

// program is a program with one bearer token, as ads has it.
type program struct{}

func (program) Descriptor() *amazon.Descriptor {
	return &amazon.Descriptor{
		Code: "prog", Hosts: map[canon.Region]string{canon.NA: adsHost, canon.EU: adsEUHost},
		Headers: amazon.HeaderRules{
			Credential: []string{"Authorization", "Prog-ClientId", "Prog-Other-ClientId"},
			Selector:   []amazon.Selector{{Header: "Prog-Scope", Account: "id", Pattern: "digits"}},
		},
		Operations: []amazon.Operation{{ID: "reports.create", Method: "POST", Path: "/reports", Effect: amazon.Write, Queue: "reports"}},
	}
}

func (program) Inject(m amazon.Material) amazon.Injection {
	return amazon.Injection{Headers: append([]amazon.Field{
		{Name: "Authorization", Prefix: "Bearer ", Value: m.Access}, amazon.Plain("Prog-ClientId", m.ClientID),
	}, m.Selectors...)}
}

func (program) Classify(amazon.Evidence) (problem.Problem, bool) { return problem.Problem{}, false }

// A world is a door and what it logged.
type world struct {
	*egress.Door
	log *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func door(t *testing.T, cfg egress.Config) world {
	t.Helper()
	w := world{log: &syncBuffer{}}
	cfg.Programs = []amazon.Program{program{}}
	cfg.Hosts = append(cfg.Hosts, apiHost, testHost)
	cfg.Log = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d, err := egress.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.Door = d
	t.Cleanup(d.Close)
	return w
}

// sandboxed starts a server and a door whose sandbox it is.
func sandboxed(t *testing.T, h http.HandlerFunc) world {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return door(t, egress.Config{SandboxURL: s.URL})
}

// raw starts a server that speaks for itself: serve is called for each connection, which is closed after it.
func raw(t *testing.T, serve func(c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); open.Wait() })
	open.Go(func() { // counted too, so that a connection is never added while the cleanup already waits for none
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer func() { _ = c.Close() }()
				serve(c, bufio.NewReader(c))
			})
		}
	})
	return "http://" + l.Addr().String()
}

// answering is a raw server that reads one request whole and writes text, for each connection.
func answering(t *testing.T, text string) string {
	return raw(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := readRequest(r); err == nil {
			_, _ = io.WriteString(c, text)
		}
	})
}

// readRequest reads a request to its end and gives its head as it stood on the wire.
func readRequest(r *bufio.Reader) (string, error) {
	var head strings.Builder
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return head.String(), err
		}
		head.WriteString(line)
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Content-Length") {
			for _, d := range strings.TrimSpace(value) {
				length = length*10 + int(d-'0')
			}
		}
		if line == "\r\n" {
			_, err := io.CopyN(io.Discard, r, int64(length))
			return head.String(), err
		}
	}
}

// real gives a door whose realm amazon ends at the server: names resolve to a public address, which is connected to the server's.
func real(t *testing.T, s *httptest.Server, cfg egress.Config) world {
	t.Helper()
	g, err := netguard.New(netguard.Config{
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("1.1.1.1")}, nil
		},
		Connect: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			if to.Port() != 443 {
				t.Errorf("dialled %v: Amazon is reached at 443 only", to)
			}
			var d net.Dialer
			return d.DialContext(ctx, "tcp", s.Listener.Addr().String())
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Guard = g
	return door(t, cfg)
}

// tokenCall is a call to a token endpoint, with all that is secret in its form.
func tokenCall() amazon.Call {
	return amazon.Call{
		Realm: amazon.Sandbox, Host: apiHost, Method: "POST", Path: "/auth/o2/token", Timeout: 10 * time.Second,
		Inject: amazon.Injection{Form: []amazon.Field{
			amazon.Plain("grant_type", "refresh_token"),
			{Name: "refresh_token", Value: secret.New(canaryRefresh)},
			{Name: "client_secret", Value: secret.New(canarySecret)},
		}},
	}
}

// apiCall is a GET with a bearer token.
func apiCall() amazon.Call {
	return amazon.Call{
		Realm: amazon.Sandbox, Host: adsHost, Method: "GET", Path: "/v2/profiles", Timeout: 10 * time.Second,
		Inject: program{}.Inject(amazon.Material{ClientID: "amzn1.application-oa2-client.EXAMPLE", Access: secret.New(canaryAccess)}),
	}
}

// sendError unwraps the error that every failed exchange gives, with its problem's code.
func sendError(t *testing.T, err error) (*amazon.SendError, problem.Code) {
	t.Helper()
	var s *amazon.SendError
	if !errors.As(err, &s) {
		t.Fatalf("error %v is no *amazon.SendError", err)
	}
	p, ok := problem.Of(err)
	if !ok {
		t.Fatalf("error %v is no problem", err)
	}
	return s, p.Code
}

// clean fails where text holds a canary.
func clean(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, c := range []string{"sbxcanary", "Atza|", "Atzr|", "Atza%7C"} {
			if strings.Contains(text, c) {
				t.Errorf("a secret is in %q", text)
			}
		}
	}
}

// clocked is sandboxed with a clock.
func clocked(t *testing.T, c *clock, h http.HandlerFunc) world {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return door(t, egress.Config{SandboxURL: s.URL, Now: c.now})
}
