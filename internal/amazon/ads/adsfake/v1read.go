package adsfake

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// append writes a record as v1 reads it.
func (r *v1Resource) append(b []byte, s *prospect, e record) []byte {
	switch e := e.(type) {
	case *campaign:
		return e.appendV1(b, s)
	case *child:
		return e.appendV1(b, s)
	case *thing:
		return r.appendThing(b, s, e)
	}
	return append(b, `null`...)
}

// appendThing writes what is of Sponsored Brands or Display, as the rules of its shape say.
func (r *v1Resource) appendThing(b []byte, s *prospect, t *thing) []byte {
	shape := r.shape(t.kind.product)
	serving := s.thing(t)
	b = appendString(append(appendString(append(b, '{'), r.id), ':'), t.id)
	n := &nest{b: t.appendCommon(b, t.kind.product, serving, serving == t.kind.status)}
	if t.campaign != "" {
		n.text("campaignId", t.campaign)
	}
	if t.group != "" {
		n.text("adGroupId", t.group)
	}
	for i := range shape.rules {
		shape.rules[i].tell(n, s, t)
	}
	if shape.tell != nil {
		shape.tell(n, s, t)
	}
	n.close(0)
	return append(n.b, '}')
}

// appendCommon writes what everything in v1 has, after its id.
func (h *head) appendCommon(b []byte, product, serving string, good bool) []byte {
	b = appendString(append(b, `,"adProduct":`...), product)
	b = appendString(append(b, `,"state":`...), h.state)
	if good {
		b = append(b, `,"status":{"deliveryStatus":"DELIVERING","deliveryReasons":[]}`...)
	} else {
		b = append(appendString(append(b, `,"status":{"deliveryStatus":"NOT_DELIVERING","deliveryReasons":[`...), deliveryReason(serving)), ']', '}')
	}
	b = h.created.UTC().AppendFormat(append(b, `,"creationDateTime":"`...), instant)
	b = h.updated.UTC().AppendFormat(append(b, `","lastUpdatedDateTime":"`...), instant)
	return append(b, '"')
}

func (c *campaign) appendV1(b []byte, s *prospect) []byte {
	serving := s.campaign(c)
	b = appendString(append(b, `{"campaignId":`...), c.id)
	b = c.appendCommon(b, sponsoredProducts, serving, serving == campaignServes)
	b = appendString(append(b, `,"name":`...), c.name)
	if c.portfolio != "" {
		b = appendString(append(b, `,"portfolioId":`...), c.portfolio)
	}
	b = s.p.appendMidnight(append(b, `,"startDateTime":`...), c.start)
	if c.end != "" {
		b = s.p.appendMidnight(append(b, `,"endDateTime":`...), c.end)
	}
	b = strconv.AppendBool(append(b, `,"autoCreationSettings":{"autoCreateTargets":`...), c.targeting == "AUTO")
	if c.managed != nil {
		b = strconv.AppendBool(append(b, `,"autoManageCampaign":`...), *c.managed)
	}
	b = appendString(append(b, `},"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"currencyCode":`...), s.p.country.currency)
	b = appendDouble(append(b, `,"value":`...), c.budget)
	b = appendString(append(b, `}}}}],"marketplaceScope":"SINGLE_MARKETPLACE","marketplaces":[`...), s.p.country.iso())
	b = appendString(append(b, `],"countries":[`...), s.p.country.iso())
	b = appendString(append(b, `],"costType":"CPC","optimizations":{"bidSettings":{"bidStrategy":`...), v1Strategies[c.bidding.strategy])
	b = append(b, `,"bidAdjustments":{"placementBidAdjustments":[`...)
	for i, p := range c.bidding.placements {
		b = appendString(append(comma(b, i), `{"placement":`...), v1Placements[p.name])
		b = append(strconv.AppendInt(append(b, `,"percentage":`...), p.percent, 10), '}')
	}
	b = append(b, ']')
	for _, a := range c.bidding.cohorts {
		b = appendString(append(b, `,"audienceBidAdjustments":[{"audienceId":`...), a.segments[0].id)
		b = append(strconv.AppendInt(append(b, `,"percentage":`...), a.percent, 10), '}', ']')
	}
	b = append(b, `}}}`...)
	if len(c.sites) > 0 {
		b = append(appendString(append(b, `,"siteRestrictions":[`...), c.sites[0]), ']')
	}
	b = append(b, `,"tags":[`...)
	for i, t := range c.tags {
		b = appendString(append(comma(b, i), `{"key":`...), t.key)
		b = append(appendString(append(b, `,"value":`...), t.value), '}')
	}
	return append(b, ']', '}')
}

// appendMidnight writes the instant at which a day begins for the profile.
func (p *profile) appendMidnight(b []byte, date string) []byte {
	t, err := time.ParseInLocation(day, date, p.location)
	if err != nil {
		return append(b, `null`...) // dates in the store are sound
	}
	return append(t.UTC().AppendFormat(append(b, '"'), instant), '"')
}

func (c *child) appendV1(b []byte, s *prospect) []byte {
	serving := s.child(c)
	good := serving == c.kind.status
	switch c.kind.mark {
	case 'a':
		b = c.appendCommon(appendString(append(b, `{"adGroupId":`...), c.id), sponsoredProducts, serving, good)
		b = appendString(append(b, `,"campaignId":`...), c.campaign)
		b = appendString(append(b, `,"name":`...), c.name)
		b = appendDouble(append(b, `,"bid":{"defaultBid":`...), c.bid)
		b = append(appendString(append(b, `,"currencyCode":`...), s.p.country.currency), '}')
		b = appendString(append(b, `,"marketplaceScope":"SINGLE_MARKETPLACE","marketplaces":[`...), s.p.country.iso())
		return append(b, `]}`...)
	case 'd':
		b = c.appendCommon(appendString(append(b, `{"adId":`...), c.id), sponsoredProducts, serving, good)
		b = appendString(append(b, `,"campaignId":`...), c.campaign)
		b = appendString(append(b, `,"adGroupId":`...), c.group)
		b = appendString(append(b, `,"marketplaceScope":"SINGLE_MARKETPLACE","marketplaces":[`...), s.p.country.iso())
		b = append(b, `],"adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{`...)
		form, id := "ASIN", c.asin
		if c.sku != "" {
			form, id = "SKU", c.sku
		}
		b = appendString(append(b, `"productIdType":`...), form)
		b = appendString(append(b, `,"productId":`...), id)
		if c.sku != "" {
			b = appendString(append(b, `,"resolvedProductIdType":"ASIN","resolvedProductId":`...), c.asin)
		}
		b = append(b, '}')
		if c.custom != "" {
			b = appendString(append(b, `,"headline":`...), c.custom)
		}
		return append(b, `}}}}`...)
	}
	return c.appendTarget(b, s, serving, good)
}

func (c *child) appendTarget(b []byte, s *prospect, serving string, good bool) []byte {
	b = c.appendCommon(appendString(append(b, `{"targetId":`...), c.id), sponsoredProducts, serving, good)
	b = appendString(append(b, `,"campaignId":`...), c.campaign)
	level := "CAMPAIGN"
	if c.group != "" {
		level = "AD_GROUP"
		b = appendString(append(b, `,"adGroupId":`...), c.group)
	}
	b = appendString(append(b, `,"targetLevel":`...), level)
	b = appendString(append(b, `,"marketplaceScope":"SINGLE_MARKETPLACE","marketplaces":[`...), s.p.country.iso())
	b = strconv.AppendBool(append(b, `],"negative":`...), isNegative(c.kind))
	if c.hasBid {
		b = appendDouble(append(b, `,"bid":{"bid":`...), c.bid)
		b = append(appendString(append(b, `,"currencyCode":`...), s.p.country.currency), '}')
	}
	clause := c.v1Clause()
	b = appendString(append(b, `,"targetType":`...), clause.kind())
	b = append(b, `,"targetDetails":`...)
	return append(clause.appendDetails(b), '}')
}

// appendRefinement writes the parts of a category. What should be a number or a flag and is none, since the older interfaces hardly look, is left out.
func appendRefinement(b []byte, expression []predicate) []byte {
	n := 0
	raw := func(key, value string) {
		b = append(append(appendString(comma(b, n), key), ':'), value...)
		n++
	}
	number := func(key, value string) {
		if numberForm.MatchString(value) {
			raw(key, value)
		}
	}
	for _, p := range expression {
		low, high, _ := strings.Cut(p.value, "-")
		field := "productPrice"
		if strings.HasPrefix(p.kind, "ASIN_REVIEW") {
			field = "productRating"
		}
		i := slices.IndexFunc(v1Refinements, func(r struct{ v1, v3 string }) bool { return r.v3 == p.kind })
		switch {
		case strings.HasSuffix(p.kind, "_BETWEEN"):
			number(field+"GreaterThan", low)
			number(field+"LessThan", high)
		case strings.HasSuffix(p.kind, "_GREATER_THAN"):
			number(field+"GreaterThan", p.value)
		case strings.HasSuffix(p.kind, "_LESS_THAN"):
			number(field+"LessThan", p.value)
		case i < 0:
		case p.kind != "ASIN_IS_PRIME_SHIPPING_ELIGIBLE":
			raw(v1Refinements[i].v1, string(appendString(nil, p.value)))
		case p.value == "true" || p.value == "false":
			raw(v1Refinements[i].v1, p.value)
		}
	}
	return b
}

// v1Query serves a query: one page of what the filters let through, in the order of creation.
func (f *fake) v1Query(v *visit, r *v1Resource) kit.Response {
	if refusal, refused := unusable(v); refused {
		return refusal
	}
	q, message := r.query(v.x.Body)
	if message != "" {
		return v1Refusal(v.x, http.StatusBadRequest, message)
	}
	after, ok := f.openToken(v.profile, v1Path+r.list+q.shape.product, &q.filter)
	if !ok {
		return v1Refusal(v.x, http.StatusBadRequest, "nextToken is not valid")
	}
	var lists []tail
	for _, store := range q.shape.stores {
		lists = append(lists, store.since(v.profile, after))
	}
	s := v.profile.prospect(v.x.Now)
	b := append(appendString([]byte{'{'}, r.list), ':', '[')
	n, last, more := 0, after, false
	for e := range merged(lists) {
		if !q.keepsV1(e) {
			continue
		}
		if more = n == q.max; more {
			break
		}
		b = r.append(comma(b, n), s, e)
		n, last = n+1, e.top().seq
	}
	b = append(b, ']')
	if more {
		b = appendString(append(b, `,"nextToken":`...), f.sealToken(v.profile, v1Path+r.list+q.shape.product, &q.filter, last))
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, '}')}
}

// A tail is what follows in a list: its nth record, or nil.
type tail func(n int) record

// tailOf is what follows a sequence number in a list. Nothing is copied, as lists may be long and pages short.
func tailOf[T record](all []T, after uint64) tail {
	all = all[sort.Search(len(all), func(i int) bool { return all[i].top().seq > after }):]
	return func(n int) record {
		if n >= len(all) {
			return nil
		}
		return all[n]
	}
}

// merged goes through lists, each in the order of creation, in that order.
func merged(lists []tail) func(func(record) bool) {
	return func(yield func(record) bool) {
		at, next := make([]int, len(lists)), make([]record, len(lists))
		for i, l := range lists {
			next[i] = l(0)
		}
		for {
			best := -1
			for i, e := range next {
				if e != nil && (best < 0 || e.top().seq < next[best].top().seq) {
					best = i
				}
			}
			if best < 0 || !yield(next[best]) {
				return
			}
			at[best]++
			next[best] = lists[best](at[best])
		}
	}
}
