package adsfake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// began is when the clock of every test stands.
var began = time.Date(2026, 3, 6, 17, 3, 50, 0, time.UTC)

const spCampaign = "application/vnd.spCampaign.v3+json"

// A world under test: the fake behind the kit's front, without any network.
type sbx struct {
	t     testing.TB
	world *kit.World
	front *kit.Front
}

func start(t testing.TB) *sbx {
	t.Helper()
	w := kit.DefaultWorld(7, kit.FrozenClock(began))
	f, err := kit.NewFront(kit.FrontConfig{World: w, Fakes: []kit.Fake{adsfake.New(w)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return &sbx{t: t, world: w, front: f}
}

// turn sets a switch.
func (s *sbx) turn(name, value string) {
	s.t.Helper()
	if err := s.front.Switch(name).Set(value); err != nil {
		s.t.Fatal(err)
	}
}

// token is an access token of a user for a security profile, with the scope of the Ads API.
func (s *sbx) token(profile, user, region string, scopes ...string) string {
	if scopes == nil {
		scopes = []string{"profile", "advertising::campaign_management"}
	}
	return s.world.Tokens.Consent(s.world.Profile(profile), s.world.User(user), scopes, region).Issue(region).Access
}

// A caller is a piece of software with a token, as it should be; tests break one thing at a time.
type caller struct {
	s      *sbx
	region string
	header http.Header
}

func (s *sbx) as(user string) *caller {
	return &caller{s: s, region: "na", header: http.Header{
		"Authorization":                   {"Bearer " + s.token(kit.Shop, user, "NA")},
		"Amazon-Advertising-Api-Clientid": {s.world.Profile(kit.Shop).ClientID},
	}}
}

// in returns the caller calling another region.
func (c *caller) in(region string) *caller { return c.with("", "").at(region) }

func (c *caller) at(region string) *caller { c.region = strings.ToLower(region); return c }

// with returns the caller with one header set, or without it.
func (c *caller) with(name, value string) *caller {
	next := &caller{s: c.s, region: c.region, header: c.header.Clone()}
	if name != "" {
		next.header.Set(name, value)
	}
	return next
}

func (c *caller) without(name string) *caller {
	next := c.with("", "")
	next.header.Del(name)
	return next
}

// on returns the caller acting on a profile, with the media types of SP v3.
func (c *caller) on(p profile) *caller {
	return c.with("Amazon-Advertising-Api-Scope", p.ID).with("Content-Type", spCampaign).with("Accept", spCampaign).at(p.Region)
}

func (c *caller) do(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1/"+c.region+path, strings.NewReader(body))
	r.Header = c.header.Clone()
	w := httptest.NewRecorder()
	c.s.front.ServeHTTP(w, r)
	everyAnswer.hold(c.s.t, c, method, path, body, w)
	return w
}

func (c *caller) get(path string) *httptest.ResponseRecorder { return c.do("GET", path, "") }

func (c *caller) list(body string) *httptest.ResponseRecorder {
	return c.do("POST", "/sp/campaigns/list", body)
}

// read parses an answer's body.
func read[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return v
}

// profile is what the control side tells of an ad account.
type profile struct {
	ID        string         `json:"profile_id"`
	Region    string         `json:"region"`
	Country   string         `json:"country"`
	Kind      string         `json:"kind"`
	Users     []string       `json:"users"`
	Viewers   []string       `json:"viewers"`
	Campaigns map[string]int `json:"campaigns"`
}

// profiles lists the world's ad accounts through the control side's description.
func (s *sbx) profiles() []profile {
	s.t.Helper()
	text, err := json.Marshal(s.front.Fakes()[0].World())
	if err != nil {
		s.t.Fatal(err)
	}
	var d struct{ Profiles []profile }
	if err := json.Unmarshal(text, &d); err != nil {
		s.t.Fatal(err)
	}
	return d.Profiles
}

// profile finds a user's profile by country and kind.
func (s *sbx) profile(user, country, kind string) profile {
	s.t.Helper()
	for _, p := range s.profiles() {
		if p.Country == country && p.Kind == kind && strings.Contains(strings.Join(p.Users, " "), user) {
			return p
		}
	}
	s.t.Fatalf("no %s profile of %s in %s", kind, user, country)
	return profile{}
}

// shop is the advertiser acting on the US seller profile.
func (s *sbx) shop() *caller {
	return s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "US", "seller"))
}
