package ads

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A planned write is one request to Amazon, with the indexes of the changes that it makes.
type planned struct {
	collection *collection
	verb       string
	rows       []int
	call       amazon.Call
	file       *file // that has to lie at an upload location first; nil for none
}

// AdsPlan implements amazon.AdsModel.
func (p *Program) AdsPlan(account canon.Account, changes []amazon.AdsChange) ([]amazon.AdsRequest, map[int]amazon.AdsRefusal) {
	writes, refused := p.plan(account, changes)
	var requests []amazon.AdsRequest
	for _, w := range writes {
		path := w.call.Path
		if len(w.call.Query) > 0 {
			path += "?" + w.call.Query.Encode()
		}
		header := map[string]string{scopeHeader: account.ID}
		for name := range w.call.Header {
			header[name] = w.call.Header.Get(name)
		}
		if w.file != nil {
			requests = append(requests, w.file.requests(p, w, account)...)
		}
		requests = append(requests, amazon.AdsRequest{
			Operation: w.collection.ops[w.verb], Method: w.call.Method, Host: p.Descriptor().Hosts[account.Region], Path: path, Header: header,
			Body: w.call.Body, Rows: w.rows,
		})
	}
	return requests, refused
}

// plan makes the requests: what is new first, then what is changed, then what is archived, each in its order and in batches of at most
// what the wire takes.
func (p *Program) plan(account canon.Account, changes []amazon.AdsChange) ([]planned, map[int]amazon.AdsRefusal) {
	v, refused := p.view(account), map[int]amazon.AdsRefusal{}
	type key struct {
		collection *collection
		verb       string
	}
	type group struct {
		rows  []int
		items []json.RawMessage
	}
	groups, order := map[key]*group{}, []key{}
	for i, change := range changes {
		c, verb, item, refusal := p.item(v, change)
		if refusal != nil {
			refused[i] = *refusal
			continue
		}
		k := key{c, verb}
		if groups[k] == nil {
			groups[k], order = &group{}, append(order, k)
		}
		groups[k].rows, groups[k].items = append(groups[k].rows, i), append(groups[k].items, item)
	}
	rank := map[string]int{verbCreate: 0, verbUpdate: 1, verbArchive: 2}
	slices.SortStableFunc(order, func(a, b key) int { return rank[a.verb] - rank[b.verb] })
	var writes []planned
	for _, k := range order {
		g, most := groups[k], k.collection.write
		if k.verb == verbArchive && k.collection.archive > 0 {
			most = k.collection.archive
		}
		for from := 0; from < len(g.rows); from += most {
			to := min(from+most, len(g.rows))
			call, err := k.collection.speaks.write(k.collection, k.verb, g.items[from:to])
			if err != nil {
				for _, row := range g.rows[from:to] {
					refused[row] = ownRefusal(problem.New(problem.AdsUnsayable).With("%v", err), "")
				}
				continue
			}
			w := planned{collection: k.collection, verb: k.verb, rows: g.rows[from:to], call: k.collection.finish(k.verb, call)}
			if a, ok := changes[w.rows[0]].After.(*canon.AdsAsset); ok && k.verb == verbCreate {
				w.file, _ = fileOf(a) // which encoding it looked at
			}
			writes = append(writes, w)
		}
	}
	return writes, refused
}

// item makes what a change puts into a write: an object, the fields that differ, or an id.
func (p *Program) item(v *view, change amazon.AdsChange) (*collection, string, json.RawMessage, *amazon.AdsRefusal) {
	verb, o := verbUpdate, change.After
	switch {
	case change.Before == nil && change.After == nil:
		return nil, "", nil, refuse(problem.AdsUnsayable, "", "a change has neither before nor after")
	case change.Before == nil:
		verb = verbCreate
	case change.After == nil:
		verb, o = verbArchive, change.Before
	}
	var c *collection
	for _, candidate := range p.of(o.AdsKind(), canon.ChannelOf(o)) {
		if candidate.ops[verb] != "" && (candidate.holds == nil || candidate.holds(o)) {
			c = candidate
			break
		}
	}
	if c == nil {
		return nil, "", nil, refuse(problem.AdsNotOffered, "", "%s of kind %s in channel %q", verb, o.AdsKind(), canon.ChannelOf(o))
	}
	var item json.RawMessage
	var refusal *amazon.AdsRefusal
	switch verb {
	case verbCreate:
		item, refusal = c.newItem(v, o)
	case verbUpdate:
		item, refusal = c.changedItem(v, change.Before, change.After)
	case verbArchive:
		item, refusal = c.archivedItem(v, o)
	}
	return c, verb, item, refusal
}

func refuse(code problem.Code, field, detail string, args ...any) *amazon.AdsRefusal {
	r := ownRefusal(problem.New(code).With(detail, args...), field)
	return &r
}

func (c *collection) idItem(o canon.AdsObject) (json.RawMessage, *amazon.AdsRefusal) {
	if o.Common().ID == "" {
		return nil, refuse(problem.AdsFieldMissing, "id", "id")
	}
	text, err := json.Marshal(o.Common().ID)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "id", "%v", err)
	}
	return text, nil
}

// archivedItem is an id or, where archiving is an update, the state beside what every change names.
func (c *collection) archivedItem(v *view, o canon.AdsObject) (json.RawMessage, *amazon.AdsRefusal) {
	id, refusal := c.idItem(o)
	if c.retired == "" || refusal != nil {
		return id, refusal
	}
	w, err := c.encode(o, v)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	is, err := keysOf(w)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	wire := map[string]json.RawMessage{c.id: id, "state": quoted(c.retired)}
	for _, key := range c.always {
		wire[key] = is[key]
	}
	return c.join(wire)
}

func (c *collection) newItem(v *view, o canon.AdsObject) (json.RawMessage, *amazon.AdsRefusal) {
	given, err := fieldsOf(o)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	for _, name := range c.required {
		if given[name] == nil {
			return nil, refuse(problem.AdsFieldMissing, name, "%s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(c.creatable, name) {
			return nil, refuse(problem.AdsFieldNotWritable, name, "%s", name)
		}
	}
	w, err := c.encode(o, v)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	wire, err := keysOf(w)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	delete(wire, c.id)
	for _, key := range slices.Sorted(maps.Keys(c.begins)) {
		if wire[key] != nil && !bytes.Equal(wire[key], quoted(c.begins[key])) {
			return nil, refuse(problem.AdsUnsayable, c.fields[key], "what is new here is %s, and can be changed afterwards", c.begins[key])
		}
		delete(wire, key)
	}
	return c.join(wire)
}

// changedItem is the id and the fields of the wire that differ. One that is there no more is sent as null.
func (c *collection) changedItem(v *view, before, after canon.AdsObject) (json.RawMessage, *amazon.AdsRefusal) {
	id, refusal := c.idItem(before)
	if refusal != nil {
		return nil, refusal
	}
	old, err := fieldsOf(before)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	now, err := fieldsOf(after)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	names := differing(old, now)
	for _, name := range names {
		if !slices.Contains(c.updatable, name) {
			return nil, refuse(problem.AdsFieldNotWritable, name, "%s", name)
		}
	}
	if slices.Equal(names, []string{"status"}) && len(c.always) == 0 { // which needs no words for all else that the object is
		if state := c.state(after.Common().Status); state != "" {
			return c.join(map[string]json.RawMessage{c.id: id, "state": quoted(state)})
		}
	}
	if c.replace != nil {
		whole, err := c.replace(before, after)
		if err != nil {
			return nil, refuse(problem.AdsUnsayable, "", "%v", err)
		}
		wire, err := keysOf(whole)
		if err != nil {
			return nil, refuse(problem.AdsUnsayable, "", "%v", err)
		}
		return c.join(wire)
	}
	was, err := c.encode(before, v)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	will, err := c.encode(after, v)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	from, err := keysOf(was)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	to, err := keysOf(will)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	wire := map[string]json.RawMessage{}
	for _, key := range differing(from, to) {
		if wire[key] = to[key]; to[key] == nil {
			wire[key] = json.RawMessage("null")
		}
	}
	for _, key := range c.always {
		wire[key] = to[key]
	}
	wire[c.id] = id
	return c.join(wire)
}

func (c *collection) join(wire map[string]json.RawMessage) (json.RawMessage, *amazon.AdsRefusal) {
	text, err := json.Marshal(wire)
	if err != nil {
		return nil, refuse(problem.AdsUnsayable, "", "%v", err)
	}
	return text, nil
}

// differing are the keys whose values differ, sorted.
func differing(a, b map[string]json.RawMessage) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(a[key], b[key]) {
			out = append(out, key)
		}
	}
	return out
}

// keysOf takes an object of JSON apart.
func keysOf(v any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil || keys != nil {
		return keys, err
	}
	return nil, errors.New("it is no JSON object")
}

// derived are fields of canon's that no write has: Lockkeeper's own, Amazon's alone, and Unified's spellings of others.
var derived = []string{
	"id", "provider", "connection_id", "organization_id", "fetched_at", "etag", "raw", "created_at", "updated_at", "effective_status", "effective_reasons",
	"timezone", "advertising_channel_type", "budget_amount", "budget_period", "budget_unit", "currency", "total_spend_amount", "spend_to_date", "start_at", "end_at",
	"parent_id", "bid_amount", "channel", "campaign_count", "suggested_bid", "review",
}

// fieldsOf are the fields of an object that somebody set.
func fieldsOf(o canon.AdsObject) (map[string]json.RawMessage, error) {
	keys, err := keysOf(o)
	if err != nil {
		return nil, err
	}
	for _, name := range derived {
		delete(keys, name)
	}
	return keys, nil
}

// pathID puts an id into a path's last segment.
func pathID(id string) string { return url.PathEscape(id) }
