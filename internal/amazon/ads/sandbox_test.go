package ads_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const campaignType = "application/vnd.spCampaign.v3+json"

// asker is a user's grant at a sandbox of its own.
func asker(t *testing.T, profile, user string, switches map[string]string) (*sandbox.Server, amazon.Asker) {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	return amz, askAt(t, amz, profile, user)
}

// askAt makes a user's grant at a sandbox.
func askAt(t *testing.T, amz *sandbox.Server, profile, user string) amazon.Asker {
	t.Helper()
	door, err := egress.New(egress.Config{Programs: []amazon.Program{ads.New()}, SandboxURL: "http://" + amz.Addr(), Now: amz.Now})
	if err != nil {
		t.Fatal(err)
	}
	tokens := amz.Consent(profile, user).Issue("NA")
	grant := snapshot.Grant{Name: "g", Program: "ads", Realm: amazon.Sandbox, ClientID: amz.World().Profile(profile).ClientID, Region: canon.NA}
	return door.For(grant, ads.New(), func() (snapshot.Token, bool) {
		return snapshot.Token{Access: secret.New(tokens.Access), Generation: 1, Obtained: amz.Now(), Expires: amz.Now().Add(tokens.Life)}, true
	})
}

// TestRefusalsOfTheSandbox holds the rules against what the sandbox really answers, with each switch where sources differ in each position.
// The two sides share no code (DESIGN: what is misspelt on one side must fail on the other).
func TestRefusalsOfTheSandbox(t *testing.T) {
	t.Parallel()
	const list, create = "/sp/campaigns/list", "/sp/campaigns"
	f := func(facts ...amazon.Fact) []amazon.Fact { return facts }
	for _, c := range []struct {
		name, profile, user string
		switches            map[string]string
		region              canon.Region
		path, media, scope  string // scope: own, view, none or a number
		facts               []amazon.Fact
		want                problem.Code
	}{
		{"no scope, 401", kit.Shop, kit.Advertiser, nil, canon.NA, list, campaignType, "none", f(amazon.NoSelector), problem.AdsScopeMissing},
		{"no scope, 403", kit.Shop, kit.Advertiser, map[string]string{"ads.missing_scope": "403"}, canon.NA, list, campaignType, "none", f(amazon.NoSelector), problem.AdsScopeMissing},
		{"no scope, 400", kit.Shop, kit.Advertiser, map[string]string{"ads.missing_scope": "400"}, canon.NA, list, campaignType, "none", f(amazon.NoSelector), problem.AdsScopeMissing},
		{"unknown profile", kit.Shop, kit.Advertiser, nil, canon.NA, list, campaignType, "123", f(amazon.OtherAccount), problem.AdsProfileUnknown},
		{"another's profile", kit.Shop, kit.SellerCentral, nil, canon.NA, list, campaignType, "own", f(amazon.OtherAccount), problem.AdsForeignScope},
		{"other region", kit.Shop, kit.Advertiser, nil, canon.EU, list, campaignType, "own", f(amazon.KnownAccount, amazon.OtherRegion), problem.AdsWrongRegion},
		{"other region, other text", kit.Shop, kit.Advertiser, map[string]string{"ads.other_region": "no_match"}, canon.EU, list, campaignType, "own", f(amazon.KnownAccount, amazon.OtherRegion), problem.AdsWrongRegion},
		{"token bound to its region", kit.Shop, kit.Advertiser, map[string]string{"ads.token_region": "bound"}, canon.EU, list, campaignType, "own", f(amazon.KnownAccount, amazon.OtherRegion, amazon.FreshToken), problem.AdsWrongRegion},
		{"viewer writes, 403", kit.Shop, kit.ViewOnly, nil, canon.NA, create, campaignType, "own", f(amazon.KnownAccount, amazon.ViewOnly, amazon.IsWrite), problem.AdsViewOnly},
		{"viewer writes, 401", kit.Shop, kit.ViewOnly, map[string]string{"ads.viewer_write": "401"}, canon.NA, create, campaignType, "own", f(amazon.KnownAccount, amazon.ViewOnly, amazon.IsWrite), problem.AdsViewOnly},
		{"viewer writes, unknown to be one", kit.Shop, kit.ViewOnly, nil, canon.NA, create, campaignType, "own", f(amazon.KnownAccount, amazon.IsWrite), problem.AdsAccessDenied},
		{"media type", kit.Shop, kit.Advertiser, nil, canon.NA, list, "application/json", "own", f(amazon.KnownAccount), problem.AdsWrongMediaType},
		{"unknown path", kit.Shop, kit.Advertiser, nil, canon.NA, "/v2/campaigns", "application/json", "own", nil, problem.AdsUnknownPath},
		{"unlinked profile, fresh token", kit.Unlinked, kit.Advertiser, nil, canon.NA, list, campaignType, "own", f(amazon.KnownAccount, amazon.FreshToken), problem.AdsSecurityProfileNotLinked},
		{"unlinked profile, older token", kit.Unlinked, kit.Advertiser, nil, canon.NA, list, campaignType, "own", f(amazon.KnownAccount), problem.AdsTokenRefused},
		{"not a number", kit.Shop, kit.Advertiser, nil, canon.NA, list, campaignType, "abc", nil, problem.AdsScopeForm},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			amz, a := asker(t, c.profile, c.user, c.switches)
			call := amazon.Call{Method: http.MethodPost, Path: c.path, Body: []byte(`{}`), Header: http.Header{"Content-Type": {c.media}, "Accept": {c.media}}}
			var selectors []amazon.Field
			if id := c.scope; id != "none" {
				if id == "own" {
					id = advertisersUS(t, amz)
				}
				selectors = append(selectors, amazon.Plain("Amazon-Advertising-API-Scope", id))
			}
			expect(t, amz, a, c.region, call, selectors, c.facts, c.want)
		})
	}
}

// expect sends a call and names its refusal.
func expect(t *testing.T, amz *sandbox.Server, a amazon.Asker, region canon.Region, call amazon.Call, selectors []amazon.Field, facts []amazon.Fact, want problem.Code) problem.Problem {
	t.Helper()
	answer, err := a.Ask(t.Context(), region, call, selectors...)
	if err != nil {
		t.Fatal(err)
	}
	got, refused := ads.New().Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Facts: facts, Now: amz.Now()})
	if !refused || got.Code != want {
		t.Errorf("HTTP %d %s: %s, want %s", answer.Status, strings.TrimSpace(string(answer.Body)), got.Code, want)
	}
	return got
}

// advertisersUS is the advertiser's first profile in the US.
func advertisersUS(t *testing.T, amz *sandbox.Server) string {
	t.Helper()
	a := askAt(t, amz, kit.Shop, kit.Advertiser)
	accounts, _, err := ads.New().Accounts(t.Context(), a, []canon.Region{canon.NA})
	if err != nil || len(accounts) == 0 {
		t.Fatal(accounts, err)
	}
	return accounts[0].ID
}

// TestJustLinkedTakesAnHour: a profile linked now fails with the time to try again, and works when the hour of the sandbox's clock has passed.
func TestJustLinkedTakesAnHour(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"403", "401"} {
		amz, err := sandbox.New(sandbox.Options{Clock: kit.FrozenClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), Switches: map[string]string{"ads.fresh_link": how}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = amz.Close() })
		a := askAt(t, amz, kit.Shop, "just-linked")
		accounts, problems, err := ads.New().Accounts(t.Context(), a, canon.Regions())
		if err != nil || len(accounts) != 1 {
			t.Fatal(accounts, problems, err)
		}
		call := amazon.Call{Method: http.MethodPost, Path: "/sp/campaigns/list", Body: []byte(`{}`), Header: http.Header{"Content-Type": {campaignType}, "Accept": {campaignType}}}
		scope := []amazon.Field{amazon.Plain("Amazon-Advertising-API-Scope", accounts[0].ID)}
		p := expect(t, amz, a, canon.NA, call, scope, []amazon.Fact{amazon.KnownAccount, amazon.FreshLink}, problem.AdsLinkPropagating)
		if !p.RetryAt.Equal(amz.Now().Add(time.Hour)) {
			t.Errorf("try again at %v", p.RetryAt)
		}
		amz.Advance(time.Hour)
		a = askAt(t, amz, kit.Shop, "just-linked")
		if answer, err := a.Ask(t.Context(), canon.NA, call, scope...); err != nil || answer.Status != http.StatusOK {
			t.Errorf("after an hour: %v %v", answer, err)
		}
	}
}
