package unified

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A listing is what a list asks for.
type listing struct {
	request       *Request
	values        url.Values // its parameters, with those of raw among them
	kind          canon.AdsKind
	organizations []string
	channels      []canon.Channel // empty for all
	query         amazon.AdsQuery
	tests         []func(canon.AdsObject) bool // what the model is not asked for
	sort          func(o canon.AdsObject) key  // what a sorted list goes by; nil for Amazon's order
	down          bool                         // from the last to the first
	limit, offset int
	fields        []string // empty for all
	envelope      bool
	lines         bool // one JSON object a line, with progress
	from          cursor
	said          string // all that decides what is listed, and how it is written
	mark          string // of all that decides what is listed
}

// A cursor says where a list goes on: where in the order of accounts and of Amazon's pages, or after which object of a sorted list.
type cursor struct {
	Mark    string `json:"m"`
	Account string `json:"a,omitempty"` // grant, account and channel: of the next object, or of the last one told
	Page    string `json:"p,omitempty"` // the model's token
	Size    int    `json:"z,omitempty"` // that the page was asked for with
	Skip    int    `json:"k,omitempty"` // objects of the page that were told already

	// Of a sorted list: the last object told, and how many objects were told of which reading of the list.
	Last   *key  `json:"l,omitempty"`
	Offset int   `json:"o,omitempty"`
	Sorted int64 `json:"s,omitempty"`
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
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Skip < 0 || c.Offset < 0 || c.Size < 0 {
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
		request: q, values: values, kind: q.Kind(), organizations: words(values["org_id"]), limit: p.number("limit", limitUsual, 1, limitMost),
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
	l.said, l.mark = said(q, values), markOf(q, values)
	if text := values.Get("cursor"); text != "" && p.err == nil {
		if l.from, p.err = readCursor(text, l.mark); p.err == nil && (l.sort != nil) != (l.from.Last != nil) {
			p.fail("cursor", "it is not one that a list gave out")
		}
	}
	return l, p.err
}

// markOf tells lists apart that have other objects or another order.
func markOf(q *Request, values map[string][]string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(said(q, values, "fields")))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// said is all that a list was asked for, but for which part of it and for the parameters named.
func said(q *Request, values map[string][]string, except ...string) string {
	var all []string
	for name, v := range values {
		if !slices.Contains([]string{"limit", "offset", "cursor", "envelope"}, name) && !slices.Contains(except, name) {
			all = append(all, fmt.Sprintf("%q=%q", name, v))
		}
	}
	slices.Sort(all)
	return fmt.Sprintf("%q %q %s", q.Grant, q.Word, all)
}
