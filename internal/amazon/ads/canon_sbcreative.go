package ads

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// brandCreatives change the creatives of ads of Sponsored Brands: each change is a new version, made at the path of the creative's form and
// looked at by moderation, and what was before can be made again (OpenAPI document of Sponsored Brands v4). Nothing is listed from them.
func brandCreatives() []*collection {
	var all []*collection
	for _, form := range v4Forms {
		c := &collection{
			kind: canon.KindCreative, channel: canon.SponsoredBrands, speaks: creativeVersions{v3{}}, list: "creatives", id: "adId", write: 1, wants: noWants,
			ops: map[string]string{verbUpdate: "sb.ads.creatives." + form[1]}, updatable: []string{"title", "promoted", "asset_ids", "data"},
			fields: map[string]string{"headline": "title", "asins": "promoted", "videoAssetIds": "asset_ids", "creative": "data"},
			holds: func(o canon.AdsObject) bool {
				k, ok := o.(*canon.AdsCreative)
				return ok && creativeForm(k) == form[0]
			},
			replace: func(before, after canon.AdsObject) (any, error) {
				return newCreative(form[0], before.(*canon.AdsCreative), after.(*canon.AdsCreative)) // the collection is one of creatives
			},
		}
		all = append(all, decoder(c, decodeSDCreative))
	}
	return all
}

// What Amazon alone says of a creative.
var toldOfCreative = []string{"type", "brandLogoUrl", "customImageUrl", "originalHeadline", "originalVideoAssetIds", "creativeStatus", "creativeVersion"}

// newCreative is the whole of a new version: the data, with the headline, the products and the film where those were changed beside it.
func newCreative(form string, before, after *canon.AdsCreative) (any, error) {
	var is, was v4Creative
	keys, err := keysOf(after.Data)
	if err := errors.Join(err, json.Unmarshal(after.Data, &is), json.Unmarshal(before.Data, &was)); err != nil {
		return nil, fmt.Errorf("the creative's data: %w", err)
	}
	for _, key := range toldOfCreative {
		delete(keys, key)
	}
	if logo := keys["brandLogoAssetID"]; logo != nil { // which ads spell otherwise
		delete(keys, "brandLogoAssetID")
		keys["brandLogoAssetId"] = logo
	}
	if after.Title != before.Title {
		if is.Headline != was.Headline && is.Headline != after.Title {
			return nil, errCreativeDiffers
		}
		keys["headline"] = quoted(after.Title)
	}
	if asins := asinsOf(after.Promoted); !slices.Equal(asins, asinsOf(before.Promoted)) {
		if !slices.Equal(is.ASINs, was.ASINs) && !slices.Equal(is.ASINs, asins) {
			return nil, errCreativeDiffers
		}
		if keys["asins"], err = json.Marshal(asins); err != nil {
			return nil, err
		}
	}
	said, err := is.canon(after.Data)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(after.AssetIDs, before.AssetIDs) && !slices.Equal(after.AssetIDs, said.AssetIDs) {
		if form != formVideo || len(after.AssetIDs) != 1 || !slices.Equal(is.Videos, was.Videos) && !slices.Equal(is.Videos, after.AssetIDs) {
			return nil, fmt.Errorf("asset_ids can be changed of a film with one alone; data says which asset of any other creative is what")
		}
		if keys["videoAssetIds"], err = json.Marshal(after.AssetIDs); err != nil {
			return nil, err
		}
	}
	if form == formVideo {
		var asins []string
		_ = json.Unmarshal(keys["asins"], &asins) // what is no list names none
		if keys["asins"] != nil && len(was.ASINs) > 0 && !slices.Equal(asins, was.ASINs) {
			return nil, fmt.Errorf("the product of a film stays the same: a new version has another film only")
		}
		delete(keys, "asins")
	}
	return map[string]any{"adId": before.ID, "creative": keys}, nil
}

func asinsOf(refs []canon.PromotedRef) (all []string) {
	for _, r := range refs {
		all = append(all, r.ID)
	}
	return all
}

// creativeVersions is the dialect in which versions are made: one a request, answered by the ad and the version.
type creativeVersions struct{ v3 }

// write implements dialect.
func (creativeVersions) write(_ *collection, _ string, items []json.RawMessage) (amazon.Call, error) {
	return amazon.Call{Body: items[0]}, nil
}

// outcomes implements dialect.
func (creativeVersions) outcomes(_ *collection, _ string, answer *amazon.Answer, _ int) ([]outcome, error) {
	var said struct {
		ID      string `json:"adId"`
		Version string `json:"creativeVersion"`
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil || said.Version == "" {
		return nil, err
	}
	return []outcome{{id: said.ID}}, nil
}
