package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// The pauses of a subject whose work failed, in real time: a virtual clock may stand still.
const (
	firstRest = time.Second
	mostRest  = time.Minute
)

// A lane is one kind at work. All of it belongs to the goroutine of run; workers only send to ended.
type lane struct {
	runner *Runner
	kind   Kind
	log    *slog.Logger
	poke   chan struct{}
	ended  chan end

	busy  map[string]bool
	rests map[string]rest
	next  time.Time // by the passed-in clock; zero: nothing known
	asked time.Time // in real time
}

type end struct {
	subject string
	err     error
}

type rest struct {
	until time.Time
	last  time.Duration
}

func (l *lane) run(ctx context.Context) {
	tick := time.NewTicker(l.runner.cfg.Tick)
	defer tick.Stop()
	for ask := true; ctx.Err() == nil; {
		if ask {
			l.start(ctx)
		}
		select {
		case <-ctx.Done():
		case <-l.poke:
			ask = true
		case e := <-l.ended:
			l.end(e)
			ask = true
		case <-tick.C:
			ask = l.time()
		}
	}
	for len(l.busy) > 0 {
		l.end(<-l.ended)
	}
}

// time reports whether the kind is to be asked again.
func (l *lane) time() bool {
	now := time.Now()
	for _, r := range l.rests {
		if !now.Before(r.until) {
			return true
		}
	}
	return now.Sub(l.asked) >= l.runner.cfg.Ask || (!l.next.IsZero() && !l.runner.cfg.Now().Before(l.next))
}

// start asks what is due and begins as much of it as there is room for.
func (l *lane) start(ctx context.Context) {
	if len(l.busy) >= l.kind.Limit {
		return // whoever ends first asks
	}
	subjects, next, err := l.kind.Due(ctx, l.runner.cfg.Now())
	l.asked, l.next = time.Now(), next
	if err != nil {
		if ctx.Err() == nil {
			l.log.Error("asking what is due", "error", err)
		}
		l.next = l.runner.cfg.Now() // at the next tick
		return
	}
	now := time.Now()
	for _, s := range subjects {
		if len(l.busy) >= l.kind.Limit {
			return
		}
		if l.busy[s] || now.Before(l.rests[s].until) {
			continue
		}
		l.busy[s] = true
		go func() { l.ended <- end{s, l.guarded(ctx, s)} }()
	}
}

// end notes how a piece of work ended.
func (l *lane) end(e end) {
	delete(l.busy, e.subject)
	switch {
	case e.err == nil:
		delete(l.rests, e.subject)
		return
	case errors.Is(e.err, context.Canceled): // the server stops; it is due again when one starts
		return
	case !errors.Is(e.err, ErrTaken):
		l.log.Error("working", "subject", e.subject, "error", e.err)
	}
	r := l.rests[e.subject]
	r.last = min(max(2*r.last, firstRest), mostRest)
	r.until = time.Now().Add(r.last)
	l.rests[e.subject] = r
}
