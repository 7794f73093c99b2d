package adsfake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A childInput is one item of a write to a collection of children. A nil pointer is a field that was not sent.
type childInput struct {
	row
	campaign   *string
	group      *string
	state      *string
	name       *string // or keywordText
	match      *string
	bid        *float64
	noBid      bool // bid was null: the ad group's default applies
	sku        *string
	asin       *string
	custom     *string
	store      *string
	native     *string
	locale     *string
	how        *string // expressionType
	expression []predicateInput
	expressed  bool
}

type predicateInput struct{ kind, value *string }

func parseChild(k *kind, o object, at row) (*childInput, error) {
	in := &childInput{row: at}
	var err error
	for _, f := range []struct {
		key string
		to  **string
	}{
		{"campaignId", &in.campaign},
		{"adGroupId", &in.group},
		{"state", &in.state},
		{"name", &in.name},
		{"keywordText", &in.name},
		{"matchType", &in.match},
		{"sku", &in.sku},
		{"asin", &in.asin},
		{"customText", &in.custom},
		{"nativeLanguageKeyword", &in.native},
		{"nativeLanguageLocale", &in.locale},
		{"expressionType", &in.how},
	} {
		common := f.key == "campaignId" || f.key == "state" || (f.key == "adGroupId" && k.grouped)
		if !common && !slices.Contains(k.keys, f.key) {
			continue
		}
		if *f.to, err = optional[string](o, f.key, in.at); err != nil {
			return nil, err
		}
	}
	if k.bid != "" {
		if in.bid, err = optional[float64](o, k.bid, in.at); err != nil {
			return nil, err
		}
		_, sent := o[k.bid]
		in.noBid = sent && in.bid == nil
	}
	if k.mark == 'd' {
		if s, ok, err := readObject(o, "globalStoreSetting", in.at); err != nil {
			return nil, err
		} else if ok {
			if in.store, err = optional[string](s, "catalogSourceCountryCode", in.at+".globalStoreSetting"); err != nil {
				return nil, err
			}
		}
	}
	if k.predicates != nil {
		err = in.parseExpression(o)
	}
	return in, err
}

func (in *childInput) parseExpression(o object) error {
	list, ok, err := read[[]json.RawMessage](o, "expression", in.at)
	if err != nil {
		return err
	}
	in.expressed = ok
	for i, raw := range list {
		at := fmt.Sprintf("%s.expression[%d]", in.at, i)
		o, err := parseObject(raw, at)
		if err != nil {
			return err
		}
		var p predicateInput
		if p.kind, err = optional[string](o, "type", at); err != nil {
			return err
		}
		if p.value, err = optional[string](o, "value", at); err != nil {
			return err
		}
		in.expression = append(in.expression, p)
	}
	return nil
}

// has reports whether a field that a create needs was sent.
func (in *childInput) has(key string) bool {
	switch key {
	case "campaignId":
		return in.campaign != nil
	case "adGroupId":
		return in.group != nil
	case "state":
		return in.state != nil
	case "name", "keywordText":
		return in.name != nil
	case "matchType":
		return in.match != nil
	case "expressionType":
		return in.how != nil
	case "expression":
		return in.expressed
	}
	return in.bid != nil // defaultBid
}
