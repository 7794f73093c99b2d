package writes

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An UndoOrder asks to reverse a write.
type UndoOrder struct {
	Write          id.AdsWrite `json:"write"`
	Rows           []int       `json:"rows,omitempty"`            // of the write; all where there are none
	Force          bool        `json:"force,omitempty"`           // also where somebody changed the same since
	ArchiveCreated bool        `json:"archive_created,omitempty"` // what the write made is archived, for good
	DryRun         bool        `json:"dry_run,omitempty"`
	Key            string      `json:"-"` // Idempotency-Key; empty for none
}

// Undo reverses what a write changed: each field gets the value that it had, where it still has the one that the write gave it. What cannot
// be reversed is refused, row by row. The spend guard does not stand in the way of a value that held before.
func (w *Writer) Undo(ctx context.Context, p Place, o UndoOrder) (Outcome, error) {
	was, err := w.Write(ctx, p.Grant, o.Write)
	if err != nil {
		return Outcome{}, err
	}
	if was.Ended.IsZero() {
		return Outcome{}, problem.New(problem.WritesUnderWay)
	}
	draft := Write{Grant: p.Grant, Kind: was.Kind, Verb: Undo, By: p.by(), Undoes: was.ID, Key: o.Key}
	if o.Key != "" {
		draft.Digest = digest(o)
		if again, ok, err := w.repeated(ctx, p, draft); ok || err != nil {
			return again, err
		}
	}
	var all []*planned
	for i, c := range was.Changes {
		if len(o.Rows) == 0 || slices.Contains(o.Rows, c.Row) {
			all = append(all, w.reverse(p, was.Kind, &was.Changes[i], o))
		}
	}
	if len(all) == 0 || len(o.Rows) > 0 && len(all) != len(o.Rows) {
		return Outcome{}, problem.New(problem.WritesBadOrder).With("the write has %d rows, and none that is named but missing may be asked for", len(was.Changes))
	}
	w.planBack(ctx, p, was, all, o)
	w.check(p, all)
	return w.carryOut(ctx, p, draft, all, o.DryRun)
}

// Write reads one write of a grant.
func (w *Writer) Write(ctx context.Context, g id.Grant, of id.AdsWrite) (Write, error) {
	was, err := w.cfg.Store.AdsWrite(ctx, of)
	if errors.Is(err, ErrNotFound) || err == nil && was.Grant != g {
		return Write{}, problem.New(problem.WritesNoWrite)
	}
	if err != nil {
		return Write{}, fmt.Errorf("reading a write: %w", err)
	}
	return was, nil
}

// Writes lists the writes of a grant, newest first.
func (w *Writer) Writes(ctx context.Context, f Filter) ([]Write, error) {
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	return w.cfg.Store.AdsWrites(ctx, f)
}

// UndoMany reverses several writes, the newest first, since an older one only fits what was there before the newer.
func (w *Writer) UndoMany(ctx context.Context, p Place, o UndoOrder, of []id.AdsWrite) ([]Outcome, error) {
	of = slices.Clone(of)
	slices.Sort(of)
	of = slices.Compact(of)
	slices.Reverse(of)
	if len(of) == 0 || len(of) > 1000 {
		return nil, problem.New(problem.WritesBadOrder).With("from 1 to 1,000 writes are undone together; these are %d", len(of))
	}
	for _, is := range of { // so that none is undone where one is a mistake
		if _, err := w.Write(ctx, p.Grant, is); err != nil {
			return nil, err
		}
	}
	key := o.Key
	out := make([]Outcome, 0, len(of))
	for _, is := range of {
		if o.Write = is; key != "" {
			o.Key = key + "/" + string(is)
		}
		one, err := w.Undo(ctx, p, o)
		if err != nil {
			if len(out) == 0 {
				return nil, err
			}
			one = Outcome{Verb: Undo, DryRun: o.DryRun, Results: []Result{{Refusal: refusedBy(err)}}}
		}
		out = append(out, one)
	}
	return out, nil
}

// reverse says what is to be done about one change, as far as the ledger tells.
func (w *Writer) reverse(p Place, kind canon.AdsKind, c *Change, o UndoOrder) *planned {
	out := &planned{row: c.Row, undoes: c.Row, id: c.Object, channel: c.Channel, action: Update}
	accounts, no := p.accountsFor(c.Account)
	switch {
	case c.State == Refused || c.State == NotSent || c.Same:
		out.same = true // nothing came of it, so there is nothing to take back
		return out
	case no != nil || len(accounts) != 1:
		out.refusal = refuse(problem.WritesNoAccount, "organization_id", "")
		return out
	case c.UndoneBy != "":
		out.refusal = refuse(problem.WritesUndone, "", "by write %s", c.UndoneBy)
	case c.Action == Remove:
		out.refusal = refuse(problem.WritesNotUndoable, "status", "it was archived, which is final")
	case c.Action == Create && c.Object == "":
		out.refusal = refuse(problem.WritesNotUndoable, "id", "Amazon told no id of what may have been made")
	case c.Action == Create && !o.ArchiveCreated:
		out.refusal = refuse(problem.WritesNotUndoable, "", "it was made, and can only be archived")
	case c.Action == Create:
		out.action = Remove
	case c.Action != Update || c.Before == nil || c.After == nil:
		out.refusal = refuse(problem.WritesNotUndoable, "", "the ledger does not have what it was")
	}
	out.account = accounts[0]
	return out
}

// planBack reads the objects as they are now, and gives each field that the write changed its value from before.
func (w *Writer) planBack(ctx context.Context, p Place, was Write, all []*planned, o UndoOrder) {
	byAccount := map[string][]*planned{}
	for _, c := range all {
		if c.ready() {
			byAccount[c.account.ID] = append(byAccount[c.account.ID], c)
		}
	}
	for _, rows := range byAccount {
		var ids []string
		for _, c := range rows {
			ids = append(ids, c.id)
		}
		objects, err := w.find(ctx, p, was.Kind, ids, []canon.Account{rows[0].account})
		for _, c := range rows {
			f, ok := objects[c.id]
			switch {
			case ok:
				w.back(p, was, c, f, o.Force)
			case err != nil:
				c.refusal = refusedBy(err)
			default:
				c.refusal = refuse(problem.WritesNoObject, "id", "")
			}
		}
	}
}

func (w *Writer) back(p Place, was Write, c *planned, f found, force bool) {
	c.channel = canon.ChannelOf(f.object)
	archived := f.object.Common().Status == canon.StatusArchived
	if c.action == Remove {
		c.same, c.change.Before = archived, f.object
		return
	}
	now, _, err := bare(f.object)
	if err != nil {
		c.refusal = refusedBy(err)
		return
	}
	normal(now, f.account)
	nowMap, err := mapOf(now)
	if err != nil {
		c.refusal = refusedBy(err)
		return
	}
	change := changeOf(was, c.undoes)
	before, errBefore := readMap(change.Before)
	after, errAfter := readMap(change.After)
	if err := errors.Join(errBefore, errAfter); err != nil {
		c.refusal = refuse(problem.WritesNotUndoable, "", "the ledger does not have what it was")
		return
	}
	can := p.Model.AdsCan(was.Kind, c.channel).Updatable
	var moved []string
	back := fieldMap{}
	for name, v := range nowMap {
		back[name] = v
	}
	changed := false
	for _, name := range differing(was.Kind, before, after) {
		switch {
		case !slices.Contains(can, name) || reflect.DeepEqual(nowMap[name], before[name]):
			continue
		case !reflect.DeepEqual(nowMap[name], after[name]) && !force:
			moved = append(moved, name)
			continue
		}
		changed = true
		if back[name] = before[name]; before[name] == nil {
			delete(back, name)
		}
	}
	switch {
	case len(moved) > 0:
		c.refusal = refuse(problem.WritesChangedSince, moved[0], "%s", strings.Join(moved, ", "))
	case !changed:
		c.same, c.change.After = true, f.object
	case archived:
		c.refusal = refuse(problem.WritesArchivedFinal, "", "")
	default:
		object, err := object(was.Kind, back)
		if err != nil {
			c.refusal = refusedBy(err)
			return
		}
		c.change = amazon.AdsChange{Before: now, After: object}
	}
}

func changeOf(was Write, row int) Change {
	for _, c := range was.Changes {
		if c.Row == row {
			return c
		}
	}
	return Change{}
}
