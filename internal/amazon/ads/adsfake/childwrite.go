package adsfake

import "slices"

// A childCheck gathers what is wrong with one item of a write to a collection of children.
type childCheck struct {
	findings
	b  *batch
	k  *kind
	in *childInput
}

// createChild checks one item of a create and, if nothing is wrong with it, adds the child.
func (f *fake) createChild(b *batch, n int, in *childInput) (*child, []itemError) {
	c := &childCheck{b: b, k: &kinds[n], in: in}
	for _, key := range c.k.needs {
		if !in.has(key) {
			c.fail(missing(in.at + "." + key))
		}
	}
	e := &child{kind: c.k}
	parent := c.parents(e)
	c.values(e)
	if parent != nil {
		c.place(e, parent)
	}
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	e.created = b.now
	in.apply(e, b)
	if e.sku != "" {
		e.asin = f.asinOf(b.p, e.sku)
	}
	if !b.p.children[n].free(e.unique(), "") {
		return nil, []itemError{c.taken(e)}
	}
	if t := e.tally(); b.live(t.parent, t.mark) >= c.k.quota {
		return nil, []itemError{overQuota(c.k.entity, "PARENT_ENTITY", in.at, c.k.quota)}
	}
	f.add(b, n, e)
	if n == adGroups && e.auto {
		f.addAutoClauses(b, e)
	}
	return e, nil
}

// add gives a child its id and puts it into its collection.
func (f *fake) add(b *batch, n int, e *child) int {
	e.kind = &kinds[n]
	e.seq = f.things.Add(1)
	e.id = f.thingID(e.seq)
	return b.p.children[n].put(b, e)
}

// addAutoClauses gives an ad group of an AUTO campaign its four clauses of automatic targeting.
func (f *fake) addAutoClauses(b *batch, group *child) {
	_, at, _ := b.p.children[adGroups].find(group.id)
	for _, t := range autoTypes {
		f.add(b, targets, &child{
			head: head{state: enabled, created: group.created, updated: group.created}, campaign: group.campaign, campaignAt: group.campaignAt,
			group: group.id, groupAt: at, auto: true, expression: []predicate{{kind: t}},
		})
	}
}

// updateChild checks one item of an update and, if nothing is wrong with it, replaces the child.
func updateChild(b *batch, n int, old *child, in *childInput) (*child, []itemError) {
	c := &childCheck{b: b, k: &kinds[n], in: in}
	campaign := b.p.campaigns.work[old.campaignAt]
	dead := campaign.state == archived
	if c.k.grouped {
		dead = dead || b.p.children[adGroups].work[old.groupAt].state == archived
	}
	if dead {
		return nil, []itemError{c.k.badState("PARENT_ARCHIVED_FORBIDS_UPDATES", in.at+"."+c.k.key, old.id, "What it belongs to is archived")}
	}
	e := *old
	if !c.k.updates("name") {
		in.name, in.match, in.sku, in.asin, in.custom, in.store, in.native, in.locale = nil, nil, nil, nil, nil, nil, nil, nil
	}
	c.values(&e)
	c.bidBelow(campaign)
	if in.expressed && old.auto {
		c.fail(setup("AUTO_TARGETING_CLAUSE_CANNOT_BE_CREATED_MANUALLY", in.at+".expression", "", "A clause of automatic targeting keeps its expression"))
	}
	if in.how != nil && *in.how != old.targeting() {
		c.fail(itemError{
			kind: "expressionTypeError", reason: "UNSUPPORTED_EXPRESSION_TYPE", message: "The type of an expression cannot be changed",
			at: in.at + ".expressionType", trigger: *in.how,
		})
	}
	if len(c.errors) == 0 && in.expressed {
		c.conflict(&e, old)
	}
	if len(c.errors) > 0 {
		return nil, c.errors
	}
	in.apply(&e, b)
	if !b.p.children[n].free(e.unique(), e.id) {
		return nil, []itemError{c.taken(&e)}
	}
	b.p.children[n].put(b, &e)
	return &e, nil
}

// updates reports whether an update may change a field; of the texts, only an ad group's name.
func (k *kind) updates(key string) bool { return slices.Contains(k.keys, key) }

func retireChild(old *child) (*child, string) {
	if old.kind.mark == 't' && old.auto {
		return nil, "AUTO_TARGETING_CLAUSE_CANNOT_BE_ARCHIVED_MANUALLY"
	}
	c := *old
	return &c, ""
}

// apply sets what a checked input carries.
func (in *childInput) apply(e *child, b *batch) {
	e.updated = b.now
	for _, f := range []struct {
		from *string
		to   *string
	}{
		{in.state, &e.state},
		{in.name, &e.name},
		{in.match, &e.match},
		{in.custom, &e.custom},
		{in.store, &e.store},
		{in.native, &e.native},
		{in.locale, &e.locale},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if e.id == "" && in.sku != nil && b.p.kind == "seller" {
		e.sku = *in.sku
	} else if e.id == "" && in.asin != nil {
		e.asin = *in.asin
	}
	if in.bid != nil {
		e.bid, e.hasBid = *in.bid, true
	} else if in.noBid && e.kind.bid == "bid" {
		e.bid, e.hasBid = 0, false
	}
}

// taken makes the error of a child that its parent has already.
func (c *childCheck) taken(e *child) itemError {
	switch {
	case c.k.mark == 'a':
		return duplicate("NAME_NOT_UNIQUE", c.in.at+".name", e.name, "Another ad group of the campaign has this name")
	case e.expression != nil:
		return duplicate("DUPLICATE_VALUE", c.in.at+".expression", "", "The same expression is there already")
	case e.match != "":
		return duplicate("DUPLICATE_VALUE", c.in.at+".keywordText", e.name, "The keyword is there already with this match type")
	case e.sku != "":
		return duplicate("DUPLICATE_VALUE", c.in.at+".sku", e.sku, "The product is advertised in this ad group already")
	}
	return duplicate("DUPLICATE_VALUE", c.in.at+".asin", e.asin, "The product is advertised in this ad group already")
}
