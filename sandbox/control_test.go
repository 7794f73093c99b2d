package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// served is a sandbox as `lockkeeper sandbox` runs it, known only by its ready file.
type served struct {
	t      *testing.T
	file   string
	ready  sandbox.Ready
	client *http.Client
}

func serve(t *testing.T) *served {
	t.Helper()
	s := &served{t: t, file: filepath.Join(t.TempDir(), "ready.json"), client: &http.Client{Transport: &http.Transport{}}}
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan sandbox.Ready, 1), make(chan error, 1)
	go func() {
		done <- sandbox.Serve(ctx, sandbox.ServeConfig{
			Listen: "127.0.0.1:0", ListenTLS: "127.0.0.1:0", Control: "127.0.0.1:0", ReadyFile: s.file, Policy: "strict",
			Clock: kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)), OnReady: func(r sandbox.Ready) { ready <- r },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.client.CloseIdleConnections()
	})
	select {
	case s.ready = <-ready:
	case err := <-done:
		done <- nil
		t.Fatal(err)
	}
	return s
}

// ask sends JSON to the control side and decodes what comes back.
func (s *served) ask(method, path, body string, want int, into any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.ready.Control+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.ready.Token)
	resp, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		s.t.Fatal(err)
	}
	if resp.StatusCode != want {
		s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text.String())
	}
	if into != nil {
		if err := json.Unmarshal(text.Bytes(), into); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestControl does over HTTP what a test in the same process does by calls.
func TestControl(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var world struct {
		Profiles []struct {
			Key      string `json:"key"`
			ClientID string `json:"client_id"`
			Secret   string `json:"client_secret"`
			Linked   bool   `json:"linked"`
		} `json:"profiles"`
		Users []kit.User `json:"users"`
	}
	s.ask("GET", "/world", "", 200, &world)
	if len(world.Profiles) < 3 || len(world.Users) < 5 || world.Profiles[2].Linked {
		t.Errorf("world has %d profiles, %d users", len(world.Profiles), len(world.Users))
	}
	var consent struct {
		Grant   string `json:"grant"`
		Refresh string `json:"refresh_token"`
	}
	s.ask("POST", "/consents", `{"profile":"shop","user":"advertiser"}`, 201, &consent)
	refresh := func() int {
		resp, err := s.client.PostForm(s.ready.URL+"/auth/o2/token", url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {consent.Refresh},
			"client_id": {world.Profiles[0].ClientID}, "client_secret": {world.Profiles[0].Secret},
		})
		if err != nil {
			return 0
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}

	var fault struct {
		ID   string `json:"id"`
		Hits int    `json:"hits"`
		Held int    `json:"held"`
	}
	s.ask("POST", "/faults", `{"match":{"operation":"token"},"do":"hold","at":"after_effect"}`, 201, &fault)
	done := make(chan int, 1)
	go func() { done <- refresh() }()
	s.ask("GET", "/faults/"+fault.ID+"?hits=1", "", 200, &fault)
	if fault.Hits != 1 || fault.Held != 1 {
		t.Errorf("fault %+v", fault)
	}
	s.ask("POST", "/faults/"+fault.ID+"/release", "", 200, nil)
	if status := <-done; status != 200 {
		t.Errorf("released: %d", status)
	}
	s.ask("POST", "/faults", `{"match":{"program":"lwa"},"do":"slow","delay":"1ms"}`, 201, nil)
	if status := refresh(); status != 400 { // the policy is strict
		t.Errorf("spent token: %d", status)
	}
	s.ask("POST", "/faults", `{"do":"slow","delay":"soon"}`, 400, nil)
	s.ask("POST", "/faults", `{"do":"status","states":1}`, 400, nil)

	var journal struct {
		Last    int64       `json:"last"`
		Entries []kit.Entry `json:"entries"`
	}
	s.ask("GET", "/journal?operation=token&client=shop&effect=refused&await=1", "", 200, &journal)
	if len(journal.Entries) != 1 || journal.Entries[0].Generation != 1 || journal.Entries[0].Grant != consent.Grant {
		t.Errorf("journal %+v", journal)
	}
	s.ask("POST", "/journal/verify", `[{"times":"exactly","n":1,"filter":{"effect":"rotated"}},
		{"times":"in_order","filters":[{"effect":"rotated"},{"effect":"refused"}]}]`, 200, nil)
	var verdict struct {
		Error string      `json:"error"`
		Unmet []kit.Unmet `json:"unmet"`
	}
	s.ask("POST", "/journal/verify", `[{"times":"never","filter":{"effect":"refused"}},{"times":"exactly","n":1,"filter":{"effect":"rotated","status":429}}]`, 409, &verdict)
	if len(verdict.Unmet) != 2 || len(verdict.Unmet[0].Met) != 1 || verdict.Unmet[1].Nearest[0].Differs[0].Field != "status" {
		t.Errorf("unmet %+v", verdict)
	}
	var counts []kit.Count
	s.ask("GET", "/journal/counts", "", 200, &counts)
	if len(counts) != 2 {
		t.Errorf("counts %+v", counts)
	}

	var clock struct {
		Now time.Time `json:"now"`
	}
	s.ask("POST", "/clock", `{"advance":"55m"}`, 200, &clock)
	if want := time.Date(2026, 11, 21, 12, 55, 0, 0, time.UTC); !clock.Now.Equal(want) {
		t.Errorf("clock at %v", clock.Now)
	}
	s.ask("POST", "/clock", `{"set":"2027-01-01T00:00:00Z","factor":0}`, 200, &clock)
	s.ask("POST", "/switches", `{"lwa.policy":"static"}`, 200, nil)
	s.ask("POST", "/switches", `{"lwa.policy":"lenient"}`, 400, nil)
	var p struct {
		Linked bool     `json:"linked"`
		URLs   []string `json:"return_urls"`
		Secret string   `json:"client_secret"`
	}
	s.ask("POST", "/profiles/unlinked", `{"linked":true,"return_url":"http://localhost:1/cb","rotate_secret":"0s"}`, 200, &p)
	if !p.Linked || p.URLs[len(p.URLs)-1] != "http://localhost:1/cb" || p.Secret == world.Profiles[2].Secret {
		t.Errorf("profile: linked %v, return URLs %v", p.Linked, p.URLs)
	}
	var revoked struct {
		Revoked int `json:"revoked"`
	}
	s.ask("POST", "/consents/revoke", `{"user":"advertiser"}`, 200, &revoked)
	if revoked.Revoked != 1 {
		t.Errorf("%d consents revoked", revoked.Revoked)
	}
	s.ask("DELETE", "/faults", "", 200, nil)
	s.ask("DELETE", "/journal", "", 200, nil)
	s.ask("GET", "/faults/f1", "", 404, nil)
	s.ask("GET", "/nothing", "", 404, nil)
}

// TestControlGuard: no web page and nobody without the token gets in.
func TestControlGuard(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, test := range []struct {
		name, host, origin, auth string
		want                     int
	}{
		{"good", "", "", "Bearer " + s.ready.Token, 200},
		{"no token", "", "", "", 401},
		{"wrong token", "", "", "Bearer sbxctl_no", 401},
		{"foreign host", "sandbox.example.test", "", "Bearer " + s.ready.Token, 421},
		{"amazon's host", "api.amazon.com", "", "Bearer " + s.ready.Token, 421},
		{"web page", "", "http://localhost:7080", "Bearer " + s.ready.Token, 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.ready.Control+"/clock", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = test.host
		r.Header = http.Header{"Authorization": {test.auth}}
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		resp, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", test.name, resp.StatusCode, test.want)
		}
	}
}

// TestReplayOfPart: a journal that has dropped entries cannot say how many requests went before a fault, and says so.
func TestReplayOfPart(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{Journal: 4})
	c, err := sandbox.NewControl(b.Server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(path string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.Token)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	b.statuses(t, 3)
	if got := ask("/journal/faults"); got != http.StatusOK {
		t.Errorf("a whole journal: %d", got)
	}
	b.statuses(t, 3)
	if got := ask("/journal/faults"); got != http.StatusConflict {
		t.Errorf("a journal that has gone round: %d", got)
	}
	if got := ask("/journal/verdicts?poll=soon"); got != http.StatusBadRequest {
		t.Errorf("a pause that is none: %d", got)
	}
}
