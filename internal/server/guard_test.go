package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
)

// ask sends one request with a Host and headers of the test's choice.
func ask(t *testing.T, k *keytest.Key, method, address, host string, header map[string]string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// H6: a page whose name was made to point at loopback (DNS rebinding) sends its own name, and gets nothing from any listener.
func TestH6_ForeignHost(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	for _, listener := range []string{k.Status.Console + "/", k.Status.Console + "/api/openapi.json", k.Status.Gateway + "/v2/profiles", k.Status.Metrics + "/metrics"} {
		port := mustURL(t, listener).Port()
		for _, host := range []string{"evil.example", "evil.example:" + port, "localhost.evil.example:" + port, "127.0.0.1.nip.example:" + port, "10.0.0.1:" + port} {
			status, h, body := ask(t, k, "GET", listener, host, nil)
			if status < 400 || h.Get("Lockkeeper-Problem") == "" || strings.Contains(body, "lockkeeper_") {
				t.Errorf("%s as %s: status %d, problem %q", listener, host, status, h.Get("Lockkeeper-Problem"))
			}
			if h.Get("WWW-Authenticate") != "" || h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s as %s: invites a browser to sign in or to read", listener, host)
			}
		}
	}
}

// H6: another site's page in a browser gets nothing either, though it calls by the right name.
func TestH6_CrossSite(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	for _, c := range []struct{ method, address string }{
		{"POST", k.Status.Console + "/api/v1/session"},
		{"DELETE", k.Status.Console + "/api/v1/grants/x"},
		{"GET", k.Status.Gateway + "/v2/profiles"},
		{"POST", k.Status.Gateway + "/auth/o2/token"},
		{"GET", k.Status.Metrics + "/metrics"},
	} {
		for _, header := range []map[string]string{
			{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"},
		} {
			status, h, _ := ask(t, k, c.method, c.address, mustURL(t, c.address).Host, header)
			if status != http.StatusForbidden || h.Get("Lockkeeper-Problem") == "" {
				t.Errorf("%s %s with %v: status %d, problem %q", c.method, c.address, header, status, h.Get("Lockkeeper-Problem"))
			}
		}
	}
	// A navigation is how Amazon sends a browser back.
	status, _, _ := ask(t, k, "GET", k.Status.Console+"/oauth/callback?state=x", mustURL(t, k.Status.Console).Host, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
	if status == http.StatusForbidden {
		t.Error("the callback refuses a navigation from Amazon")
	}
}

// H5: over TCP nothing but signing in is open, and no route makes an operator.
func TestH5_NothingIsOpen(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	_, _, spec := ask(t, k, "GET", k.Status.Console+"/api/openapi.json", mustURL(t, k.Status.Console).Host, nil)
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(spec), &doc); err != nil || doc.OpenAPI != "3.1.0" || len(doc.Paths) < 15 {
		t.Fatalf("reading the description: %v, version %q, %d paths", err, doc.OpenAPI, len(doc.Paths))
	}
	pass := "lkp_EXAMPLE"
	for path, methods := range doc.Paths {
		if strings.Contains(path, "operator") {
			t.Errorf("%s: operators are made by init and nowhere else", path)
		}
		for method := range methods {
			if path == "/api/v1/session" && method == "post" {
				continue
			}
			address := k.Status.Console + strings.ReplaceAll(path, "{name}", "x")
			for _, auth := range []string{"", "Bearer " + pass, "Bearer lkt_EXAMPLE", "Bearer lko_EXAMPLE", "Basic YWRhOmFu"} {
				status, h, _ := ask(t, k, strings.ToUpper(method), address, mustURL(t, address).Host, map[string]string{"Authorization": auth})
				if status != http.StatusUnauthorized || h.Get("WWW-Authenticate") != "" {
					t.Errorf("%s %s with %q: status %d", method, path, auth, status)
				}
			}
		}
	}
}

// H5: of many who set a folder up at once, one is the first operator.
func TestH5_OneFirstOperator(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults(func(string) string { return "" })
	cfg.Data = filepath.Join(t.TempDir(), "data")
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 4 {
		wg.Go(func() {
			_, err := server.Init(context.Background(), server.Setup{Config: cfg, Operator: "ada", Password: secret.New("an-EXAMPLE-password"), Now: time.Now})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d became the first operator", won)
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "key")); err != nil {
		t.Errorf("a loser took the winner's key away: %v", err)
	}
	_, err := server.Init(context.Background(), server.Setup{Config: cfg, Operator: "eve", Password: secret.New("an-EXAMPLE-password"), Now: time.Now})
	if !errors.Is(err, problem.New(problem.ServerSetUpAlready)) {
		t.Errorf("a second set-up said %v", err)
	}
}

// A session over TCP, what a viewer may not, and its end.
func TestSession(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	signIn := func(password string) (int, string) {
		text, _ := json.Marshal(map[string]string{"name": keytest.Operator, "password": password})
		resp, err := k.HTTP().Post(k.Status.Console+"/api/v1/session", "application/json", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var out struct{ Token string }
		_ = json.NewDecoder(resp.Body).Decode(&out)
		return resp.StatusCode, out.Token
	}
	if status, token := signIn("wrong-EXAMPLE-password"); status != http.StatusUnauthorized || token != "" {
		t.Errorf("a wrong password: status %d", status)
	}
	_, token := signIn(keytest.Password)
	host := mustURL(t, k.Status.Console).Host
	get := func(method, path string) int {
		status, _, _ := ask(t, k, method, k.Status.Console+path, host, map[string]string{"Authorization": "Bearer " + token})
		return status
	}
	if status := get("GET", "/api/v1/apps"); status != http.StatusOK {
		t.Errorf("with a session: status %d", status)
	}
	if status := get("DELETE", "/api/v1/session"); status != http.StatusNoContent {
		t.Errorf("signing out: status %d", status)
	}
	if status := get("GET", "/api/v1/apps"); status != http.StatusUnauthorized {
		t.Errorf("after signing out: status %d", status)
	}
}

// F5: there is no /debug anywhere, and what /metrics tells names no secret.
func TestF5_NoDebugPages(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	for _, base := range []string{k.Status.Console, k.Status.Gateway, k.Status.Metrics} {
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/vars", "/debug/requests"} {
			if status, _, _ := ask(t, k, "GET", base+path, mustURL(t, base).Host, nil); status < 400 {
				t.Errorf("%s%s: status %d", base, path, status)
			}
		}
	}
	_, _, text := ask(t, k, "GET", k.Status.Metrics+"/metrics", mustURL(t, k.Status.Metrics).Host, nil)
	if !strings.Contains(text, "lockkeeper_build_info") || strings.Contains(text, "Atz") || strings.Contains(text, "oa2-cs") {
		t.Error("the metrics are not there, or hold a secret")
	}
	if status, _, body := ask(t, k, "GET", k.Status.Metrics+"/readyz", mustURL(t, k.Status.Metrics).Host, nil); status != http.StatusOK {
		t.Errorf("/readyz: status %d, %s", status, body)
	}
}
