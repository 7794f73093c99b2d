package gateway_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A profile id alone chooses grant and region, and Amazon gets its own credentials and nothing of the caller's.
func TestAProfileChoosesGrantAndRegion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for profile, host := range map[string]string{
		profileUS: "advertising-api.amazon.com", profileDE: "advertising-api-eu.amazon.com", profileJP: "advertising-api-fe.amazon.com",
	} {
		before := len(h.amazon())
		h.want(h.send("POST", "/sp/campaigns/list?a=1&b=%20", `{}`, scope(profile)...), 200, "")
		got := h.amazon()[before]
		want := []string{
			host, "POST", "/sp/campaigns/list?a=1&b=%20", `{}`, "Bearer " + accessNA, clientID, profile,
		}
		if d := cmp.Diff(want, []string{
			got.host, got.method, got.uri, got.body, got.header.Get("Authorization"), got.header.Get("Amazon-Advertising-Api-Clientid"),
			got.header.Get("Amazon-Advertising-Api-Scope"),
		}); d != "" {
			t.Error(d)
		}
	}
}

func TestRegion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.want(h.call("GET", "/managerAccounts"), 400, "gateway.region_needed")
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "eu"), 200, "")
	if got := h.amazon()[0].host; got != "advertising-api-eu.amazon.com" {
		t.Errorf("called %s", got)
	}
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "XX"), 400, "gateway.region_unknown")
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "EU", "Lockkeeper-Region", "NA"), 400, "gateway.header_repeated")
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(scope(profileUS), "Lockkeeper-Region", "EU")...), 200, "")
	if got := h.amazon()[1].host; got != "advertising-api.amazon.com" {
		t.Errorf("the account lives in NA, called %s", got)
	}
	h.change(h.shop, func(g *snapshot.Grant) { g.Accounts = []canon.Account{{ID: profileDE, Region: canon.EU}} })
	h.want(h.call("GET", "/v2/profiles"), 200, "")
	if got := h.amazon()[2].host; got != "advertising-api-eu.amazon.com" {
		t.Errorf("all accounts live in EU, called %s", got)
	}
}

// An SDK whose address and key were changed lists profiles without a word of regions: it gets those of all.
func TestRegion_ListsOfAllWhereNoneIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.want(h.call("GET", "/v2/profiles"), 200, "")
	var hosts []string
	for _, got := range h.amazon() {
		hosts = append(hosts, got.host)
	}
	slices.Sort(hosts)
	if d := cmp.Diff([]string{"advertising-api-eu.amazon.com", "advertising-api-fe.amazon.com", "advertising-api.amazon.com"}, hosts); d != "" {
		t.Errorf("called (-want +got)\n%s", d)
	}
}

// D13: the profile id of a grant that the pass may not use, and one that two grants share.
func TestD13_OtherGrantsProfiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, both := h.add("both", policy.Rule{Grants: []id.Grant{h.shop, h.agency}})
	auth := []string{"Authorization", "Bearer " + both}

	foreign := h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope(profileX)...)...)
	unknown := h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope("1234")...)...)
	h.want(foreign, 404, "gateway.grant_unknown")
	h.want(unknown, 404, "gateway.grant_unknown")

	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(auth, scope(profileJP)...)...), 409, "gateway.grant_ambiguous")
	h.want(h.call("GET", "/v2/profiles", append(auth, "Lockkeeper-Region", "NA")...), 409, "gateway.grant_ambiguous")
	h.want(h.send("POST", "/sp/campaigns/list", "{}", append(append(auth, scope(profileJP)...), "Lockkeeper-Grant", "agency")...), 200, "")
	h.want(h.send("POST", "/lk/g/agency/sp/campaigns/list", "{}", append(auth, scope(profileJP)...)...), 200, "")
	if n := len(h.amazon()); n != 2 {
		t.Errorf("%d calls reached Amazon, want 2", n)
	}
}

// H1: grants of another caller by every route, named by name and by id, look as if they did not exist.
func TestH1_OtherCallersGrants(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"foreign", string(h.foreign), "agency", "no-such-grant"} {
		for _, a := range []answer{
			h.call("GET", "/lk/g/"+name+"/v2/profiles", "Lockkeeper-Region", "NA"),
			h.call("GET", "/lk/v1/passthrough/"+name+"/v2/profiles", "Lockkeeper-Region", "NA"),
			h.call("GET", "/v2/profiles", "Lockkeeper-Grant", name, "Lockkeeper-Region", "NA"),
		} {
			h.want(a, 404, "gateway.grant_unknown")
		}
		if _, a := h.tokenFor("reporter", h.pass, name); a.status != 400 {
			t.Errorf("a token was given for %s: %d", name, a.status)
		}
	}
	if n := len(h.amazon()); n != 0 {
		t.Errorf("%d calls reached Amazon", n)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, want := range map[string]string{
		"/lk/g/shop/v2/profiles":              "/v2/profiles",
		"/lk/v1/passthrough/shop/v2/profiles": "/v2/profiles",
		"/v2/profiles":                        "/v2/profiles",
		"/lk/g/shop/something/new":            "/something/new",
	} {
		before := len(h.amazon())
		h.want(h.call("GET", path, "Lockkeeper-Region", "NA"), 200, "")
		if got := h.amazon()[before].uri; got != want {
			t.Errorf("%s went out as %s, want %s", path, got, want)
		}
	}
	for _, path := range []string{"/", "/nothing", "/lk", "/lk/g", "/lk/g/shop", "/lk/v1/ads/shop/campaign", "/LK/g/shop/v2/profiles", "/v2", "/v2/profilesx", "/api/v1/callers"} {
		h.want(h.call("GET", path, "Lockkeeper-Region", "NA"), 404, "gateway.route_unknown")
	}
}

func TestPassesArePresentedInThreeWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("reporter:"+h.pass))
	for _, c := range []struct {
		headers []string
		status  int
		code    string
	}{
		{[]string{"Authorization", "Bearer " + h.pass}, 200, ""},
		{[]string{"Authorization", "bearer " + h.pass}, 200, ""},
		{[]string{"Authorization", basic}, 200, ""},
		{[]string{"Authorization", "Bearer Atza|sbxEXAMPLE", "Amazon-Ads-Clientid", h.pass}, 200, ""},
		{[]string{"Authorization", "Bearer " + h.pass, "Authorization", "Bearer Atza|sbxEXAMPLE"}, 200, ""},
		{[]string{"Authorization", "Bearer " + h.pass, "Authorization", "Bearer lkp_other"}, 400, "gateway.pass_repeated"},
		{[]string{"Authorization", ""}, 401, "gateway.pass_missing"},
		{[]string{"Authorization", "Bearer"}, 401, "gateway.pass_missing"},
		{[]string{"Authorization", h.pass}, 401, "gateway.bearer_missing"},
		{[]string{"Authorization", "Bearer Atza|sbxEXAMPLE"}, 401, "gateway.amazon_token_sent"},
		{[]string{"Authorization", "Bearer " + h.pass[:40]}, 401, "gateway.pass_malformed"},
		{[]string{"Authorization", "Bearer " + flip(h.pass)}, 401, "gateway.pass_malformed"},
		{[]string{"Authorization", "Basic !!"}, 401, "gateway.pass_missing"},
	} {
		a := h.call("GET", "/v2/profiles", append(c.headers, "Lockkeeper-Region", "NA")...)
		h.want(a, c.status, c.code)
		if a.status == http.StatusUnauthorized && a.header.Get("Www-Authenticate") != `Bearer realm="lockkeeper"` {
			t.Errorf("asks for %q", a.header.Get("Www-Authenticate"))
		}
	}
}

func flip(pass string) string {
	b := []byte(pass)
	if b[10] == 'a' {
		b[10] = 'b'
	} else {
		b[10] = 'a'
	}
	return string(b)
}
