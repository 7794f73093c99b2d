// Package creatorsfake is the Creators API of the sandbox, with the Cognito token endpoints of its version 2 credentials.
//
// It sells a catalogue of 200 products, drawn from the world's seed, in 22 marketplaces: with offers, variations, browse nodes, feeds and
// reports. What it answers comes from Amazon's pages, its SDKs and captured traffic; where these differ or are silent a switch decides, and
// divergences.md says which and why. It imports nothing of Lockkeeper's client side, so that what is misspelt there fails here.
package creatorsfake

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fake is the state of one sandbox's Creators API.
type fake struct {
	world     *kit.World
	is        *switches
	catalogue *catalogue
	limits    limiter
}

// New returns the Creators API of a world, with its catalogue.
func New(w *kit.World) kit.Fake {
	f := &fake{world: w, is: newSwitches(), catalogue: newCatalogue(w), limits: limiter{accounts: map[string]*allowance{}}}
	return kit.Fake{
		Program:  "creators",
		Hosts:    hosts(),
		Roots:    []string{"/catalog/v1", "/reports/v1", "/oauth2/token", "/creators-downloads"},
		Routes:   f.routes(),
		Identify: f.identify,
		Refuse:   f.refusal,
		Unknown:  f.unknown,
		Switches: f.is.all(),
		World:    func() any { return f.describe() },
		Env:      f.env,
	}
}

// hosts are the API's one host, the token endpoints of 2.x (creators-paapi-aws 3.2), and where feeds and reports are downloaded.
func hosts() []kit.Host {
	return []kit.Host{
		{Name: "creatorsapi.amazon", Region: "NA"},
		{Name: "creatorsapi.auth.us-east-1.amazoncognito.com", Region: "NA"},
		{Name: "creatorsapi.auth.eu-south-2.amazoncognito.com", Region: "EU"},
		{Name: "creatorsapi.auth.us-west-2.amazoncognito.com", Region: "FE"},
		{Name: downloads, Region: "NA"},
	}
}

func (f *fake) routes() []kit.Route {
	api := func(operation, path string, handle func(*visit) kit.Response) kit.Route {
		return kit.Route{Operation: operation, Method: http.MethodPost, Pattern: path, Handle: f.guarded(handle)}
	}
	return []kit.Route{
		{Operation: "token", Method: http.MethodPost, Pattern: "/oauth2/token", Handle: f.token},
		api("getItems", "/catalog/v1/getItems", f.getItems),
		api("searchItems", "/catalog/v1/searchItems", f.searchItems),
		api("getVariations", "/catalog/v1/getVariations", f.getVariations),
		api("getBrowseNodes", "/catalog/v1/getBrowseNodes", f.getBrowseNodes),
		api("listFeeds", "/catalog/v1/listFeeds", f.listFeeds),
		api("getFeed", "/catalog/v1/getFeed", f.getFeed),
		api("listReports", "/reports/v1/listReports", f.listReports),
		api("getReport", "/reports/v1/getReport", f.getReport),
		{Operation: "download", Method: http.MethodGet, Pattern: "/creators-downloads/{kind}/{name}", Handle: f.download},
	}
}

// unknown answers paths that are no operation, in the words for a wrong operation name (creators-paapi-aws 3.5).
func (f *fake) unknown(x *kit.Exchange) kit.Response {
	if strings.HasPrefix(x.Path, "/oauth2/") || x.Method != http.MethodPost {
		return kit.Text(http.StatusNotFound, "application/json", "{}")
	}
	return f.refuse(x, failure{status: http.StatusBadRequest, kind: validation, reason: "UnknownOperation", message: "The requested operation is invalid. Please check the operation name."})
}

// identify tells who is calling, for faults and the journal.
func (f *fake) identify(x *kit.Exchange) {
	if x.Operation == "token" {
		r := parseToken(x.Header, x.Body)
		x.Parsed, x.Client = r, r.client
		return
	}
	v := &visit{f: f, x: x}
	v.claims, v.tokenErr = f.world.Affiliates.CheckToken(v.bearer())
	if v.claims.Credential == nil {
		v.claims.Credential = f.world.Affiliates.CredentialOrAny("", false, x.Region) // nil but where nothing need be true
	}
	if v.claims.Credential != nil {
		x.Client = v.claims.Credential.ID
	}
	x.Parsed = v
}

// describe tells the control side what there is. Secrets of the sandbox are there to be used.
func (f *fake) describe() map[string]any {
	type credential struct {
		Key       string    `json:"key"`
		Affiliate string    `json:"affiliate"`
		App       string    `json:"application"`
		ID        string    `json:"credential_id"`
		Secret    string    `json:"credential_secret"`
		Version   string    `json:"version"`
		Active    time.Time `json:"active_at"`
		Tag       string    `json:"partner_tag"`
		Site      string    `json:"marketplace"`
	}
	var all []credential
	for _, c := range f.world.Affiliates.Credentials() {
		m := firstOf(c.Region())
		all = append(all, credential{
			c.Key, c.Affiliate.Key, c.App, c.ID, c.Secret, c.Version, c.Active, c.Affiliate.Tags(m.suffix)[0], m.site,
		})
	}
	var asins []string
	for _, p := range f.catalogue.products[:8] {
		asins = append(asins, p.asin)
	}
	return map[string]any{"credentials": all, "products": len(f.catalogue.products), "some_asins": asins, "families": f.catalogue.parents()[:2]}
}

// An allowance is what is left of an account's calls.
type allowance struct {
	tokens float64
	at     time.Time
	day    string
	today  int
}

// A limiter counts each Associates account's calls, by the sandbox's clock: the limits belong to the account, not to the credential
// (creators-paapi-aws 2.6, 3.6).
type limiter struct {
	mu       sync.Mutex
	accounts map[string]*allowance
}

// take counts a call and tells how long to wait if it is one too many; zero if it is not.
func (l *limiter) take(account string, now time.Time, perSecond float64, perDay int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[account]
	if a == nil {
		a = &allowance{tokens: perSecond, at: now}
		l.accounts[account] = a
	}
	if day := now.UTC().Format(time.DateOnly); a.day != day {
		a.day, a.today = day, 0
	}
	if perDay > 0 && a.today >= perDay {
		return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	}
	if perSecond > 0 {
		a.tokens = min(max(perSecond, 1), a.tokens+now.Sub(a.at).Seconds()*perSecond)
		a.at = now
		if a.tokens < 1 {
			return time.Duration((1 - a.tokens) / perSecond * float64(time.Second))
		}
		a.tokens--
	}
	a.today++
	return 0
}
