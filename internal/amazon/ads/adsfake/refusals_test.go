package adsfake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestRefusals goes through the rows of ads-lwa 8.2 that these operations can meet, in the order of the gateway's checks,
// with every switch at both of its sides. {rid} stands for the request id that the headers carry too.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const list = "POST /sp/campaigns/list"
	const authFailed = `{"code":"401","details":"Authentication failed","requestId":"{rid}"}`
	for _, tt := range []struct {
		name     string
		switches string // "name=value name=value"
		call     string
		caller   func(*sbx) *caller
		status   int
		body     string
	}{
		{
			"no Authorization", "", "GET /v2/profiles", func(s *sbx) *caller { return s.shop().without("Authorization") },
			401, `{"code":"UNAUTHORIZED","details":"Authentication failed","requestId":"{rid}"}`,
		},
		{
			"no Authorization on SP", "", list, func(s *sbx) *caller { return s.shop().without("Authorization") },
			401, `{"code":"UNAUTHORIZED","details":"Authentication failed","requestId":"{rid}"}`,
		},
		{
			"Bearer missing, behind API Gateway", "", list, func(s *sbx) *caller { return s.shop().with("Authorization", "Atza|sbxEXAMPLE") },
			403, `{"message":"'Atza|sbxEXAMPLE' not a valid key=value pair (missing equal-sign) in Authorization header: 'Atza|sbxEXAMPLE'."}`,
		},
		{
			"Bearer missing, at the gateway", "", "GET /v2/profiles", func(s *sbx) *caller { return s.shop().with("Authorization", "Atza|sbxEXAMPLE") },
			401, `{"code":"UNAUTHORIZED","details":"Authentication failed","requestId":"{rid}"}`,
		},
		{"garbage token", "", list, func(s *sbx) *caller { return s.shop().with("Authorization", "Bearer garbage") }, 401, authFailed},
		{"expired token", "", list, func(s *sbx) *caller { c := s.shop(); s.world.Clock.Advance(time.Hour); return c }, 401, authFailed},
		{"withdrawn consent", "", list, func(s *sbx) *caller { c := s.shop(); s.world.Tokens.Revoke(nil, nil); return c }, 401, authFailed},
		{"refresh token", "", list, func(s *sbx) *caller {
			c := s.world.Tokens.Consent(s.world.Profile(kit.Shop), s.world.User(kit.Advertiser), []string{"advertising::campaign_management"}, "NA")
			return s.shop().with("Authorization", "Bearer "+c.RefreshToken())
		}, 401, authFailed},
		{"token of another scope", "", list, func(s *sbx) *caller {
			return s.shop().with("Authorization", "Bearer "+s.token(kit.Shop, kit.Advertiser, "NA", "profile"))
		}, 401, authFailed},
		{"client credentials", "", list, func(s *sbx) *caller {
			token, _ := s.world.Tokens.ClientCredentials(s.world.Profile(kit.Shop), "messaging:push", "NA")
			return s.shop().with("Authorization", "Bearer "+token)
		}, 401, authFailed},
		{"token of another region, bound", "ads.token_region=bound", list, func(s *sbx) *caller {
			return s.shop().with("Authorization", "Bearer "+s.token(kit.Shop, kit.Advertiser, "EU"))
		}, 401, authFailed},
		{
			"no client id", "", list, func(s *sbx) *caller { return s.shop().without("Amazon-Advertising-Api-Clientid") },
			401, `{"code":"UNAUTHORIZED","details":"Amazon-Advertising-API-ClientId header is missing","requestId":"{rid}"}`,
		},
		{
			"no client id, 400", "ads.missing_client=400", list, func(s *sbx) *caller { return s.shop().without("Amazon-Advertising-Api-Clientid") },
			400, `{"code":"400","details":"Amazon-Advertising-API-ClientId header is missing","requestId":"{rid}"}`,
		},
		{"client id of another profile", "", list, func(s *sbx) *caller {
			return s.shop().with("Amazon-Advertising-Api-Clientid", s.world.Profile(kit.Agency).ClientID)
		}, 401, authFailed},
		{"two spellings that differ", "", list, func(s *sbx) *caller {
			return s.shop().with("Amazon-Ads-Clientid", s.world.Profile(kit.Agency).ClientID)
		}, 401, authFailed},
		{"unlinked security profile", "", "GET /v2/profiles", func(s *sbx) *caller {
			return s.shop().with("Authorization", "Bearer "+s.token(kit.Unlinked, kit.Advertiser, "NA")).
				with("Amazon-Advertising-Api-Clientid", s.world.Profile(kit.Unlinked).ClientID)
		}, 401, authFailed},
		{
			"no scope", "", list, func(s *sbx) *caller { return s.shop().without("Amazon-Advertising-Api-Scope") },
			401, `{"code":"UNAUTHORIZED","details":"Scope header is missing","requestId":"{rid}"}`,
		},
		{
			"no scope, 403", "ads.missing_scope=403", list, func(s *sbx) *caller { return s.shop().without("Amazon-Advertising-Api-Scope") },
			403, `{"code":"ACCESS_DENIED","message":"Access denied"}`,
		},
		{
			"no scope, 400", "ads.missing_scope=400", list, func(s *sbx) *caller { return s.shop().without("Amazon-Advertising-Api-Scope") },
			400, `{"code":"400","details":"Scope header is missing","requestId":"{rid}"}`,
		},
		{
			"scope no number", "", list, func(s *sbx) *caller { return s.shop().with("Amazon-Advertising-Api-Scope", "ENTITY1") },
			400, `{"code":"400","details":"Scope header is not valid","requestId":"{rid}"}`,
		},
		{
			"scope unknown", "", list, func(s *sbx) *caller { return s.shop().with("Amazon-Advertising-Api-Scope", "123") },
			401, `{"code":"UNAUTHORIZED","details":"No matching advertiser found for scope"}`,
		},
		{
			"scope of somebody else", "", list, func(s *sbx) *caller { return s.shop().on(s.profile(kit.NoCampaigns, "US", "seller")) },
			401, `{"code":"UNAUTHORIZED","details":"Not authorized to access scope {scope}"}`,
		},
		{
			"scope of another region", "", list, func(s *sbx) *caller { return s.shop().on(s.profile(kit.Advertiser, "DE", "seller")).at("na") },
			401, `{"code":"UNAUTHORIZED","details":"Not authorized to access scope {scope}"}`,
		},
		{
			"scope of another region, other text", "ads.other_region=no_match", list,
			func(s *sbx) *caller { return s.shop().on(s.profile(kit.Advertiser, "DE", "seller")).at("na") },
			401, `{"code":"UNAUTHORIZED","details":"No matching advertiser found for scope"}`,
		},
		{"profile linked now", "", list, func(s *sbx) *caller {
			return s.as(adsfake.JustLinked).on(s.profile(adsfake.JustLinked, "US", "seller"))
		}, 403, `{"code":"ACCESS_DENIED","message":"Access denied"}`},
		{"profile linked now, 401", "ads.fresh_link=401", list, func(s *sbx) *caller {
			return s.as(adsfake.JustLinked).on(s.profile(adsfake.JustLinked, "US", "seller"))
		}, 401, `{"code":"UNAUTHORIZED","details":"Not authorized to access scope {scope}"}`},
		{
			"viewer writes", "", "POST /sp/campaigns", func(s *sbx) *caller { return s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")) },
			403, `{"code":"ACCESS_DENIED","message":"Access denied"}`,
		},
		{
			"viewer writes, 401", "ads.viewer_write=401", "POST /sp/campaigns",
			func(s *sbx) *caller { return s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")) },
			401, `{"code":"UNAUTHORIZED","details":"Not authorized to perform this operation","requestId":"{rid}"}`,
		},
		{"viewer reads", "", list, func(s *sbx) *caller { return s.as(kit.ViewOnly).on(s.profile(kit.Advertiser, "US", "seller")) }, 200, ""},
		{
			"Content-Type plain", "", list, func(s *sbx) *caller { return s.shop().with("Content-Type", "application/json") },
			415, `{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Cannot consume content type"}`,
		},
		{
			"Content-Type missing", "", list, func(s *sbx) *caller { return s.shop().without("Content-Type") },
			415, `{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Cannot consume content type"}`,
		},
		{
			"Accept any", "", list, func(s *sbx) *caller { return s.shop().with("Accept", "*/*") },
			415, `{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Cannot consume content type"}`,
		},
		{"Accept any, lenient", "ads.accept=lenient", list, func(s *sbx) *caller { return s.shop().with("Accept", "*/*") }, 200, ""},
		{"Content-Type with charset", "", list, func(s *sbx) *caller {
			return s.shop().with("Content-Type", "Application/vnd.spcampaign.v3+JSON; charset=utf-8")
		}, 200, ""},
		{
			"Content-Type of PUT profiles", "", "PUT /v2/profiles", func(s *sbx) *caller { return s.shop().with("Content-Type", "text/plain") },
			415, `{"code":"415","details":"Cannot consume content type","requestId":"{rid}"}`,
		},
		{
			"agency profile on SP", "", list, func(s *sbx) *caller { return s.as(kit.AgencyUser).on(s.profile(kit.AgencyUser, "US", "agency")) },
			400, `{"code":"400","details":" The request input is invalid. Advertiser ID cannot be decrypted"}`,
		},
		{"view-only profiles", "", "GET /v2/profiles", func(s *sbx) *caller { return s.as(kit.ViewOnly) }, 200, `[]`},
		{
			"view-only profiles, 403", "ads.view_only=403", "GET /v2/profiles", func(s *sbx) *caller { return s.as(kit.ViewOnly) },
			403, `{"code":"403","details":"Forbidden","requestId":"{rid}"}`,
		},
		{"Seller Central login", "", "GET /v2/profiles", func(s *sbx) *caller { return s.as(kit.SellerCentral) }, 200, `[]`},
		{"account without campaigns", "", "GET /v2/profiles", func(s *sbx) *caller { return s.as(kit.NoCampaigns) }, 200, `[]`},
		{
			"unknown path", "", "GET /sp/nowhere", func(s *sbx) *caller { return s.shop() },
			404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com/sp/nowhere"}`,
		},
		{
			"dead route", "", "GET /v1/profiles", func(s *sbx) *caller { return s.as(kit.Advertiser).at("eu") },
			404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api-eu.amazon.com/v1/profiles"}`,
		},
		{
			"dead SP v2", "", "GET /v2/sp/campaigns", func(s *sbx) *caller { return s.shop() },
			404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com/v2/sp/campaigns"}`,
		},
		{
			"dead snapshots", "", "POST /v2/sp/campaigns/snapshot", func(s *sbx) *caller { return s.shop() },
			404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com/v2/sp/campaigns/snapshot"}`,
		},
		{
			"dead sandbox register", "", "PUT /v2/profiles/register", func(s *sbx) *caller { return s.shop() },
			404, `{"code":"NOT_FOUND","details":"Could not find resource for full path: https://advertising-api.amazon.com/v2/profiles/register"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			for sw := range strings.FieldsSeq(tt.switches) {
				name, value, _ := strings.Cut(sw, "=")
				s.turn(name, value)
			}
			c := tt.caller(s)
			method, path, _ := strings.Cut(tt.call, " ")
			w := c.do(method, path, "{}")
			want := strings.NewReplacer("{rid}", w.Header().Get("X-Amz-Rid"), "{scope}", c.header.Get("Amazon-Advertising-Api-Scope")).Replace(tt.body)
			if w.Code != tt.status || (tt.body != "" && w.Body.String() != want) {
				t.Errorf("%s\ngot  %d %s\nwant %d %s", tt.call, w.Code, w.Body, tt.status, want)
			}
			if w.Header().Get("X-Amz-Rid") == "" || !json.Valid(w.Body.Bytes()) {
				t.Errorf("no request id, or no JSON: %v", w.Header())
			}
		})
	}
}

// TestPropagation holds that a profile linked now works when an hour of the sandbox's clock has passed.
func TestPropagation(t *testing.T) {
	t.Parallel()
	s := start(t)
	p := s.profile(adsfake.JustLinked, "US", "seller")
	call := func() int { return s.as(adsfake.JustLinked).on(p).list("").Code }
	if got := call(); got != 403 {
		t.Errorf("at once: %d", got)
	}
	if got := read[[]any](t, s.as(adsfake.JustLinked).get("/v2/profiles")); len(got) != 1 {
		t.Errorf("the profile is not listed: %v", got)
	}
	s.turn("ads.fresh_link", "hidden")
	if got := read[[]any](t, s.as(adsfake.JustLinked).get("/v2/profiles")); len(got) != 0 {
		t.Errorf("the profile is listed although new ones are hidden: %v", got)
	}
	s.world.Clock.Advance(time.Hour - time.Second)
	if got := call(); got != 401 {
		t.Errorf("hidden, a second before the hour: %d", got)
	}
	s.world.Clock.Advance(time.Second)
	if got := call(); got != 200 {
		t.Errorf("after the hour: %d", got)
	}
	if got := read[[]any](t, s.as(adsfake.JustLinked).get("/v2/profiles")); len(got) != 1 {
		t.Errorf("after the hour it is not listed: %v", got)
	}
}

// TestOrder holds the order of the gateway's checks (ads-lwa 11): a request that fails them all is refused by the first,
// and mending one thing at a time brings out the next.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.pace", "1h")
	good := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "US", "seller"))
	for range 10 { // use up the burst
		good.list("")
	}
	bad := s.as(kit.ViewOnly).without("Amazon-Advertising-Api-Clientid").with("Content-Type", "text/plain")
	token := bad.header.Get("Authorization")
	view := s.profile(kit.Advertiser, "US", "seller")
	other := s.profile(kit.Advertiser, "DE", "seller") // which the viewer may see, in another region
	for _, step := range []struct{ name, value, want string }{
		{"Authorization", strings.TrimPrefix(token, "Bearer "), "equal-sign"},
		{"Authorization", "Bearer x", "Authentication failed"},
		{"Authorization", token, "ClientId header is missing"},
		{"Amazon-Advertising-Api-Clientid", s.world.Profile(kit.Agency).ClientID, "Authentication failed"},
		{"Amazon-Advertising-Api-Clientid", s.world.Profile(kit.Shop).ClientID, "Scope header is missing"},
		{"Amazon-Advertising-Api-Scope", "5", "No matching advertiser"},
		{"Amazon-Advertising-Api-Scope", other.ID, "Not authorized to access scope"},
		{"Amazon-Advertising-Api-Scope", view.ID, "ACCESS_DENIED"},
		{"Authorization", good.header.Get("Authorization"), "Cannot consume"},
		{"Content-Type", spCampaign, "Cannot consume"},
		{"Accept", spCampaign, "THROTTLED"},
	} {
		bad = bad.with(step.name, step.value)
		if w := bad.do("POST", "/sp/campaigns", "{"); !strings.Contains(w.Body.String(), step.want) {
			t.Fatalf("after setting %s: %d %s, want %q", step.name, w.Code, w.Body, step.want)
		}
	}
	s.world.Clock.Advance(24 * time.Hour)
	if w := s.shop().do("POST", "/sp/campaigns", "{"); w.Code != 400 || !strings.Contains(w.Body.String(), "INVALID_ARGUMENT") {
		t.Fatalf("at last: %d %s", w.Code, w.Body)
	}
}
