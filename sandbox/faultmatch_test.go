package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// profiles lists the ad accounts of a region as any client would, and tells how that was answered.
func (b *bench) profiles(t *testing.T, host string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/v2/profiles", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.consent.Issue("NA").Access)
	r.Header.Set("Amazon-Advertising-API-ClientId", b.World().Profile(kit.Shop).ClientID)
	resp, err := b.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// TestFaultsMatch tries each field by which a fault is bound to requests, with the value that fits and with one that does not.
func TestFaultsMatch(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	other := b.Consent(kit.Agency, kit.ViewOnly)
	for _, c := range []struct {
		field      string
		fits, not  string
		alsoFits   string
		everything bool
	}{
		{field: "program", fits: "ads", not: "lwa"},
		{field: "operation", fits: "profiles.list", not: "profiles.get"},
		{field: "client", fits: kit.Shop, not: kit.Agency, alsoFits: b.World().Profile(kit.Shop).ClientID},
		{field: "user", fits: kit.Advertiser, not: kit.ViewOnly},
		{field: "grant", fits: b.consent.ID, not: other.ID},
		{field: "region", fits: "EU", not: "NA"},
		{field: "method", fits: "GET", not: "PUT"},
		{field: "path", fits: "/v2/profiles", not: "/v2/profile", alsoFits: "/V2/*"},
	} {
		for _, try := range []struct {
			value string
			want  int
		}{{c.fits, 500}, {c.not, 200}, {c.alsoFits, 500}} {
			if try.value == "" {
				continue
			}
			var m kit.Match
			text, err := json.Marshal(map[string]string{c.field: try.value})
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
			a := b.Fault(kit.Fault{Match: m, Do: kit.Status, Status: 500, Times: -1})
			if resp := b.profiles(t, "advertising-api-eu.amazon.com"); resp.StatusCode != try.want {
				t.Errorf("a fault for %s %q: %d", c.field, try.value, resp.StatusCode)
			}
			a.Remove()
		}
	}
}

// TestThrottled holds the four forms in which Amazon throttles, and that Date and Retry-After follow the sandbox's clock.
func TestThrottled(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	const host = "advertising-api.amazon.com"
	for _, c := range []struct {
		name       string
		fault      kit.Fault
		wait, kind string
		status     int
	}{
		{"in seconds", kit.Fault{Do: kit.Status, Status: 429, RetryAfter: "9"}, "9", "application/json", 429},
		{"by date", kit.Fault{Do: kit.Status, Status: 429, RetryDate: kit.Duration(9 * time.Second)}, "Sat, 21 Nov 2026 12:00:09 GMT", "application/json", 429},
		{"without saying for how long", kit.Fault{Do: kit.Status, Status: 429}, "", "application/json", 429},
		{"by a web page", kit.Fault{Do: kit.HTML, At: kit.BeforeEffect, Status: 429}, "", "text/html; charset=utf-8", 429},
		{"by a web page with a date", kit.Fault{Do: kit.HTML, At: kit.BeforeEffect, Status: 503, RetryDate: kit.Duration(time.Minute)}, "Sat, 21 Nov 2026 12:01:00 GMT", "text/html; charset=utf-8", 503},
	} {
		b.Fault(c.fault)
		resp := b.profiles(t, host)
		if resp.StatusCode != c.status || resp.Header.Get("Retry-After") != c.wait || resp.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d, Retry-After %q, %s", c.name, resp.StatusCode, resp.Header.Get("Retry-After"), resp.Header.Get("Content-Type"))
		}
		if got := resp.Header.Get("Date"); got != "Sat, 21 Nov 2026 12:00:00 GMT" {
			t.Errorf("%s: Date %q", c.name, got)
		}
	}
	b.Advance(90 * time.Minute)
	if got := b.profiles(t, host).Header.Get("Date"); got != "Sat, 21 Nov 2026 13:30:00 GMT" {
		t.Errorf("Date does not follow the clock: %q", got)
	}
	for _, bad := range []kit.Fault{
		{Do: kit.Status, Status: 429, RetryAfter: "9", RetryDate: 1},
		{Do: kit.Status, Status: 429, RetryDate: -1},
	} {
		if _, err := b.Faults().Add(bad); err == nil || !strings.Contains(err.Error(), "two forms of one header") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
