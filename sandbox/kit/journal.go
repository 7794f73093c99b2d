package kit

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Entry is one exchange as the journal keeps it. It holds no secret: no query, no body, and tokens only as far as
// their kind shows.
type Entry struct {
	Seq   int64     `json:"seq"`   // in the order of arrival, from 1
	At    time.Time `json:"at"`    // arrival, by the sandbox's clock
	Began int64     `json:"began"` // arrivals and ends are numbered in one row: exchanges overlap if each began before the other ended
	Ended int64     `json:"ended"` // 0 while it is under way; a client that goes away ends it
	Took  Duration  `json:"took"`  // in real time

	Program   string `json:"program"`
	Operation string `json:"operation,omitempty"` // empty where no route matched
	Region    string `json:"region,omitempty"`
	Host      string `json:"host"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Agent     string `json:"agent,omitempty"`
	Auth      string `json:"auth,omitempty"` // how the request was authorised, masked

	Client     string    `json:"client,omitempty"` // the security profile's key, or an unknown client id
	User       string    `json:"user,omitempty"`
	Grant      string    `json:"grant,omitempty"`      // the consent's id
	Generation int64     `json:"generation,omitempty"` // of the refresh token presented
	Given      int64     `json:"given,omitempty"`      // generation of the refresh token in the answer
	Effect     string    `json:"effect,omitempty"`     // "issued", "rotated", "refused" ...; empty: nothing took place
	Status     int       `json:"status"`               // 0 where no answer was begun
	Error      string    `json:"error,omitempty"`
	Fault      string    `json:"fault,omitempty"`       // the id of the fault that acted
	Wait       string    `json:"retry_after,omitempty"` // the answer's Retry-After
	did        *Fault    // what Fault is, for Replay
	arrived    time.Time // in real time
	Notes      []Note    `json:"notes,omitempty"`

	Received  int  `json:"received"`  // bytes of the request's body
	Length    int  `json:"length"`    // bytes of the answer's body as it was meant
	Delivered int  `json:"delivered"` // bytes of it that were given to the connection
	Gone      bool `json:"gone"`      // the client went away before the end
}

// A Duration is a time.Duration that reads as text in JSON.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// A Count is how many exchanges ended alike. Counts are exact, also where the ring has dropped entries.
type Count struct {
	Program   string `json:"program"`
	Operation string `json:"operation"`
	Client    string `json:"client"` // "?" for clients that the world does not know
	Status    int    `json:"status"`
	Effect    string `json:"effect"`
	N         int64  `json:"n"`
}

// A Journal keeps the latest exchanges in a ring and counts all. Recording takes no lock.
type Journal struct {
	world  *World
	ring   []atomic.Pointer[Entry]
	seq    atomic.Int64
	tick   atomic.Int64
	floor  atomic.Int64 // entries up to this one were forgotten on request
	counts atomic.Pointer[sync.Map]
	latest atomic.Pointer[counted]

	waiting atomic.Int32
	mu      sync.Mutex
	changed chan struct{}
}

func newJournal(w *World, size int) *Journal {
	j := &Journal{world: w, ring: make([]atomic.Pointer[Entry], max(size, 1)), changed: make(chan struct{})}
	j.counts.Store(&sync.Map{})
	return j
}

// open records an arrival. The entry must not be changed any more; close records its successor.
func (j *Journal) open(e *Entry) {
	j.ring[e.Seq%int64(len(j.ring))].Store(e)
	j.wake()
}

// replace records what became of an exchange, unless the ring has gone round since.
func (j *Journal) replace(old, e *Entry) {
	j.ring[e.Seq%int64(len(j.ring))].CompareAndSwap(old, e)
	j.wake()
}

// count counts an exchange that has ended.
func (j *Journal) count(e *Entry) {
	key := Count{Program: e.Program, Operation: e.Operation, Client: "?", Status: e.Status, Effect: e.Effect}
	if e.Client == "" || j.world.Profile(e.Client) != nil {
		key.Client = e.Client
	}
	m := j.counts.Load()
	if last := j.latest.Load(); last != nil && last.in == m && last.key == key {
		last.n.Add(1)
		return
	}
	n, ok := m.Load(key)
	if !ok {
		n, _ = m.LoadOrStore(key, new(atomic.Int64))
	}
	n.(*atomic.Int64).Add(1)
	j.latest.Store(&counted{m, key, n.(*atomic.Int64)})
}

// counted is the counter that was used last, which often is the next one too.
type counted struct {
	in  *sync.Map
	key Count
	n   *atomic.Int64
}

// Last tells the number of the latest arrival.
func (j *Journal) Last() int64 { return j.seq.Load() }

// Entries lists the entries that are still kept and meet the filter, in the order of arrival.
func (j *Journal) Entries(f Filter) []Entry {
	var all []Entry
	floor := j.floor.Load()
	for i := range j.ring {
		if e := j.ring[i].Load(); e != nil && e.Seq > floor && f.entry(j.world, e) {
			all = append(all, *e)
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// Dropped tells how many entries with a number greater than after were pushed out of the ring.
func (j *Journal) Dropped(after int64) int64 {
	after = max(after, j.floor.Load())
	return max(0, j.Last()-int64(len(j.ring))-after)
}

// Counts lists the exact counts of exchanges that have ended.
func (j *Journal) Counts() []Count {
	var all []Count
	j.counts.Load().Range(func(k, n any) bool {
		c := k.(Count)
		if c.N = n.(*atomic.Int64).Load(); c.N != 0 {
			all = append(all, c)
		}
		return true
	})
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(strings.Compare(a.Program, b.Program), strings.Compare(a.Operation, b.Operation),
			strings.Compare(a.Client, b.Client), cmp.Compare(a.Status, b.Status), strings.Compare(a.Effect, b.Effect))
	})
	return all
}

// Clear forgets all entries and counts. Numbers go on.
func (j *Journal) Clear() {
	j.floor.Store(j.seq.Load())
	j.counts.Store(&sync.Map{})
}

// Await returns when at least n entries that have ended meet the filter.
func (j *Journal) Await(ctx context.Context, n int, f Filter) error {
	j.waiting.Add(1)
	defer j.waiting.Add(-1)
	for {
		j.mu.Lock()
		changed := j.changed
		j.mu.Unlock()
		ended := slices.DeleteFunc(j.Entries(f), func(e Entry) bool { return e.Ended == 0 })
		if len(ended) >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (j *Journal) wake() {
	if j.waiting.Load() == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.changed)
	j.changed = make(chan struct{})
}
