//go:build interop

package interop_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/covered"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const returnURL = "http://localhost:7070/oauth/callback"

// A world is what a foreign client is pointed at: the sandbox itself, or a Lockkeeper in front of it.
type world struct {
	name      string
	amazon    *sandbox.Server
	token     string // URL of the token endpoint
	ads       string // base URL of the Ads API
	client    string // client id
	secret    string
	refresh   string
	profile   string // an Ads profile with several campaigns
	refused   string // status of a token request after that
	revoke    func() // withdraws what the client lives on
	curlHome  string // folder of a .curlrc
	tls       string // where the gateway answers for Amazon's own hosts
	authority string // and whom to trust there
	throttled *kit.Armed
	made      []admfake.Device
	driver    string // the client, as the record of what it drives calls it
}

// sandboxWorld is Amazon on loopback with a consent that was just given.
func sandboxWorld(t *testing.T) *world {
	t.Helper()
	amazon, err := sandbox.New(sandbox.Options{Seed: 11, ReturnURLs: []string{returnURL}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amazon.Close() })
	app := amazon.World().Profile(kit.Shop)
	consent := amazon.Consent(kit.Shop, kit.Advertiser, "profile", "advertising::campaign_management", "cpc_advertising:campaign_management")
	return &world{
		name: "sandbox", amazon: amazon,
		token: amazon.URL("lwa", "NA") + "/auth/o2/token", ads: amazon.URL("ads", "NA"),
		client: app.ClientID, secret: app.Secret(), refresh: consent.RefreshToken(),
		profile: profileWithCampaigns(t, amazon, consent), refused: "400",
		revoke: func() { consent.Revoke() },
	}
}

// gatewayWorld is a Lockkeeper in front of the sandbox. The client holds a caller's name, its pass and a grant's name where
// Amazon's client id, client secret and refresh token would be; nothing of Amazon's reaches it.
func gatewayWorld(t *testing.T) *world {
	t.Helper()
	key := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Seed: 11}, Configure: func(c *config.Config) { c.AmazonTLS = "127.0.0.1:0" }})
	key.App(kit.Shop)
	key.Connect("shop", kit.Shop, kit.Advertiser)
	pass := key.Pass("reports", "shop")
	scope := []string{"profile", "advertising::campaign_management"}
	return &world{
		name: "gateway", amazon: key.Sandbox,
		token: key.Status.Gateway + "/auth/o2/token", ads: key.Status.Gateway,
		client: "reports", secret: pass, refresh: "shop",
		profile: profileWithCampaigns(t, key.Sandbox, key.Sandbox.Consent(kit.Shop, kit.Advertiser, scope...)),
		revoke: func() {
			if err := key.Client.RevokeCaller(t.Context(), "reports"); err != nil {
				t.Fatal(err)
			}
		},
		refused: "401", tls: key.Status.AmazonTLS, authority: key.Status.Authority,
	}
}

// profileWithCampaigns asks the sandbox, as any client would, for a seller's profile in NA.
func profileWithCampaigns(t *testing.T, amazon *sandbox.Server, consent *kit.Consent) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, amazon.URL("ads", "NA")+"/v2/profiles", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+consent.Issue("NA").Access)
	req.Header.Set("Amazon-Advertising-API-ClientId", amazon.World().Profile(kit.Shop).ClientID)
	resp, err := amazon.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var profiles []struct {
		ID      int64  `json:"profileId"`
		Country string `json:"countryCode"`
		Info    struct {
			Type string `json:"type"`
		} `json:"accountInfo"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&profiles); err != nil {
		t.Fatalf("reading the profiles: %v", err)
	}
	for _, p := range profiles {
		if p.Country == "US" && p.Info.Type == "seller" {
			return strconv.FormatInt(p.ID, 10)
		}
	}
	t.Fatalf("the advertiser has no seller's profile in the US among %d", len(profiles))
	return ""
}

// converse runs a client against w, serving every wish that the clients have.
func (w *world) converse(t *testing.T, dir string, command ...string) {
	t.Helper()
	before := w.amazon.Journal().Last()
	conversation{
		command: command, dir: dir,
		env: []string{
			"LK_TOKEN_URL=" + w.token, "LK_ADS_URL=" + w.ads, "LK_CLIENT_ID=" + w.client, "LK_CLIENT_SECRET=" + w.secret,
			"LK_REFRESH_TOKEN=" + w.refresh, "LK_PROFILE_ID=" + w.profile, "LK_RETURN_URL=" + returnURL,
			"LK_AUTHORIZE_URL=" + w.amazon.URL("lwa", "NA") + "/ap/oa", "LK_API_URL=" + w.amazon.URL("lwa", "NA"),
			"LK_FIRST_DAY=" + w.amazon.Now().AddDate(0, 0, -9).Format(time.DateOnly), "LK_LAST_DAY=" + w.amazon.Now().AddDate(0, 0, -3).Format(time.DateOnly),
			"LK_REVOKED_STATUS=" + w.refused, "CURL_HOME=" + w.curlHome, "LK_CONSENT=&sandbox_consent=" + kit.Advertiser,
		},
		wishes: map[string]func(){
			"a minute":   func() { w.amazon.Advance(time.Minute) },
			"expire":     func() { w.amazon.Advance(61 * time.Minute) },
			"throttle":   func() { w.throttleAll(true) },
			"unthrottle": func() { w.throttleAll(false) },
			"revoke":     w.revoke,
		},
	}.run(t)
	drove(t, w, w.driver, before)
}

// throttleAll makes every Ads call a 429 with Retry-After, or ends that.
func (w *world) throttleAll(on bool) {
	if !on {
		w.throttled.Remove()
		return
	}
	w.throttled = w.amazon.Fault(kit.Fault{Match: kit.Match{Program: "ads"}, Times: -1, Do: kit.Status, Status: 429, RetryAfter: "2"})
}

var update = flag.Bool("update", false, "write anew which operations each client drives")

// drove prints what the client drove, by the sandbox's journal: the table of docs/reference/interop.md is made of these lines. What it drove at
// the sandbox itself, and was answered, is held to the record that the reference page of operations is made of.
func drove(t *testing.T, w *world, client string, after int64) {
	t.Helper()
	tally := covered.Tally{}
	for _, e := range w.amazon.Journal().Entries(kit.Filter{After: after}) {
		if e.Operation != "" && e.Fault == "" && e.Status >= 200 && e.Status < 400 {
			tally.Add(e.Program, e.Operation)
		}
	}
	if w.name == "sandbox" {
		covered.Hold(t, "driven.toml", client, tally, *update)
	}
	type key struct {
		program, operation string
		status             int
	}
	counts := map[key]int{}
	var order []key
	for _, e := range w.amazon.Journal().Entries(kit.Filter{After: after}) {
		k := key{e.Program, e.Operation, e.Status}
		if counts[k] == 0 {
			order = append(order, k)
		}
		counts[k]++
	}
	if len(order) == 0 {
		t.Error("the client reached no Amazon at all")
	}
	for _, k := range order {
		t.Logf("drove %s: %s %s -> %d, %d times", w.name, k.program, k.operation, k.status, counts[k])
	}
}
