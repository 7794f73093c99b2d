package writes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A fieldMap is an object as JSON's own, with numbers as they were written.
type fieldMap map[string]any

var errNoObject = errors.New("reading an object: it is no JSON object")

func readMap(text []byte) (fieldMap, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m fieldMap
	if err := d.Decode(&m); err != nil || m == nil || d.More() {
		return nil, errNoObject
	}
	return m, nil
}

func mapOf(o canon.AdsObject) (fieldMap, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("writing an object: %w", err)
	}
	return readMap(text)
}

// bare is a copy of an object without the fields that are made from others, so that none of them contradicts a change. It is the copy
// that has gone through JSON, as what is changed has.
func bare(o canon.AdsObject) (canon.AdsObject, fieldMap, error) {
	m, err := mapOf(o)
	if err != nil {
		return nil, nil, err
	}
	for name := range derived[o.AdsKind()] {
		delete(m, name)
	}
	for _, name := range []string{"raw", "etag", "fetched_at", "connection_id"} {
		delete(m, name)
	}
	copied, err := object(o.AdsKind(), m)
	return copied, m, err
}

// object makes an object of JSON's own.
func object(kind canon.AdsKind, m fieldMap) (canon.AdsObject, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("writing an object: %w", err)
	}
	o := canon.NewAds(kind)
	if err := json.Unmarshal(text, o); err != nil {
		return nil, fmt.Errorf("reading an object: %w", err)
	}
	return o, nil
}

// merge is JSON merge patch (RFC 7396): what is null goes, objects are merged, all else replaces.
func merge(into, patch map[string]any) map[string]any {
	out := maps.Clone(into)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range patch {
		switch v := v.(type) {
		case nil:
			delete(out, name)
		case map[string]any:
			was, _ := out[name].(map[string]any)
			out[name] = merge(was, v)
		default:
			out[name] = v
		}
	}
	return out
}

// differing names the fields in which two objects differ and that somebody could wish for.
func differing(kind canon.AdsKind, a, b fieldMap) []string {
	var out []string
	for name := range names(kind) {
		if _, made := derived[kind][name]; made || facts[name] {
			continue
		}
		if !reflect.DeepEqual(a[name], b[name]) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// applied makes of an object, as it is, what a row wants it to be. An empty base stands for a new one.
func applied(base canon.AdsObject, body json.RawMessage, verb Verb, a canon.Account) (after canon.AdsObject, changed []string, no *amazon.AdsRefusal) {
	kind := base.AdsKind()
	patch, err := readMap(body)
	if err != nil {
		return nil, nil, refuse(problem.WritesBadOrder, "", "a row is no JSON object")
	}
	known := names(kind)
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		if !known[name] {
			return nil, nil, refuse(problem.WritesFieldUnknown, name, "%s", short(name))
		}
	}
	base, was, err := bare(base)
	if err != nil {
		return nil, nil, refusedBy(err)
	}
	if no := dropFacts(patch, was, verb); no != nil {
		return nil, nil, no
	}
	if no := fold(kind, patch, was, a); no != nil {
		return nil, nil, no
	}
	after, err = object(kind, merge(was, patch))
	if err != nil {
		return nil, nil, wrongType(err)
	}
	if c, ok := after.(*canon.AdsCampaign); ok && c.Timezone == "" {
		c.Place = canon.NewPlace(placeOf(a))
	}
	if err := after.Settle(); err != nil {
		if errors.Is(err, canon.ErrBothDiffer) {
			return nil, nil, refuse(problem.WritesBothDiffer, "", "")
		}
		return nil, nil, refuse(problem.WritesFieldWrong, "", "%v", err)
	}
	for _, o := range []canon.AdsObject{base, after} {
		for _, m := range amounts(o) {
			if m.money.Currency == "" {
				m.money.Currency = a.Currency
			}
			switch {
			case a.Currency != "" && m.money.Currency != a.Currency && o == after:
				return nil, nil, refuse(problem.WritesCurrencyDiffers, m.field, "%s of an account in %s", short(m.money.Currency), a.Currency)
			case m.money.Micros < 0 && o == after:
				return nil, nil, refuse(problem.WritesFieldWrong, m.field, "an amount is not below zero")
			}
		}
	}
	before, errBefore := mapOf(base)
	now, errNow := mapOf(after)
	if err := errors.Join(errBefore, errNow); err != nil {
		return nil, nil, refusedBy(err)
	}
	return after, differing(kind, before, now), nil
}

// short keeps what a caller sent from filling an answer.
func short(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

func wrongType(err error) *amazon.AdsRefusal {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		path := strings.TrimPrefix(t.Field, "AdsCommon.")
		field, _, _ := strings.Cut(path, ".")
		return refuse(problem.WritesFieldWrong, field, "a %s is not what %s holds", t.Value, path)
	}
	return refuse(problem.WritesFieldWrong, "", "%v", err)
}

// dropFacts takes out what nobody can wish for. A patch that names such a field with another value is refused; in a whole object, as it was
// once read, it only shows what was.
func dropFacts(patch, was fieldMap, verb Verb) *amazon.AdsRefusal {
	for name, v := range patch {
		if !facts[name] {
			continue
		}
		switch {
		case name == "etag" || name == "fetched_at" || name == "raw" || name == "connection_id":
		case name == "id" || name == "organization_id":
			if has, ok := was[name]; v != nil && v != "" && (ok || name == "id") && !reflect.DeepEqual(v, has) {
				return refuse(problem.WritesFieldFixed, name, "%s", name)
			}
		case verb == Patch && !reflect.DeepEqual(v, was[name]) && was[name] != nil:
			return refuse(problem.WritesFieldFixed, name, "%s", name)
		}
		delete(patch, name)
	}
	return nil
}

// fold takes Unified's fields of a patch into the exact ones. Where both are given they stay, and Settle compares them.
func fold(kind canon.AdsKind, patch, was fieldMap, a canon.Account) *amazon.AdsRefusal {
	if v, ok := patch["currency"]; ok && derived[kind]["currency"] != "" {
		if text, is := v.(string); v != nil && (!is || text != "" && a.Currency != "" && text != a.Currency) {
			return refuse(problem.WritesCurrencyDiffers, "currency", "the account is in %s", a.Currency)
		}
		delete(patch, "currency")
	}
	switch kind {
	case canon.KindCampaign:
		return foldCampaign(patch, was, a)
	case canon.KindGroup:
		if v, ok := patch["parent_id"]; ok && !given(patch, "campaign_id") {
			delete(patch, "parent_id")
			if v != nil {
				patch["campaign_id"] = v
			}
		}
		foldBid(patch, "default_bid", a)
	case canon.KindTarget:
		foldBid(patch, "bid", a)
	}
	return nil
}

func given(patch fieldMap, name string) bool {
	_, ok := patch[name]
	return ok
}

func foldBid(patch fieldMap, exact string, a canon.Account) {
	v, ok := patch["bid_amount"]
	if !ok || given(patch, exact) {
		return
	}
	delete(patch, "bid_amount")
	if v == nil {
		patch[exact] = nil
		return
	}
	patch[exact] = map[string]any{"amount": v, "currency": a.Currency}
}

func foldCampaign(patch, was fieldMap, a canon.Account) *amazon.AdsRefusal {
	if v, ok := patch["advertising_channel_type"]; ok {
		delete(patch, "advertising_channel_type")
		word, _ := v.(string)
		channel, known := channelTypes[word]
		switch {
		case v == nil:
		case !known:
			return refuse(problem.WritesFieldWrong, "advertising_channel_type", "one of SHOPPING, SEARCH and DISPLAY")
		case given(patch, "channel") && patch["channel"] != string(channel):
			return refuse(problem.WritesBothDiffer, "advertising_channel_type", "")
		default:
			patch["channel"] = string(channel)
		}
	}
	if no := foldDays(patch, a); no != nil {
		return no
	}
	if v, ok := patch["budget_unit"]; ok {
		if v != nil && v != "CURRENCY" && v != "UNSPECIFIED" {
			return refuse(problem.WritesFieldWrong, "budget_unit", "budgets are of CURRENCY")
		}
		delete(patch, "budget_unit")
	}
	if given(patch, "budgets") || !given(patch, "budget_amount") && !given(patch, "budget_period") {
		return nil
	}
	first, rest := map[string]any{"period": "DAILY"}, []any(nil)
	if all, _ := was["budgets"].([]any); len(all) > 0 {
		if m, ok := all[0].(map[string]any); ok {
			first, rest = maps.Clone(m), all[1:]
		}
	}
	if v, ok := patch["budget_amount"]; ok {
		if v == nil {
			return refuse(problem.WritesFieldWrong, "budget_amount", "a campaign has a budget")
		}
		first["money"] = map[string]any{"amount": v, "currency": a.Currency}
	}
	if v := patch["budget_period"]; v == "TOTAL" {
		first["period"] = "LIFETIME"
	} else if v != nil {
		first["period"] = v
	}
	delete(patch, "budget_amount")
	delete(patch, "budget_period")
	patch["budgets"] = append([]any{first}, rest...)
	return nil
}

func foldDays(patch fieldMap, a canon.Account) *amazon.AdsRefusal {
	for at, day := range map[string]string{"start_at": "start_date", "end_at": "end_date"} {
		v, ok := patch[at]
		if !ok || given(patch, day) {
			continue
		}
		delete(patch, at)
		if v == nil {
			patch[day] = nil
			continue
		}
		text, _ := v.(string)
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return refuse(problem.WritesFieldWrong, at, "an instant such as 2026-11-22T10:00:00Z")
		}
		patch[day] = string(canon.DayOf(t, placeOf(a)))
	}
	return nil
}

// placeOf is where an account's days are; UTC where that is not known.
func placeOf(a canon.Account) *time.Location {
	place, err := time.LoadLocation(a.Timezone)
	if err != nil {
		return time.UTC
	}
	return place
}
