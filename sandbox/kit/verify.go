package kit

import (
	"encoding/json"
	"errors"
	"fmt"
)

// An Expectation is one statement about the journal that Verify holds against it.
type Expectation struct {
	Times   string   `json:"times"`             // exactly, at_least, never, in_order
	N       int64    `json:"n,omitempty"`       // for exactly and at_least
	Filter  Filter   `json:"filter"`            // which entries are counted
	Filters []Filter `json:"filters,omitempty"` // for in_order
}

// Exactly expects n entries that meet the filter.
func Exactly(n int64, f Filter) Expectation {
	return Expectation{Times: "exactly", N: n, Filter: f}
}

// AtLeast expects n entries or more that meet the filter.
func AtLeast(n int64, f Filter) Expectation {
	return Expectation{Times: "at_least", N: n, Filter: f}
}

// Never expects no entry that meets the filter.
func Never(f Filter) Expectation { return Expectation{Times: "never", Filter: f} }

// InOrder expects an entry for each filter, each arriving after the one before. Others may come between.
func InOrder(fs ...Filter) Expectation { return Expectation{Times: "in_order", Filters: fs} }

// Verify holds expectations against the journal and says which of them are not met: each is an *Unmet in the error, with the entries that
// come nearest. Exchanges under way count too. Where the ring no longer has the entries that the answer needs, that is an error and not a guess.
func (j *Journal) Verify(all ...Expectation) error {
	var errs []error
	for _, e := range all {
		errs = append(errs, j.verify(e))
	}
	return errors.Join(errs...)
}

func (j *Journal) verify(e Expectation) error {
	if e.Times == "in_order" {
		return j.inOrder(e)
	}
	n, err := j.Number(e.Filter)
	if err != nil {
		return err
	}
	few, many := false, false
	switch e.Times {
	case "exactly":
		few, many = n < e.N, n > e.N
	case "at_least":
		few = n < e.N
	case "never":
		many = n > 0
	default:
		return fmt.Errorf("verifying: %q is none of exactly, at_least, never, in_order", e.Times)
	}
	switch unmet := (&Unmet{Expectation: e, Have: n}); {
	case few:
		return unmet.missing(j, e.Filter)
	case many:
		return unmet.surplus(j, e.Filter)
	}
	return nil
}

// Number tells how many exchanges meet the filter.
func (j *Journal) Number(f Filter) (int64, error) {
	if j.Dropped(f.After) == 0 {
		return int64(len(j.Entries(f))), nil
	}
	if !f.counted() {
		return 0, fmt.Errorf("verifying %s: %w", text(f), ErrDropped)
	}
	var n int64
	for _, c := range j.Counts() {
		e := Entry{Seq: 1, Program: c.Program, Operation: c.Operation, Client: c.Client, Status: c.Status, Effect: c.Effect}
		if f.entry(j.world, &e) {
			n += c.N
		}
	}
	for _, e := range j.Entries(f) {
		if e.Ended == 0 {
			n++
		}
	}
	return n, nil
}

// ErrDropped says that the journal's ring has gone round: give it more room, or ask only after a later number.
var ErrDropped = errors.New("the journal has dropped entries that would be needed to tell")

func (j *Journal) inOrder(e Expectation) error {
	after := int64(0)
	for i, f := range e.Filters {
		if i == 0 && j.Dropped(f.After) > 0 {
			return fmt.Errorf("verifying an order: %w", ErrDropped)
		}
		f.After = max(f.After, after)
		found := j.Entries(f)
		if len(found) == 0 {
			u := (&Unmet{Expectation: e, Have: int64(i)}).surplus(j, e.Filters[i])
			return u.missing(j, f)
		}
		after = found[0].Seq
	}
	return nil
}

func text(f Filter) string {
	b, err := json.Marshal(f)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
