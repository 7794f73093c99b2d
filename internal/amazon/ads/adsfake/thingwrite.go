package adsfake

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A thingCheck gathers what is wrong with one item of a write to a collection of things.
type thingCheck struct {
	findings
	b  *batch
	k  *thingKind
	in *thingInput
}

// createThing checks one item of a create and, if nothing is wrong with it, adds the thing.
func (f *fake) createThing(b *batch, k *thingKind, in *thingInput) (*thing, []itemError) {
	c := &thingCheck{b: b, k: k, in: in}
	t := &thing{kind: k, values: make([]json.RawMessage, len(k.fields))}
	for i, field := range k.fields {
		if field.need && in.values[i] == nil {
			c.fail(missing(in.at + "." + field.key))
		}
	}
	if in.state == nil {
		if k.mark == 't' || k.mark == 'T' || k.mark == 'h' { // the state of a clause is optional (OAS of Sponsored Display), and themes are made without one
			on := "enabled"
			in.state = &on
		} else {
			c.fail(missing(in.at + ".state"))
		}
	}
	c.parents(t)
	c.values(t)
	if k.inside == nothing && b.p.payment == unpaid && in.state != nil && *in.state == enabled {
		c.fail(itemError{kind: "billingError", reason: "ADVERTISER_BILLING_SETUP_INCOMPLETE", message: "The advertiser has no valid payment method", at: in.at})
	}
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	t.created = b.now
	c.apply(t)
	if u := t.unique(); u != "" && !b.p.things[k.n].free(u, "") {
		return nil, []itemError{c.taken()}
	}
	if at := t.tally(); b.live(at.parent, at.mark) >= k.quota {
		return nil, []itemError{overQuota(k.entity, "PARENT_ENTITY", in.at, k.quota)}
	}
	f.addThing(b, t)
	return t, nil
}

// addThing gives a thing its id and puts it into its collection.
func (f *fake) addThing(b *batch, t *thing) int {
	t.seq = f.things.Add(1)
	t.id = f.thingID(t.seq)
	return b.p.things[t.kind.n].put(b, t)
}

// updateThing checks one item of an update and, if nothing is wrong with it, replaces the thing.
func updateThing(b *batch, old *thing, in *thingInput) (*thing, []itemError) {
	k := old.kind
	c := &thingCheck{b: b, k: k, in: in}
	if k.inside != nothing && b.p.things[k.campaign].work[old.campaignAt].state == archived ||
		k.inside == inGroup && b.p.things[k.group].work[old.groupAt].state == archived {
		return nil, []itemError{k.badState("PARENT_ARCHIVED_FORBIDS_UPDATES", in.at+"."+k.key, old.id, "What it belongs to is archived")}
	}
	switch {
	case !in.grouped:
	case in.group == nil:
		c.fail(missing(in.at + ".adGroupId"))
	case *in.group != old.group:
		c.fail(orphan(in.at+".adGroupId", *in.group))
	}
	t := *old
	t.values = slices.Clone(old.values)
	for i, f := range k.fields {
		switch {
		case !in.sent[i]:
		case f.stays && in.values[i] != nil && string(in.values[i]) != string(old.values[i]):
			c.fail(itemError{kind: "otherError", reason: "OTHER_ERROR", message: f.key + " cannot be changed", at: in.at + "." + f.key})
		case f.need && in.values[i] == nil:
			c.fail(missing(in.at + "." + f.key))
		}
	}
	c.values(&t)
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	c.apply(&t)
	if u := t.unique(); u != "" && !b.p.things[k.n].free(u, t.id) {
		return nil, []itemError{c.taken()}
	}
	b.p.things[k.n].put(b, &t)
	return &t, nil
}

func (c *thingCheck) taken() itemError {
	key := c.k.unique[0]
	reason := "DUPLICATE_VALUE"
	if key == "name" {
		reason = "NAME_NOT_UNIQUE"
	}
	return duplicate(reason, c.in.at+"."+key, "", "Another one has the same "+key)
}

// parents finds what the thing is to belong to. An ad group tells its campaign, unless the item must name it.
func (c *thingCheck) parents(t *thing) {
	in := c.in
	if c.k.inside == nothing {
		return
	}
	wanted := in.campaign
	if c.k.inside == inGroup {
		if in.group == nil {
			c.fail(missing(in.at + ".adGroupId"))
			return
		}
		group, at, ok := c.b.p.things[c.k.group].find(*in.group)
		if !ok || (wanted != nil && *wanted != group.campaign) {
			c.fail(orphan(in.at+".adGroupId", *in.group))
			return
		}
		if group.state == archived {
			c.fail(deadParent(in.at+".adGroupId", group.id))
		}
		t.group, t.groupAt = group.id, at
		if wanted == nil && !c.k.wantsIDs {
			wanted = &group.campaign
		}
	}
	if wanted == nil {
		c.fail(missing(in.at + ".campaignId"))
		return
	}
	campaign, at, ok := c.b.p.things[c.k.campaign].find(*wanted)
	if !ok {
		c.fail(orphan(in.at+".campaignId", *wanted))
		return
	}
	if campaign.state == archived {
		c.fail(deadParent(in.at+".campaignId", campaign.id))
	}
	t.campaign, t.campaignAt = campaign.id, at
}

// values checks the fields by themselves.
func (c *thingCheck) values(t *thing) {
	in := c.in
	if c.k.numeric && in.state != nil {
		if *in.state != strings.ToLower(*in.state) {
			c.fail(notInEnum(in.at+".state", *in.state, []string{"enabled", "paused"}))
			return
		}
		up := strings.ToUpper(*in.state)
		in.state = &up
	}
	if in.state != nil && !(c.k.numeric && *in.state == archived && t.id != "") { // the older dialect archives by update too
		c.writeState(c.k.entity, in.state, in.at+".state")
	}
	for i, f := range c.k.fields {
		raw := in.values[i]
		if raw == nil {
			continue
		}
		at, text := in.at+"."+f.key, ""
		if f.form == fText || f.form == fWord || f.form == fDate || f.form == fID {
			text = plainText(raw)
		}
		switch f.form {
		case fText:
			c.text(&text, at, f.most)
		case fWord:
			c.enum(&text, at, f.allowed)
		case fDate:
			c.date(t, f.key, text)
		case fMoney:
			c.money(f.key, raw)
		case fList:
			c.list(f, raw, at)
		case fObject:
			if u := linkIn(raw); u != "" {
				if _, err := url.Parse(u); err != nil {
					c.fail(malformed("PATTERN_NOT_MATCHED", at+".url", u, "The address is none"))
				}
			}
		case fID:
			if _, _, ok := c.b.p.portfolios.find(text); !ok {
				c.fail(orphan(at, text))
			}
		}
	}
	c.span(t)
}

// plainText is a string's value, or a number's text.
func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func linkIn(raw json.RawMessage) string {
	var o struct{ URL any }
	_ = json.Unmarshal(raw, &o) // an object without one has no address to check
	s, _ := o.URL.(string)
	return s
}

func (c *thingCheck) money(key string, raw json.RawMessage) {
	v, err := strconv.ParseFloat(string(raw), 64)
	at, country := c.in.at+"."+key, c.b.p.country
	r := country.bids()
	switch {
	case key == "budget" && (err != nil || v < country.minBudget):
		c.fail(bounded("budgetError", "BUDGET_TOO_LOW", at, v, country.minBudget, country.maxBudget))
	case key == "budget" && v > country.maxBudget:
		c.fail(bounded("budgetError", "BUDGET_TOO_HIGH", at, v, country.minBudget, country.maxBudget))
	case key != "budget" && (err != nil || v < r.low || v > r.high):
		c.fail(bounded("biddingError", "BID_OUT_OF_MARKET_PLACE_RANGE", at, v, r.low, r.high))
	}
}

func (c *thingCheck) list(f thingField, raw json.RawMessage, at string) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || len(items) > f.most {
		c.fail(outOfRange(at, int64(len(items)), 1, int64(f.most)))
		return
	}
	if len(items) == 0 {
		c.fail(missing(at))
	}
	for i, raw := range items {
		at := fmt.Sprintf("%s[%d]", at, i)
		var p struct {
			Type  string
			Value any
		}
		if err := json.Unmarshal(raw, &p); err != nil || p.Type == "" {
			c.fail(missing(at + ".type"))
		} else if !slices.Contains(f.allowed, p.Type) {
			c.fail(notInEnum(at+".type", p.Type, f.allowed))
		} else if p.Type == "asinSameAs" && !asinForm.MatchString(fmt.Sprint(p.Value)) {
			c.fail(malformed("PATTERN_NOT_MATCHED", at+".value", fmt.Sprint(p.Value), "The ASIN is not valid"))
		}
	}
}

// layout is how the kind writes dates.
func (k *thingKind) layout() string {
	if k.numeric {
		return "20060102"
	}
	return day
}

// date checks one date; both together are span's.
func (c *thingCheck) date(t *thing, key, text string) {
	at := c.in.at + "." + key
	if _, err := time.Parse(c.k.layout(), text); err != nil {
		c.fail(badDate("INVALID_DATE", at, text, "The date is not of the right form"))
		return
	}
	today := c.b.now.In(c.b.p.location).Format(c.k.layout())
	old := ""
	if t.id != "" {
		old = t.text(key)
	}
	switch {
	case text == old:
	case key == "startDate" && old != "" && old <= today:
		c.fail(badDate("UPDATING_READ_ONLY_START_DATE", at, text, "The campaign has started already"))
	case key == "startDate" && text < today:
		c.fail(badDate("START_DATE_EARLIER_THAN_TODAY", at, text, "Start date is in the past"))
	case key == "endDate" && text < today:
		c.fail(badDate("END_DATE_EARLIER_THAN_TODAY", at, text, "End date is in the past"))
	}
}

func (c *thingCheck) span(t *thing) {
	s, e := c.k.at("startDate"), c.k.at("endDate")
	if s < 0 || len(c.errors) > 0 {
		return
	}
	begin, end := t.text("startDate"), t.text("endDate")
	if v := c.in.values[s]; v != nil {
		begin = plainText(v)
	}
	if c.in.sent[e] {
		end = ""
		if v := c.in.values[e]; v != nil {
			end = plainText(v)
		}
	}
	if begin != "" && end != "" && end < begin {
		c.fail(badDate("START_DATE_AFTER_END_DATE", c.in.at+".startDate", begin, "Start date is after end date"))
	}
}

// apply sets what a checked input carries.
func (c *thingCheck) apply(t *thing) {
	in := c.in
	t.updated = c.b.now
	if in.state != nil {
		t.state = *in.state
	}
	for i, f := range c.k.fields {
		switch {
		case in.values[i] != nil:
			t.values[i] = in.values[i]
		case in.sent[i]:
			t.values[i] = nil
		case t.id == "" && f.shown != "":
			t.values[i] = json.RawMessage(f.shown)
		case t.id == "" && f.key == "budget": // of Sponsored Display, which has a default by region
			t.values[i] = appendDouble(nil, max(c.b.p.country.minBudget, 10))
		case t.id == "" && f.key == "startDate":
			t.values[i] = appendString(nil, c.b.now.In(c.b.p.location).Format(c.k.layout()))
		}
	}
	for _, key := range []string{"name", "keywordText"} {
		if c.k.at(key) >= 0 {
			t.name = t.text(key)
		}
	}
}

func retireThing(old *thing) (*thing, string) {
	t := *old
	return &t, ""
}
