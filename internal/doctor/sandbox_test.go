package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/doctor"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// clinic is a sandbox, the door to it and a doctor, all on one clock.
func clinic(t *testing.T, switches map[string]string) (*sandbox.Server, *egress.Door, doctor.Doctor) {
	t.Helper()
	amz, err := sandbox.New(sandbox.Options{Switches: switches})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amz.Close() })
	var hosts []string
	for _, r := range canon.Regions() {
		hosts = append(hosts, lwa.Hosts(r).API, lwa.Hosts(r).Authorize)
	}
	door, err := egress.New(egress.Config{Programs: []amazon.Program{ads.New()}, Hosts: hosts, SandboxURL: "http://" + amz.Addr(), Now: amz.Now})
	if err != nil {
		t.Fatal(err)
	}
	return amz, door, doctor.Doctor{LWA: lwa.Client{Sender: door, Now: amz.Now}, Now: amz.Now}
}

// TestAppsOfTheSandbox examines its security profiles over real HTTP.
func TestAppsOfTheSandbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		profile  string
		spoil    func(*doctor.App)
		switches map[string]string
		want     string // what is not ok
	}{
		{"shop", kit.Shop, nil, nil, ""},
		{"another company's", kit.Agency, nil, nil, ""},
		{"secret of another", kit.Shop, func(a *doctor.App) { a.Secret = secret.New("amzn1.oa2-cs.v1." + strings.Repeat("0", 64)) }, nil, "secret lwa.invalid_client"},
		{"return URL not listed", kit.Shop, func(a *doctor.App) { a.ReturnURL = "https://elsewhere.example/cb" }, nil, "return_url lwa.return_url_not_listed, scope doctor.not_asked"},
		{
			"unknown scope", kit.Shop, func(a *doctor.App) { a.Scopes = []string{"profile", "advertising:campaign_management"} }, nil,
			"scope_form lwa.scope_form, scope lwa.unknown_scope",
		},
		{"unknown scope, told by a redirect", kit.Shop, func(a *doctor.App) { a.Scopes = []string{"brand:new"} }, map[string]string{"lwa.bad_scope": "redirect"}, "scope lwa.unknown_scope"},
		{"unlinked, refused at consent", kit.Unlinked, nil, map[string]string{"lwa.unlinked_scope": "refuse"}, "scope lwa.unknown_scope"},
		{
			"client id of nobody", kit.Shop, func(a *doctor.App) { a.ClientID = clientID }, nil,
			"client_id lwa.unknown_client_id, return_url doctor.not_asked, scope doctor.not_asked, secret lwa.invalid_client",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			amz, _, d := clinic(t, c.switches)
			p := amz.World().Profile(c.profile)
			a := doctor.App{
				App:       lwa.App{ClientID: p.ClientID, Secret: secret.New(p.Secret()), Realm: amazon.Sandbox, Region: canon.EU},
				ReturnURL: "http://localhost:7070/oauth/callback", Scopes: ads.New().Descriptor().Scopes,
			}
			if c.spoil != nil {
				c.spoil(&a)
			}
			if diff := cmp.Diff(c.want, wrong(d.App(t.Context(), a))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// wrong lists the checks that are not plainly ok, with their problems.
func wrong(checks []doctor.Check) string {
	var out []string
	for _, c := range checks {
		if c.Result != doctor.OK {
			out = append(out, c.Name+" "+string(c.Problem.Code))
		}
	}
	return strings.Join(out, ", ")
}

// TestGrantsOfTheSandbox examines a consent of each of its people, with the switches where sources differ.
func TestGrantsOfTheSandbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		user, profile string
		switches      map[string]string
		want          string
		accounts      int
	}{
		{kit.Advertiser, kit.Shop, nil, "payment ads.payment_invalid", 12},
		{kit.Advertiser, kit.Unlinked, nil, "accounts ads.security_profile_not_linked", 0},
		{kit.ViewOnly, kit.Shop, nil, "view_only ads.view_only_accounts", 2},
		{kit.ViewOnly, kit.Shop, map[string]string{"ads.view_only": "403"}, "view_only ads.view_only_accounts", 2},
		{kit.NoCampaigns, kit.Shop, nil, "accounts ads.no_campaign_yet", 0},
		{kit.SellerCentral, kit.Shop, nil, "accounts ads.wrong_user", 0},
		{kit.AgencyUser, kit.Shop, nil, "agency ads.agency_profile", 1},
	} {
		t.Run(c.user+" "+c.profile+" "+c.switches["ads.view_only"], func(t *testing.T) {
			t.Parallel()
			amz, door, d := clinic(t, c.switches)
			p := amz.World().Profile(c.profile)
			app := lwa.App{ClientID: p.ClientID, Secret: secret.New(p.Secret()), Realm: amazon.Sandbox, Region: canon.NA}
			result := d.LWA.Refresh(t.Context(), app, secret.New(amz.Consent(c.profile, c.user).RefreshToken()))
			if result.Class != lwa.Granted {
				t.Fatalf("refreshing: %+v", result)
			}
			expires := amz.Now().Add(result.Tokens.ExpiresIn)
			token := func() (snapshot.Token, bool) {
				return snapshot.Token{Access: result.Tokens.Access, Generation: 1, Obtained: amz.Now(), Expires: expires}, true
			}
			var kept []canon.Account
			checks := d.Grant(t.Context(), doctor.Grant{
				Program: ads.New(), App: app, Health: "ok", Access: result.Tokens.Access, Expires: expires,
				Asker: door.For(snapshot.Grant{Name: "g", Program: "ads", Realm: amazon.Sandbox, ClientID: p.ClientID, Region: canon.NA}, ads.New(), token),
				Keep:  func(a []canon.Account) error { kept = a; return nil },
			})
			if got := wrong(checks); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if len(kept) != c.accounts {
				t.Errorf("%d accounts, want %d", len(kept), c.accounts)
			}
			if i := slices.IndexFunc(checks, func(k doctor.Check) bool { return k.Name == "user" }); !strings.Contains(checks[i].Detail, "@") {
				t.Errorf("who consented: %q", checks[i].Detail)
			}
		})
	}
}
