package kit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// HeaderFault is the request header that makes this one request go wrong: a fault as JSON, without match, skip and times.
const HeaderFault = "Sandbox-Fault"

// take finds the fault that acts on an exchange and counts it. Faults by chance stand back behind exact ones.
func (fs *Faults) take(x *Exchange) *Armed {
	all := fs.all()
	for _, a := range all {
		if a.Probability == 0 && a.takes(x) {
			return a
		}
	}
	for _, a := range all {
		if a.Probability > 0 && a.takes(x) {
			return a
		}
	}
	return nil
}

// takes reports whether the fault acts on an exchange, and counts it.
func (a *Armed) takes(x *Exchange) bool {
	if !a.Match.exchange(x) || x.Now.Before(a.From) || !a.Until.IsZero() && !x.Now.Before(a.Until) {
		return false
	}
	n := a.seen.Add(1) - int64(a.Skip)
	switch {
	case n < 1 || a.Times >= 0 && n > int64(a.Times):
		return false
	case a.Probability == 0:
		return true
	case a.MostInARow > 0 && a.row.Load() >= int64(a.MostInARow), x.World.Chance("fault "+a.ID+" "+strconv.FormatInt(n, 10)) >= a.Probability:
		a.row.Store(0)
		return false
	}
	a.row.Add(1)
	return true
}

// asked reads the fault that a request wishes upon itself. It is nil where there is none.
func asked(h http.Header) (*Armed, error) {
	text := First(h, HeaderFault)
	if text == "" {
		return nil, nil
	}
	var in struct {
		Fault
		Delay Duration `json:"delay"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, fmt.Errorf("reading %s: %w", HeaderFault, err)
	}
	f := in.Fault
	f.ID, f.Match, f.Skip, f.Times, f.Delay = "header", Match{}, 0, 1, time.Duration(in.Delay)
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Do == Hold {
		return nil, fmt.Errorf("reading %s: nobody could release what it holds", HeaderFault)
	}
	return &Armed{Fault: f, faults: &Faults{}, changed: make(chan struct{}), gate: make(chan struct{})}, nil
}

// Unkind are small faults that come all the time, as a public service has them: what a client's own tests should stand. None of them
// keeps a client that retries as it should from its end.
func Unkind() []Fault {
	return []Fault{
		{Do: Status, Status: http.StatusTooManyRequests, RetryAfter: "1", Probability: 0.02, MostInARow: 2},
		{Do: Status, Status: http.StatusTooManyRequests, Probability: 0.01, MostInARow: 2},
		{Do: Status, Status: http.StatusInternalServerError, Probability: 0.01, MostInARow: 2},
		{Do: HTML, At: BeforeEffect, Status: http.StatusServiceUnavailable, Probability: 0.01, MostInARow: 2},
		{Do: Slow, Delay: 300 * time.Millisecond, Probability: 0.03, MostInARow: 3},
		{Do: Drip, Bytes: 512, Delay: 5 * time.Millisecond, Probability: 0.01, MostInARow: 1},
		{Do: Reset, At: BeforeEffect, Probability: 0.01, MostInARow: 1},
		{Match: Match{Method: http.MethodGet}, Do: Reset, At: MidBody, Probability: 0.01, MostInARow: 1},
		{Match: Match{Method: http.MethodGet}, Do: Truncate, Bytes: 10, Probability: 0.005, MostInARow: 1},
	}
}
