package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// statuses refreshes n times and tells what came of it; 0 is a broken connection.
func (b *bench) statuses(t *testing.T, n int) []int {
	t.Helper()
	var all []int
	for range n {
		status, _, err := b.refresh(t.Context(), b.consent.RefreshToken())
		if err != nil {
			status = 0
		}
		all = append(all, status)
	}
	return all
}

// Faults by chance are drawn from the seed, never more in a row than allowed, and stand back behind exact ones.
func TestFaultsByChance(t *testing.T) {
	t.Parallel()
	fault := kit.Fault{Match: token, Do: kit.Status, Status: 503, Probability: 0.5, MostInARow: 2}
	run := func(seed int64) []int {
		b := start(t, sandbox.Options{Seed: seed})
		b.Fault(fault)
		return b.statuses(t, 60)
	}
	one, again, other := run(1), run(1), run(2)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("the same seed gives other faults: %s", diff)
	}
	if cmp.Equal(one, other) {
		t.Error("another seed gives the same faults")
	}
	row, bad := 0, 0
	for _, status := range one {
		if row++; status == 200 {
			row = 0
		} else {
			bad++
		}
		if row > 2 {
			t.Error("more than two in a row went wrong")
		}
	}
	if bad < 15 || bad > 45 {
		t.Errorf("%d of 60 went wrong, by a chance of a half", bad)
	}
	b := start(t, sandbox.Options{})
	b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 503, Probability: 1})
	exact := b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 500})
	if got := b.statuses(t, 2); got[0] != 500 || got[1] != 503 || exact.Hits() != 1 {
		t.Errorf("an exact fault and one by chance: %v", got)
	}
}

// A fault may be bound to a window of the sandbox's time.
func TestFaultsInAWindow(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	now := b.Now()
	b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 503, Times: -1, From: now.Add(time.Minute), Until: now.Add(2 * time.Minute)})
	got := b.statuses(t, 1)
	b.Advance(time.Minute)
	got = append(got, b.statuses(t, 1)...)
	b.Advance(time.Minute)
	got = append(got, b.statuses(t, 1)...)
	if !cmp.Equal(got, []int{200, 503, 200}) {
		t.Errorf("before, within and after the window: %v", got)
	}
}

// wish sends a refresh with a fault of its own.
func (b *bench) wish(t *testing.T, fault string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.amazon.com/auth/o2/token", strings.NewReader(b.form(b.consent.RefreshToken()).Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(kit.HeaderFault, fault)
	resp, err := b.Client().Do(r)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// One request can wish a fault upon itself, and each answer that it can spoil is spoilt as told.
func TestFaultByHeader(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{Policy: "strict"})
	for _, c := range []struct {
		fault  string
		status int
		check  func(resp *http.Response, body string, err error) bool
	}{
		{`{"do":"status","status":429,"retry_after":"Sat, 21 Nov 2026 12:00:09 GMT"}`, 429, func(r *http.Response, _ string, _ error) bool {
			return r.Header.Get("Retry-After") == "Sat, 21 Nov 2026 12:00:09 GMT"
		}},
		{`{"do":"html","at":"before_effect","status":429}`, 429, func(_ *http.Response, body string, _ error) bool { return strings.HasPrefix(body, "<!DOCTYPE html>") }},
		{`{"do":"html","at":"before_effect","status":503,"retry_after":"7"}`, 503, func(r *http.Response, _ string, _ error) bool { return r.Header.Get("Retry-After") == "7" }},
		{`{"do":"content_type"}`, 200, func(r *http.Response, body string, _ error) bool {
			return r.Header.Get("Content-Type") == "text/plain" && strings.Contains(body, "Atza|sbx")
		}},
		{`{"do":"drip","bytes":200,"delay":"1ms"}`, 200, func(_ *http.Response, body string, err error) bool {
			return err == nil && strings.Contains(body, "Atza|sbx")
		}},
		{`{"do":"bad_chunk"}`, 200, func(_ *http.Response, _ string, err error) bool { return err != nil }},
		{`{"do":"nonsense"}`, 400, func(_ *http.Response, body string, _ error) bool { return strings.Contains(body, "nonsense") }},
		{`{"do":"hold"}`, 400, func(_ *http.Response, body string, _ error) bool {
			return strings.Contains(body, "nobody could release")
		}},
		{`{`, 400, func(_ *http.Response, body string, _ error) bool {
			return strings.Contains(body, "reading Sandbox-Fault")
		}},
	} {
		resp, body, err := b.wish(t, c.fault)
		if resp == nil || resp.StatusCode != c.status || !c.check(resp, body, err) {
			t.Errorf("%s: %v, %q, %v", c.fault, resp, body, err)
		}
	}
	// A request that arrives twice under a strict policy rotates twice, as the endpoint's own retry would.
	_, _, _ = b.wish(t, `{"do":"status","status":500}`)
	before := b.consent.RefreshToken()
	resp, _, err := b.wish(t, `{"do":"twice"}`)
	if err != nil || resp.StatusCode != 400 {
		t.Errorf("a strict endpoint that gets a request twice refuses the second: %v, %v", resp, err)
	}
	if b.consent.RefreshToken() == before {
		t.Error("nothing was rotated")
	}
}

// A run is replayed from its journal: the faults that came by chance come again by count.
func TestReplay(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{Seed: 3, Unkind: true})
	got := b.statuses(t, 80)
	faults := kit.Replay(b.Journal().Entries(kit.Filter{}))
	if len(faults) == 0 {
		t.Fatal("eighty requests to an unkind sandbox, and none went wrong")
	}
	text, err := json.Marshal(faults)
	if err != nil || strings.Contains(string(text), "probability") {
		t.Errorf("a replay still draws: %s, %v", text, err)
	}
	again := start(t, sandbox.Options{Seed: 3})
	for _, f := range faults {
		again.Fault(f)
	}
	if diff := cmp.Diff(got, again.statuses(t, 80)); diff != "" {
		t.Errorf("the replay differs from the run: %s", diff)
	}
}
