package ads

import (
	"context"
	"errors"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// AdsWrite implements amazon.AdsModel. Requests go out one after the other. Where Amazon turns a whole request away for what holds for the
// next one too (its token, its account, too many calls), those are not sent.
func (p *Program) AdsWrite(ctx context.Context, s amazon.Asker, account canon.Account, changes []amazon.AdsChange) []amazon.AdsResult {
	results := make([]amazon.AdsResult, len(changes))
	writes, refused := p.plan(account, changes)
	for i, r := range refused {
		results[i].Refusal = &r
	}
	v := p.view(account)
	var stop *amazon.AdsRefusal
	for _, w := range writes {
		if err := ctx.Err(); err != nil && stop == nil {
			r := ownRefusal(problem.New(problem.AdsNotSent).Because(err), "")
			stop = &r
		}
		if stop != nil {
			for _, row := range w.rows {
				results[row].Refusal = stop
			}
			continue
		}
		stop = p.send(ctx, s, v, w, results)
	}
	for i, change := range changes {
		if results[i].ID == "" && change.Before != nil {
			results[i].ID = change.Before.Common().ID
		}
	}
	return results
}

// send makes one request and fills in the results of its rows. What it returns holds for all requests after it.
func (p *Program) send(ctx context.Context, s amazon.Asker, v *view, w planned, results []amazon.AdsResult) (stop *amazon.AdsRefusal) {
	all := func(r amazon.AdsResult) {
		for _, row := range w.rows {
			results[row] = r
		}
	}
	if w.file != nil {
		if r, stop := p.upload(ctx, s, v, &w); r != nil {
			all(amazon.AdsResult{Refusal: r})
			if stop {
				return r
			}
			return nil
		}
	}
	call := w.call
	call.Limit = pageLimit
	answer, err := s.Ask(ctx, v.account.Region, call, scope(v.account))
	if err != nil {
		refusal, wrote := lost(err)
		w.file.left(refusal)
		all(amazon.AdsResult{Unknown: wrote, Refusal: refusal})
		if !wrote {
			return refusal
		}
		return nil
	}
	switch {
	case answer.Status >= 500:
		r := p.refused(answer, v.account, amazon.IsWrite)
		w.file.left(r)
		all(amazon.AdsResult{Unknown: true, Refusal: r}) // Amazon does not promise that nothing was done
		return nil
	case answer.Status >= 300:
		r := p.refused(answer, v.account, amazon.IsWrite)
		w.file.left(r)
		all(amazon.AdsResult{Refusal: r})
		if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden || answer.Status == http.StatusTooManyRequests {
			return r
		}
		return nil
	}
	r := ownRefusal(problem.New(problem.AdsOutcomeUnknown), "")
	r.Status, r.RequestID = answer.Status, requestID(answer)
	w.file.left(&r)
	all(amazon.AdsResult{Unknown: true, Refusal: &r})
	outcomes, err := w.collection.speaks.outcomes(w.collection, w.verb, answer, len(w.rows))
	if err != nil {
		return nil // an answer that cannot be read tells nothing: all stays unknown
	}
	for _, o := range outcomes {
		if o.index >= 0 && o.index < len(w.rows) {
			results[w.rows[o.index]] = p.result(v, w, answer, o)
		}
	}
	return nil
}

// lost says what became of a request that no whole answer came to.
func lost(err error) (r *amazon.AdsRefusal, wrote bool) {
	var failure *amazon.SendError
	wrote = !errors.As(err, &failure) || failure.Wrote
	refusal := ownRefusal(problem.New(problem.AdsOutcomeUnknown).Because(err), "")
	if !wrote {
		refusal.Problem = problem.New(problem.AdsUnreachable).Because(err)
		if known, ok := problem.Of(err); ok {
			refusal.Problem = known
		}
	}
	return &refusal, wrote
}

// result is what became of one change.
func (p *Program) result(v *view, w planned, answer *amazon.Answer, o outcome) amazon.AdsResult {
	r := amazon.AdsResult{OK: len(o.refused) == 0, ID: o.id}
	if !r.OK {
		r.Refusal = p.refusedItem(w.collection, answer, o.refused)
	}
	if o.object == nil {
		return r
	}
	if after, err := w.collection.object(o.object, v); err == nil {
		r.After = after
		if r.ID == "" {
			r.ID = after.Common().ID
		}
	}
	return r
}
