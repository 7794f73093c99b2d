package kit

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Unmet expectation is what Verify found otherwise than expected.
type Unmet struct {
	Expectation Expectation `json:"expectation"`
	Have        int64       `json:"have"`              // how many entries meet the filter; for an order, how many of its steps came about
	Missing     *Filter     `json:"missing,omitempty"` // what nothing met: the filter, or the step of an order
	Nearest     []Miss      `json:"nearest,omitempty"` // entries that come nearest to what is missing, the nearest first
	Met         []Miss      `json:"met,omitempty"`     // entries that meet it, but are too many, the latest first, or came before their turn
}

// A Miss is an entry, and why it is not the one that was expected.
type Miss struct {
	Seq     int64        `json:"seq"`
	Request string       `json:"request"` // one line: who asked what, and the status
	Differs []Difference `json:"differs,omitempty"`
}

// A Difference is one field of a filter that an entry does not meet.
type Difference struct {
	Field string `json:"field"`
	Want  string `json:"want"`
	Have  string `json:"have"`
}

// mostMisses is how many entries an unmet expectation shows.
const mostMisses = 3

// Error implements error.
func (u *Unmet) Error() string {
	var b strings.Builder
	e := u.Expectation
	switch {
	case e.Times == "in_order":
		fmt.Fprintf(&b, "verifying an order: after %d steps there is no %s", u.Have, text(*u.Missing))
	case e.Times == "never":
		fmt.Fprintf(&b, "verifying: expected no %s, the journal has %d", text(e.Filter), u.Have)
	default:
		fmt.Fprintf(&b, "verifying: expected %s %d of %s, the journal has %d", strings.ReplaceAll(e.Times, "_", " "), e.N, text(e.Filter), u.Have)
	}
	early := ""
	if e.Times == "in_order" {
		early = ", before its turn"
	}
	for _, m := range u.Met {
		fmt.Fprintf(&b, "\n  met by nr %d%s: %s", m.Seq, early, m.Request)
	}
	for _, m := range u.Nearest {
		why := make([]string, len(m.Differs))
		for i, d := range m.Differs {
			why[i] = fmt.Sprintf("%s is %q, not %q", d.Field, d.Have, d.Want)
		}
		fmt.Fprintf(&b, "\n  near it is nr %d: %s; %s", m.Seq, m.Request, strings.Join(why, ", "))
	}
	return b.String()
}

// missing fills in the entries that come nearest to what nothing met.
func (u *Unmet) missing(j *Journal, f Filter) *Unmet {
	u.Missing = &f
	u.Nearest = j.Nearest(f, mostMisses)
	return u
}

// surplus fills in the entries that meet the filter and should not.
func (u *Unmet) surplus(j *Journal, f Filter) *Unmet {
	met := j.Entries(f)
	slices.Reverse(met)
	for _, e := range met[:min(len(met), mostMisses)] {
		u.Met = append(u.Met, Miss{Seq: e.Seq, Request: e.line()})
	}
	return u
}

// Unmets lists the unmet expectations in an error of Verify.
func Unmets(err error) []*Unmet {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Unmet
		for _, one := range joined.Unwrap() {
			all = append(all, Unmets(one)...)
		}
		return all
	}
	if u := (*Unmet)(nil); errors.As(err, &u) {
		return []*Unmet{u}
	}
	return nil
}

// Nearest lists at most n entries that do not meet a filter but come near it, the nearest first: those that differ in the fewest fields, and of
// these the ones whose values look most alike. An entry that shares nothing with the filter counts only where the filter has one field.
func (j *Journal) Nearest(f Filter, n int) []Miss {
	type ranked struct {
		Miss
		fields, unlike int
	}
	set := len(f.fields())
	var all []ranked
	for _, e := range j.Entries(Filter{After: f.After}) {
		differs := f.differences(j.world, &e)
		if len(differs) == 0 || len(differs) == set && set > 1 {
			continue
		}
		r := ranked{Miss: Miss{Seq: e.Seq, Request: e.line(), Differs: differs}, fields: len(differs)}
		for _, d := range differs {
			r.unlike += unlike(d.Want, d.Have)
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.fields, b.fields), cmp.Compare(a.unlike, b.unlike), cmp.Compare(b.Seq, a.Seq))
	})
	misses := []Miss{}
	for _, r := range all[:min(len(all), n)] {
		misses = append(misses, r.Miss)
	}
	return misses
}

// line is an entry in one line for people.
func (e *Entry) line() string {
	who := clientOf(e)
	if who == "" {
		who = "a client"
	}
	line := fmt.Sprintf("%s, %s %s%s", who, e.Method, e.Host, e.Path)
	for _, more := range []string{e.Operation, strconv.Itoa(e.Status), e.Effect, e.Error} {
		if more != "" && more != "0" {
			line += ", " + more
		}
	}
	return line
}

// A condition is one field of a filter that is set.
type condition struct {
	name, want string
	have       func(*Entry) string
	met        func(*World, *Entry) bool
}

// fields lists the conditions of a filter. After is none: it says where to look and not for what.
func (f *Filter) fields() []condition {
	var all []condition
	add := func(name, want string, have func(*Entry) string, alone Filter) {
		if want != "" && want != "0" {
			all = append(all, condition{name, want, have, func(w *World, e *Entry) bool { return alone.entry(w, e) }})
		}
	}
	add("program", f.Program, func(e *Entry) string { return e.Program }, Filter{Match: Match{Program: f.Program}})
	add("operation", f.Operation, func(e *Entry) string { return e.Operation }, Filter{Match: Match{Operation: f.Operation}})
	add("client", f.Client, func(e *Entry) string { return e.Client }, Filter{Match: Match{Client: f.Client}})
	add("user", f.User, func(e *Entry) string { return e.User }, Filter{Match: Match{User: f.User}})
	add("grant", f.Grant, func(e *Entry) string { return e.Grant }, Filter{Match: Match{Grant: f.Grant}})
	add("region", f.Region, func(e *Entry) string { return e.Region }, Filter{Match: Match{Region: f.Region}})
	add("method", f.Method, func(e *Entry) string { return e.Method }, Filter{Match: Match{Method: f.Method}})
	add("path", f.Path, func(e *Entry) string { return e.Path }, Filter{Match: Match{Path: f.Path}})
	add("status", strconv.Itoa(f.Status), func(e *Entry) string { return strconv.Itoa(e.Status) }, Filter{Status: f.Status})
	add("effect", f.Effect, func(e *Entry) string { return e.Effect }, Filter{Effect: f.Effect})
	add("error", f.Error, func(e *Entry) string { return e.Error }, Filter{Error: f.Error})
	add("generation", strconv.FormatInt(f.Generation, 10), func(e *Entry) string { return strconv.FormatInt(e.Generation, 10) }, Filter{Generation: f.Generation})
	add("fault", f.Fault, func(e *Entry) string { return e.Fault }, Filter{Fault: f.Fault})
	add("agent", f.Agent, func(e *Entry) string { return e.Agent }, Filter{Agent: f.Agent})
	return all
}

// differences are the fields of a filter that an entry does not meet.
func (f *Filter) differences(w *World, e *Entry) []Difference {
	var all []Difference
	for _, c := range f.fields() {
		if !c.met(w, e) {
			all = append(all, Difference{c.name, c.want, c.have(e)})
		}
	}
	return all
}

// unlike tells how little two texts look alike: how much of them stands behind what they begin with in common.
func unlike(a, b string) int {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return len(a) + len(b) - 2*same
}
