package canon_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// unmarked are the fields that a mark does not look at, since nobody can wish for them: Amazon fills them, they say where an object is, or
// they are made from others.
var unmarked = map[string][]string{
	"AdsCommon": {
		"Provider", "ConnectionID", "OrganizationID", "EffectiveStatus", "EffectiveReasons", "CreatedAt", "UpdatedAt", "FetchedAt", "ETag", "Raw",
	},
	"AdsPortfolio": {"CampaignCount"},
	"AdsBudget":    {"RuleAmount"},
	"AdsCampaign": {
		"Channel", "Timezone", "Place", "SpendToDate", "AdvertisingChannelType", "BudgetAmount", "BudgetPeriod", "BudgetUnit", "Currency",
		"TotalSpendAmount", "StartAt", "EndAt",
	},
	"AdsGroup":    {"ParentID", "Channel", "BidAmount", "Currency"},
	"AdsAd":       {"Channel", "Review"},
	"AdsCreative": {"CampaignID", "GroupID", "ItemID", "Type", "Width", "Height", "AssetURLs", "Review"},
	"AdsTarget":   {"Channel", "SuggestedBid", "BidAmount", "Currency"},
	"PromotedRef": {"Name"},
}

// stuff gives a value something everywhere.
func stuff(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("1")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		stuff(v.Elem())
	case reflect.Interface:
		v.Set(reflect.ValueOf("1"))
	case reflect.Map:
		one := reflect.New(v.Type().Elem()).Elem()
		stuff(one)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k"), one)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`1`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		stuff(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() && v.Type() != reflect.TypeFor[time.Location]() {
				stuff(v.Field(i))
			}
		}
	}
}

// leaves are the places of a filled value in which it can be changed by one step.
func leaves(path string, v reflect.Value, each func(path string, change func())) {
	switch v.Kind() {
	case reflect.String:
		each(path, func() { v.SetString(v.String() + "2") })
	case reflect.Bool:
		each(path, func() { v.SetBool(!v.Bool()) })
	case reflect.Int, reflect.Int64:
		each(path, func() { v.SetInt(v.Int() + 1) })
	case reflect.Pointer:
		each(path+" (gone)", func() { v.SetZero() })
		leaves(path, v.Elem(), each)
	case reflect.Interface:
		each(path, func() { v.Set(reflect.ValueOf("2")) })
	case reflect.Map:
		each(path+" (one more)", func() {
			one := reflect.New(v.Type().Elem()).Elem()
			stuff(one)
			v.SetMapIndex(reflect.ValueOf("l"), one)
		})
	case reflect.Slice:
		each(path+" (emptied)", func() { v.SetZero() })
		if v.Len() > 0 && v.Type() != reflect.TypeFor[json.RawMessage]() {
			leaves(path+"[]", v.Index(0), each)
		}
	case reflect.Struct:
		skip := map[string]bool{}
		for _, name := range unmarked[v.Type().Name()] {
			skip[name] = true
		}
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; !skip[name] {
				leaves(path+"."+name, v.Field(i), each)
			}
		}
	}
}

// TestAdsETagSeesEachField changes every field that can be wished for, one at a time and however deep: no change leaves the mark as it was.
func TestAdsETagSeesEachField(t *testing.T) {
	t.Parallel()
	for _, kind := range []canon.AdsKind{canon.KindPortfolio, canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindTarget, canon.KindCreative} {
		whole := func() canon.AdsObject {
			o := canon.NewAds(kind)
			stuff(reflect.ValueOf(o).Elem())
			return o
		}
		var paths []string
		leaves(string(kind), reflect.ValueOf(whole()).Elem(), func(path string, _ func()) { paths = append(paths, path) })
		base := canon.AdsETag(whole())
		for n, path := range paths {
			o, at := whole(), 0
			leaves(string(kind), reflect.ValueOf(o).Elem(), func(_ string, change func()) {
				if at == n {
					change()
				}
				at++
			})
			if canon.AdsETag(o) == base {
				t.Errorf("a change of %s leaves the mark as it was", path)
			}
		}
		if len(paths) < 5 {
			t.Errorf("%s has only %d places", kind, len(paths))
		}
	}
}
