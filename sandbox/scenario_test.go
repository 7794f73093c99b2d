package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/all"
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

// Who describes only the security profiles or only the people has the default world's of the other.
func TestScenarioDefaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{"[[security_profile]]\nkey='tool'\n[[ads.profile]]\nuser='advertiser'\n": {1, 5}, "[[user]]\nkey='one'\nconsents=['agency']\n": {3, 1}} {
		file, err := sandbox.ParseScenario(text)
		if err != nil {
			t.Fatal(err)
		}
		if w := file.World(); len(w.Profiles()) != want[0] || len(w.Users()) != want[1] {
			t.Errorf("%q: %d security profiles and %d people, want %v", text, len(w.Profiles()), len(w.Users()), want)
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

// FuzzScenario holds that a scenario is refused with its line or makes a world that answers everybody in it.
func FuzzScenario(f *testing.F) {
	f.Add(scenario)
	for _, seed := range []string{
		"[[ads.profile]]\nuser='advertiser'\n", "[[security_profile]]\nkey='x'\n", "[[user]]\nkey='x'\nconsents=['shop','shop']\nrevoked=['shop']\n", "seed=-9223372036854775808\nclock=0001-01-01T00:00:00Z",
		"clock=9999-12-31T23:59:59Z\n[[ads.profile]]\nuser='agency'\nkind='agency'\ncampaigns=2\nended=1\njust_now=true\nunlisted=true\n", "[[user]]\nkey='u'\n[[ads.profile]]\nuser='u'\nviewers=['u','u']\ncountry='JP'\ncampaigns=3\nkeywords=2\n",
		"[[security_profile]]\nkey='x'\n[[ads.profile]]\nuser='advertiser'\ncampaigns=1\n", "[ads]\nprofile=5", "[[user]]\nkey=''\n", "ads.profile=[{user='advertiser',count=2,payment='unpaid'}]", "\x00", "[[user]]\nkey='just-linked'\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := sandbox.ParseScenario(text)
		if err != nil {
			if !strings.Contains(err.Error(), "line ") {
				t.Errorf("%q is refused without a line: %v", text, err)
			}
			return
		}
		size := len(file.Users) + len(file.SecurityProfiles)
		for _, p := range file.Ads.Profiles {
			size += max(p.Count, 1) * (1 + p.Campaigns*(1+p.Keywords))
		}
		if size > 200 {
			return // what is large is what is small, many times
		}
		answers(t, file)
	})
}

// answers makes a scenario's world and asks it for everybody's profiles, and for the campaigns in them.
func answers(t *testing.T, file *sandbox.ScenarioFile) {
	t.Helper()
	w := file.World()
	front, err := kit.NewFront(kit.FrontConfig{World: w, Fakes: all.Fakes(w)})
	if err != nil {
		t.Fatal(err)
	}
	defer front.Close()
	ask := func(token, client, method, path, scope, body string) string {
		r := httptest.NewRequest(method, "http://127.0.0.1/na"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Amazon-Advertising-API-ClientId", client)
		r.Header.Set("Amazon-Advertising-API-Scope", scope)
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		front.ServeHTTP(answer, r)
		if answer.Code >= 500 || !json.Valid(answer.Body.Bytes()) {
			t.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
		return answer.Body.String()
	}
	for _, p := range w.Profiles() {
		for _, u := range w.Users() {
			access := w.Tokens.Consent(p, u, []string{"profile", "advertising::campaign_management"}, "NA").Issue("NA").Access
			var profiles []struct{ ProfileID json.Number }
			_ = json.Unmarshal([]byte(ask(access, p.ClientID, "GET", "/v2/profiles", "", "")), &profiles) // a refusal lists none
			for _, one := range profiles {
				for _, product := range []string{"SPONSORED_PRODUCTS", "SPONSORED_BRANDS", "SPONSORED_DISPLAY"} {
					ask(access, p.ClientID, "POST", "/adsApi/v1/query/targets", one.ProfileID.String(), `{"adProductFilter":{"include":["`+product+`"]}}`)
				}
			}
		}
	}
}
