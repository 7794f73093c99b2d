package writes

import (
	"encoding/json"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// outcome is what the ledger's rows say, so that the first answer and every repetition are the same.
func (w *Writer) outcome(p Place, write Write) Outcome {
	out := Outcome{Write: write.ID, Kind: write.Kind, Verb: write.Verb, Results: make([]Result, len(write.Changes))}
	for i, c := range write.Changes {
		r := Result{Index: c.Row, ID: c.Object, Same: c.Same, OK: c.State == Done, Unknown: c.State == Unknown || c.State == Sent, Final: c.Action == Remove}
		r.Refusal = RefusalOf(c)
		if c.State != Refused && c.State != NotSent {
			r.Object = w.read(p, write.Kind, c)
		}
		out.Results[i] = r
	}
	return out
}

// RefusalOf says why a change was not made, or is not known to be; nil where it was.
func RefusalOf(c Change) *amazon.AdsRefusal {
	switch {
	case c.Refusal != nil:
		return told(c.Refusal)
	case c.State == Unknown, c.State == Sent:
		return refuse(problem.WritesOutcomeUnknown, "", "")
	case c.State == NotSent, c.State == Waiting:
		return refuse(problem.WritesNotSent, "", "")
	}
	return nil
}

// read is the object of a change: as it is to be, or what it was where it only went.
func (w *Writer) read(p Place, kind canon.AdsKind, c Change) canon.AdsObject {
	text := c.After
	if text == nil {
		text = c.Before
	}
	o := canon.NewAds(kind)
	if text == nil || o == nil {
		return nil
	}
	if err := json.Unmarshal(text, o); err != nil {
		w.log.Error("reading an object from the ledger", "kind", string(kind), "error", err)
		return nil
	}
	dress(p, o, c.Account)
	return o
}

// dress gives an object what its reader adds.
func dress(p Place, o canon.AdsObject, account string) {
	o.Unify()
	common := o.Common()
	common.Provider, common.ConnectionID, common.OrganizationID = "amazon", p.Name, account
	common.ETag = canon.AdsETag(o)
}

// preview is the outcome of a dry run.
func (w *Writer) preview(p Place, write Write, all []*planned) Outcome {
	out := Outcome{Kind: write.Kind, Verb: write.Verb, DryRun: true}
	for _, part := range parts(all, len(all)) {
		requests, _ := p.Model.AdsPlan(part[0].account, changesOf(part))
		for _, r := range requests {
			rows := make([]int, len(r.Rows))
			for i, at := range r.Rows {
				rows[i] = part[at].row
			}
			r.Rows = rows
			out.Requests = append(out.Requests, r)
		}
	}
	for _, c := range all {
		r := Result{Index: c.row, ID: c.id, OK: c.refusal == nil, Same: c.same, Final: c.action == Remove, Refusal: c.refusal}
		if r.OK {
			r.Object = w.read(p, write.Kind, w.row(p, c))
		}
		out.Results = append(out.Results, r)
	}
	return out
}
