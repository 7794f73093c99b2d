package unified

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// Most bytes of an order.
const orderMost = 16 << 20

// A Changed is the answer to an order about many objects, and to a dry run.
type Changed struct {
	Write    id.AdsWrite         `json:"write,omitempty"` // in the ledger; none where nothing was sent
	Kind     canon.AdsKind       `json:"kind"`
	DryRun   bool                `json:"dry_run,omitempty"`
	Done     int                 `json:"done"`
	Failed   int                 `json:"failed"`
	Unknown  int                 `json:"unknown"`          // no answer came: they may have been made
	Undo     string              `json:"undo,omitempty"`   // where it is undone, by POST; what was made is archived by it, which is final
	Writes   []ChangedBy         `json:"writes,omitempty"` // of an order over many grants: one write a grant
	Requests []amazon.AdsRequest `json:"requests,omitempty"`
	Results  []ChangedRow        `json:"results"` // one a row, in the order asked
}

// A ChangedRow is what became of one object.
type ChangedRow struct {
	Index   int             `json:"index"`
	OK      bool            `json:"ok"`
	Unknown bool            `json:"unknown,omitempty"`
	Same    bool            `json:"same,omitempty"`  // nothing had to be done
	Final   bool            `json:"final,omitempty"` // it was archived: Amazon never gives it back
	ID      string          `json:"id,omitempty"`
	Object  canon.AdsObject `json:"object,omitempty"`
	Error   *Failure        `json:"error,omitempty"`
}

// write answers what changes objects of a kind.
func (u *Ads) write(ctx context.Context, q *Request) (Answer, error) {
	o, many, err := readOrder(q)
	if err != nil {
		return Answer{}, err
	}
	if q.Grant == All {
		return u.writeAnywhere(ctx, q, o, many)
	}
	p, err := u.writePlace(q)
	if err != nil {
		return Answer{}, err
	}
	out, err := u.cfg.Writer.Do(ctx, p, o)
	u.sorted.forget()
	if err != nil {
		return Answer{}, err
	}
	u.noteChanged(out)
	if many || o.DryRun {
		return u.changed(q, out), nil
	}
	return u.changedOne(q, out), nil
}

// writePlace is the grant that a request is about, with what the asker may use of it.
func (u *Ads) writePlace(q *Request) (writes.Place, error) {
	if q.Grant == All {
		return writes.Place{}, problem.New(problem.UnifiedMethodRefused).With("a write stands in the ledger of one grant, which the path names")
	}
	g, err := q.Access.Grant(q.Grant)
	if err != nil {
		return writes.Place{}, err
	}
	return u.placeOf(q, g), nil
}

// noteChanged remembers where new objects are.
func (u *Ads) noteChanged(out writes.Outcome) {
	for _, r := range out.Results {
		if r.OK && r.Object != nil && r.ID != "" && !out.DryRun {
			u.known.note(r.Object.Common().OrganizationID, canon.ChannelOf(r.Object), u.known.hash(u.known.of(out.Kind), r.Object.Common().ID))
		}
	}
}

// readOrder reads what is to be done. One object is asked for by its path, many by a list.
func readOrder(q *Request) (o writes.Order, many bool, err error) {
	q, raw, err := unfoldOrder(q)
	if err != nil {
		return o, false, err
	}
	o = writes.Order{Kind: q.Kind(), Organization: q.Query.Get("org_id"), Key: q.Header.Get("Idempotency-Key"), Raw: raw}
	if len(o.Key) > 255 {
		return o, false, problem.New(problem.UnifiedBadParameter).With("Idempotency-Key has at most 255 characters")
	}
	if o.DryRun, err = flagOf(q, "dry_run"); err != nil {
		return o, false, err
	}
	if o.Force, err = flagOf(q, "force"); err != nil {
		return o, false, err
	}
	verbs := map[string]writes.Verb{http.MethodPost: writes.Create, http.MethodPut: writes.Update, http.MethodPatch: writes.Patch, http.MethodDelete: writes.Remove}
	if o.Verb = verbs[q.Method]; o.Verb == "" || len(q.Rest) > 1 || o.Verb == writes.Create && len(q.Rest) > 0 {
		return o, false, problem.New(problem.UnifiedMethodRefused)
	}
	body, err := orderBody(q)
	if err != nil {
		return o, false, err
	}
	if o.Verb == writes.Remove {
		return removal(q, o, body)
	}
	if len(q.Rest) == 1 || o.Verb == writes.Create && !isList(body) {
		if !json.Valid(body) || isList(body) {
			return o, false, problem.New(problem.WritesBadOrder).With("the body is no JSON object")
		}
		o.Rows = []writes.Row{{ID: q.ID(), Body: body, IfMatch: ifMatch(q)}}
		return o, false, nil
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return o, false, problem.New(problem.WritesBadOrder).With("the body is no JSON list of objects")
	}
	for _, text := range rows {
		row := writes.Row{Body: text}
		if o.Verb != writes.Create {
			var has struct {
				ID string `json:"id"`
			}
			_ = json.Unmarshal(text, &has) // a row without an id is refused by itself
			row.ID = has.ID
		}
		o.Rows = append(o.Rows, row)
	}
	return o, true, nil
}

// Most that an order's raw says, and most bytes of each of its names.
const (
	rawMost     = 50
	rawNameMost = 128
)

// unfoldOrder takes Unified's parameter raw apart, which is a query of its own: what are parameters of an order counts as if it stood outside, all
// else is said of the objects.
func unfoldOrder(q *Request) (*Request, writes.Raw, error) {
	if !q.Query.Has("raw") {
		return q, nil, nil
	}
	own, raw := *q, writes.Raw{}
	own.Query = url.Values{}
	for name, values := range q.Query {
		if name != "raw" {
			own.Query[name] = values
		}
	}
	for _, text := range q.Query["raw"] {
		more, err := url.ParseQuery(text)
		if err != nil {
			return q, nil, badParameter("raw", "it is no query")
		}
		for name, values := range more {
			_, twice := raw[name]
			switch {
			case slices.Contains([]string{"dry_run", "force", "org_id", "ids"}, name):
				own.Query[name] = append(own.Query[name], values...)
			case len(values) != 1 || twice:
				return q, nil, badParameter("raw", "it says "+strconv.Quote(name[:min(len(name), rawNameMost)])+" more than once")
			default:
				raw[name] = values[0]
			}
			if len(name) > rawNameMost || len(raw) > rawMost {
				return q, nil, badParameter("raw", "it says too much")
			}
		}
	}
	if q.Method == http.MethodDelete && len(raw) > 0 {
		return q, nil, badParameter("raw", "nothing is said of what is archived")
	}
	return &own, raw, nil
}

// removal reads which objects are to be archived: the one of the path, or those of "ids" in the query or the body.
func removal(q *Request, o writes.Order, body []byte) (writes.Order, bool, error) {
	if len(q.Rest) == 1 {
		o.Rows = []writes.Row{{ID: q.ID(), IfMatch: ifMatch(q)}}
		return o, false, nil
	}
	ids := words(q.Query["ids"])
	if len(body) > 0 {
		var has struct {
			IDs []string `json:"ids"`
		}
		if err := json.Unmarshal(body, &has); err != nil {
			return o, false, problem.New(problem.WritesBadOrder).With(`the body is not {"ids": [...]}`)
		}
		ids = append(ids, has.IDs...)
	}
	for _, is := range ids {
		o.Rows = append(o.Rows, writes.Row{ID: is})
	}
	return o, true, nil
}

func orderBody(q *Request) ([]byte, error) {
	if q.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, orderMost+1))
	if err != nil || len(body) > orderMost {
		return nil, problem.New(problem.UnifiedBodyUnread)
	}
	return bytes.TrimSpace(body), nil
}

func isList(body []byte) bool { return len(body) > 0 && body[0] == '[' }

// ifMatch is the mark that the object must have, without the quotes of HTTP.
func ifMatch(q *Request) string {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(q.Header.Get("If-Match")), "W/"), `"`)
}

func flagOf(q *Request, name string) (bool, error) {
	v := q.Query.Get(name)
	if !q.Query.Has(name) {
		return false, nil
	}
	if v == "" {
		return true, nil
	}
	is, err := strconv.ParseBool(v)
	if err != nil {
		return false, problem.New(problem.UnifiedBadParameter).With("%s is true or false", name)
	}
	return is, nil
}

// changedOne answers an order about one object: with the object, as Unified's clients expect it.
func (u *Ads) changedOne(q *Request, out writes.Outcome) Answer {
	r := out.Results[0]
	if !r.OK {
		answer := u.Refused(q.Ask, r.Refusal)
		if s := r.Refusal.Status; r.Unknown {
			answer.Status = problem.New(problem.WritesOutcomeUnknown).Status
		} else if s >= 200 && s < 300 { // Amazon took the request and turned this row away
			answer.Status = http.StatusUnprocessableEntity
		}
		return u.ledgered(q, out, answer)
	}
	answer := u.ledgered(q, out, Answer{Status: http.StatusOK, Body: r.Object}) // of a new one too: Unified's clients take no 201
	if r.Object != nil {
		answer = answer.With("ETag", `"`+r.Object.Common().ETag+`"`)
	}
	if r.Final {
		answer = answer.With("Lockkeeper-Final", "archived for good")
	}
	return answer
}

// ledgered says under which id an answer's order stands in the ledger.
func (u *Ads) ledgered(q *Request, out writes.Outcome, a Answer) Answer {
	if out.Write != "" {
		a = a.With("Lockkeeper-Write", string(out.Write))
	}
	if out.Replayed {
		a = a.With("Idempotency-Replayed", "true")
	}
	return a
}

// changed answers an order about many objects.
func (u *Ads) changed(q *Request, out writes.Outcome) Answer {
	status := http.StatusOK
	body := u.told(q, out)
	if body.Failed+body.Unknown > 0 {
		status = http.StatusMultiStatus // a partial failure is never a success
	}
	return u.ledgered(q, out, Answer{Status: status, Body: body})
}

// undoOf is where an order is undone; empty where nothing of it can be. What was made is archived, if that can be and is asked for.
func (u *Ads) undoOf(q *Request, out writes.Outcome) string {
	undone := func(r writes.Result) bool {
		return !r.Final && !r.Same && (r.OK || r.Unknown) && (out.Verb != writes.Create || r.Object == nil || u.cfg.Model.AdsCan(out.Kind, canon.ChannelOf(r.Object)).Archive)
	}
	if out.Write == "" || !slices.ContainsFunc(out.Results, undone) {
		return ""
	}
	at := q.Base + "/" + q.Grant + "/undo/" + string(out.Write)
	if out.Verb == writes.Create {
		at += "?archive_created=true"
	}
	return at
}

func (u *Ads) told(q *Request, out writes.Outcome) Changed {
	body := Changed{Write: out.Write, Kind: out.Kind, DryRun: out.DryRun, Requests: out.Requests, Results: make([]ChangedRow, len(out.Results))}
	body.Done, body.Failed, body.Unknown = out.Count()
	body.Undo = u.undoOf(q, out)
	for i, r := range out.Results {
		row := ChangedRow{Index: r.Index, OK: r.OK, Unknown: r.Unknown, Same: r.Same, Final: r.Final, ID: r.ID, Object: r.Object}
		if r.Refusal != nil {
			f := FailureOf(r.Refusal)
			row.Error = &f
		}
		body.Results[i] = row
	}
	return body
}
