package push

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A pace says when the next message of a broadcast may leave. Without a limit it is as fast as answers come; a 429 stops everybody until
// Retry-After, and halves what may leave a second from then on; each quiet second then gives a tenth more.
type pace struct {
	now func() time.Time
	top float64 // messages a second that were asked for; 0 for no limit

	mu     sync.Mutex
	limit  float64 // messages a second; 0 for none
	next   time.Time
	until  time.Time // nothing leaves before
	wait   time.Duration
	raised time.Time // when the limit was last changed

	began  time.Time // of the window in which messages are counted
	count  int
	recent float64 // messages a second in the last window
}

const (
	firstPause = time.Second // where a 429 does not say how long
	mostPause  = time.Minute
	leastRate  = 1.0
	// A wait looks at the clock, which may be virtual, after a millisecond of real time, two, four, and so on to this.
	looks = 32 * time.Millisecond
)

func newPace(now func() time.Time, top int) *pace {
	return &pace{now: now, top: float64(top), limit: float64(top), began: now()}
}

// take waits until one more message may leave.
func (p *pace) take(ctx context.Context) error {
	for {
		at, ok := p.slot()
		if ok {
			return ctx.Err()
		}
		if err := sleepUntil(ctx, p.now, at); err != nil {
			return err
		}
	}
}

// slot takes a slot, or says when to ask again.
func (p *pace) slot() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Before(p.until) {
		return p.until, false
	}
	if p.limit > 0 {
		if quiet := now.Sub(p.raised); quiet >= time.Second && (p.top == 0 || p.limit < p.top) {
			p.limit *= 1 + 0.1*quiet.Seconds()
			if p.raised = now; p.top > 0 {
				p.limit = min(p.limit, p.top)
			}
		}
		if now.Before(p.next) {
			return p.next, false
		}
		step := time.Duration(float64(time.Second) / p.limit)
		if p.next = p.next.Add(step); p.next.Before(now.Add(-100 * time.Millisecond)) { // what was not used is not saved up
			p.next = now
		}
	}
	if p.count++; now.Sub(p.began) >= time.Second {
		p.recent = float64(p.count) / now.Sub(p.began).Seconds()
		p.began, p.count = now, 0
	}
	return now, true
}

// throttled notes a 429. Those that were under way together count once.
func (p *pace) throttled(wait time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Before(p.until) && wait == 0 {
		return p.until
	}
	if !now.Before(p.until) {
		p.wait = min(max(2*p.wait, firstPause), mostPause)
		rate := p.limit
		if p.recent > 0 && (rate == 0 || p.recent < rate) {
			rate = p.recent
		}
		if rate > 0 {
			p.limit = max(rate/2, leastRate)
		}
		p.raised = now
	}
	if wait == 0 {
		wait = p.wait
	}
	if until := now.Add(min(wait, time.Hour)); until.After(p.until) {
		p.until = until
	}
	return p.until
}

// pause stops everybody, as where Amazon cannot be reached: 1, 2, 4 seconds and so on to a minute.
func (p *pace) pause() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); !now.Before(p.until) {
		p.wait = min(max(2*p.wait, firstPause), mostPause)
		p.until = now.Add(p.wait)
	}
	return p.until
}

// passed notes that Amazon took a message.
func (p *pace) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait = 0
}

// Rate is how many messages leave a second, and until when none may.
func (p *pace) rate() (rate, limit float64, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rate = p.recent
	if d := p.now().Sub(p.began).Seconds(); d > 0.2 {
		rate = float64(p.count) / d
	}
	return rate, p.limit, p.until
}

// sleepUntil waits until the clock shows at. The clock may be virtual and jump, so it is looked at again and again.
func sleepUntil(ctx context.Context, now func() time.Time, at time.Time) error {
	for look := time.Millisecond; ; look = min(2*look, looks) {
		left := at.Sub(now())
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(min(left, look))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// live are the paces of broadcasts under way, for those who watch.
type live struct {
	mu    sync.Mutex
	paces map[id.Broadcast]*pace
}

func (l *live) set(b id.Broadcast, p *pace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p == nil {
		delete(l.paces, b)
		return
	}
	l.paces[b] = p
}

func (l *live) get(b id.Broadcast) *pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.paces[b]
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
