package unified

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A listing is what a list asks for.
type listing struct {
	request       *Request
	kind          canon.AdsKind
	organizations []string
	channels      []canon.Channel // empty for all
	query         amazon.AdsQuery
	tests         []func(canon.AdsObject) bool // what the model is not asked for
	order         func(a, b canon.AdsObject) int
	limit, offset int
	fields        []string // empty for all
	envelope      bool
	lines         bool // one JSON object a line, with progress
	from          cursor
	mark          string // of all that decides what is listed
}

// A cursor says where a list goes on: where in the order of accounts and of Amazon's pages; of a sorted list, how many come before.
type cursor struct {
	Mark    string `json:"m"`
	Offset  int    `json:"o,omitempty"`
	Account string `json:"a,omitempty"` // grant, account and channel
	Page    string `json:"p,omitempty"` // the model's token
	Size    int    `json:"z,omitempty"` // that the page was asked for with
	Skip    int    `json:"k,omitempty"` // objects of the page that were told already
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readCursor(text, mark string) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Offset < 0 || c.Skip < 0 || c.Size < 0 {
		return c, badParameter("cursor", "it is not one that a list gave out")
	}
	if c.Mark != mark {
		return c, badParameter("cursor", "it belongs to a list with other parameters")
	}
	return c, nil
}

// readListing reads the parameters of a list.
func readListing(q *Request) (*listing, error) {
	values, err := unfold(q.Query)
	if err != nil {
		return nil, err
	}
	p := &parameters{values: values}
	p.known(q.Kind())
	l := &listing{
		request: q, kind: q.Kind(), organizations: words(values["org_id"]), limit: p.number("limit", limitUsual, 1, limitMost),
		offset: p.number("offset", 0, 0, 1<<30), envelope: p.flag("envelope"), lines: strings.Contains(q.Header.Get("Accept"), "application/x-ndjson"),
	}
	if l.lines && values.Get("limit") == "" {
		l.limit = 1 << 30 // nothing is held back while it is written, so there may be any number
	}
	for _, c := range p.upper("channel") {
		if !slices.Contains(canon.Channels(), canon.Channel(c)) {
			p.fail("channel", "it is SPONSORED_PRODUCTS, SPONSORED_BRANDS or SPONSORED_DISPLAY")
		}
		l.channels = append(l.channels, canon.Channel(c))
	}
	l.query = amazon.AdsQuery{
		Kind: l.kind, IDs: words(values["id"]), Campaigns: words(values["campaign_id"]), Groups: words(values["group_id"]),
		Portfolios: words(values["portfolio_id"]), Type: strings.ToUpper(values.Get("type")),
	}
	for _, s := range p.upper("status") {
		if !slices.Contains(statuses, s) {
			p.fail("status", "it is one of "+strings.Join(statuses, ", ")+"; Amazon's ENABLED is ACTIVE here")
		}
		l.query.Statuses = append(l.query.Statuses, canon.AdsStatus(s))
	}
	for _, f := range words(values["fields"]) {
		if f == "raw" {
			l.query.Raw = true
			continue
		}
		l.fields = append(l.fields, f)
	}
	if l.query.Raw && len(l.fields) > 0 {
		l.fields = append(l.fields, "raw")
	}
	l.conditions(p)
	l.sorting(p)
	l.mark = markOf(q, values)
	if text := values.Get("cursor"); text != "" && p.err == nil {
		if l.from, p.err = readCursor(text, l.mark); l.order != nil {
			l.offset = l.from.Offset
		}
	}
	return l, p.err
}

// sorting reads the order. Objects that are equal in it stay in the order of accounts and of Amazon's lists.
func (l *listing) sorting(p *parameters) {
	by := p.values.Get("sort")
	var order func(a, b canon.AdsObject) int
	switch by {
	case "":
	case "name":
		order = func(a, b canon.AdsObject) int { return cmp.Compare(a.Common().Name, b.Common().Name) }
	case "id":
		order = func(a, b canon.AdsObject) int {
			x, y := a.Common().ID, b.Common().ID
			return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) // ids are numbers of any length
		}
	case "status":
		order = func(a, b canon.AdsObject) int { return cmp.Compare(a.Common().Status, b.Common().Status) }
	case "created_at":
		order = func(a, b canon.AdsObject) int { return a.Common().CreatedAt.Compare(b.Common().CreatedAt) }
	case "updated_at":
		order = func(a, b canon.AdsObject) int { return a.Common().UpdatedAt.Compare(b.Common().UpdatedAt) }
	default:
		p.fail("sort", "it is name, id, status, created_at or updated_at")
	}
	switch strings.ToLower(p.values.Get("order")) {
	case "", "asc":
		l.order = order
	case "desc":
		if order != nil {
			l.order = func(a, b canon.AdsObject) int { return order(b, a) }
		}
	default:
		p.fail("order", "it is asc or desc")
	}
}

// markOf tells lists apart that have other objects or another order.
func markOf(q *Request, values map[string][]string) string {
	h := fnv.New64a()
	names := make([]string, 0, len(values))
	for name := range values {
		if !slices.Contains([]string{"limit", "offset", "cursor", "envelope", "fields"}, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	_, _ = h.Write([]byte(q.Grant + "\x00" + q.Word))
	for _, name := range names {
		_, _ = h.Write([]byte("\x00" + name + "\x01" + strings.Join(values[name], ",")))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
