package unified

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// An Undoing is the body of a request to undo.
type Undoing struct {
	IDs            []id.AdsWrite `json:"ids,omitempty"`             // of the writes, where the path names none
	Rows           []int         `json:"rows,omitempty"`            // of the one write that the path names; all where there are none
	Force          bool          `json:"force,omitempty"`           // also where somebody changed the same since
	ArchiveCreated bool          `json:"archive_created,omitempty"` // what the write made is archived, for good
	DryRun         bool          `json:"dry_run,omitempty"`
}

// undo answers POST undo/{id}, and POST undo with a list of ids.
func (u *Ads) undo(ctx context.Context, q *Request) (Answer, error) {
	if q.Method != http.MethodPost || len(q.Rest) > 1 {
		return Answer{}, problem.New(problem.UnifiedMethodRefused)
	}
	text, err := orderBody(q)
	if err != nil {
		return Answer{}, err
	}
	var in Undoing
	if len(text) > 0 {
		if err := json.Unmarshal(text, &in); err != nil {
			return Answer{}, problem.New(problem.WritesBadOrder).With("the body is no JSON object of what is to be undone")
		}
	}
	for name, at := range map[string]*bool{"dry_run": &in.DryRun, "force": &in.Force, "archive_created": &in.ArchiveCreated} {
		is, err := flagOf(q, name)
		if err != nil {
			return Answer{}, err
		}
		*at = *at || is
	}
	p, err := u.writePlace(q)
	if err != nil {
		return Answer{}, err
	}
	o := writes.UndoOrder{Rows: in.Rows, Force: in.Force, ArchiveCreated: in.ArchiveCreated, DryRun: in.DryRun, Key: q.Header.Get("Idempotency-Key")}
	if len(q.Rest) == 1 {
		o.Write = id.AdsWrite(q.ID())
		out, err := u.cfg.Writer.Undo(ctx, p, o)
		u.sorted.forget()
		if err != nil {
			return Answer{}, err
		}
		return u.changed(q, out), nil
	}
	if len(in.Rows) > 0 {
		return Answer{}, problem.New(problem.WritesBadOrder).With("rows are of the one write that the path names")
	}
	all, err := u.cfg.Writer.UndoMany(ctx, p, o, in.IDs)
	u.sorted.forget()
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: http.StatusOK}
	var told []Changed
	for _, out := range all {
		one := u.told(q, out)
		if one.Failed+one.Unknown > 0 {
			answer.Status = http.StatusMultiStatus
		}
		told = append(told, one)
	}
	answer.Body = told
	return answer, nil
}

// A WriteEntry is a write as the ledger has it.
type WriteEntry struct {
	ID       id.AdsWrite   `json:"id"`
	Kind     string        `json:"kind"`
	Verb     string        `json:"verb"` // create, update, patch, remove, undo
	By       string        `json:"by"`
	ByKind   string        `json:"by_kind"` // operator, caller or system
	At       time.Time     `json:"at"`
	EndedAt  time.Time     `json:"ended_at,omitzero"`
	Undoes   id.AdsWrite   `json:"undoes,omitempty"`
	Done     int           `json:"done"`
	Failed   int           `json:"failed"`
	Unknown  int           `json:"unknown"`
	Waiting  int           `json:"waiting,omitempty"`
	UndoneBy []id.AdsWrite `json:"undone_by,omitempty"`
	Changes  []ChangeEntry `json:"changes,omitempty"` // of one write alone
}

// A ChangeEntry is one object of a write.
type ChangeEntry struct {
	Row            int             `json:"row"`
	Action         string          `json:"action"` // create, update, remove
	ID             string          `json:"id,omitempty"`
	OrganizationID string          `json:"organization_id"`
	Channel        string          `json:"channel,omitempty"`
	State          string          `json:"state"` // waiting, sent, done, refused, unknown, not_sent
	Same           bool            `json:"same,omitempty"`
	Before         json.RawMessage `json:"before,omitempty"`
	After          json.RawMessage `json:"after,omitempty"`
	Error          *Failure        `json:"error,omitempty"`
	UndoneBy       id.AdsWrite     `json:"undone_by,omitempty"`
}

// history answers GET history, and GET history/{id}.
func (u *Ads) history(ctx context.Context, q *Request) (Answer, error) {
	if q.Method != http.MethodGet && q.Method != http.MethodHead || len(q.Rest) > 1 {
		return Answer{}, problem.New(problem.UnifiedMethodRefused)
	}
	p, err := u.writePlace(q)
	if err != nil {
		return Answer{}, err
	}
	if len(q.Rest) == 1 {
		w, err := u.cfg.Writer.Write(ctx, p.Grant, id.AdsWrite(q.ID()))
		if err == nil && !mayRead(p, w) {
			err = problem.New(problem.WritesNoWrite)
		}
		return OK(entryOf(w, true)), err
	}
	f := writes.Filter{Grant: p.Grant, Object: q.Query.Get("object"), Kind: q.Query.Get("kind"), Before: id.AdsWrite(q.Query.Get("before"))}
	if v := q.Query.Get("limit"); v != "" {
		if f.Limit, err = strconv.Atoi(v); err != nil || f.Limit < 1 || f.Limit > 1000 {
			return Answer{}, problem.New(problem.UnifiedBadParameter).With("limit is from 1 to 1,000")
		}
	}
	if v := q.Query.Get("since"); v != "" {
		if f.Since, err = time.Parse(time.RFC3339, v); err != nil {
			return Answer{}, problem.New(problem.UnifiedBadParameter).With("since is an instant such as 2026-11-22T10:00:00Z")
		}
	}
	all, err := u.cfg.Writer.Writes(ctx, f)
	if err != nil {
		return Answer{}, err
	}
	out := make([]WriteEntry, 0, len(all))
	for _, w := range all {
		if q.By.Kind == audit.Caller { // who may use some accounts only hears of those
			if w, err = u.cfg.Writer.Write(ctx, p.Grant, w.ID); err != nil {
				return Answer{}, err
			}
			if !mayRead(p, w) {
				continue
			}
		}
		out = append(out, entryOf(w, false))
	}
	return OK(out), nil
}

// mayRead reports that all accounts of a write may be used.
func mayRead(p writes.Place, w writes.Write) bool {
	for _, c := range w.Changes {
		if c.Account != "" && !slices.ContainsFunc(p.Accounts, func(a canon.Account) bool { return a.ID == c.Account }) {
			return false
		}
	}
	return true
}

func entryOf(w writes.Write, whole bool) WriteEntry {
	out := WriteEntry{
		ID: w.ID, Kind: string(w.Kind), Verb: string(w.Verb), By: w.By.Name, ByKind: w.By.Kind, At: w.At, EndedAt: w.Ended, Undoes: w.Undoes,
		Done: w.Counts[writes.Done], Failed: w.Counts[writes.Refused] + w.Counts[writes.NotSent], Unknown: w.Counts[writes.Unknown] + w.Counts[writes.Sent],
		Waiting: w.Counts[writes.Waiting],
	}
	for _, c := range w.Changes {
		if c.UndoneBy != "" && !slices.Contains(out.UndoneBy, c.UndoneBy) {
			out.UndoneBy = append(out.UndoneBy, c.UndoneBy)
		}
		if !whole {
			continue
		}
		e := ChangeEntry{
			Row: c.Row, Action: string(c.Action), ID: c.Object, OrganizationID: c.Account, Channel: string(c.Channel), State: string(c.State), Same: c.Same,
			Before: c.Before, After: c.After, UndoneBy: c.UndoneBy,
		}
		if r := writes.RefusalOf(c); r != nil {
			f := FailureOf(r)
			e.Error = &f
		}
		out.Changes = append(out.Changes, e)
	}
	return out
}
