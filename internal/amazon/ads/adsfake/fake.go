// Package adsfake is the Amazon Ads API of the sandbox: profiles, manager, ads and test accounts, Sponsored Products, Brands and Display,
// portfolios, reports and exports over metrics that add up, and the Ads API v1, with the checks of Amazon's gateway in front.
//
// It keeps its whole state in memory and draws every id from the world's seed. What it answers comes from recorded
// traffic and Amazon's specifications, and where these differ a switch decides; divergences.md says which, and what is
// missing or guessed. It imports nothing of Lockkeeper's client side, so that what is misspelt there fails here.
package adsfake

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // days begin in the profile's time zone, also on a machine that has no time zones

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// quota is how many campaigns that are not archived a profile may have.
const quota = 10_000

// fake is the state of one sandbox's Ads API.
type fake struct {
	world    *kit.World
	is       *switches
	quota    int
	tokenKey string // of nextToken

	known     atomic.Pointer[roster]
	admitting sync.Mutex // held by who changes the roster
	tests     testAccounts
	managers  managers
	sequence  atomic.Uint64 // campaigns so far
	things    atomic.Uint64 // all else in collections so far
	limits    limiter

	kinds []*thingKind

	reports, exports jobs
	uploads          uploads
	packers, blocks  sync.Pool          // of *packer, and of *[]byte for rows
	reportTables     func() reportTable // read when first asked for
}

// New returns the Ads API of a world, with its ad accounts and campaigns.
func New(w *kit.World) kit.Fake {
	f := &fake{
		world: w, is: newSwitches(), quota: quota, tokenKey: w.Hex("ads next token", 64),
		tests: testAccounts{all: map[string][]*testAccount{}}, uploads: uploads{all: map[string]*upload{}}, limits: limiter{until: map[string]time.Time{}}, reportTables: sync.OnceValue(readReportTables), packers: sync.Pool{New: newPacker}, blocks: sync.Pool{New: func() any { return new([]byte) }},
	}
	f.known.Store(&roster{byID: map[int64]*profile{}, access: map[string][]access{}})
	f.kinds = thingKinds()
	f.populate()
	return kit.Fake{
		Program: "ads",
		Hosts:   hosts(),
		Roots: []string{
			"/v1", "/v2", "/v3", "/sp", "/sb", "/sd", "/st", "/dsp", "/managerAccounts", "/adsAccounts", "/testAccounts", "/termsTokens",
			"/portfolios", "/reporting", "/exports", "/campaigns", "/adGroups", "/ads", "/targets", "/adsApi", "/brands", "/stores", "/eligibility", "/product", "/audiences", "/offline-report-storage",
		},
		Routes:   f.routes(),
		Identify: f.identify,
		Refuse:   refuse,
		Unknown:  f.unknown,
		Switches: f.is.all(),
		World:    func() any { return f.describe() },
		Env:      f.env,
	}
}

// hosts are those of the API in each region, those that reports are downloaded from and pictures are put to, and the test host that is gone.
func hosts() []kit.Host {
	all := []kit.Host{{Name: testHost, Region: "NA"}}
	for _, region := range []string{"NA", "EU", "FE"} {
		files, _ := bucket(region)
		all = append(all, kit.Host{Name: host(region), Region: region}, kit.Host{Name: files, Region: region}, kit.Host{Name: uploadHost(region), Region: region})
	}
	return all
}

func (f *fake) routes() []kit.Route {
	all := []kit.Route{
		{Operation: "profiles.list", Method: "GET", Pattern: "/v2/profiles", Handle: f.guarded(guard{}, f.listProfiles)},
		{Operation: "profiles.update", Method: "PUT", Pattern: "/v2/profiles", Handle: f.guarded(guard{media: "application/json"}, f.putProfiles)},
		{Operation: "profiles.get", Method: "GET", Pattern: "/v2/profiles/{profileId}", Handle: f.guarded(guard{}, f.getProfile)},
		{Operation: "adsAccounts.list", Method: "POST", Pattern: "/adsAccounts/list", Handle: f.guarded(guard{media: accountsList}, f.listAccounts)},
		{Operation: "adsAccounts.get", Method: "GET", Pattern: "/adsAccounts/{adsAccountId}", Handle: f.guarded(guard{}, f.getAccount)},
		{Operation: "managerAccounts.list", Method: "GET", Pattern: "/managerAccounts", Handle: f.guarded(guard{}, f.listManagers)},
		{
			Operation: "managerAccounts.create", Method: "POST", Pattern: "/managerAccounts",
			Handle: f.guarded(guard{plain: true, media: managerRequest}, f.createManager),
		},
		{
			Operation: "managerAccounts.associate", Method: "POST", Pattern: "/managerAccounts/{managerAccountId}/associate",
			Handle: f.guarded(guard{media: accountsRequest}, f.associate),
		},
		{
			Operation: "managerAccounts.disassociate", Method: "POST", Pattern: "/managerAccounts/{managerAccountId}/disassociate",
			Handle: f.guarded(guard{media: accountsRequest}, f.disassociate),
		},
		{
			Operation: "portfolios.budget.usage", Method: "POST", Pattern: "/portfolios/budget/usage",
			Handle: f.guarded(guard{scoped: true, media: portfolioUsage, accept: true}, f.usage),
		},
	}
	all = append(all, f.reportRoutes()...)
	all = append(all, f.exportRoutes()...)
	all = append(all, f.testRoutes()...)
	all = append(all, f.portfolios().routes()...)
	all = append(all, f.campaigns().routes()...)
	all = append(all, f.brands()...)
	all = append(all, f.v1Routes()...)
	all = append(all, f.v1ReportRoutes()...)
	all = append(all, f.brandTargets()...)
	all = append(all, f.brandThemes()...)
	all = append(all, f.brandCreatives()...)
	all = append(all, f.productRoutes()...)
	all = append(all, f.catalogueRoutes()...)
	all = append(all, f.creativeRoutes()...)
	all = append(all, f.assetRoutes()...)
	for _, n := range []int{sbKeywords, sbNegativeKeywords, sdCampaigns, sdGroups, sdAds, sdTargets, sdNegativeTargets} {
		all = append(all, arrays{f.kinds[n], f}.routes()...)
	}
	for n := range kinds {
		all = append(all, f.childCollection(n).routes()...)
	}
	return all
}

// unknown answers paths that do not exist, or not any more: /v1/profiles, SP v2, snapshots (ads-lwa 2.5, 5.3, 8.2). The
// gateway tells them before it looks at the token.
func (f *fake) unknown(x *kit.Exchange) kit.Response {
	x.Effect = "refused"
	if x.Host == testHost {
		return proxyPage(x, http.StatusServiceUnavailable)
	}
	return scopeRefusal(x, http.StatusNotFound, "NOT_FOUND", "Could not find resource for full path: https://"+host(x.Region)+x.Path)
}

// A Profile is what the control side tells of one of the world's ad accounts.
type Profile struct {
	ID        string         `json:"profile_id"`
	Region    string         `json:"region"`
	Country   string         `json:"country"`
	Kind      string         `json:"kind"`
	Name      string         `json:"name,omitempty"`
	Entity    string         `json:"entity"`
	Users     []string       `json:"users"`     // keys of those who may change it
	Viewers   []string       `json:"viewers"`   // keys of those who may only look
	Listed    bool           `json:"listed"`    // /v2/profiles shows it
	Usable    time.Time      `json:"usable_at"` // calls fail before
	Campaigns map[string]int `json:"campaigns"` // how many of each state
}

// describe tells the control side what there is.
func (f *fake) describe() map[string]any {
	all := make([]Profile, 0, len(f.roster().profiles))
	for _, p := range f.roster().profiles {
		d := Profile{
			ID: p.id, Region: p.country.region, Country: p.country.code, Kind: p.kind, Name: p.name, Entity: p.entity,
			Users: []string{}, Viewers: []string{}, Listed: p.listed(), Campaigns: p.books(),
		}
		if !p.linkedAt.IsZero() {
			d.Usable = p.linkedAt.Add(propagation)
		}
		for _, u := range f.world.Users() {
			for _, a := range f.roster().access[u.Key] {
				if a.profile == p && a.edit {
					d.Users = append(d.Users, u.Key)
				} else if a.profile == p {
					d.Viewers = append(d.Viewers, u.Key)
				}
			}
		}
		all = append(all, d)
	}
	f.managers.mu.Lock()
	defer f.managers.mu.Unlock()
	heads := map[string]string{}
	for i, m := range f.managers.all {
		heads[m.id] = m.name + " (" + strconv.Itoa(len(f.managers.all[i].linked)) + " linked)"
	}
	return map[string]any{"profiles": all, "manager_accounts": heads}
}
