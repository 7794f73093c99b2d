package adsfake

import (
	"encoding/json"
	"fmt"
)

// A campaignInput is one item of a campaigns write. A nil pointer is a field that was not sent.
type campaignInput struct {
	row
	name      *string
	state     *string
	targeting *string
	portfolio *string
	noFolio   bool // portfolioId was null: taken out of its portfolio
	start     *string
	end       *string
	noEnd     bool // endDate was null: runs without end
	budget    *budgetInput
	bidding   *biddingInput
	tags      map[string]string
	hasTags   bool
	sites     []string
	offAmazon *string
	managed   *bool
}

type budgetInput struct {
	amount *float64
	kind   *string
}

type biddingInput struct {
	strategy   *string
	placements []placementInput
	hasPlaces  bool
	cohorts    []cohortInput
	hasCohorts bool
}

type placementInput struct {
	name    *string
	percent *int64
}

type cohortInput struct {
	kind     *string
	percent  *int64
	segments []segment
	has      bool
}

// campaignKeys are the keys that a write may have (OAS: CreateCampaign, UpdateCampaign).
var campaignKeys = []string{
	"autoManageCampaign", "budget", "campaignId", "dynamicBidding", "endDate", "name", "offAmazonSettings",
	"portfolioId", "siteRestrictions", "startDate", "state", "tags", "targetingType",
}

func parseCampaign(o object, at row) (*campaignInput, error) {
	in := &campaignInput{row: at}
	var err error
	for _, f := range []struct {
		key string
		to  **string
	}{
		{"name", &in.name},
		{"state", &in.state},
		{"targetingType", &in.targeting},
		{"portfolioId", &in.portfolio},
		{"startDate", &in.start},
		{"endDate", &in.end},
	} {
		if *f.to, err = optional[string](o, f.key, in.at); err != nil {
			return in, err
		}
	}
	_, sentFolio := o["portfolioId"]
	_, sentEnd := o["endDate"]
	in.noFolio, in.noEnd = sentFolio && in.portfolio == nil, sentEnd && in.end == nil
	if in.managed, err = optional[bool](o, "autoManageCampaign", in.at); err != nil {
		return in, err
	}
	if in.tags, in.hasTags, err = read[map[string]string](o, "tags", in.at); err != nil {
		return in, err
	}
	if in.sites, _, err = read[[]string](o, "siteRestrictions", in.at); err != nil {
		return in, err
	}
	if b, ok, err := readObject(o, "budget", in.at); err != nil {
		return in, err
	} else if ok {
		if in.budget, err = parseBudget(b, in.at+".budget"); err != nil {
			return in, err
		}
	}
	if s, ok, err := readObject(o, "offAmazonSettings", in.at); err != nil {
		return in, err
	} else if ok {
		if in.offAmazon, err = optional[string](s, "offAmazonBudgetControlStrategy", in.at+".offAmazonSettings"); err != nil {
			return in, err
		}
	}
	if d, ok, err := readObject(o, "dynamicBidding", in.at); err != nil {
		return in, err
	} else if ok {
		if in.bidding, err = parseBidding(d, in.at+".dynamicBidding"); err != nil {
			return in, err
		}
	}
	return in, nil
}

// optional reads a value; nil stands for absent or null.
func optional[T string | float64 | int64 | bool](o object, key, at string) (*T, error) {
	v, ok, err := read[T](o, key, at)
	if !ok {
		return nil, err
	}
	return &v, nil
}

func parseBudget(o object, at string) (*budgetInput, error) {
	amount, err := optional[float64](o, "budget", at)
	if err != nil {
		return nil, err
	}
	kind, err := optional[string](o, "budgetType", at)
	return &budgetInput{amount, kind}, err
}

func parseBidding(o object, at string) (*biddingInput, error) {
	d := &biddingInput{}
	var err error
	if d.strategy, err = optional[string](o, "strategy", at); err != nil {
		return nil, err
	}
	places, ok, err := read[[]json.RawMessage](o, "placementBidding", at)
	if err != nil {
		return nil, err
	}
	d.hasPlaces = ok
	for i, raw := range places {
		at := fmt.Sprintf("%s.placementBidding[%d]", at, i)
		o, err := parseObject(raw, at)
		if err != nil {
			return nil, err
		}
		var p placementInput
		if p.name, err = optional[string](o, "placement", at); err != nil {
			return nil, err
		}
		if p.percent, err = optional[int64](o, "percentage", at); err != nil {
			return nil, err
		}
		d.placements = append(d.placements, p)
	}
	cohorts, ok, err := read[[]json.RawMessage](o, "shopperCohortBidding", at)
	if err != nil {
		return nil, err
	}
	d.hasCohorts = ok
	for i, raw := range cohorts {
		c, err := parseCohort(raw, fmt.Sprintf("%s.shopperCohortBidding[%d]", at, i))
		if err != nil {
			return nil, err
		}
		d.cohorts = append(d.cohorts, c)
	}
	return d, nil
}

func parseCohort(raw json.RawMessage, at string) (cohortInput, error) {
	var c cohortInput
	o, err := parseObject(raw, at)
	if err != nil {
		return c, err
	}
	if c.kind, err = optional[string](o, "shopperCohortType", at); err != nil {
		return c, err
	}
	if c.percent, err = optional[int64](o, "percentage", at); err != nil {
		return c, err
	}
	list, ok, err := read[[]json.RawMessage](o, "audienceSegments", at)
	if err != nil {
		return c, err
	}
	c.has = ok
	for i, raw := range list {
		at := fmt.Sprintf("%s.audienceSegments[%d]", at, i)
		o, err := parseObject(raw, at)
		if err != nil {
			return c, err
		}
		id, _, err := read[string](o, "audienceId", at)
		if err != nil {
			return c, err
		}
		kind, _, err := read[string](o, "audienceSegmentType", at)
		if err != nil {
			return c, err
		}
		c.segments = append(c.segments, segment{id, kind})
	}
	return c, nil
}
