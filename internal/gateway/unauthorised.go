package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// lookMost is how much of a refusal is looked at. All of it is passed on unchanged.
const lookMost = 64 << 10

// A verdict is what a refusal of Amazon's was recognised as.
type verdict struct {
	problem problem.Problem
	known   bool
}

// tokenInvalid reports whether the refusal says that the access token itself is no good. Every program's catalogue has that
// entry as token_refused, and does not choose it for a token that is fresh.
func (v verdict) tokenInvalid() bool {
	return v.known && strings.HasSuffix(string(v.problem.Code), ".token_refused")
}

func (v verdict) unrecognised() bool {
	return v.known && strings.HasSuffix(string(v.problem.Code), ".unrecognised")
}

// look reads the beginning of a refusal, puts it back, and has the program name it.
func (q *request) look(reply *egress.Reply, region canon.Region, t snapshot.Token) verdict {
	var seen []byte
	if q.r.Method != http.MethodHead {
		head, err := io.ReadAll(io.LimitReader(reply.Body, lookMost))
		rest := io.Reader(reply.Body)
		if err != nil {
			rest = failing{err}
		}
		reply.Body = rejoined{io.MultiReader(bytes.NewReader(head), rest), reply.Body}
		seen = unpacked(reply.Header, head)
	}
	p, ok := q.program.Classify(amazon.Evidence{
		Status: reply.Status, Header: reply.Header, Body: seen, Facts: q.facts(region, t), Now: q.now,
	})
	return verdict{p, ok}
}

type rejoined struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// unpacked returns the text of a packed body, as much of it as may be looked at.
func unpacked(h http.Header, body []byte) []byte {
	if !strings.EqualFold(h.Get("Content-Encoding"), "gzip") {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(z, lookMost)) // what could be unpacked of a cut body is evidence too
	return text
}

// facts are what the gateway knows of the request that the answer does not tell.
func (q *request) facts(region canon.Region, t snapshot.Token) []amazon.Fact {
	var f []amazon.Fact
	switch {
	case q.account == "" && q.op.Scoped:
		f = append(f, amazon.NoSelector)
	case q.account == "":
	case q.verified == nil:
		f = append(f, amazon.OtherAccount)
	default:
		f = append(f, amazon.KnownAccount)
		if q.verified.Region != region {
			f = append(f, amazon.OtherRegion)
		}
		if q.verified.ViewOnly {
			f = append(f, amazon.ViewOnly)
		}
		if q.g.cfg.Now().Sub(q.verified.FirstSeen) < propagation {
			f = append(f, amazon.FreshLink)
		}
	}
	if q.op.Effect != amazon.Read {
		f = append(f, amazon.IsWrite)
	}
	if q.g.cfg.Now().Sub(t.Obtained) < forceAge {
		f = append(f, amazon.FreshToken)
	}
	return f
}

// Bounds on a forced refresh (DESIGN, 401).
const (
	forceAge   = time.Minute     // a token younger than this was good a moment ago: a new one would fare no better
	forceEvery = 5 * time.Minute // for each grant
)

// propagation is how long a newly linked account may be refused although all is well (ads-lwa 2.5).
const propagation = time.Hour

// newer returns a newer token to repeat a call with, after a 401 that the token is to blame for. The current one if it is
// newer than the one used; else by a forced refresh, which is rare. The call is repeated only if it reads: a write went out.
func (q *request) newer(ctx context.Context, used snapshot.Token, v verdict) (snapshot.Token, bool) {
	if !v.tokenInvalid() {
		return snapshot.Token{}, false
	}
	repeat := q.op.Effect == amazon.Read && q.body.replayable()
	if t, ok := q.g.cfg.Snapshot.Token(q.grant.ID); ok && t.Generation > used.Generation {
		return t, repeat
	}
	g, ok := q.g.cfg.Snapshot.Grant(q.grant.ID)
	if !ok || g.Health == snapshot.Blocked || g.Health == snapshot.Disabled {
		return snapshot.Token{}, false
	}
	now := q.g.cfg.Now()
	if now.Sub(used.Obtained) < forceAge || !q.g.forced.may(g.ID, now) {
		return snapshot.Token{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, q.g.cfg.TokenWait)
	defer cancel()
	t, err := q.g.cfg.Refresher.Invalid(ctx, g.ID, used.Generation)
	return t, err == nil && t.Generation > used.Generation && repeat
}

// forced remembers when a refresh was last forced for a grant.
type forced struct {
	mu   sync.Mutex
	last map[id.Grant]time.Time
}

func newForced() *forced { return &forced{last: map[id.Grant]time.Time{}} }

func (f *forced) may(g id.Grant, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at, ok := f.last[g]; ok && now.Sub(at) < forceEvery {
		return false
	}
	f.last[g] = now
	return true
}

// A negativeKey is what a refusal was about. The operation is part of it: that a write is refused to a viewer, or a call without its scope
// header, says nothing of the reads and lists beside it.
type negativeKey struct {
	grant     id.Grant
	account   string
	region    canon.Region
	operation *operation
	path      string // of what no operation lists
}

func (q *request) key() negativeKey {
	k := negativeKey{grant: q.grant.ID, account: q.account, region: q.region, operation: q.op}
	if q.op == q.program.unlisted {
		k.path = q.path
	}
	return k
}

// negativeAfter is how many times in a row Amazon must have given the same refusal before it is answered from memory.
const negativeAfter = 3

// negativeMost bounds how many refusals are remembered.
const negativeMost = 4096

type refused struct {
	problem problem.Problem
	times   int
	until   time.Time
}

// negative remembers refusals that another call would only meet again: a foreign account, a region, an unlinked profile.
// A storm of such calls then reaches Amazon no more than a few times in a while.
type negative struct {
	lasting time.Duration
	held    atomic.Int64 // spares the lock while there are none

	mu      sync.Mutex
	entries map[negativeKey]refused
}

func newNegative(lasting time.Duration) *negative {
	return &negative{lasting: lasting, entries: map[negativeKey]refused{}}
}

func (n *negative) get(k negativeKey, now time.Time) *problem.Problem {
	if n.held.Load() == 0 {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	e, ok := n.entries[k]
	if !ok || e.times < negativeAfter || !now.Before(e.until) {
		return nil
	}
	p := e.problem
	return &p
}

func (n *negative) note(k negativeKey, status int, v verdict, now time.Time) {
	if status != http.StatusUnauthorized || !v.known || v.tokenInvalid() || v.unrecognised() {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	e, known := n.entries[k]
	if !known && len(n.entries) >= negativeMost {
		clear(n.entries)
	}
	if e.problem.Code != v.problem.Code || !now.Before(e.until) {
		e.times = 0
	}
	p := v.problem
	p.Status = status
	n.entries[k] = refused{p, e.times + 1, now.Add(n.lasting)}
	n.held.Store(int64(len(n.entries)))
}

func (n *negative) clear(k negativeKey) {
	if n.held.Load() == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.entries, k)
	n.held.Store(int64(len(n.entries)))
}
