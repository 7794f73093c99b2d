package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// All is the grant's name that stands for every grant that the pass may use.
const All = "-"

// A Query narrows a list. The zero Query is all that is not archived.
type Query struct {
	Organizations []string // ids of Ads profiles
	Channel       canon.Channel
	Statuses      []canon.AdsStatus
	Text          string // in names, or an id
	UpdatedSince  time.Time
	Sort          string // name, id, status, created_at, updated_at; empty for the order of accounts and of Amazon's lists
	Descending    bool
	Fields        []string          // empty for all; "raw" adds Amazon's own object
	More          map[string]string // other parameters that the kind's list takes: campaign_id, match_type ...
	Limit         int               // of one page. Defaults to 100, and is at most 10,000.
	Cursor        string            // Next of the page before
}

func (q Query) values() url.Values {
	v := url.Values{"envelope": {"true"}}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("org_id", strings.Join(q.Organizations, ","))
	set("channel", string(q.Channel))
	statuses := make([]string, len(q.Statuses))
	for i, s := range q.Statuses {
		statuses[i] = string(s)
	}
	set("status", strings.Join(statuses, ","))
	set("query", q.Text)
	if !q.UpdatedSince.IsZero() {
		set("updated_gte", q.UpdatedSince.UTC().Format(time.RFC3339))
	}
	set("sort", q.Sort)
	if q.Descending {
		set("order", "desc")
	}
	set("fields", strings.Join(q.Fields, ","))
	for name, value := range q.More {
		set(name, value)
	}
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	set("cursor", q.Cursor)
	return v
}

// A Page is one page of a list.
type Page[T canon.AdsObject] struct {
	Objects []T       `json:"objects"`
	Next    string    `json:"next"`     // Cursor of the next page; empty at the end
	Missing []Missing `json:"failures"` // accounts whose lists could not be read
	LeftOut []string  `json:"left_out"` // channels that the caller's policy does not allow
}

// A Missing is an account's list that could not be read, and why.
type Missing struct {
	Grant   string        `json:"connection_id"`
	Account string        `json:"organization_id"`
	Channel canon.Channel `json:"channel"`
	Why     *Error        `json:"error"`
}

// Error implements error.
func (m *Missing) Error() string {
	return fmt.Sprintf("listing account %s of %s: %v", m.Account, m.Grant, m.Why)
}

// Unwrap gives the reason.
func (m *Missing) Unwrap() error { return m.Why }

// kindPath is the path of T's kind.
func kindPath[T canon.AdsObject](grant string) string {
	var none T
	return "/lk/v1/ads/" + url.PathEscape(grant) + "/" + string(none.AdsKind())
}

// List reads one page of the objects of T's kind: List[*canon.AdsCampaign]. Where some accounts could not be read, the page says so in Missing.
func List[T canon.AdsObject](ctx context.Context, c *Client, grant string, q Query) (Page[T], error) {
	var page Page[T]
	_, err := c.do(ctx, http.MethodGet, kindPath[T](grant), q.values(), nil, nil, &page)
	return page, err
}

// Each goes through a whole list, page by page. What could not be read comes as an error between the objects, a *Missing, after which the
// list goes on; any other error ends it.
func Each[T canon.AdsObject](ctx context.Context, c *Client, grant string, q Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for {
			page, err := List[T](ctx, c, grant, q)
			if err != nil {
				yield(none, err)
				return
			}
			for _, o := range page.Objects {
				if !yield(o, nil) {
					return
				}
			}
			for i := range page.Missing {
				if !yield(none, &page.Missing[i]) {
					return
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return
			}
		}
	}
}

// Get reads one object.
func Get[T canon.AdsObject](ctx context.Context, c *Client, grant, id string) (T, error) {
	var o T
	_, err := c.do(ctx, http.MethodGet, kindPath[T](grant)+"/"+url.PathEscape(id), nil, nil, nil, &o)
	return o, err
}

// A Change says how something is changed. The zero Change is the usual way.
type Change struct {
	Key     string // a repeated request with it gets the first one's answer, and changes nothing a second time
	IfMatch string // the ETag that the object must still have
	Force   bool   // past the spend guard
	DryRun  bool   // of many objects: nothing is sent, and Requests has what would be
}

func (h Change) parts() (url.Values, http.Header) {
	query, header := url.Values{}, http.Header{}
	if h.Force {
		query.Set("force", "true")
	}
	if h.DryRun {
		query.Set("dry_run", "true")
	}
	if h.Key != "" {
		header.Set("Idempotency-Key", h.Key)
	}
	if h.IfMatch != "" {
		header.Set("If-Match", `"`+h.IfMatch+`"`)
	}
	return query, header
}

// A Written names what was written down of a change, for Undo.
type Written string

// Create makes an object.
func Create[T canon.AdsObject](ctx context.Context, c *Client, grant string, o T, how Change) (T, Written, error) {
	return write(ctx, c, http.MethodPost, kindPath[T](grant), o, how, o)
}

// Update changes an object to what o holds.
func Update[T canon.AdsObject](ctx context.Context, c *Client, grant string, o T, how Change) (T, Written, error) {
	return write(ctx, c, http.MethodPut, kindPath[T](grant)+"/"+url.PathEscape(o.Common().ID), o, how, o)
}

// Patch changes the fields that patch holds, by RFC 7396.
func Patch[T canon.AdsObject](ctx context.Context, c *Client, grant, id string, patch map[string]any, how Change) (T, Written, error) {
	var none T
	return write(ctx, c, http.MethodPatch, kindPath[T](grant)+"/"+url.PathEscape(id), patch, how, none)
}

func write[T canon.AdsObject](ctx context.Context, c *Client, method, path string, in any, how Change, _ T) (T, Written, error) {
	var out T
	if how.DryRun {
		return out, "", errDryRun
	}
	query, header := how.parts()
	resp, err := c.do(ctx, method, path, query, header, in, &out)
	if err != nil {
		return out, "", err
	}
	return out, Written(resp.Header.Get("Lockkeeper-Write")), nil
}

// errDryRun: the answer to a dry run has no object that was changed.
var errDryRun = errors.New("changing one object: a dry run tells of many, as CreateMany, UpdateMany, PatchMany and RemoveMany do")

// Remove archives an object, which is final: Amazon never gives it back.
func Remove[T canon.AdsObject](ctx context.Context, c *Client, grant, id string, how Change) error {
	if how.DryRun {
		return errDryRun
	}
	query, header := how.parts()
	_, err := c.do(ctx, http.MethodDelete, kindPath[T](grant)+"/"+url.PathEscape(id), query, header, nil, nil)
	return err
}

// Undo reverses what a write did, where that can be. It fails where any part of it was not undone.
func (c *Client) Undo(ctx context.Context, grant string, w Written) error {
	resp, err := c.do(ctx, http.MethodPost, "/lk/v1/ads/"+url.PathEscape(grant)+"/undo/"+url.PathEscape(string(w)), nil, nil, nil, nil)
	if err == nil && resp.StatusCode == http.StatusMultiStatus {
		return &Error{Status: resp.StatusCode, Code: resp.Header.Get("Lockkeeper-Problem"), Message: "a part of it was not undone"}
	}
	return err
}
