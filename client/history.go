package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A HistoryQuery narrows the ledger of changes. The zero HistoryQuery is the newest.
type HistoryQuery struct {
	Object string    // with a change of the object with this id
	Kind   string    // campaign, group, ad, target, portfolio, creative, asset
	Since  time.Time // this or later
	Before Written   // older than this write, to read on
	Limit  int       // at most 1,000. Defaults to 100.
}

// An Entry is one write of the ledger: who changed what, and when.
type Entry struct {
	ID       Written   `json:"id"`
	Kind     string    `json:"kind"`
	Verb     string    `json:"verb"`    // create, update, patch, remove, undo
	By       string    `json:"by"`      // whose pass or sign-in it was
	ByKind   string    `json:"by_kind"` // operator, caller or system
	At       time.Time `json:"at"`
	EndedAt  time.Time `json:"ended_at"` // zero while it is under way
	Undoes   Written   `json:"undoes"`   // of an undoing
	Done     int       `json:"done"`
	Failed   int       `json:"failed"`
	Unknown  int       `json:"unknown"`
	UndoneBy []Written `json:"undone_by"`
	Changes  []Changed `json:"changes"` // of one write alone
}

// A Changed is one object of a write, as it was and became.
type Changed struct {
	Row      int             `json:"row"`
	Action   string          `json:"action"` // create, update, remove
	ID       string          `json:"id"`
	Account  string          `json:"organization_id"`
	State    string          `json:"state"` // waiting, sent, done, refused, unknown, not_sent
	Same     bool            `json:"same"`
	Before   json.RawMessage `json:"before"` // an object of the write's kind; nil of a new one
	After    json.RawMessage `json:"after"`  // as asked for, then as Amazon told; nil of one that was archived
	UndoneBy Written         `json:"undone_by"`
	Error    *Error          `json:"error"`
}

// History lists the writes of a grant, the newest first. A pass hears of those alone whose accounts it may use.
func (c *Client) History(ctx context.Context, grant string, q HistoryQuery) ([]Entry, error) {
	query := url.Values{}
	for name, value := range map[string]string{"object": q.Object, "kind": q.Kind, "before": string(q.Before)} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !q.Since.IsZero() {
		query.Set("since", q.Since.UTC().Format(time.RFC3339))
	}
	if q.Limit > 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}
	var all []Entry
	_, err := c.do(ctx, http.MethodGet, "/lk/v1/ads/"+url.PathEscape(grant)+"/history", query, nil, nil, &all)
	return all, err
}

// Entry reads one write with all its objects.
func (c *Client) Entry(ctx context.Context, grant string, w Written) (Entry, error) {
	var e Entry
	_, err := c.do(ctx, http.MethodGet, "/lk/v1/ads/"+url.PathEscape(grant)+"/history/"+url.PathEscape(string(w)), nil, nil, nil, &e)
	return e, err
}

// A Support is what can be done to one kind of object in one channel.
type Support struct {
	Kind    string `json:"kind"`
	Channel string `json:"channel"` // empty for kinds that stand above the channels
	Methods struct {
		List   bool `json:"list"`
		Get    bool `json:"get"`
		Create bool `json:"create"`
		Update bool `json:"update"`
		Remove bool `json:"remove"` // archives, which is final
		Undo   bool `json:"undo"`
	} `json:"methods"`
	Parameters []string `json:"list_parameters"`
	Creatable  []string `json:"inbound_fields"`
	Changeable []string `json:"changeable_fields"`
	Required   []string `json:"required_fields"`
	Operations []string `json:"operations"` // of Amazon's that it may take, as policies name them
}

// Support tells what works.
func (c *Client) Support(ctx context.Context) ([]Support, error) {
	var all []Support
	_, err := c.do(ctx, http.MethodGet, "/lk/v1/ads/support", nil, nil, nil, &all)
	return all, err
}
