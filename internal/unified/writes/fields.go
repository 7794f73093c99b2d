package writes

import (
	"errors"
	"reflect"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// facts are the fields that Amazon or Lockkeeper fills: they show in an object, and nobody can wish for them.
var facts = map[string]bool{
	"id": true, "provider": true, "connection_id": true, "organization_id": true, "effective_status": true, "effective_reasons": true,
	"created_at": true, "updated_at": true, "fetched_at": true, "etag": true, "raw": true, "spend_to_date": true, "total_spend_amount": true,
	"suggested_bid": true, "campaign_count": true, "review": true, "timezone": true,
}

// derived are Unified's fields, which are made from exact ones: by kind, each with what it is made from.
var derived = map[canon.AdsKind]map[string]string{
	canon.KindCampaign: {
		"advertising_channel_type": "channel", "budget_amount": "budgets", "budget_period": "budgets", "budget_unit": "budgets", "currency": "budgets",
		"start_at": "start_date", "end_at": "end_date",
	},
	canon.KindGroup:  {"parent_id": "campaign_id", "bid_amount": "default_bid", "currency": "default_bid"},
	canon.KindTarget: {"bid_amount": "bid", "currency": "bid"},
}

// channelTypes are Unified's words for channels.
var channelTypes = map[string]canon.Channel{"SHOPPING": canon.SponsoredProducts, "SEARCH": canon.SponsoredBrands, "DISPLAY": canon.SponsoredDisplay}

// names lists the fields of a kind, by their JSON names.
func names(kind canon.AdsKind) map[string]bool {
	all := map[string]bool{}
	if o := canon.NewAds(kind); o != nil {
		addNames(reflect.TypeOf(o).Elem(), all)
	}
	return all
}

func addNames(t reflect.Type, all map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			addNames(f.Type, all)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			all[name] = true
		}
	}
}

func setChannel(o canon.AdsObject, c canon.Channel) {
	switch o := o.(type) {
	case *canon.AdsCampaign:
		o.Channel = c
	case *canon.AdsGroup:
		o.Channel = c
	case *canon.AdsAd:
		o.Channel = c
	case *canon.AdsTarget:
		o.Channel = c
	}
}

// parents are the fields in which an object names its campaign and group; nil where it has none.
func parents(o canon.AdsObject) (campaign, group *string) {
	switch o := o.(type) {
	case *canon.AdsGroup:
		return &o.CampaignID, nil
	case *canon.AdsAd:
		return &o.CampaignID, &o.GroupID
	case *canon.AdsTarget:
		return &o.CampaignID, &o.GroupID
	}
	return nil, nil
}

// A priced is an amount within an object, with the field that it stands in.
type priced struct {
	field string
	money *canon.Money
}

// amounts are all amounts that somebody can wish for.
func amounts(o canon.AdsObject) []priced {
	var all []priced
	add := func(field string, m *canon.Money) {
		if m != nil {
			all = append(all, priced{field, m})
		}
	}
	strategy := func(s *canon.AdsBidStrategy) {
		if s != nil {
			add("bid_strategy", s.TargetAmount)
		}
	}
	switch o := o.(type) {
	case *canon.AdsCampaign:
		for i := range o.Budgets {
			add("budgets", o.Budgets[i].Money)
		}
		if o.KPI != nil {
			add("kpi", o.KPI.Amount)
		}
		strategy(o.BidStrategy)
	case *canon.AdsPortfolio:
		if o.Budget != nil {
			add("budget", o.Budget.Money)
		}
	case *canon.AdsGroup:
		add("default_bid", o.DefaultBid)
		strategy(o.BidStrategy)
	case *canon.AdsTarget:
		add("bid", o.Bid)
	}
	return all
}

// refuse makes the refusal of one row.
func refuse(code problem.Code, field, detail string, args ...any) *amazon.AdsRefusal {
	p := problem.New(code)
	if detail != "" {
		p = p.With(detail, args...)
	}
	return &amazon.AdsRefusal{Problem: p, Field: field}
}

// refusedBy makes a row's refusal of an error.
func refusedBy(err error) *amazon.AdsRefusal {
	var refusal *amazon.AdsRefusal
	if errors.As(err, &refusal) {
		return refusal
	}
	p, ok := problem.Of(err)
	if !ok {
		p = problem.New(problem.GatewayInternal).Because(err)
	}
	return &amazon.AdsRefusal{Problem: p}
}
