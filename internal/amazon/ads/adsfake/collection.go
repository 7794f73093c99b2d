package adsfake

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A row is what every item of a write has: where it stands and, for updates, which record it is about.
type row struct {
	at string // JSONPath
	id *string
}

func (r *row) item() *row { return r }

// An input is one item of a write as it was sent, before any rule is applied.
type input interface{ item() *row }

// A shape is how a collection looks on the wire (ads-lwa 3.1).
type shape struct {
	operation string // "sp.campaigns"
	path      string // "/sp/campaigns"
	media     string
	list      string // key of the items in bodies
	key       string // of the id in the items of an update
	success   string // of the id in a success item
	object    string // of the whole record in a success item
	deletes   string // key of the filter that a delete carries; empty: there is no delete
	entity    string // entityType of errors
	keys      []string
	filters   []filterKey
	least     int // items of a write
	most      int
	page      int      // the most that one page holds. Defaults to what ads.page_size says.
	total     string   // key of the count in lists. Defaults to totalResults.
	errors    []string // errorTypes that items can have; others are told as otherError. Defaults to all.
}

// A collection serves create, update, delete and list of one kind of record. What differs between collections is in its
// shape and its functions; all the rest is here and the same.
type collection[T record, I input] struct {
	*shape
	f      *fake
	of     func(*profile) *store[T]
	parse  func(object, row) (I, error)
	create func(*batch, I) (T, []itemError)
	update func(*batch, T, I) (T, []itemError)
	retire func(T) (T, string)       // a copy for archiving, or why it cannot be archived
	serves func(*prospect, T) string // serving status
	status func([]byte, string) []byte
	extend func([]byte, *prospect, T) []byte // writes a record with its extendedData. Defaults to Sponsored Products' way.
}

func (c *collection[T, I]) routes() []kit.Route {
	g := guard{scoped: true, media: c.media, accept: true, plain: strings.HasPrefix(c.path, "/sb/")}
	w := g
	w.write = true
	all := []kit.Route{
		{Operation: c.operation + ".create", Method: "POST", Pattern: c.path, Handle: c.f.guarded(w, c.doCreate)},
		{Operation: c.operation + ".update", Method: "PUT", Pattern: c.path, Handle: c.f.guarded(w, c.doUpdate)},
		{Operation: c.operation + ".list", Method: "POST", Pattern: c.path + "/list", Handle: c.f.guarded(g, c.doList)},
	}
	if c.deletes != "" {
		all = append(all, kit.Route{Operation: c.operation + ".delete", Method: "POST", Pattern: c.path + "/delete", Handle: c.f.guarded(w, c.doDelete)})
	}
	return all
}

// known refuses fields that there are not, where that is asked for.
func (c *collection[T, I]) known(o object, keys []string, at string) error {
	if !c.f.is.unknownFields.Is("refuse") {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(keys, key) {
			return &shapeError{at + "." + key, "absent: there is no such field"}
		}
	}
	return nil
}

// A prospect is what serving statuses are worked out from: the profile as it is published at one moment. Children are to
// be read before it is made, so that it holds the parents of all of them.
type prospect struct {
	p          *profile
	today      string
	campaigns  []*campaign
	groups     []*child
	portfolios []*portfolio
}

func (p *profile) prospect(now time.Time) *prospect {
	return &prospect{
		p: p, today: p.today(now), groups: p.children[adGroups].all(), campaigns: p.campaigns.all(),
		portfolios: p.portfolios.all(),
	}
}

// extended writes a record with its extendedData.
func (c *collection[T, I]) extended(b []byte, s *prospect, e T) []byte {
	if c.extend != nil {
		return c.extend(b, s, e)
	}
	h := e.top()
	b = append(b, h.wire...)
	b = append(b, `,"extendedData":{"creationDateTime":"`...)
	b = h.created.UTC().AppendFormat(b, instant)
	b = append(b, `","lastUpdateDateTime":"`...)
	b = h.updated.UTC().AppendFormat(b, instant)
	b = append(b, `","servingStatus":"`...)
	status := c.serves(s, e)
	b = append(append(b, status...), '"')
	return append(c.status(b, status), '}', '}')
}

// details writes the servingStatusDetails of Sponsored Products.
func details(b []byte, status string) []byte {
	b = append(b, `,"servingStatusDetails":[{"name":"`...)
	b = append(b, status...)
	return append(b, `_DETAIL"}]`...)
}
