package keytest_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const campaigns = "application/vnd.spCampaign.v3+json"

// ask calls the gateway as software does and returns the status, Lockkeeper's name for what went wrong, and the body.
func ask(t *testing.T, k *keytest.Key, pass, method, path, body string, header ...string) (int, string, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, k.Status.Gateway+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pass)
	req.Header.Set("Content-Type", campaigns)
	req.Header.Set("Accept", campaigns)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Lockkeeper-Problem"), string(text)
}

// profileIn is the id of a grant's first account in a country.
func profileIn(t *testing.T, g api.Grant, country string) string {
	t.Helper()
	i := slices.IndexFunc(g.Accounts, func(a canon.Account) bool { return a.Country == country })
	if i < 0 {
		t.Fatalf("no account in %s: %+v", country, g.Accounts)
	}
	return g.Accounts[i].ID
}

// TestTheGatewayNamesAmazonsRefusals: over real HTTP, from a caller's request to the name in the header, Amazon's own body untouched.
func TestTheGatewayNamesAmazonsRefusals(t *testing.T) {
	t.Parallel()
	const list, create = "/sp/campaigns/list", "/sp/campaigns"
	const one = `{"campaigns":[{"name":"x","state":"PAUSED","targetingType":"AUTO","budget":{"budget":10,"budgetType":"DAILY"},"startDate":"2030-01-01"}]}`
	for _, c := range []struct {
		name, user, country string
		switches            map[string]string
		path, body          string
		header              []string
		status              int
		want                string
	}{
		{"all well", kit.Advertiser, "US", nil, list, "{}", nil, 200, ""},
		{"viewer reads", kit.ViewOnly, "US", nil, list, "{}", nil, 200, ""},
		{"viewer writes", kit.ViewOnly, "US", nil, create, one, nil, 403, "ads.view_only"},
		{"viewer writes, 401", kit.ViewOnly, "US", map[string]string{"ads.viewer_write": "401"}, create, one, nil, 401, "ads.view_only"},
		{"media type", kit.Advertiser, "US", nil, list, "{}", []string{"Content-Type", "application/json"}, 415, "ads.wrong_media_type"},
		{"just linked", "just-linked", "US", nil, list, "{}", nil, 403, "ads.link_propagating"},
		{"just linked, 401", "just-linked", "US", map[string]string{"ads.fresh_link": "401"}, list, "{}", nil, 401, "ads.link_propagating"},
		{"gone path", kit.Advertiser, "US", nil, "/sp/snapshots", "{}", nil, 404, "ads.unknown_path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Switches: c.switches}})
			g := k.Connect("main", k.App(kit.Shop).Name, c.user)
			pass := k.Pass("software", "main")
			status, code, body := ask(t, k, pass, http.MethodPost, c.path, c.body, append([]string{"Amazon-Advertising-API-Scope", profileIn(t, g, c.country)}, c.header...)...)
			if status != c.status || code != c.want {
				t.Errorf("%d %q %s, want %d %q", status, code, body, c.status, c.want)
			}
			if c.want != "" && !strings.Contains(body, `"code"`) {
				t.Errorf("Amazon's body: %s", body)
			}
		})
	}
}

// TestTheDoctorTellsEmptyFromEmpty: five people whose list of profiles is short or empty, each for another reason.
func TestTheDoctorTellsEmptyFromEmpty(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ user, app, want string }{
		{kit.Advertiser, kit.Shop, "ads.payment_invalid"},
		{kit.ViewOnly, kit.Shop, "ads.view_only_accounts"},
		{kit.NoCampaigns, kit.Shop, "ads.no_campaign_yet"},
		{kit.SellerCentral, kit.Shop, "ads.wrong_user"},
		{kit.AgencyUser, kit.Shop, "ads.agency_profile"},
		{kit.Advertiser, kit.Unlinked, "ads.security_profile_not_linked"},
	} {
		t.Run(c.user+" "+c.app, func(t *testing.T) {
			t.Parallel()
			k := keytest.Start(t, keytest.Options{})
			k.Connect("main", k.App(c.app).Name, c.user)
			found, err := k.Client.Doctor(t.Context(), api.Examine{Name: "main"})
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range found {
				if f.Problem != nil {
					codes = append(codes, string(f.Problem.Code))
				}
			}
			if !slices.Equal(codes, []string{c.want}) {
				t.Errorf("found %v, want %s", codes, c.want)
			}
		})
	}
}
