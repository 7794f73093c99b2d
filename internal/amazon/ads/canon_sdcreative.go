package ads

import (
	"encoding/json"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// displayCreatives are the creatives of Sponsored Display, which belong to ad groups and not to ads (OpenAPI document of Sponsored Display 3.0).
// Their list has neither states nor campaigns, and only one of its two filters can be used at once.
func displayCreatives() *collection {
	return decoder(&collection{
		kind: canon.KindCreative, channel: canon.SponsoredDisplay, speaks: creativeArrays{}, list: "creatives", id: "creativeId",
		ops: map[string]string{verbList: "sd.creatives.list"}, page: leastPage, ids: 100, parents: 100,
		filters: map[condition]string{byID: "creativeIdFilter", byGroup: "adGroupIdFilter"},
	}, decodeSDCreative)
}

// An sdCreative is a creative of Sponsored Display. What it is made of is a property each; the whole stands in Data.
type sdCreative struct {
	ID         wireID          `json:"creativeId"`
	GroupID    wireID          `json:"adGroupId"`
	Type       string          `json:"creativeType"`
	Moderation string          `json:"moderationStatus"`
	Properties json.RawMessage `json:"properties"`
}

func decodeSDCreative(w *sdCreative, _ *view) (*canon.AdsCreative, error) {
	k := &canon.AdsCreative{
		AdsCommon: canon.AdsCommon{ID: string(w.ID)}, GroupID: string(w.GroupID), Channel: canon.SponsoredDisplay, Type: w.Type, Review: sdReview(w.Moderation),
	}
	if nothing(w.Properties) {
		return k, nil
	}
	k.Data = slices.Clone(w.Properties)
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(w.Properties, &parts); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(parts) {
		if name == "headline" {
			if err := json.Unmarshal(parts[name], &k.Title); err != nil {
				return nil, err
			}
			continue
		}
		for _, id := range assetsIn(parts[name]) {
			if !slices.Contains(k.AssetIDs, id) {
				k.AssetIDs = append(k.AssetIDs, id)
			}
		}
	}
	return k, nil
}

// assetsIn are the assets that a property has: one, a list of them, or none.
func assetsIn(part json.RawMessage) []string {
	type asset struct {
		ID string `json:"assetId"`
	}
	var one asset
	var all []asset
	if json.Unmarshal(part, &one) == nil {
		all = []asset{one}
	} else if json.Unmarshal(part, &all) != nil {
		return nil // a color, a flag
	}
	var ids []string
	for _, a := range all {
		if a.ID != "" {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// sdReview is what moderation says.
func sdReview(status string) *canon.Review {
	switch status {
	case "":
		return nil
	case "PENDING_REVIEW":
		status = "PENDING"
	}
	return &canon.Review{Status: status}
}

// creativeArrays is the older dialect with one filter at once: ids tell most, and the group is held against what comes back.
type creativeArrays struct{ arrays }

// list implements dialect.
func (creativeArrays) list(c *collection, q *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	one := *q
	if len(one.IDs) > 0 {
		one.Groups = nil
	}
	return arrays{}.list(c, &one, token, size)
}
