package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const scenario = `# An agency with many accounts, one of which nobody pays for.
seed = 7
clock = 2026-11-21T12:00:00Z

[[security_profile]]
key = "tool"
name = "Example Tool"

[[security_profile]]
key = "fresh"
unlinked = true

[[user]]
key = "owner"
consents = ["tool"]
revoked = ["fresh"]

[[user]]
key = "guest"

[[ads.profile]]
user = "owner"
country = "DE"
count = 500
campaigns = 2
keywords = 100

[[ads.profile]]
user = "owner"
viewers = ["guest"]
kind = "vendor"
name = "Unpaid Ltd"
payment = "unpaid"
campaigns = 3
ended = 2
`

// A scenario's world has the people, consents and ad accounts that it describes and no others.
func TestScenario(t *testing.T) {
	t.Parallel()
	file, err := sandbox.ParseScenario(scenario)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s, err := sandbox.New(sandbox.Options{World: file.World()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	t.Logf("a world of 501 profiles was there after %s", time.Since(began))
	w := s.World()
	if w.Seed != 7 || !w.Now().Equal(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)) || len(w.Users()) != 2 || w.Profile(kit.Shop) != nil || len(w.Consents) != 2 {
		t.Errorf("seed %d, now %s, users %v, consents %v", w.Seed, w.Now(), w.Users(), w.Consents)
	}
	ask := func(host, path, access string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+access)
		r.Header.Set("Amazon-Advertising-API-ClientId", w.Profile("tool").ClientID)
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var b strings.Builder
		if _, err := fmt.Fprintf(&b, "%d ", resp.StatusCode); err != nil {
			t.Fatal(err)
		}
		if err := resp.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	owner := s.Consent("tool", "owner").Issue("EU").Access
	if got := strings.Count(ask("advertising-api-eu.amazon.com", "/v2/profiles", owner), `"profileId"`); got != 500 {
		t.Errorf("%d profiles in the EU", got)
	}
	if got := ask("advertising-api.amazon.com", "/v2/profiles?accessLevel=view", s.Consent("tool", "guest").Issue("NA").Access); !strings.Contains(got, `"name":"Unpaid Ltd"`) || !strings.Contains(got, `"validPaymentMethod":false`) {
		t.Errorf("the guest sees %s", got)
	}
	for _, c := range w.Consents {
		claims, err := w.Tokens.Inspect(c.RefreshToken)
		if err != nil || claims.User.Key != "owner" || c.Revoked != (c.Profile == "fresh") {
			t.Errorf("%+v: %+v, %v", c, claims, err)
		}
	}
}

// What is wrong with a scenario is said with its line.
func TestScenarioFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"syntax":         {`seed = 7`, `seed = `, "line 2:"},
		"another type":   {`count = 500`, `count = "many"`, "line 24"},
		"an unknown key": {`revoked = `, `withdrawn = `, "line 16: there is no key user.withdrawn"},
		"no such table": {`[[ads.profile]]
user = "owner"
country`, `[[ads.account]]
user = "owner"
country`, "line 21: there is no key ads.account"},
		"no such user":       {`user = "owner"` + "\nviewers", `user = "other"` + "\nviewers", `line 29: ads.profile number 2, user: there is no user "other"`},
		"no such country":    {`"DE"`, `"XX"`, `line 23: ads.profile number 1, country: "XX" is none of`},
		"no such profile":    {`consents = ["tool"]`, `consents = ["shop"]`, `line 15: user number 1, consents: there is no security profile "shop"`},
		"too many ended":     {`ended = 2`, `ended = 4`, "line 35: ads.profile number 2, ended: 4 of 3 campaigns"},
		"too many keywords":  {`keywords = 100`, `keywords = 1001`, "line 26: ads.profile number 1, keywords: 1001"},
		"the same key twice": {`key = "guest"`, `key = "owner"`, "line 19: user number 2, key"},
		"a key left out":     {`user = "owner"` + "\nviewers", `viewers`, "line 28: ads.profile number 2, user"},
	} {
		_, err := sandbox.ParseScenario(strings.Replace(scenario, c.from, c.to, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzScenario(f *testing.F) {
	f.Add(scenario)
	f.Add("[[ads.profile]]\nuser='advertiser'\n")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = sandbox.ParseScenario(text)
	})
}
