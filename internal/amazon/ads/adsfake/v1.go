package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The Ads API v1 is a second door to the same store: an item is put into the words of Sponsored Products v3 and goes through the same rules,
// and what is there is told in v1's words (ads-lwa 6.2, 6.3).

// A v1Resource is one of the resources of v1.
type v1Resource struct {
	list, one, id string // "campaigns", "campaign", "campaignId"
	most          int    // of one page
	translate     func(*translation)
	stores        []int // kinds of children; nil for campaigns
}

func v1Resources() []*v1Resource {
	return []*v1Resource{
		{"campaigns", "campaign", "campaignId", 5000, (*translation).campaign, nil},
		{"adGroups", "adGroup", "adGroupId", 1000, (*translation).group, []int{adGroups}},
		{"ads", "ad", "adId", 1000, (*translation).ad, []int{productAds}},
		{"targets", "target", "targetId", 5000, (*translation).target, targetKinds},
	}
}

// v1Path is what all of v1's paths begin with.
const v1Path = "/adsApi/v1/"

func (f *fake) v1Routes() []kit.Route {
	var all []kit.Route
	for _, r := range v1Resources() {
		read := guard{scoped: true, media: "application/json"}
		write := read
		write.write = true
		for _, verb := range []struct {
			name   string
			g      guard
			handle func(*visit) kit.Response
		}{
			{"create", write, func(v *visit) kit.Response { return f.v1Write(v, r, "created") }},
			{"update", write, func(v *visit) kit.Response { return f.v1Write(v, r, "updated") }},
			{"delete", write, func(v *visit) kit.Response { return f.v1Delete(v, r) }},
			{"query", read, func(v *visit) kit.Response { return f.v1Query(v, r) }},
		} {
			all = append(all, kit.Route{Operation: "v1." + r.list + "." + verb.name, Method: "POST", Pattern: v1Path + verb.name + "/" + r.list, Handle: f.guarded(verb.g, verb.handle)})
		}
	}
	return all
}

// A v1Outcome is what a write did to one item.
type v1Outcome struct {
	record record
	errors []itemError
}

// v1Write serves a create or an update.
func (f *fake) v1Write(v *visit, r *v1Resource, effect string) kit.Response {
	if refusal, refused := unusable(v); refused {
		return refusal
	}
	items, refusal := v1Items[json.RawMessage](v.x, r.list)
	if items == nil {
		return refusal
	}
	objects := make([]object, len(items))
	for i, raw := range items {
		var err error
		if objects[i], err = parseObject(raw, r.list+"["+strconv.Itoa(i)+"]"); err != nil {
			return v1Refusal(v.x, http.StatusBadRequest, err.Error())
		}
	}
	outcomes := make([]v1Outcome, len(items))
	seen := map[string]bool{}
	v.profile.change(v.x.Now, func(b *batch) {
		for i, o := range objects {
			t := &translation{f: f, b: b, resource: r, in: o, at: r.list + "[" + strconv.Itoa(i) + "]", create: effect == "created", out: object{}}
			outcomes[i].record, outcomes[i].errors = t.run(seen)
		}
	})
	return v1Answer(v, r, outcomes, effect)
}

// v1Delete serves a delete, which archives.
func (f *fake) v1Delete(v *visit, r *v1Resource) kit.Response {
	if refusal, refused := unusable(v); refused {
		return refusal
	}
	key := r.id + "s"
	ids, refusal := v1Items[string](v.x, key)
	if ids == nil {
		return refusal
	}
	outcomes := make([]v1Outcome, len(ids))
	v.profile.change(v.x.Now, func(b *batch) {
		for i, id := range ids {
			outcomes[i].record, outcomes[i].errors = f.v1Archive(b, r, id, key+"["+strconv.Itoa(i)+"]")
		}
	})
	return v1Answer(v, r, outcomes, "archived")
}

func (f *fake) v1Archive(b *batch, r *v1Resource, id, at string) (record, []itemError) {
	if r.stores == nil {
		if _, bad := f.campaigns().archive(b, id, at); bad != nil {
			return nil, bad
		}
		c, _, _ := b.p.campaigns.find(id)
		return c, nil
	}
	n, _ := r.find(b.p, id)
	if _, bad := f.childCollection(n).archive(b, id, at); bad != nil {
		return nil, bad
	}
	c, _, _ := b.p.children[n].find(id)
	return c, nil
}

// find tells which kind of child has an id; the first where none has. Held by the profile's lock.
func (r *v1Resource) find(p *profile, id string) (n int, ok bool) {
	for _, n := range r.stores {
		if _, _, ok := p.children[n].find(id); ok {
			return n, true
		}
	}
	return r.stores[0], false
}

// v1Items reads the array of a write; nil goes with a refusal.
func v1Items[T json.RawMessage | string](x *kit.Exchange, key string) ([]T, kit.Response) {
	o, err := parseObject(x.Body, "$")
	if err != nil {
		return nil, v1Refusal(x, http.StatusBadRequest, err.Error())
	}
	items := []T{}
	if !o.has(key) || json.Unmarshal(o[key], &items) != nil || items == nil {
		return nil, v1Refusal(x, http.StatusBadRequest, key+" must be an array")
	}
	if n := len(items); n < 1 || n > mostItems {
		return nil, v1Refusal(x, http.StatusBadRequest, fmt.Sprintf("%s must have between 1 and %d elements", key, mostItems))
	}
	return items, kit.Response{}
}

// v1Refusal refuses a whole request: {"code","message"} (ads-lwa 6.4).
func v1Refusal(x *kit.Exchange, status int, message string) kit.Response {
	code := map[int]string{
		http.StatusBadRequest: "BAD_REQUEST", http.StatusUnauthorized: "UNAUTHORIZED", http.StatusForbidden: "FORBIDDEN", http.StatusNotFound: "NOT_FOUND",
		http.StatusRequestEntityTooLarge: "CONTENT_TOO_LARGE", http.StatusTooManyRequests: "TOO_MANY_REQUESTS",
	}[status]
	if code == "" && status < http.StatusInternalServerError {
		code = "BAD_REQUEST"
	} else if code == "" {
		code = "INTERNAL_ERROR"
	}
	x.Error, x.Effect = code, "refused"
	return answer(x, status, serviceBody{code, message}, true)
}

// v1Answer writes a 207; error is an array, and partialSuccess stays empty (ads-lwa 6.2).
func v1Answer(v *visit, r *v1Resource, outcomes []v1Outcome, effect string) kit.Response {
	s := v.profile.prospect(v.x.Now)
	b, done := []byte(`{"success":[`), 0
	for i, o := range outcomes {
		if o.errors != nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, done), `{"index":`...), int64(i), 10)
		b = append(appendString(append(b, ','), r.one), ':')
		b = append(appendV1(b, s, o.record), '}')
		done++
	}
	b = append(b, `],"error":[`...)
	failed := 0
	for i, o := range outcomes {
		if o.errors == nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, failed), `{"index":`...), int64(i), 10)
		b = append(b, `,"errors":[`...)
		for j := range o.errors {
			b = o.errors[j].appendV1(comma(b, j))
		}
		b = append(b, ']', '}')
		failed++
	}
	if done > 0 {
		v.x.Effect = effect
	}
	if failed > 0 {
		v.x.Note("failed_items", strconv.Itoa(failed))
	}
	return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(""), Body: append(b, `],"partialSuccess":[]}`...)}
}

// appendV1 writes an error of an item in v1's words.
func (e *itemError) appendV1(b []byte) []byte {
	b = appendString(append(b, `{"code":`...), e.v1Code())
	b = appendString(append(b, `,"message":`...), e.message)
	return append(appendString(append(b, `,"fieldLocation":`...), v1Location(e.at)), '}')
}

// v1Codes are the codes of v1 for errors of v3, by reason, else by kind (ads-lwa 6.4).
var v1Codes = map[string]string{
	"BLANK": "FIELD_VALUE_IS_EMPTY", "TOO_LONG": "FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT", "TOO_SHORT": "FIELD_SIZE_IS_BELOW_MINIMUM_LIMIT",
	"FORBIDDEN_CHARS": "FIELD_VALUE_CONTAINS_INVALID_CHARACTERS", "TOO_HIGH": "FIELD_VALUE_IS_ABOVE_MAXIMUM_LIMIT", "TOO_LOW": "FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT",
	"BUDGET_TOO_LOW": "FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT", "BUDGET_TOO_HIGH": "FIELD_VALUE_IS_ABOVE_MAXIMUM_LIMIT", "BID_OUT_OF_MARKET_PLACE_RANGE": "FIELD_VALUE_IS_OUT_OF_RANGE",
	"BID_GT_BUDGET": "FIELD_VALUE_IS_ABOVE_MAXIMUM_LIMIT", "START_DATE_EARLIER_THAN_TODAY": "DATE_CANNOT_BE_IN_PAST", "END_DATE_EARLIER_THAN_TODAY": "DATE_CANNOT_BE_IN_PAST",
	"UPDATING_READ_ONLY_START_DATE": "FIELD_VALUE_CANNOT_EDIT", "NAME_NOT_UNIQUE": "FIELD_VALUE_NOT_UNIQUE", "PARENT_ENTITY_NOT_FOUND": "RESOURCE_ID_NOT_FOUND",
	"PARENT_ENTITY_ARCHIVED": "ARCHIVED_PARENT_CANNOT_CREATE", "ARCHIVED_ENTITY_CANNOT_BE_MODIFIED": "ARCHIVED_RESOURCE_CANNOT_EDIT",
	"PARENT_ARCHIVED_FORBIDS_UPDATES": "ARCHIVED_PARENT_CANNOT_EDIT", "AUTO_TARGETING_CLAUSE_CANNOT_BE_ARCHIVED_MANUALLY": "AUTOCREATED_ENTITY_CANNOT_EDIT",
	"AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY": "ACTION_NOT_SUPPORTED", "TARGETING_TYPE_NOT_ALLOWED_FOR_AUTO_TARGETING_CAMPAIGN": "ACTION_NOT_SUPPORTED",
	"TYPE_CONFLICT_IN_AD_GROUP": "ACTION_NOT_SUPPORTED", "FEATURE_NOT_AVAILABLE": "FEATURE_NOT_AVAILABLE", "UNSUPPORTED_MARKETPLACE": "UNSUPPORTED_MARKETPLACE",
	"DUPLICATE_RESOURCE_ID_FOUND": "DUPLICATE_RESOURCE_ID_FOUND",

	"missingValueError": "FIELD_VALUE_IS_NULL", "duplicateValueError": "DUPLICATE_FIELD_VALUE_FOUND", "entityNotFoundError": "RESOURCE_ID_NOT_FOUND",
	"entityQuotaError": "ACTIVE_RESOURCE_LIMIT_EXCEEDED", "billingError": "PAYMENT_ISSUE", "otherError": "FIELD_VALUE_CANNOT_EDIT",
}

func (e *itemError) v1Code() string {
	if code := v1Codes[e.reason]; code != "" {
		return code
	}
	if code := v1Codes[e.kind]; code != "" {
		return code
	}
	return "FIELD_VALUE_IS_INVALID"
}

// v1Locations say where in v1 a field of v3 stands.
var v1Locations = []struct{ v3, v1 string }{
	{".budget.budgetType", ".budgets[0].recurrenceTimePeriod"},
	{".budget", ".budgets[0]"},
	{".dynamicBidding.strategy", ".optimizations.bidSettings.bidStrategy"},
	{".dynamicBidding.placementBidding", ".optimizations.bidSettings.bidAdjustments.placementBidAdjustments"},
	{".dynamicBidding.shopperCohortBidding", ".optimizations.bidSettings.bidAdjustments.audienceBidAdjustments"},
	{".startDate", ".startDateTime"},
	{".endDate", ".endDateTime"},
	{".targetingType", ".autoCreationSettings.autoCreateTargets"},
	{".defaultBid", ".bid.defaultBid"},
	{".bid", ".bid.bid"},
	{".sku", ".creative.productCreative.productCreativeSettings.advertisedProduct.productId"},
	{".asin", ".creative.productCreative.productCreativeSettings.advertisedProduct.productId"},
	{".customText", ".creative.productCreative.productCreativeSettings.headline"},
	{".keywordText", ".targetDetails.keywordTarget.keyword"},
	{".matchType", ".targetDetails.keywordTarget.matchType"},
	{".expression", ".targetDetails"},
	{".keywordId", ".targetId"},
}

// v1Location puts a place in an item of v3 into v1's words.
func v1Location(at string) string {
	end := strings.IndexByte(at, ']')
	if end < 0 {
		return at
	}
	item, rest := at[:end+1], at[end+1:]
	i := slices.IndexFunc(v1Locations, func(l struct{ v3, v1 string }) bool {
		return rest == l.v3 || strings.HasPrefix(rest, l.v3+".") || strings.HasPrefix(rest, l.v3+"[")
	})
	if i < 0 {
		return at
	}
	if l := v1Locations[i]; l.v3 != ".expression" && l.v3 != ".budget" {
		return item + l.v1 + strings.TrimPrefix(rest, l.v3)
	}
	return item + v1Locations[i].v1
}
