// Package paapifake is the Product Advertising API 5 of the sandbox, as it was until Amazon retired it, and as it is since.
//
// It answers on its 22 hosts, verifies every signature, keeps PA-API's limits on requests and calls, and sells a few products of its own
// drawing under ASINs that the Creators API's fake knows too. A switch retires it: then every call is refused as Amazon refuses it today.
// Software that still speaks PA-API can so be tried without Amazon. divergences.md says what is guessed. It imports nothing of Lockkeeper's
// client side, so that what is misspelt there fails here.
package paapifake

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fake is the state of one sandbox's PA-API.
type fake struct {
	world  *kit.World
	is     *switches
	keys   map[string]*key
	shop   *catalogue
	limits limiter
}

// switches are the points where PA-API differed by the year, and by the account.
type switches struct {
	mode        *kit.Switch
	offersV1    *kit.Switch
	eligibility *kit.Switch
	perSecond   *kit.Switch
	perDay      *kit.Switch
}

// A key is an access key of Associates Central, or one that never worked here.
type key struct {
	id, secret string
	owner      string // of the affiliates in the world; empty for a key of a plain AWS account
}

// New returns the PA-API of a world, with one key for each Associates account and one of a plain AWS account.
func New(w *kit.World) kit.Fake {
	f := &fake{world: w, keys: map[string]*key{}, shop: newCatalogue(w), limits: limiter{accounts: map[string]*allowance{}}, is: &switches{
		mode:        kit.NewSwitch("paapi.mode", "whether PA-API works as until May 2026, or refuses every call as since", "historical", "retired"),
		offersV1:    kit.NewSwitch("paapi.offers_v1", "whether the first generation of offers is answered, as until 2026-01-31, or left out", "retired", "served"),
		eligibility: kit.NewSwitch("paapi.eligibility", "whether accounts that sell enough are eligible, or have all lost it", "kept", "lost"),
		perSecond:   kit.NewSwitch("paapi.calls_per_second", "calls a second that each account may make; off counts nothing", "off", "1", "10"),
		perDay:      kit.NewSwitch("paapi.calls_per_day", "calls a day that each account may make; off counts nothing", "off", "8640", "20"),
	}}
	for _, owner := range []string{kit.Seasoned, kit.Newcomer, ""} {
		label := "paapi key " + owner
		k := &key{id: "AKPASBX" + w.Letters(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 13), secret: w.AWSSecret(label), owner: owner}
		f.keys[k.id] = k
	}
	return kit.Fake{
		Program:  "paapi",
		Hosts:    hosts(),
		Roots:    []string{"/paapi5"},
		Routes:   f.routes(),
		Identify: f.identify,
		Refuse:   refusal,
		Unknown:  func(*kit.Exchange) kit.Response { return unknownOperation.answer() },
		Switches: []*kit.Switch{f.is.mode, f.is.offersV1, f.is.eligibility, f.is.perSecond, f.is.perDay},
		World:    func() any { return f.describe() },
		Env:      f.env,
	}
}

func hosts() []kit.Host {
	all := make([]kit.Host, 0, len(markets))
	for _, m := range markets {
		all = append(all, kit.Host{Name: "webservices." + m.domain, Region: m.region})
	}
	return all
}

func (f *fake) routes() []kit.Route {
	api := func(name, path string, handle func(*visit) map[string]any) kit.Route {
		return kit.Route{Operation: name, Method: http.MethodPost, Pattern: "/paapi5/" + path, Handle: f.guarded(handle)}
	}
	return []kit.Route{
		api("GetItems", "getitems", (*visit).getItems),
		api("SearchItems", "searchitems", (*visit).searchItems),
		api("GetVariations", "getvariations", (*visit).getVariations),
		api("GetBrowseNodes", "getbrowsenodes", (*visit).getBrowseNodes),
	}
}

// identify tells who is calling, for faults and the journal.
func (f *fake) identify(x *kit.Exchange) {
	v := &visit{f: f, x: x}
	if v.signed, v.signErr = kit.ReadSignature(x); v.signErr == nil {
		x.Client = v.signed.KeyID
	}
	x.Parsed = v
}

// describe tells the control side what there is. Secrets of the sandbox are there to be used.
func (f *fake) describe() map[string]any {
	type shown struct {
		Owner  string `json:"owner"`
		ID     string `json:"access_key"`
		Secret string `json:"secret_key"`
		Tag    string `json:"partner_tag"`
	}
	byOwner := map[string]shown{}
	for _, k := range f.keys {
		s := shown{Owner: k.owner, ID: k.id, Secret: k.secret}
		if a := f.world.Affiliates.Affiliate(k.owner); a != nil {
			s.Tag = a.Tags("20")[0]
		}
		byOwner[k.owner] = s
	}
	return map[string]any{
		"keys": []shown{byOwner[kit.Seasoned], byOwner[kit.Newcomer], byOwner[""]}, "some_asins": f.shop.order[:4], "families": f.shop.parents[:1],
	}
}
