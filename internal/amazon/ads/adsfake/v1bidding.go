package adsfake

import (
	"encoding/json"
	"strconv"
)

// Where bid adjustments are in v1.
const (
	v1Bidding     = "optimizations.bidSettings."
	v1Adjustments = v1Bidding + "bidAdjustments."
)

// adjustments is the form of bid adjustments by placement, whose names differ.
func adjustments(names ...v1Word) v1Form {
	one := words(names...)
	return v1Form{
		to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
			list, ok := t.objects(r, raw)
			if !ok {
				return nil
			}
			for i, o := range list {
				at := v1Rule{v1: r.v1 + "[" + strconv.Itoa(i) + "].placement"}
				if o["placement"] = one.to(t, &at, o["placement"]); o["placement"] == nil {
					delete(o, "placement")
				}
			}
			return mustJSON(list)
		},
		back: func(s *prospect, t *thing, raw json.RawMessage) json.RawMessage {
			var list []object
			if json.Unmarshal(raw, &list) != nil {
				return nil
			}
			told := []any{}
			for _, o := range list {
				if place, percent := one.back(s, t, o["placement"]), wholeNumber(o["percentage"]); place != nil && percent != nil {
					told = append(told, map[string]any{"placement": place, "percentage": percent})
				}
			}
			return mustJSON(told)
		},
	}
}

// audiences is the form of bid adjustments by audience.
var audiences = v1Form{
	to: func(t *translation, r *v1Rule, raw json.RawMessage) json.RawMessage {
		list, ok := t.objects(r, raw)
		if !ok {
			return nil
		}
		out := []any{}
		for _, o := range list {
			out = append(out, map[string]any{
				"shopperCohortType": "AUDIENCE_SEGMENT", "percentage": o["percentage"], "audienceSegments": []any{map[string]any{"audienceId": o["audienceId"]}},
			})
		}
		return mustJSON(out)
	},
	back: func(_ *prospect, _ *thing, raw json.RawMessage) json.RawMessage {
		var list []struct {
			Percentage       json.RawMessage
			AudienceSegments []struct{ AudienceID string }
		}
		if json.Unmarshal(raw, &list) != nil {
			return nil
		}
		told := []any{}
		for _, a := range list {
			if percent := wholeNumber(a.Percentage); percent != nil && len(a.AudienceSegments) > 0 {
				told = append(told, map[string]any{"audienceId": a.AudienceSegments[0].AudienceID, "percentage": percent})
			}
		}
		return mustJSON(told)
	},
}

// objects reads a list of objects.
func (t *translation) objects(r *v1Rule, raw json.RawMessage) (list []object, ok bool) {
	if json.Unmarshal(raw, &list) != nil {
		t.fail(malformed("PATTERN_NOT_MATCHED", t.at+"."+r.v1, "", "The value is no list of objects"))
		return nil, false
	}
	for i, o := range list {
		if o == nil {
			t.fail(missing(t.at + "." + r.v1 + "[" + strconv.Itoa(i) + "]"))
			return nil, false
		}
	}
	return list, true
}

// wholeNumber is a number without its fraction; nil for what is none.
func wholeNumber(raw json.RawMessage) json.RawMessage {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return nil
	}
	return strconv.AppendInt(nil, int64(f), 10)
}
