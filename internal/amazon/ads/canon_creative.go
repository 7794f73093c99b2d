package ads

import (
	"encoding/json"
	"maps"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// creatives are the creatives that stand inside ads: those of Sponsored Brands as Amazon keeps them, and those of Sponsored Products, which
// has none, as what its ads show (contract ads-model 1.4). They are read by the lists of ads and have their ad's id; brandCreatives
// change those that are Amazon's.
func creatives(all []*collection) []*collection {
	var out []*collection
	for _, c := range all {
		if c.kind != canon.KindAd || c.ops[verbList] == "" || c.wants != nil || c.channel == canon.SponsoredDisplay {
			continue
		}
		read := *c
		read.kind, read.ops = canon.KindCreative, map[string]string{verbList: c.ops[verbList]}
		read.filters, read.fields = maps.Clone(c.filters), nil
		read.creatable, read.updatable, read.required = nil, nil, nil
		read.encode = func(canon.AdsObject, *view) (any, error) { return nil, errReadOnly }
		read.reads = nil // which reads ads
		read.decode = func(item []byte, v *view) (canon.AdsObject, error) {
			o, err := c.decode(item, v)
			if err != nil {
				return nil, err
			}
			return creativeOf(o.(*canon.AdsAd)), nil // the collection is one of ads
		}
		out = append(out, &read)
	}
	return out
}

// creativeOf is what an ad shows.
func creativeOf(a *canon.AdsAd) *canon.AdsCreative {
	k := &canon.AdsCreative{Type: "NATIVE", Title: a.Headline, Promoted: a.Promoted}
	if a.Creative != nil {
		k = a.Creative
		k.Data = append(json.RawMessage(nil), k.Data...)
	}
	k.AdsCommon, k.Channel = a.AdsCommon, a.Channel
	k.Ext = nil // of the ad's landing page, which LinkURL tells
	k.ItemID, k.CampaignID, k.GroupID, k.LinkURL = a.ID, a.CampaignID, a.GroupID, a.FinalURL
	return k
}
