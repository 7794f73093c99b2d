package ads

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// brandsV4 are the collections of Sponsored Brands v4 (ads-lwa 4.2): the dialect of Sponsored Products with ten items of a write. Each form
// of ad is made at a path of its own, so those have collections that nothing is listed from.
func brandsV4() []*collection {
	forms := []*collection{
		codec(sb4("campaign", &collection{
			kind: canon.KindCampaign, filters: map[condition]string{byID: "campaignIdFilter", byPortfolio: "portfolioIdFilter"}, fields: v4CampaignFields,
			creatable: v4CampaignCreate, updatable: v4CampaignUpdate, required: []string{"name", "status", "budgets"},
		}), decodeV4Campaign, encodeV4Campaign),
		codec(sb4("adGroup", &collection{
			kind: canon.KindGroup, filters: map[condition]string{byID: "adGroupIdFilter", byCampaign: "campaignIdFilter"},
			fields:    map[string]string{"name": "name", "state": "status", "campaignId": "campaign_id"},
			creatable: []string{"name", "status", "campaign_id"}, updatable: []string{"name", "status"}, required: []string{"name", "status", "campaign_id"},
		}), decodeV4Group, encodeV4Group),
		brandAds(),
	}
	for _, form := range v4Forms {
		c := brandAds()
		c.ops, c.wants = map[string]string{verbCreate: "sb.ads." + form[1]}, noWants
		c.holds = func(o canon.AdsObject) bool {
			a, ok := o.(*canon.AdsAd)
			return ok && creativeForm(a.Creative) == form[0]
		}
		forms = append(forms, c)
	}
	return forms
}

func brandAds() *collection {
	return codec(sb4("ad", &collection{
		kind: canon.KindAd, filters: map[condition]string{byID: "adIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter"}, fields: v4AdFields,
		creatable: v4AdCreate, updatable: []string{"name", "status"}, required: []string{"name", "status", "group_id", "creative"},
	}), decodeV4Ad, encodeV4Ad)
}

// sb4 puts on a collection what all of v4 have: 10 items of a write and ids of a filter, pages of 100.
func sb4(one string, c *collection) *collection {
	c.channel, c.speaks = canon.SponsoredBrands, v3{statuses: v4StatesOf, atOnce: 100}
	c.one, c.list, c.id, c.archiveBy = one, one+"s", one+"Id", one+"IdFilter"
	c.write, c.page, c.ids, c.parents = 10, 100, 10, 10
	c.filters[byStatus] = "stateFilter"
	c.ops = map[string]string{verbList: "sb." + c.list + ".list", verbUpdate: "sb." + c.list + ".update", verbArchive: "sb." + c.list + ".delete"}
	if c.kind != canon.KindAd {
		c.ops[verbCreate] = "sb." + c.list + ".create"
	}
	return c
}

// v4StatesOf are the states of the state filter; v4 has no others (OpenAPI document of July 2026).
func v4StatesOf(statuses []canon.AdsStatus) []string {
	return slices.DeleteFunc(v3StatesOf(statuses), func(s string) bool { return s != "ENABLED" && s != "PAUSED" && s != "ARCHIVED" })
}

// v4Common is what everything in Sponsored Brands v4 has.
type v4Common struct {
	State    string      `json:"state,omitempty"`
	Extended *v4Extended `json:"extendedData,omitempty"`
}

// A v4Extended has times in milliseconds and reasons as plain words.
type v4Extended struct {
	Created json.Number `json:"creationDate,omitempty"`
	Updated json.Number `json:"lastUpdateDate,omitempty"`
	Serving string      `json:"servingStatus,omitempty"`
	Details []string    `json:"servingStatusDetails,omitempty"`
}

func (w *v4Common) take(to *canon.AdsCommon) error {
	to.Status = statusOf(w.State)
	if w.Extended == nil {
		return nil
	}
	var err error
	if to.CreatedAt, err = millis(w.Extended.Created); err != nil {
		return err
	}
	if to.UpdatedAt, err = millis(w.Extended.Updated); err != nil {
		return err
	}
	to.EffectiveStatus, to.EffectiveReasons = served(w.Extended.Serving, w.Extended.Details)
	return nil
}

func (w *v4Common) put(from *canon.AdsCommon, alive string, v *view) error {
	state, err := stateOf(from.Status)
	if err != nil {
		return err
	}
	w.State = state
	if v.told {
		w.Extended = &v4Extended{Created: wireMillis(from.CreatedAt), Updated: wireMillis(from.UpdatedAt)}
		w.Extended.Serving, w.Extended.Details = serving(from, alive)
	}
	return nil
}

// served says in v1's words what a serving status and its details say.
func served(status string, details []string) (canon.AdsEffective, []string) {
	x := v3Extended{Serving: status}
	for _, d := range details {
		x.Details = append(x.Details, v3Detail{d})
	}
	return x.effective()
}

// serving is a status, and details, that say what an object does.
func serving(from *canon.AdsCommon, alive string) (status string, details []string) {
	switch {
	case from.EffectiveStatus == canon.EffectiveServing:
		return alive, nil
	case from.EffectiveStatus == "":
		return "", nil
	}
	for _, r := range from.EffectiveReasons {
		details = append(details, toWire(v1Reasons, r)+"_DETAIL")
	}
	return "UNKNOWN", details
}

// millis reads a time in milliseconds, also one that a writer of doubles made: 1.7672256E12.
func millis(n json.Number) (time.Time, error) {
	if n == "" {
		return time.Time{}, nil
	}
	m, err := canon.ParseMoney(strings.TrimSpace(n.String()), "")
	return time.UnixMilli(m.Micros / 1_000_000).UTC(), err
}

func wireMillis(t time.Time) json.Number {
	if t.IsZero() {
		return ""
	}
	return json.Number(canon.Money{Micros: t.UnixMilli() * 1_000_000}.Amount())
}
