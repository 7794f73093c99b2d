package creators_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A scene is a sandbox and the door to it.
type scene struct {
	*sandbox.Server
	door *egress.Door
}

func newScene(t *testing.T, switches map[string]string) *scene {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches, Clock: kit.FrozenClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	door, err := egress.New(egress.Config{
		Programs: []amazon.Program{creators.New()}, Hosts: []string{"api.amazon.com", "api.amazon.co.uk", "api.amazon.co.jp"},
		SandboxURL: "http://" + amz.Addr(), Now: amz.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	return &scene{amz, door}
}

func (s *scene) login() lwa.Client { return lwa.Client{Sender: s.door, Now: s.Now} }

func (s *scene) app(key string) lwa.App {
	c := s.World().Affiliates.Credential(key)
	return lwa.App{
		ClientID: c.ID, Secret: secret.New(c.Secret), Realm: amazon.Sandbox, Region: canon.Region(c.Region()), Program: "creators", Version: c.Version,
	}
}

// asker makes a grant of a credential of the world and returns its calls.
func (s *scene) asker(t *testing.T, key string) amazon.Asker {
	t.Helper()
	app := s.app(key)
	r := creators.New().ClientCredentials(t.Context(), s.login(), app)
	if r.Class != lwa.Granted {
		t.Fatalf("token for %s: %s, %v", key, r.Class, r.Problem)
	}
	obtained := s.Now()
	grant := snapshot.Grant{ID: "g", Name: "g", Program: "creators", Realm: amazon.Sandbox, ClientID: app.ClientID, Version: app.Version, Region: app.Region}
	return s.door.For(grant, creators.New(), func() (snapshot.Token, bool) {
		return snapshot.Token{Access: r.Tokens.Access, Generation: 1, Obtained: obtained, Expires: obtained.Add(100 * time.Hour)}, true
	})
}

// TestEveryVersion gets a token and a product with a credential of each version, in one marketplace of its region.
func TestEveryVersion(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	for _, v := range creators.Versions() {
		ask := s.asker(t, "creators-"+string(v))
		accounts, problems, err := creators.New().Accounts(t.Context(), ask, []canon.Region{v.Region()})
		if err != nil || len(problems) > 0 {
			t.Fatalf("%s: %v, %v", v, problems, err)
		}
		for _, a := range accounts {
			if a.Region != v.Region() || a.Kind != canon.Associate || a.Currency == "" {
				t.Errorf("%s: account %+v", v, a)
			}
		}
		if want := map[canon.Region]int{canon.NA: 4, canon.EU: 15, canon.FE: 3}[v.Region()]; len(accounts) != want {
			t.Errorf("%s opens %d marketplaces, want %d", v, len(accounts), want)
		}
	}
}

// TestFind finds out a credential's version by asking each endpoint at most once.
func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key    string
		likely canon.Region
		asked  []creators.Version
	}{
		{"creators-3.1", "", []creators.Version{"3.1"}},
		{"creators-3.3", "", []creators.Version{"3.1", "3.2", "3.3"}},
		{"creators-3.2", canon.EU, []creators.Version{"3.2"}},
		{"creators-2.1", canon.FE, []creators.Version{"2.3", "2.1"}},
		{"creators-2.3", "", []creators.Version{"2.1", "2.2", "2.3"}},
	} {
		s := newScene(t, nil)
		app := s.app(c.key)
		app.Version, app.Region = "", ""
		got := creators.New().Find(t.Context(), s.login(), app, c.likely)
		if "creators-"+string(got.Version) != c.key || !slices.Equal(got.Asked, c.asked) || got.Result.Tokens == nil {
			t.Errorf("%s: found %q after %v", c.key, got.Version, got.Asked)
		}
		if err := s.Verify(kit.Exactly(int64(len(c.asked)), kit.Filter{Match: kit.Match{Operation: "token"}})); err != nil {
			t.Errorf("%s: %v", c.key, err)
		}
	}
	s := newScene(t, nil)
	app := s.app("creators-3.1")
	app.Secret = secret.New("amzn1.oa2-cs.v1." + strings.Repeat("0", 64))
	if got := creators.New().Find(t.Context(), s.login(), app, ""); got.Version != "" || got.Result.Problem.Code != problem.CreatorsCredentialRefused || len(got.Asked) != 3 {
		t.Errorf("a wrong secret: %+v", got)
	}
	s.Fault(kit.Fault{Match: kit.Match{Operation: "token"}, Do: kit.Status, Status: 503})
	if got := creators.New().Find(t.Context(), s.login(), s.app("creators-3.2"), ""); len(got.Asked) != 1 || got.Version != "" {
		t.Errorf("an endpoint that fails ends the search: %+v", got)
	}
}

// TestRefusalsOfTheTokenEndpoints names what each endpoint says, and tells a new credential from a wrong one by its age.
func TestRefusalsOfTheTokenEndpoints(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	wrong := secret.New("amzn1.oa2-cs.v1." + strings.Repeat("0", 64))
	shop := s.World().Profile(kit.Shop)
	for _, c := range []struct {
		name   string
		change func(*lwa.App)
		from   string
		class  lwa.Class
		code   problem.Code
	}{
		{"wrong secret", func(a *lwa.App) { a.Secret = wrong }, "creators-3.1", lwa.BadClient, problem.CreatorsCredentialRefused},
		{"wrong secret, old wire", func(a *lwa.App) { a.Secret = wrong }, "creators-2.2", lwa.BadClient, problem.CreatorsCredentialRefused},
		{"wrong region", func(a *lwa.App) { a.Version, a.Region = "3.2", canon.EU }, "creators-3.1", lwa.BadClient, problem.CreatorsCredentialRefused},
		{"wrong region, old wire", func(a *lwa.App) { a.Version = "2.3" }, "creators-2.1", lwa.BadClient, problem.CreatorsCredentialRefused},
		{"too new", func(a *lwa.App) { a.Secret, a.Created = wrong, s.Now().Add(-47*time.Hour) }, "creators-3.1", lwa.Pending, problem.CreatorsCredentialPending},
		{"no longer new", func(a *lwa.App) { a.Secret, a.Created = wrong, s.Now().Add(-49*time.Hour) }, "creators-3.1", lwa.BadClient, problem.CreatorsCredentialRefused},
		{"no version", func(a *lwa.App) { a.Version = "4.1" }, "creators-3.1", lwa.NotConsumed, problem.CreatorsVersionUnknown},
	} {
		app := s.app(c.from)
		c.change(&app)
		r := creators.New().ClientCredentials(t.Context(), s.login(), app)
		if r.Class != c.class || r.Problem.Code != c.code {
			t.Errorf("%s: %s %s, want %s %s", c.name, r.Class, r.Problem.Code, c.class, c.code)
		}
	}
	narrow := s.World().AddProfile(kit.NewProfile{Key: "narrow", ClientScopes: []string{"messaging:push"}})
	app := lwa.App{ClientID: narrow.ClientID, Secret: secret.New(narrow.Secret()), Realm: amazon.Sandbox, Region: canon.NA, Version: "3.1"}
	if r := creators.New().ClientCredentials(t.Context(), s.login(), app); r.Problem.Code != problem.CreatorsScopeRefused {
		t.Errorf("a profile without the scope: %s %s", r.Class, r.Problem.Code)
	}
	_ = shop
}

// TestRefusalsOfTheSandbox holds the rules against what the sandbox really answers, with each switch in each position.
func TestRefusalsOfTheSandbox(t *testing.T) {
	t.Parallel()
	const items = "/catalog/v1/getItems"
	good := `{"partnerTag":"sbxreviews-20","itemIds":["B000000000"]}`
	for _, c := range []struct {
		name, key, path, body, site string
		switches                    map[string]string
		facts                       []amazon.Fact
		twice                       bool
		want                        problem.Code
	}{
		{name: "nothing found", want: problem.CreatorsNothingFound},
		{name: "nothing found, Smithy", switches: map[string]string{"creators.error_form": "__type"}, want: problem.CreatorsNothingFound},
		{name: "not eligible", switches: map[string]string{"creators.eligibility": "lost"}, want: problem.CreatorsNotEligible},
		{name: "not eligible, Smithy", switches: map[string]string{"creators.eligibility": "lost", "creators.error_form": "__type"}, want: problem.CreatorsNotEligible},
		{name: "newcomer", key: "creators-newcomer", want: problem.CreatorsNotEligible},
		{name: "no JSON", body: `{"partnerTag":`, want: problem.CreatorsBodyUnreadable},
		{name: "field", body: `{"partnerTag":"sbxreviews-20","itemIds":[]}`, want: problem.CreatorsFieldInvalid},
		{name: "field, as texts", body: `{"partnerTag":"sbxreviews-20"}`, switches: map[string]string{"creators.field_list": "texts"}, want: problem.CreatorsFieldInvalid},
		{name: "tag of nobody", body: `{"partnerTag":"nobody-20","itemIds":["B000000000"]}`, want: problem.CreatorsTagInvalid},
		{name: "tag of another country", body: `{"partnerTag":"sbxreviews-21","itemIds":["B000000000"]}`, want: problem.CreatorsTagOfOtherAccount},
		{name: "other region", site: "www.amazon.de", facts: []amazon.Fact{amazon.OtherAccount}, want: problem.CreatorsWrongRegion},
		{name: "other region, issuer", site: "www.amazon.de", switches: map[string]string{"creators.other_region": "InvalidIssuer"}, want: problem.CreatorsWrongRegion},
		{name: "no marketplace", site: "-", want: problem.CreatorsFieldInvalid},
		{name: "unknown operation", path: "/catalog/v1/getitems", want: problem.CreatorsUnknownOperation},
		{name: "throttled", switches: map[string]string{"creators.calls_per_second": "1"}, twice: true, want: problem.CreatorsThrottled},
		{name: "a day's calls", switches: map[string]string{"creators.calls_per_day": "20"}, twice: false, want: problem.CreatorsNothingFound},
	} {
		s := newScene(t, c.switches)
		if c.key == "" {
			c.key = "creators-3.1"
		}
		if c.body == "" {
			c.body = good
		}
		if c.path == "" {
			c.path = items
		}
		if c.site == "" {
			c.site = "www.amazon.com"
		}
		ask := s.asker(t, c.key)
		call := func() *amazon.Answer {
			var selectors []amazon.Field
			if c.site != "-" {
				selectors = append(selectors, amazon.Plain(creators.MarketplaceHeader, c.site))
			}
			a, err := ask.Ask(t.Context(), canon.NA, amazon.Call{
				Method: http.MethodPost, Path: c.path, Body: []byte(c.body), Header: http.Header{"Content-Type": {"application/json"}},
			}, selectors...)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			return a
		}
		a := call()
		if c.twice {
			a = call()
		}
		got, refused := creators.New().Classify(amazon.Evidence{Status: a.Status, Header: a.Header, Body: a.Body, Facts: c.facts, Now: s.Now()})
		if !refused || got.Code != c.want {
			t.Errorf("%s: HTTP %d %s is %s, want %s", c.name, a.Status, a.Body, got.Code, c.want)
		}
		if got.Code == problem.CreatorsThrottled && !got.RetryAt.Equal(s.Now().Add(time.Second)) && !got.RetryAt.Equal(s.Now().Add(2*time.Second)) {
			t.Errorf("%s: to be tried again at %s, now is %s", c.name, got.RetryAt, s.Now())
		}
	}
}

// TestTokensOfTheSandbox tells the refusals of tokens apart, by calls past the door.
func TestTokensOfTheSandbox(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	w := s.World()
	v2, _ := w.Affiliates.IssueToken(w.Affiliates.Credential("creators-2.1"))
	v3, _ := w.Affiliates.IssueToken(w.Affiliates.Credential("creators-3.1"))
	other, _ := w.Tokens.ClientCredentials(w.Profile(kit.Shop), "messaging:push", "NA")
	fresh := []amazon.Fact{amazon.FreshToken}
	send := func(authorization string) (*http.Response, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://creatorsapi.amazon/catalog/v1/listFeeds", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("x-marketplace", "www.amazon.com")
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var body json.RawMessage
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		return resp, body
	}
	head, rest, _ := strings.Cut(v2, ".")
	for _, c := range []struct {
		name, authorization string
		facts               []amazon.Fact
		want                problem.Code
	}{
		{"both wires: 2.1", "Bearer " + v2 + ", Version 2.1", nil, ""},
		{"both wires: 3.1", "Bearer " + v3, nil, ""},
		{"none", "", nil, problem.CreatorsAuthorizationMissing},
		{"no version", "Bearer " + v2, nil, problem.CreatorsAuthorizationMissing},
		{"another region's version", "Bearer " + v2 + ", Version 2.2", nil, problem.CreatorsWrongRegion},
		{"no bearer", v3, nil, problem.CreatorsTokenRefused},
		{"damaged", "Bearer " + v3[:40], nil, problem.CreatorsTokenRefused},
		{"damaged at once", "Bearer " + v3[:40], fresh, problem.CreatorsFreshTokenRefused},
		{"forged", "Bearer " + head + "." + rest[:len(rest)-3] + "abc, Version 2.1", nil, problem.CreatorsTokenRefused},
		{"no key id", "Bearer eyJhbGciOiJSUzI1NiJ9." + rest + ", Version 2.1", nil, problem.CreatorsTokenIncomplete},
		{"no claims", "Bearer " + head + ".e30.x, Version 2.1", nil, problem.CreatorsTokenIncomplete},
		{"another program's", "Bearer " + other, nil, problem.CreatorsClientNotSupported},
	} {
		resp, body := send(c.authorization)
		got, refused := creators.New().Classify(amazon.Evidence{Status: resp.StatusCode, Header: resp.Header, Body: body, Facts: c.facts, Now: s.Now()})
		if refused != (c.want != "") || got.Code != c.want {
			t.Errorf("%s: HTTP %d %s is %q, want %q", c.name, resp.StatusCode, body, got.Code, c.want)
		}
	}
	s.Advance(61 * time.Minute)
	resp, body := send("Bearer " + v3)
	if got, _ := creators.New().Classify(amazon.Evidence{Status: resp.StatusCode, Body: body}); got.Code != problem.CreatorsTokenRefused {
		t.Errorf("expired: %s is %s", body, got.Code)
	}
}

// TestInject puts the version behind tokens of the old wire alone, whatever version the grant has by then.
func TestInject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ version, token, want string }{
		{"2.2", "eyJsbx", "Bearer eyJsbx, Version 2.2"},
		{"3.2", "eyJsbx", "Bearer eyJsbx, Version 2.2"},
		{"2.2", "Atc|sbx", "Bearer Atc|sbx"},
		{"3.1", "Atc|sbx", "Bearer Atc|sbx"},
		{"", "Atc|sbx", "Bearer Atc|sbx"},
	} {
		got := creators.New().Inject(amazon.Material{Version: c.version, Access: secret.New(c.token), Selectors: []amazon.Field{amazon.Plain("x-marketplace", "www.amazon.de")}})
		f := got.Headers[0]
		if text := f.Prefix + f.Value.Reveal() + f.Suffix; text != c.want || len(got.Headers) != 2 {
			t.Errorf("%s with %s: %q, want %q", c.version, c.token, text, c.want)
		}
	}
}

// TestCheckSelector refuses what Amazon would refuse, before it is asked.
func TestCheckSelector(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value  string
		region canon.Region
		want   problem.Code
	}{
		{"www.amazon.de", canon.EU, ""},
		{"www.amazon.de", canon.NA, problem.CreatorsMarketplaceOtherRegion},
		{"www.amazon.co.jp", canon.FE, ""},
		{"amazon.de", canon.EU, problem.CreatorsMarketplaceUnknown},
		{"www.amazon.co.za", canon.EU, problem.CreatorsMarketplaceUnknown},
	} {
		got := problem.Code("")
		if p := creators.New().CheckSelector("X-Marketplace", c.value, c.region); p != nil {
			got = p.Code
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s in %s: %s", c.value, c.region, diff)
		}
	}
}
