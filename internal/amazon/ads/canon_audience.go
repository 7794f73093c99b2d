package ads

import (
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// mostAudiences is how many a page is asked for.
const mostAudiences = 250

// audienceList is the dialect of POST /audiences/list, as clients speak it: no specification is at hand.
type audienceList struct{ readOnly }

// list implements dialect.
func (audienceList) list(_ *collection, _ *amazon.AdsQuery, token string, size int) (amazon.Call, error) {
	query := url.Values{"maxResults": {strconv.Itoa(size)}}
	if token != "" {
		query.Set("nextToken", token)
	}
	return amazon.Call{Query: query, Body: []byte(`{"adType":"SD"}`)}, nil
}

// read implements dialect.
func (audienceList) read(c *collection, answer []byte, _ string, _ int) ([]json.RawMessage, string, error) {
	return page(answer, c.list)
}

// A wireAudience is a group of people that Amazon made, with how many of them are to be met in a day.
type wireAudience struct {
	ID          string `json:"audienceId"`
	Name        string `json:"audienceName"`
	Category    string `json:"category"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Forecasts   *struct {
		Inventory *struct {
			All *struct {
				Reach *struct {
					From  *int64 `json:"lowerBoundInclusive"`
					Below *int64 `json:"upperBoundExclusive"`
				} `json:"dailyReach"`
			} `json:"all"`
		} `json:"inventoryForecasts"`
	} `json:"forecasts"`
}

// Ext of audiences: which of Amazon's kinds it is, such as In-market, and what Amazon says of it.
const (
	extCategory    = "category"
	extDescription = "description"
)

func decodeAudience(w *wireAudience, _ *view) (*canon.AdsTargetOption, error) {
	o := &canon.AdsTargetOption{
		AdsCommon: canon.AdsCommon{ID: w.ID, Name: w.Name}, Channel: canon.SponsoredDisplay, Type: optionAudience, IsActive: w.Status == "" || w.Status == "Active",
	}
	for key, value := range map[string]string{extCategory: w.Category, extDescription: w.Description} {
		if value != "" && o.Ext == nil {
			o.Ext = map[string]any{}
		}
		if value != "" {
			o.Ext[key] = value
		}
	}
	if f := w.Forecasts; f != nil && f.Inventory != nil && f.Inventory.All != nil && f.Inventory.All.Reach != nil {
		o.AudienceCountMin, o.AudienceCountMax = f.Inventory.All.Reach.From, f.Inventory.All.Reach.Below
	}
	return o, nil
}
