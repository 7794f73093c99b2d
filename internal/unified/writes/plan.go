package writes

import (
	"context"
	"encoding/json"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A planned change is a row of an order, thought through: what it is now and what it is to be, or why it cannot be.
type planned struct {
	row     int
	at      int // in the write's list of changes
	undoes  int
	id      string
	account canon.Account
	channel canon.Channel
	action  Verb
	change  amazon.AdsChange
	same    bool // it is so already
	refusal *amazon.AdsRefusal
}

// ready reports that there is something to send.
func (p *planned) ready() bool { return p.refusal == nil && !p.same }

// plan thinks an order through.
func (w *Writer) plan(ctx context.Context, p Place, o Order) []*planned {
	all := make([]*planned, len(o.Rows))
	for i := range o.Rows {
		all[i] = &planned{row: i, id: o.Rows[i].ID, action: Update}
	}
	no := o.offered(p)
	switch {
	case no != nil:
		for _, c := range all {
			c.refusal = no
		}
	case o.Verb == Create:
		w.planNew(ctx, p, o, all)
	default:
		w.planChanges(ctx, p, o, all)
	}
	w.check(p, all)
	return all
}

// organization is the account that a row names.
func (o Order) organization(r Row) string {
	var body struct {
		Organization string `json:"organization_id"`
	}
	if err := json.Unmarshal(r.Body, &body); err == nil && body.Organization != "" {
		return body.Organization
	}
	return o.Organization
}

// planChanges reads the objects as they are and makes of them what the rows want.
func (w *Writer) planChanges(ctx context.Context, p Place, o Order, all []*planned) {
	byPlace := map[string][]*planned{} // rows by the account that they name
	first := map[string]int{}
	for _, c := range all {
		if before, twice := first[c.id]; twice {
			c.refusal = refuse(problem.WritesBadOrder, "id", "row %d is about the same object", before)
			continue
		}
		if first[c.id] = c.row; c.id == "" {
			c.refusal = refuse(problem.WritesBadOrder, "id", "a row names no object: its id is missing, or is no text")
			continue
		}
		in := o.organization(o.Rows[c.row])
		byPlace[in] = append(byPlace[in], c)
	}
	for in, rows := range byPlace {
		accounts, no := p.accountsFor(in)
		var ids []string
		for _, c := range rows {
			c.refusal = no
			ids = append(ids, c.id)
		}
		if no != nil {
			continue
		}
		objects, err := w.find(ctx, p, o.Kind, ids, accounts)
		for _, c := range rows {
			f, ok := objects[c.id]
			switch {
			case ok:
				w.planChange(p, o, c, f)
			case err != nil:
				c.refusal = refusedBy(err)
			default:
				c.refusal = refuse(problem.WritesNoObject, "id", "")
			}
		}
	}
	w.guardAll(ctx, p, o, all)
}

// offered refuses what Amazon offers for no object of the kind, before any is looked for.
func (o Order) offered(p Place) *amazon.AdsRefusal {
	for _, channel := range p.Model.AdsChannels(o.Kind) {
		can := p.Model.AdsCan(o.Kind, channel)
		if map[Verb]bool{Create: can.Create, Remove: can.Archive, Update: can.Update || can.Archive, Patch: can.Update || can.Archive}[o.Verb] {
			return nil
		}
	}
	return refuse(problem.WritesNotHere, "", "%s of a %s", o.Verb, o.Kind)
}

func (w *Writer) planChange(p Place, o Order, c *planned, f found) {
	row := o.Rows[c.row]
	c.account, c.channel = f.account, canon.ChannelOf(f.object)
	if mark := row.ifMatch(); mark != "" && mark != canon.AdsETag(f.object) {
		c.refusal = refuse(problem.WritesChangedMeanwhile, "etag", "its etag now is %s", canon.AdsETag(f.object))
		return
	}
	archived := f.object.Common().Status == canon.StatusArchived
	if o.Verb == Remove {
		c.action, c.same, c.change.Before = Remove, archived, f.object
		return
	}
	base, _, err := bare(f.object)
	if err != nil {
		c.refusal = refusedBy(err)
		return
	}
	body, no := o.bodyOf(p, row, c.channel, f.account)
	if no != nil {
		c.refusal = no
		return
	}
	after, changed, no := applied(f.object, body, o.Verb, f.account)
	if no != nil {
		c.refusal = no
		return
	}
	c.change = amazon.AdsChange{Before: base, After: after}
	normal(base, f.account)
	switch {
	case canon.ChannelOf(after) != c.channel:
		c.refusal = refuse(problem.WritesFieldFixed, "channel", "channel")
	case len(changed) == 0:
		c.same, c.change.After = true, f.object
	case archived:
		c.refusal = refuse(problem.WritesArchivedFinal, "", "")
	case after.Common().Status == canon.StatusArchived && base.Common().Status != canon.StatusArchived:
		if len(changed) > 1 {
			c.refusal = refuse(problem.WritesFieldWrong, "status", "archiving is a change of its own; this one changes %d fields", len(changed))
			return
		}
		c.action, c.change.Before, c.change.After = Remove, f.object, nil
	case after.Common().Status != canon.StatusActive && after.Common().Status != canon.StatusPaused && after.Common().Status != base.Common().Status:
		c.refusal = refuse(problem.WritesFieldWrong, "status", "ACTIVE, PAUSED, or ARCHIVED for good")
	}
}

// normal gives amounts without a currency the account's.
func normal(o canon.AdsObject, a canon.Account) {
	for _, m := range amounts(o) {
		if m.money.Currency == "" {
			m.money.Currency = a.Currency
		}
	}
}

// ifMatch is the mark that the object must have: of the row, or of the object as it was read.
func (r Row) ifMatch() string {
	if r.IfMatch != "" {
		if r.IfMatch == "*" {
			return ""
		}
		return r.IfMatch
	}
	var body struct {
		ETag string `json:"etag"`
	}
	_ = json.Unmarshal(r.Body, &body) // what is no object was refused elsewhere
	return body.ETag
}

// guardAll holds what would be sent against the spend guard. A target without a bid has its group's, which is read where it matters.
func (w *Writer) guardAll(ctx context.Context, p Place, o Order, all []*planned) {
	percent := w.cfg.SpendGuard()
	if o.Force || percent <= 0 {
		return
	}
	groups := w.groupBids(ctx, p, all)
	for _, c := range all {
		if c.ready() && c.action == Update {
			var bid *canon.Money
			if t, ok := c.change.Before.(*canon.AdsTarget); ok {
				bid = groups[t.GroupID]
			}
			c.refusal = guard(c.change.Before, c.change.After, bid, percent)
		}
	}
}

// groupBids reads the default bids of the groups of targets that get a bid of their own, or lose it.
func (w *Writer) groupBids(ctx context.Context, p Place, all []*planned) map[string]*canon.Money {
	want := map[string][]string{}
	accounts := map[string]canon.Account{}
	for _, c := range all {
		before, ok := c.change.Before.(*canon.AdsTarget)
		if !ok || !c.ready() || c.action != Update {
			continue
		}
		if after := c.change.After.(*canon.AdsTarget); (before.Bid == nil) != (after.Bid == nil) && before.GroupID != "" {
			want[c.account.ID], accounts[c.account.ID] = append(want[c.account.ID], before.GroupID), c.account
		}
	}
	bids := map[string]*canon.Money{}
	for in, ids := range want {
		groups, _ := w.find(ctx, p, canon.KindGroup, ids, []canon.Account{accounts[in]}) // what is not found is not guarded against
		for is, f := range groups {
			if g, ok := f.object.(*canon.AdsGroup); ok {
				bids[is] = g.DefaultBid
			}
		}
	}
	return bids
}

// check asks the account, policy and the wire whether what is planned can be sent.
func (w *Writer) check(p Place, all []*planned) {
	for _, c := range all {
		if !c.ready() {
			continue
		}
		kind := c.object().AdsKind()
		ability := p.Model.AdsCan(kind, c.channel)
		can := map[Verb]bool{Create: ability.Create, Update: ability.Update, Remove: ability.Archive}[c.action]
		operation := map[Verb]string{Create: "create", Update: "update", Remove: "archive"}[c.action]
		switch {
		case !can:
			c.refusal = refuse(problem.WritesNotHere, "", "%s of a %s %s", operation, c.channel, kind)
		case c.account.ViewOnly:
			c.refusal = refuse(problem.AdsViewOnly, "", "")
		default:
			if err := p.allow(ability.Operations[operation], c.account); err != nil {
				c.refusal = refusedBy(err)
			}
		}
	}
	for _, part := range parts(all, len(all)) {
		_, refused := p.Model.AdsPlan(part[0].account, changesOf(part))
		for i := range part {
			if r, no := refused[i]; no {
				part[i].refusal = &r
			}
		}
	}
}

// object is what a change is about.
func (p *planned) object() canon.AdsObject {
	if p.change.After != nil {
		return p.change.After
	}
	return p.change.Before
}

func changesOf(part []*planned) []amazon.AdsChange {
	changes := make([]amazon.AdsChange, len(part))
	for i, c := range part {
		changes[i] = c.change
	}
	return changes
}

// parts divides what is to be sent by account, channel and action, and into pieces of at most so many, all in the order of rows.
func parts(all []*planned, most int) [][]*planned {
	type key struct {
		account string
		channel canon.Channel
		action  Verb
	}
	var order []key
	by := map[key][]*planned{}
	for _, c := range all {
		if !c.ready() {
			continue
		}
		k := key{c.account.ID, c.channel, c.action}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], c)
	}
	var out [][]*planned
	for _, k := range order {
		for rows := by[k]; len(rows) > 0; {
			n := min(len(rows), most)
			out, rows = append(out, rows[:n]), rows[n:]
		}
	}
	return out
}
