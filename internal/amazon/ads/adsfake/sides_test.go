package adsfake_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The tests in this file bring the two sides together that share nothing: Lockkeeper's program and this fake.

// TestSidesAgree holds that what the fake serves is listed in program.toml under the same name, on the same hosts.
func TestSidesAgree(t *testing.T) {
	t.Parallel()
	d := ads.New().Descriptor()
	fake := start(t).front.Fakes()[0]
	for _, h := range fake.Hosts {
		region := canon.Region(h.Region)
		known := h.Name == d.Hosts[region] || h.Name == d.Files[region] || slices.Contains(d.Uploads[region], h.Name)
		if gone := strings.HasPrefix(h.Name, "advertising-api-test."); !known && !gone {
			t.Errorf("program.toml has no host %s of %s", h.Name, region)
		}
	}
	for _, r := range fake.Routes {
		if r.Operation == "files.get" || r.Operation == "files.put" {
			continue
		}
		op := d.Match(r.Method, r.Pattern)
		if op.ID != r.Operation || op.Path != r.Pattern || !d.Owns(r.Pattern) {
			t.Errorf("the fake serves %s %s as %s, program.toml has it as %s %s", r.Method, r.Pattern, r.Operation, op.ID, op.Path)
		}
		if op.Scoped != scoped(r.Pattern) {
			t.Errorf("%s: scoped is %v in program.toml", r.Operation, op.Scoped)
		}
	}
}

// scoped tells which paths act on the profile of the Scope header (ads-lwa 2.2, 6.5).
func scoped(path string) bool {
	return !slices.ContainsFunc([]string{"/v2/profiles", "/managerAccounts", "/adsAccounts", "/testAccounts"}, func(p string) bool { return strings.HasPrefix(path, p) }) &&
		!(strings.HasPrefix(path, "/adsApi/v1/") && strings.HasSuffix(path, "/reports"))
}

// TestSidesAgreeOnMedia holds that program.toml and the fake want the same media types of Sponsored Products and portfolios:
// each operation takes its own and nothing else, and all of ads-lwa 3.1 and 4.1 is served. Catalogues, which GET reads, have no body to be of a type.
func TestSidesAgreeOnMedia(t *testing.T) {
	t.Parallel()
	d := ads.New().Descriptor()
	s := start(t)
	c, served := s.shop(), 0
	for _, r := range s.front.Fakes()[0].Routes {
		op := d.Match(r.Method, r.Pattern)
		if !strings.HasPrefix(r.Pattern, "/sp/") && !strings.HasPrefix(r.Pattern, "/portfolios") || r.Method == "GET" {
			continue
		}
		served++
		if w := c.with("Content-Type", op.Accept).with("Accept", op.Accept).do(r.Method, r.Pattern, `{}`); w.Code == 415 {
			t.Errorf("%s: the fake does not take %s", r.Operation, op.Accept)
		}
		if w := c.with("Content-Type", "application/json").with("Accept", "application/json").do(r.Method, r.Pattern, `{}`); w.Code != 415 {
			t.Errorf("%s: the fake takes plain JSON: %d", r.Operation, w.Code)
		}
	}
	if want := 9*4 + 4; served != want {
		t.Errorf("%d operations of Sponsored Products and portfolios, want %d", served, want)
	}
}

// asker sends the program's calls to the fake as egress would.
type asker struct {
	s       *sbx
	program *ads.Program
	token   string
}

func (a asker) Ask(_ context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	caller := a.s.as(kit.SellerCentral).without("Authorization").without("Amazon-Advertising-Api-Clientid").at(string(region))
	for name, values := range c.Header {
		caller.header[name] = values
	}
	caller.header.Set("Authorization", "Bearer "+a.token)
	caller.header.Set("Amazon-Advertising-API-ClientId", a.s.world.Profile(kit.Shop).ClientID)
	path := c.Path
	if len(c.Query) > 0 {
		path += "?" + c.Query.Encode()
	}
	w := caller.do(c.Method, path, string(c.Body))
	return &amazon.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}, nil
}

// TestEmptyListsHaveCauses holds that the program finds each user's accounts, and of each empty list the cause, with
// view-only users answered in either way.
func TestEmptyListsHaveCauses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		user, regions, viewOnly string
		accounts                int
		want                    problem.Code // of the only problem, if any
	}{
		{kit.Advertiser, "NA EU FE", "empty", 12, ""},
		{kit.Advertiser, "EU", "empty", 5, ""},
		{kit.ViewOnly, "NA EU FE", "empty", 2, ""},
		{kit.ViewOnly, "NA EU FE", "403", 2, ""},
		{kit.NoCampaigns, "NA EU FE", "empty", 0, problem.AdsNoCampaignYet},
		{kit.SellerCentral, "NA EU FE", "empty", 0, problem.AdsWrongUser},
		{adsfake.JustLinked, "EU", "empty", 0, problem.AdsNoProfilesOtherRegion},
		{kit.AgencyUser, "NA", "empty", 1, ""},
	} {
		s := start(t)
		s.turn("ads.view_only", tt.viewOnly)
		p := ads.New()
		var regions []canon.Region
		for r := range strings.FieldsSeq(tt.regions) {
			regions = append(regions, canon.Region(r))
		}
		accounts, problems, err := p.Accounts(t.Context(), asker{s, p, s.token(kit.Shop, tt.user, "NA")}, regions)
		if err != nil || len(accounts) != tt.accounts {
			t.Errorf("%s in %s: %d accounts, %v", tt.user, tt.regions, len(accounts), err)
		}
		codes := []problem.Code{}
		for _, x := range problems {
			codes = append(codes, x.Code)
		}
		want := []problem.Code{}
		if tt.want != "" {
			want = append(want, tt.want)
		}
		if diff := cmp.Diff(want, codes); diff != "" {
			t.Errorf("%s in %s (-want +got)\n%s", tt.user, tt.regions, diff)
		}
		if tt.user == kit.ViewOnly && slices.ContainsFunc(accounts, func(a canon.Account) bool { return !a.ViewOnly }) {
			t.Errorf("a view-only account is not known as one: %+v", accounts)
		}
	}
}

// TestRefusalsAreRecognised holds that the program has a name for each refusal of the fake, and tells them apart.
func TestRefusalsAreRecognised(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	write := func(c *caller) *httptest.ResponseRecorder { return c.do("POST", "/sp/campaigns", `{"campaigns":[]}`) }
	for _, tt := range []struct {
		w     *httptest.ResponseRecorder
		facts []amazon.Fact
		want  problem.Code
	}{
		{c.without("Authorization").list(""), []amazon.Fact{amazon.NoToken}, problem.AdsAuthorizationMissing},
		{c.with("Authorization", "Atza|sbxEXAMPLE").list(""), nil, problem.AdsBearerMissing},
		{c.with("Authorization", "Bearer x").list(""), nil, problem.AdsTokenRefused},
		{c.without("Amazon-Advertising-Api-Clientid").list(""), nil, problem.AdsClientIDMissing},
		{c.without("Amazon-Advertising-Api-Scope").list(""), nil, problem.AdsScopeMissing},
		{c.with("Amazon-Advertising-Api-Scope", "x").list(""), nil, problem.AdsScopeForm},
		{c.with("Amazon-Advertising-Api-Scope", "5").list(""), nil, problem.AdsProfileUnknown},
		{c.on(s.profile(kit.NoCampaigns, "US", "seller")).list(""), nil, problem.AdsForeignScope},
		{c.on(s.profile(kit.Advertiser, "JP", "seller")).at("na").list(""), []amazon.Fact{amazon.OtherRegion, amazon.KnownAccount}, problem.AdsWrongRegion},
		{
			s.as(adsfake.JustLinked).on(s.profile(adsfake.JustLinked, "US", "seller")).list(""),
			[]amazon.Fact{amazon.FreshLink, amazon.KnownAccount},
			problem.AdsLinkPropagating,
		},
		{
			write(s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller"))),
			[]amazon.Fact{amazon.ViewOnly, amazon.IsWrite, amazon.KnownAccount},
			problem.AdsViewOnly,
		},
		{c.with("Content-Type", "application/json").list(""), nil, problem.AdsWrongMediaType},
		{s.as(kit.AgencyUser).on(s.profile(kit.AgencyUser, "US", "agency")).list(""), nil, problem.AdsAgencyProfile},
		{c.list(`{"nextToken":"x"}`), nil, problem.AdsBadNextToken},
		{c.list(`{"maxResults":"x"}`), nil, problem.AdsInvalidArgument},
		{c.get("/v1/profiles"), nil, problem.AdsUnknownPath},
	} {
		got, refused := ads.New().Classify(amazon.Evidence{Status: tt.w.Code, Header: tt.w.Header(), Body: tt.w.Body.Bytes(), Facts: tt.facts, Now: began})
		if !refused || got.Code != tt.want {
			t.Errorf("%d %s is %s, want %s", tt.w.Code, tt.w.Body, got.Code, tt.want)
		}
	}
}
