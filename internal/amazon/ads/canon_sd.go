package ads

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

var (
	sdCampaignUpdate = []string{"name", "status", "portfolio_id", "budgets", "start_date", "end_date"}
	sdCampaignFields = map[string]string{
		"name": "name", "state": "status", "portfolioId": "portfolio_id", "budget": "budgets", "budgetType": "budgets", "startDate": "start_date", "endDate": "end_date",
		"tactic": "ext", "costType": "cost_type",
	}
	sdGroupUpdate = []string{"name", "status", "default_bid", "optimization_goal"}
	sdAdCreate    = []string{"name", "status", "campaign_id", "group_id", "ad_type", "promoted", "final_url", "ext"}
)

// display are the collections of Sponsored Display (ads-lwa 4.3).
func display() []*collection {
	return []*collection{
		codec(sd("campaigns", &collection{
			kind: canon.KindCampaign, id: "campaignId", filters: map[condition]string{byID: "campaignIdFilter", byPortfolio: "portfolioIdFilter"},
			fields: sdCampaignFields, creatable: append([]string{"cost_type", "ext"}, sdCampaignUpdate...), updatable: sdCampaignUpdate,
			required: []string{"name", "status", "budgets", "ext"},
		}), decodeSDCampaign, encodeSDCampaign),
		codec(sd("adGroups", &collection{
			kind: canon.KindGroup, id: "adGroupId", filters: map[condition]string{byID: "adGroupIdFilter", byCampaign: "campaignIdFilter"},
			creatable: append([]string{"campaign_id", "type"}, sdGroupUpdate...), updatable: sdGroupUpdate, required: []string{"name", "status", "campaign_id"},
		}), decodeSDGroup, encodeSDGroup),
		codec(sd("productAds", &collection{
			kind: canon.KindAd, id: "adId", filters: map[condition]string{byID: "adIdFilter", byCampaign: "campaignIdFilter", byGroup: "adGroupIdFilter"},
			creatable: sdAdCreate, updatable: []string{"status"}, required: []string{"status", "campaign_id", "group_id"},
		}), decodeSDAd, encodeSDAd),
		sdTargets("targets", false),
		sdTargets("negativeTargets", true),
	}
}

// sd puts on a collection what all of Sponsored Display have: 100 items of a write. Its extended lists are read, which alone tell times and
// what a thing does.
func sd(name string, c *collection) *collection {
	c.channel, c.speaks, c.list = canon.SponsoredDisplay, arrays{}, name
	c.write, c.archive, c.page, c.ids, c.parents = 100, 1, 1000, 100, 100
	c.filters[byStatus] = "stateFilter"
	c.ops = map[string]string{verbList: "sd." + name + ".extended.list", verbCreate: "sd." + name + ".create", verbUpdate: "sd." + name + ".update", verbArchive: "sd." + name + ".delete"}
	return c
}

// extTactic is who is shown ads: T00020 by what a page is about, T00030 by what people did.
const extTactic = "tactic"

// An sdCampaign is a campaign of Sponsored Display.
type sdCampaign struct {
	ID wireID `json:"campaignId,omitempty"`
	arraysCommon
	Name        string      `json:"name,omitempty"`
	Tactic      string      `json:"tactic,omitempty"`
	Period      string      `json:"budgetType,omitempty"`
	Budget      json.Number `json:"budget,omitempty"`
	RuleBudget  *ruleBudget `json:"ruleBasedBudget,omitempty"`
	CostType    string      `json:"costType,omitempty"`
	PortfolioID wireID      `json:"portfolioId,omitempty"`
	Start       string      `json:"startDate,omitempty"`
	End         string      `json:"endDate,omitempty"`
}

func decodeSDCampaign(w *sdCampaign, v *view) (*canon.AdsCampaign, error) {
	c := &canon.AdsCampaign{
		PortfolioID: string(w.PortfolioID), Channel: canon.SponsoredDisplay, CostType: strings.ToUpper(w.CostType), Timezone: v.account.Timezone, Place: v.place,
	}
	if err := w.take(&c.AdsCommon); err != nil {
		return nil, err
	}
	c.ID, c.Name = string(w.ID), w.Name
	var err error
	if c.StartDate, err = shortDay(w.Start); err != nil {
		return nil, err
	}
	if c.EndDate, err = shortDay(w.End); err != nil {
		return nil, err
	}
	if w.Tactic != "" {
		c.Ext = map[string]any{extTactic: w.Tactic}
	}
	c.Budgets, err = v.budgets(w.Budget, strings.ToUpper(w.Period), w.RuleBudget)
	return c, err
}

func encodeSDCampaign(c *canon.AdsCampaign, v *view) (*sdCampaign, error) {
	w := &sdCampaign{Name: c.Name, CostType: strings.ToLower(c.CostType), PortfolioID: wireID(c.PortfolioID)}
	if err := w.put(&c.AdsCommon, "ADVERTISER_STATUS_ENABLED", v); err != nil {
		return nil, err
	}
	if c.CostType != "" && c.CostType != "CPC" && c.CostType != "VCPM" {
		return nil, fmt.Errorf("campaigns of Sponsored Display pay by CPC or VCPM, not %s", c.CostType)
	}
	var err error
	if w.Start, err = wireShortDay(c.StartDate); err != nil {
		return nil, err
	}
	if w.End, err = wireShortDay(c.EndDate); err != nil {
		return nil, err
	}
	if w.Tactic, err = onlyText(c.Ext, extTactic, "a campaign of Sponsored Display"); err != nil {
		return nil, err
	}
	if v.told {
		w.ID = wireID(c.ID)
	}
	w.Budget, w.Period, w.RuleBudget, err = v.budgetOf(c.Budgets, "DAILY")
	w.Period = strings.ToLower(w.Period)
	return w, err
}

// onlyText reads the one thing, a text, that Ext may hold.
func onlyText(ext map[string]any, key, of string) (text string, err error) {
	for _, k := range sortedKeys(ext) {
		is := false
		if text, is = ext[k].(string); !is || k != key {
			return "", fmt.Errorf("ext.%s is not what %s has", k, of)
		}
	}
	return text, nil
}

// shortDay reads YYYYMMDD (ads-lwa 8.3).
func shortDay(s string) (canon.Day, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse("20060102", s)
	return canon.Day(t.Format(time.DateOnly)), err
}

func wireShortDay(d canon.Day) (string, error) {
	if d == "" {
		return "", nil
	}
	if _, err := canon.ParseDay(string(d)); err != nil {
		return "", fmt.Errorf("%q is no day", d)
	}
	return strings.ReplaceAll(string(d), "-", ""), nil
}

// An sdGroup is an ad group of Sponsored Display.
type sdGroup struct {
	ID wireID `json:"adGroupId,omitempty"`
	arraysCommon
	CampaignID   wireID      `json:"campaignId,omitempty"`
	Name         string      `json:"name,omitempty"`
	Bid          json.Number `json:"defaultBid,omitempty"`
	Optimization string      `json:"bidOptimization,omitempty"`
	Creative     string      `json:"creativeType,omitempty"`
}

// What ad groups of Sponsored Display are optimized for, in Unified's words.
var sdGoals = [][2]string{{"clicks", "LINK_CLICKS"}, {"conversions", "CONVERSIONS"}, {"reach", "REACH"}}

func decodeSDGroup(w *sdGroup, v *view) (*canon.AdsGroup, error) {
	g := &canon.AdsGroup{CampaignID: string(w.CampaignID), Channel: canon.SponsoredDisplay, Type: w.Creative, OptimizationGoal: toCanon(sdGoals, w.Optimization)}
	if err := w.take(&g.AdsCommon); err != nil {
		return nil, err
	}
	g.ID, g.Name = string(w.ID), w.Name
	var err error
	g.DefaultBid, err = v.money(w.Bid, "")
	return g, err
}

func encodeSDGroup(g *canon.AdsGroup, v *view) (*sdGroup, error) {
	w := &sdGroup{CampaignID: wireID(g.CampaignID), Name: g.Name, Creative: g.Type, Optimization: toWire(sdGoals, g.OptimizationGoal)}
	if err := w.put(&g.AdsCommon, "AD_GROUP_STATUS_ENABLED", v); err != nil {
		return nil, err
	}
	if w.Optimization != "" && w.Optimization == g.OptimizationGoal {
		return nil, fmt.Errorf("ad groups of Sponsored Display are optimized for LINK_CLICKS, CONVERSIONS or REACH, not %s", g.OptimizationGoal)
	}
	if v.told {
		w.ID = wireID(g.ID)
	}
	var err error
	w.Bid, err = v.amount(g.DefaultBid)
	return w, err
}

// An sdAd is a product ad of Sponsored Display, or one that leads to a page; only the latter has a name.
type sdAd struct {
	ID wireID `json:"adId,omitempty"`
	arraysCommon
	CampaignID wireID `json:"campaignId,omitempty"`
	GroupID    wireID `json:"adGroupId,omitempty"`
	Name       string `json:"adName,omitempty"`
	SKU        string `json:"sku,omitempty"`
	ASIN       string `json:"asin,omitempty"`
	PageType   string `json:"landingPageType,omitempty"`
	PageURL    string `json:"landingPageURL,omitempty"`
}

func decodeSDAd(w *sdAd, _ *view) (*canon.AdsAd, error) {
	a := &canon.AdsAd{CampaignID: string(w.CampaignID), GroupID: string(w.GroupID), Channel: canon.SponsoredDisplay, AdType: shopping, FinalURL: w.PageURL}
	if err := w.take(&a.AdsCommon); err != nil {
		return nil, err
	}
	a.ID, a.Name = string(w.ID), w.Name
	if w.SKU != "" {
		a.Promoted = append(a.Promoted, canon.PromotedRef{ID: w.SKU, Type: "SKU"})
	}
	if w.ASIN != "" {
		a.Promoted = append(a.Promoted, canon.PromotedRef{ID: w.ASIN, Type: "ASIN"})
	}
	if w.PageType != "" {
		a.Ext = map[string]any{extPageType: w.PageType}
	}
	return a, nil
}

func encodeSDAd(a *canon.AdsAd, v *view) (*sdAd, error) {
	w := &sdAd{CampaignID: wireID(a.CampaignID), GroupID: wireID(a.GroupID), Name: a.Name, PageURL: a.FinalURL}
	if err := w.put(&a.AdsCommon, "AD_STATUS_LIVE", v); err != nil {
		return nil, err
	}
	var err error
	if w.PageType, err = onlyText(a.Ext, extPageType, "an ad of Sponsored Display"); err != nil {
		return nil, err
	}
	for i, p := range a.Promoted {
		switch {
		case p.Type == "SKU":
			w.SKU = p.ID
		case p.Type != "ASIN":
			return nil, fmt.Errorf("products of Sponsored Display are named by SKU or ASIN, not by %s", p.Type)
		case i == 0 || v.told: // the ASIN behind a SKU is Amazon's to say
			w.ASIN = p.ID
		}
	}
	if v.told {
		w.ID = wireID(a.ID)
	}
	return w, nil
}
