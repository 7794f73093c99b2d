package adsfake

import (
	"encoding/json"
	"strconv"
)

// A thingInput is one item of a write to a collection of things.
type thingInput struct {
	row
	campaign *string
	group    *string
	grouped  bool // an update must name its ad group
	state    *string
	sent     []bool // by the kind's fields
	values   []json.RawMessage
}

// parseThing reads an item. Values of a wrong JSON type refuse the request.
func parseThing(k *thingKind, o object, at row) (*thingInput, error) {
	in := &thingInput{row: at, sent: make([]bool, len(k.fields)), values: make([]json.RawMessage, len(k.fields))}
	var err error
	if in.state, err = optional[string](o, "state", at.at); err != nil {
		return nil, err
	}
	if k.inside != nothing {
		if in.campaign, err = readID(o, "campaignId", at.at, k.numeric); err != nil {
			return nil, err
		}
	}
	if k.inside == inGroup {
		if in.group, err = readID(o, "adGroupId", at.at, k.numeric); err != nil {
			return nil, err
		}
	}
	for i, f := range k.fields {
		raw, sent := o[f.key]
		if in.sent[i] = sent; !sent || isNull(raw) {
			continue
		}
		switch f.form {
		case fText, fWord, fDate:
			_, _, err = read[string](o, f.key, at.at)
		case fMoney:
			_, _, err = read[float64](o, f.key, at.at)
		case fFlag:
			_, _, err = read[bool](o, f.key, at.at)
		case fList:
			_, _, err = read[[]json.RawMessage](o, f.key, at.at)
		case fObject:
			_, _, err = readObject(o, f.key, at.at)
		case fID:
			_, err = readID(o, f.key, at.at, k.numeric)
		}
		if err != nil {
			return nil, err
		}
		in.values[i] = compact(raw)
	}
	return in, nil
}

// readID reads an id: a string, or in the older dialect a number, where a string of digits does too.
func readID(o object, key, at string, numeric bool) (*string, error) {
	if !numeric || !o.has(key) {
		return optional[string](o, key, at)
	}
	if s, err := optional[string](o, key, at); err == nil {
		return s, nil
	}
	n, err := optional[int64](o, key, at)
	if err != nil || n == nil {
		return nil, err
	}
	s := strconv.FormatInt(*n, 10)
	return &s, nil
}
