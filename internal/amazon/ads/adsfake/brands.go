package adsfake

import (
	"encoding/json"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// brands are the routes of Sponsored Brands v4: the dialect of Sponsored Products with ten items a write (ads-lwa 4.2).
func (f *fake) brands() []kit.Route {
	var all []kit.Route
	for _, n := range []int{sbCampaigns, sbGroups, sbAds} {
		c := f.thingCollection(f.kinds[n])
		routes := c.routes()
		if n == sbAds { // each form of ad is made at a path of its own
			routes = routes[1:]
			g := guard{scoped: true, media: c.media, accept: true, plain: true, write: true}
			for _, form := range []string{"video", "brandVideo", "productCollection", "productCollectionExtended", "storeSpotlight"} {
				made := *c
				made.create = func(b *batch, in *thingInput) (*thing, []itemError) {
					in.typed(f.kinds[sbAds], form)
					return f.createThing(b, f.kinds[sbAds], in)
				}
				routes = append(routes, kit.Route{Operation: "sb.ads." + form, Method: "POST", Pattern: c.path + "/" + form, Handle: f.guarded(g, made.doCreate)})
			}
		}
		all = append(all, routes...)
	}
	return all
}

// creativeTypes are what reads call the forms of ads.
var creativeTypes = map[string]string{
	"video": "VIDEO", "brandVideo": "BRAND_VIDEO", "productCollection": "PRODUCT_COLLECTION", "productCollectionExtended": "PRODUCT_COLLECTION",
	"storeSpotlight": "STORE_SPOTLIGHT",
}

// typed writes into an ad's creative of which form it is.
func (in *thingInput) typed(k *thingKind, form string) {
	i := k.at("creative")
	var o object
	if json.Unmarshal(in.values[i], &o) != nil || o == nil {
		return // what is missing is told of where all fields are checked
	}
	o["type"] = appendString(nil, creativeTypes[form])
	if text, err := json.Marshal(o); err == nil {
		in.values[i] = text
	}
}

// thingCollection serves a kind of thing in the dialect of Sponsored Products.
func (f *fake) thingCollection(k *thingKind) *collection[*thing, *thingInput] {
	return &collection[*thing, *thingInput]{
		shape: &k.shape, f: f, of: func(p *profile) *store[*thing] { return &p.things[k.n] },
		parse:  func(o object, at row) (*thingInput, error) { return parseThing(k, o, at) },
		create: func(b *batch, in *thingInput) (*thing, []itemError) { return f.createThing(b, k, in) },
		update: updateThing, retire: retireThing, serves: (*prospect).thing, extend: extendThing,
	}
}

// extendThing writes extendedData as Sponsored Brands has it: times in milliseconds.
func extendThing(b []byte, s *prospect, t *thing) []byte {
	status := s.thing(t)
	b = append(append(b, t.wire...), `,"extendedData":{"creationDate":`...)
	b = strconv.AppendInt(b, t.created.UnixMilli(), 10)
	b = strconv.AppendInt(append(b, `,"lastUpdateDate":`...), t.updated.UnixMilli(), 10)
	b = appendString(append(b, `,"servingStatus":`...), status)
	b = appendString(append(b, `,"servingStatusDetails":[`...), status+"_DETAIL")
	return append(b, ']', '}', '}')
}

// thing says whether a thing is shown now and, if not, why.
func (s *prospect) thing(t *thing) string {
	k := t.kind
	if t.state == archived {
		return k.alive + suffix(k, "ARCHIVED")
	}
	c := t
	if k.inside != nothing {
		c = s.p.things[k.campaign].all()[t.campaignAt]
	}
	today := s.today
	if k.numeric && k.product == sponsoredDisplay {
		today = today[:4] + today[5:7] + today[8:]
	}
	end, start := c.text("endDate"), c.text("startDate")
	switch {
	case c.state == archived:
		return "CAMPAIGN_ARCHIVED"
	case end != "" && end < today:
		return "ENDED"
	case c.state == paused:
		return "CAMPAIGN_PAUSED"
	case s.p.payment == unpaid:
		return "ADVERTISER_PAYMENT_FAILURE"
	case start > today:
		return "PENDING_START_DATE"
	}
	if k.inside == inGroup {
		switch s.p.things[k.group].all()[t.groupAt].state {
		case archived:
			return "AD_GROUP_ARCHIVED"
		case paused:
			return "AD_GROUP_PAUSED"
		}
	}
	if t.state == paused {
		return k.alive + suffix(k, "PAUSED")
	}
	return k.status
}

// suffix is how a kind's own statuses end: AD_STATUS_PAUSED in Sponsored Display, AD_PAUSED elsewhere (OAS).
func suffix(k *thingKind, state string) string {
	if k.numeric && k.inside == inGroup {
		return "_STATUS_" + state
	}
	return "_" + state
}
