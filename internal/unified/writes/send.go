package writes

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// send sends what is planned, part by part, and keeps the ledger. Where the ledger cannot be kept nothing more is sent.
func (w *Writer) send(ctx context.Context, p Place, write *Write, todo [][]*planned) {
	patience := w.cfg.Patience
	for _, part := range todo {
		rows := make([]int, len(part))
		for i, c := range part {
			rows[i] = c.row
		}
		if err := w.cfg.Store.SendAdsChanges(ctx, write.ID, rows); err != nil {
			w.log.Error("marking changes as sent; the rest of the order is not sent", "write", string(write.ID), "error", err)
			break
		}
		settled := make([]Change, len(part))
		for i, r := range w.ask(ctx, p, part, &patience) {
			settled[i] = w.settled(p, write.Changes[part[i].at], part[i], r)
			write.Changes[part[i].at] = settled[i]
		}
		if err := w.cfg.Store.SettleAdsChanges(ctx, write.ID, settled); err != nil {
			w.log.Error("writing down what came of changes; the rest of the order is not sent", "write", string(write.ID), "error", err)
			break
		}
	}
	var left []Change
	for i := range write.Changes {
		if write.Changes[i].State == Waiting {
			write.Changes[i].State = NotSent
			left = append(left, write.Changes[i])
		}
	}
	outcome := w.outcome(p, *write)
	done, failed, unknown := outcome.Count()
	end := audit.Done
	if failed+unknown > 0 {
		end = audit.Failed
	}
	if len(left) > 0 {
		if err := w.cfg.Store.SettleAdsChanges(ctx, write.ID, left); err != nil {
			w.log.Error("writing down what was not sent", "write", string(write.ID), "error", err)
			return
		}
	}
	write.Ended = w.cfg.Now()
	if err := w.cfg.Store.EndAdsWrite(ctx, write.ID, write.Ended, w.entry(*write, end, fmt.Sprintf("%d done, %d not, %d unknown", done, failed, unknown))); err != nil {
		w.log.Error("ending a write", "write", string(write.ID), "error", err)
	}
}

// ask has a part of an order made. What Amazon turned away because of too many calls had no effect, and is asked for again as long as
// patience lasts; nothing else is.
func (w *Writer) ask(ctx context.Context, p Place, part []*planned, patience *time.Duration) []amazon.AdsResult {
	results := make([]amazon.AdsResult, len(part))
	todo := make([]int, len(part))
	for i := range part {
		todo[i] = i
	}
	for pause := time.Second; ; pause *= 2 {
		changes := make([]amazon.AdsChange, len(todo))
		for i, at := range todo {
			changes[i] = part[at].change
		}
		got := p.Model.AdsWrite(ctx, p.Asker, part[0].account, changes)
		var again []int
		var until time.Time
		for i, at := range todo {
			if i >= len(got) { // a model that loses rows does not know what became of them
				results[at] = amazon.AdsResult{Unknown: true, Refusal: refuse(problem.WritesOutcomeUnknown, "", "")}
				continue
			}
			if results[at] = got[i]; throttled(got[i]) {
				again = append(again, at)
				if t := got[i].Refusal.Problem.RetryAt; t.After(until) {
					until = t
				}
			}
		}
		wait := max(pause, until.Sub(w.cfg.Now()))
		if len(again) == 0 || wait > *patience {
			return results
		}
		*patience -= wait
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return results
		}
		todo = again
	}
}

// throttled reports that a change was turned away because of too many calls: by Amazon, or here after Amazon had done so.
func throttled(r amazon.AdsResult) bool {
	return !r.OK && !r.Unknown && r.Refusal != nil && (r.Refusal.Status == http.StatusTooManyRequests || r.Refusal.Problem.Code == problem.EgressThrottled)
}

// row is a planned change as the ledger begins with it.
func (w *Writer) row(p Place, c *planned) Change {
	out := Change{
		Row: c.row, Undoes: c.undoes, Account: c.account.ID, Channel: c.channel, Object: c.id, Action: c.action, State: Waiting, Same: c.same,
		Before: w.text(p, c.change.Before), After: w.text(p, c.change.After),
	}
	switch {
	case c.refusal != nil:
		out.State, out.Refusal = Refused, kept(c.refusal)
	case c.same:
		out.State = Done
	}
	return out
}

// settled is a change with what came of it.
func (w *Writer) settled(p Place, c Change, plan *planned, r amazon.AdsResult) Change {
	if r.ID != "" {
		c.Object = r.ID
	}
	switch {
	case r.OK:
		c.State = Done
	case r.Unknown:
		c.State = Unknown
		if r.Refusal == nil {
			r.Refusal = refuse(problem.WritesOutcomeUnknown, "", "")
		}
	default:
		c.State = Refused
		if r.Refusal == nil {
			r.Refusal = refuse(problem.AdsUnrecognised, "", "")
		}
	}
	c.Refusal = kept(r.Refusal)
	if !r.OK {
		return c
	}
	now := r.After
	if now == nil {
		now = plan.change.After
	} else {
		now.Common().FetchedAt = w.cfg.Now().UTC().Truncate(time.Millisecond)
	}
	if now == nil { // archived, and Amazon showed nothing
		now = plan.change.Before
		now.Common().Status = canon.StatusArchived
	}
	common := now.Common()
	common.ID, common.OrganizationID = c.Object, c.Account
	setChannel(now, c.Channel)
	c.After = w.text(p, now)
	return c
}

// text is an object as the ledger keeps it.
func (w *Writer) text(p Place, o canon.AdsObject) json.RawMessage {
	if o == nil {
		return nil
	}
	if a, ok := o.(*canon.AdsAsset); ok { // its file is the library's to keep
		lean := *a
		lean.Content, o = "", &lean
	}
	common := o.Common()
	common.ConnectionID, common.Raw, common.ETag = p.Name, nil, ""
	text, err := json.Marshal(o)
	if err != nil {
		w.log.Error("writing an object for the ledger", "kind", string(o.AdsKind()), "error", err)
		return nil
	}
	return text
}

func kept(r *amazon.AdsRefusal) *Refusal {
	if r == nil {
		return nil
	}
	return &Refusal{
		Problem: string(r.Problem.Code), Detail: r.Problem.Detail, Status: r.Status, Code: r.Code, Message: r.Message, Field: r.Field, RequestID: r.RequestID,
	}
}

// told is a refusal as it was kept.
func told(r *Refusal) *amazon.AdsRefusal {
	if r == nil {
		return nil
	}
	p, ok := problem.Known(problem.Code(r.Problem))
	if !ok { // of a catalogue that had more
		p = problem.New(problem.AdsUnrecognised)
	}
	p.Detail = r.Detail
	return &amazon.AdsRefusal{Problem: p, Status: r.Status, Code: r.Code, Message: r.Message, Field: r.Field, RequestID: r.RequestID}
}
