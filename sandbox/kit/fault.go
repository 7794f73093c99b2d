package kit

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Fault makes exactly the next few matching requests go wrong in one way.
type Fault struct {
	ID    string `json:"id,omitempty"` // given by the sandbox: "f1", "f2" ...
	Match Match  `json:"match"`
	Skip  int    `json:"skip,omitempty"`  // let this many matching requests pass first
	Times int    `json:"times,omitempty"` // how many then go wrong; -1 is all until removed. Defaults to 1, with Probability to -1.

	From  time.Time `json:"from,omitzero"`  // by the sandbox's clock; requests before it are not counted. Defaults to always.
	Until time.Time `json:"until,omitzero"` // and none from then on. Defaults to for ever.

	// Probability is the chance of each matching request to go wrong, drawn from the world's seed: the same requests in the same order
	// go wrong again. Such faults stand back behind exact ones. Defaults to 1.
	Probability float64 `json:"probability,omitempty"`
	MostInARow  int     `json:"max_consecutive,omitempty"` // of a Probability: then one passes unharmed. Defaults to no limit.

	At Point  `json:"at,omitempty"` // Defaults to before_effect; for what needs an answer to after_effect.
	Do Action `json:"do"`

	Status     int           `json:"status,omitempty"`      // for status; for html, where it defaults to 200
	Error      string        `json:"error,omitempty"`       // for status: which of several, as Amazon names it
	RetryAfter string        `json:"retry_after,omitempty"` // for status and html: the header's value; empty for no header
	RetryDate  Duration      `json:"retry_date,omitempty"`  // the same as an HTTP-date, so long after the request by the sandbox's clock
	Body       string        `json:"body,omitempty"`        // for status: instead of Amazon's own body
	Delay      time.Duration `json:"delay,omitempty"`       // for slow, and between the pieces of drip, in real time
	Bytes      int           `json:"bytes,omitempty"`       // for truncate: how much of the body is sent; for drip: of a piece. Defaults there to 64.
	Type       string        `json:"type,omitempty"`        // for content_type. Defaults to "text/plain".
	Drop       bool          `json:"drop,omitempty"`        // for hold before_effect: a client that goes away takes its request with it
}

// A Point is where in an exchange a fault acts.
type Point string

// The points. Whatever happens after BeforeEffect finds the operation done: the refresh token is rotated, the campaign
// exists.
const (
	BeforeEffect Point = "before_effect"
	AfterEffect  Point = "after_effect"
	MidBody      Point = "mid_body" // headers and half of the body have left
)

// An Action is what a fault does.
type Action string

// The actions.
const (
	Status    Action = "status"       // answer this status in Amazon's own body
	Slow      Action = "slow"         // wait for Delay
	Reset     Action = "reset"        // break the connection off, with RST where it is TCP
	Truncate  Action = "truncate"     // announce the whole length, send Bytes of the body, close
	Empty     Action = "empty"        // 200 with no body
	HTML      Action = "html"         // 200 with a web page
	Hold      Action = "hold"         // a barrier: wait until released
	Drip      Action = "drip"         // send the body in pieces of Bytes, Delay between them
	BadChunk  Action = "bad_chunk"    // send half of the body in chunks, then something that is no chunk
	WrongType Action = "content_type" // the answer as it is, under another Content-Type
	Twice     Action = "twice"        // the request arrives twice, as after a retry on the way; the second answer is sent
)

var actions = []Action{Status, Slow, Reset, Truncate, Empty, HTML, Hold, Drip, BadChunk, WrongType, Twice}

// check fills in the defaults and refuses what cannot be meant.
func (f *Fault) check() error {
	answer := slices.Contains([]Action{Truncate, Empty, HTML, Drip, BadChunk, WrongType, Twice}, f.Do)
	if f.At == "" {
		f.At = BeforeEffect
		if answer {
			f.At = AfterEffect
		}
	}
	if f.Times == 0 {
		f.Times = 1
		if f.Probability > 0 {
			f.Times = -1
		}
	}
	if f.Do == Drip && f.Bytes == 0 {
		f.Bytes = 64
	}
	if f.Do == WrongType && f.Type == "" {
		f.Type = "text/plain"
	}
	switch {
	case !slices.Contains([]Point{BeforeEffect, AfterEffect, MidBody}, f.At):
		return fmt.Errorf("adding a fault: %q is none of before_effect, after_effect, mid_body", f.At)
	case !slices.Contains(actions, f.Do):
		return fmt.Errorf("adding a fault: %q is none of %v", f.Do, actions)
	case (f.Do == Status || f.Status != 0) && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("adding a fault: status %d is none that can be answered", f.Status)
	case f.At == MidBody && (f.Do == Status || answer && f.Do != Truncate):
		return fmt.Errorf("adding a fault: %s cannot come in the middle of a body", f.Do)
	case f.At == BeforeEffect && slices.Contains([]Action{Truncate, Drip, BadChunk, WrongType, Twice}, f.Do):
		return fmt.Errorf("adding a fault: %s needs an answer, so it is after_effect", f.Do)
	case (f.Do == Slow || f.Do == Drip) && f.Delay <= 0:
		return fmt.Errorf("adding a fault: %s needs a delay", f.Do)
	case f.RetryDate < 0 || f.RetryDate > 0 && f.RetryAfter != "":
		return errors.New("adding a fault: retry_after and retry_date are two forms of one header, and neither lies in the past")
	case f.Skip < 0 || f.Bytes < 0 || f.MostInARow < 0:
		return errors.New("adding a fault: skip, bytes and max_consecutive cannot be negative")
	case f.Probability < 0 || f.Probability > 1:
		return errors.New("adding a fault: probability is from 0 to 1")
	case !f.Until.IsZero() && !f.Until.After(f.From):
		return errors.New("adding a fault: until must come after from")
	}
	return nil
}

// retryAfter is the header that the fault gives an answer: seconds or whatever it was told to be, or a date (RFC 9110 section 10.2.3).
func (f *Fault) retryAfter(x *Exchange) string {
	if f.RetryDate > 0 {
		return x.Now.Add(time.Duration(f.RetryDate)).UTC().Format(http.TimeFormat)
	}
	return f.RetryAfter
}

// An Armed fault is one that the sandbox watches for.
type Armed struct {
	Fault
	faults *Faults
	seen   atomic.Int64 // matching requests so far
	row    atomic.Int64 // how many of the latest of them went wrong by chance, without a break

	mu      sync.Mutex
	hits    int           // requests that it acted on
	held    int           // requests that it holds now
	changed chan struct{} // closed and replaced when hits or held change
	gate    chan struct{} // closed and replaced when released
}

// Faults are the faults of one sandbox. Where there are none, asking costs one atomic load.
type Faults struct {
	mu   sync.Mutex
	next int
	list atomic.Pointer[[]*Armed]
}

// Add arms a fault. Of several that match a request, the one added first acts.
func (fs *Faults) Add(f Fault) (*Armed, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.next++
	f.ID = "f" + strconv.Itoa(fs.next)
	a := &Armed{Fault: f, faults: fs, changed: make(chan struct{}), gate: make(chan struct{})}
	list := append(slices.Clone(fs.all()), a)
	fs.list.Store(&list)
	return a, nil
}

func (fs *Faults) all() []*Armed {
	if p := fs.list.Load(); p != nil {
		return *p
	}
	return nil
}

// List tells the armed faults, used up or not, in the order of their arming.
func (fs *Faults) List() []*Armed { return slices.Clone(fs.all()) }

// Get returns the fault with an id, or nil.
func (fs *Faults) Get(id string) *Armed {
	for _, a := range fs.all() {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Clear removes all faults and releases what they hold.
func (fs *Faults) Clear() {
	for _, a := range fs.List() {
		a.Remove()
	}
}
