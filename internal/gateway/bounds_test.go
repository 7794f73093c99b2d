package gateway_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
)

// B5: a body that stands still ends the request, and nothing of it is taken for whole.
func TestB5_ABodyThatStandsStill(t *testing.T) {
	t.Parallel()
	for name, replay := range map[string]int64{"held": 1 << 20, "streamed": 1} {
		h := newHouse(t, func(c *gateway.Config) { c.StallLimit, c.ReplayLimit = 50*time.Millisecond, replay })
		got := h.raw("POST /sp/campaigns" + rawHead + "Amazon-Advertising-API-Scope: " + profileUS + "\r\nContent-Length: 100\r\n\r\nonly this")
		if len(got) != 1 || got[0] != 400 {
			t.Errorf("%s: answered %v", name, got)
		}
		for _, call := range h.amazon() {
			if len(call.body) >= 100 {
				t.Errorf("%s: Amazon's side got %q", name, call.body)
			}
		}
	}
}

// H3, B6: a stream that never ends is cut at the limit, so that a revoked pass does not live on in it.
func TestH3_OpenStreamsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.StreamLimit = 200 * time.Millisecond })
	h.bypass = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1024)); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	})
	resp, err := http.DefaultClient.Do(h.outside("GET", "/v2/profiles", nil, "Lockkeeper-Region", "NA"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Error("it ended as if it were whole")
	}
	_ = resp.Body.Close()
}

// B6: informational answers of Amazon's side end at the door.
func TestB6_InformationalAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		for range 5 {
			w.Header().Set("Link", "</x>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
		}
		w.Header().Del("Link")
		_, _ = io.WriteString(w, "[]")
	})
	got := h.raw("GET /v2/profiles" + rawHead + "Connection: close\r\n\r\n")
	if len(got) != 1 || got[0] != 200 {
		t.Errorf("answered %v", got)
	}
}

// A server's own bounds, on which the gateway counts.
func TestServerBounds(t *testing.T) {
	t.Parallel()
	s := newHouse(t).gate.Server()
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes+4096 != 64<<10 || s.Protocols.UnencryptedHTTP2() {
		t.Errorf("%+v", s)
	}
}

// A2, A3, A8: over TLS Amazon's own names are served, whole, and only under the name that the connection was opened for. The
// region is that of the host where nothing else says it.
func TestA3_AmazonsHostsOverTLS(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	server := httptest.NewUnstartedServer(nil)
	server.Config = h.gate.Server()
	server.EnableHTTP2 = false
	server.StartTLS()
	t.Cleanup(server.Close)
	for _, c := range []struct {
		sni, host, path string
		status          int
		code            string
	}{
		{"advertising-api-eu.amazon.com", "advertising-api-eu.amazon.com", "/v2/profiles", 200, ""},
		{"advertising-api-eu.amazon.com", "ADVERTISING-API-EU.amazon.com:443", "/some/other/path", 200, ""},
		{"", "advertising-api-fe.amazon.com", "/v2/profiles", 200, ""},
		{"advertising-api-eu.amazon.com", "advertising-api.amazon.com", "/v2/profiles", 421, "gateway.host_refused"},
		{"advertising-api.amazon.com", "advertising-api.amazon.com.evil.example", "/v2/profiles", 421, "gateway.host_refused"},
		{"evil", "eviladvertising-api.amazon.com", "/v2/profiles", 421, "gateway.host_refused"},
		{"advertising-apixamazon.com", "advertising-apixamazon.com", "/v2/profiles", 421, "gateway.host_refused"},
		{"www.amazon.com", "www.amazon.com", "/v2/profiles", 421, "gateway.host_refused"},
		{"localhost", "localhost", "/managerAccounts", 400, "gateway.region_needed"},
	} {
		req, err := http.NewRequest("GET", server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = c.host
		req.Header.Set("Authorization", "Bearer "+h.pass)
		client := &http.Client{Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			d := tls.Dialer{Config: &tls.Config{ServerName: c.sni, InsecureSkipVerify: true}}
			return d.DialContext(ctx, network, server.Listener.Addr().String())
		}}}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		client.CloseIdleConnections()
		if resp.StatusCode != c.status || resp.Header.Get("Lockkeeper-Problem") != c.code {
			t.Errorf("%s at %s: %d %s, want %d %s", c.host, c.sni, resp.StatusCode, resp.Header.Get("Lockkeeper-Problem"), c.status, c.code)
		}
	}
	for i, want := range []string{"advertising-api-eu.amazon.com", "advertising-api-eu.amazon.com", "advertising-api-fe.amazon.com"} {
		if got := h.amazon()[i].host; got != want {
			t.Errorf("called %s, want %s", got, want)
		}
	}
}

// Lessons of others' vulnerabilities that are about headers meant to change a decision.
func TestNoHeaderChangesADecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, headers := range map[string][]string{
		"CVE-2026-40575, a forwarded path":           {"X-Forwarded-Uri", "/healthz", "X-Original-Url", "/healthz", "X-Rewrite-Url", "/healthz"},
		"CVE-2025-64484, a forwarded user":           {"X_Forwarded_User", "ana", "X-Forwarded-User", "ana", "X-Forwarded-Email", "ana@example.test"},
		"CVE-2026-34457, a health check's agent":     {"User-Agent", "kube-probe/1.0", "X-Health-Check", "1"},
		"another method":                             {"X-Http-Method-Override", "DELETE", "X-HTTP-Method", "DELETE", "X-Method-Override", "DELETE"},
		"a problem or a request id of the caller's":  {"Lockkeeper-Problem", "none", "Lockkeeper-Request-Id", "mine", "Lockkeeper-Pass", "x"},
		"GHSA-7r4p-vjf4-gxv4, identity without pass": {"Remote-User", "ana", "X-Remote-User", "ana", "X-Lockkeeper-Caller", "reporter"},
	} {
		none := append([]string{"Authorization", "", "Lockkeeper-Region", "NA"}, headers...)
		h.want(h.call("GET", "/v2/profiles", none...), 401, "gateway.pass_missing")
		before := len(h.amazon())
		h.want(h.call("GET", "/v2/profiles", append([]string{"Lockkeeper-Region", "NA"}, headers...)...), 200, "")
		got := h.amazon()[before]
		for header := range got.header {
			for _, bad := range []string{"X-Forwarded", "X-Original", "X-Rewrite", "Method", "Lockkeeper"} {
				if strings.Contains(header, bad) && !strings.Contains(header, "X-Lockkeeper") {
					t.Errorf("%s: %s went on", name, header)
				}
			}
		}
	}
}

// G2: a token that Amazon's side echoes does not reach the caller, in a header or in a body.
func TestG2_EchoedTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, status := range []int{200, 400, 401, 500} {
		h.answers(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
			saying(status, `{"code":"x","details":"you sent `+r.Header.Get("Authorization")+`"}`)(w, r)
		})
		a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
		if a.status != status || strings.Contains(a.body, accessNA) || strings.Contains(a.header.Get("X-Echo"), accessNA) {
			t.Errorf("%d: %s %v", status, a.body, a.header)
		}
	}
}
