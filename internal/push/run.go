package push

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

const (
	mostTries  = 6   // of a device that Amazon cannot take just now
	mostWaits  = 100 // of a device that is throttled
	flushSize  = 1000
	flushEvery = 200 * time.Millisecond
	holdFor    = time.Minute
	mostOdd    = 20   // answers in a row that nobody understands, after which a broadcast stops to be looked at
	listStep   = 8192 // devices that are written down at once
)

// Kind is the job of broadcasts.
func (p *Push) Kind() jobs.Kind {
	return jobs.Kind{
		Name: "push.broadcast", Limit: 2,
		Due: func(ctx context.Context, now time.Time) ([]string, time.Time, error) {
			due, next, err := p.cfg.Store.DueBroadcasts(ctx, now)
			subjects := make([]string, len(due))
			for i, b := range due {
				subjects[i] = string(b)
			}
			return subjects, next, err
		},
		Work: func(ctx context.Context, subject string) error { return p.work(ctx, id.Broadcast(subject)) },
	}
}

// A run is one process's work on one broadcast.
type run struct {
	push  *Push
	b     Broadcast
	pace  *pace
	log   *sentLog
	body  []byte
	way   context.Context // of calls under way, which outlive a stop
	lines chan *line
	list  *list

	mu   sync.Mutex
	stop problem.Problem // why no more may leave
	hold bool            // it may go on later
	odd  int             // answers in a row that nobody understands
}

// work sends until the broadcast ends, is held or cancelled, or ctx ends.
func (p *Push) work(ctx context.Context, subject id.Broadcast) error {
	b, won, err := p.cfg.Store.ClaimBroadcast(ctx, subject, p.cfg.Owner)
	if err != nil || !won {
		return err
	}
	way := context.WithoutCancel(ctx)
	if b, err = p.recover(way, b); err != nil {
		return err
	}
	r := &run{push: p, b: b, pace: newPace(p.cfg.Now, b.Rate), way: way}
	if r.body, err = b.Message.Body(); err != nil {
		known, _ := problem.Of(err)
		return p.cfg.Store.EndBroadcast(way, b.ID, Stopped, known.Code, p.cfg.Now(), time.Time{})
	}
	r.list = p.list(ctx, b)
	defer func() { <-r.list.done }()
	g, ok := p.cfg.Grants.Grant(b.Grant)
	if !ok {
		if err := r.list.end(); err != nil {
			return err
		}
		return p.cfg.Store.EndBroadcast(way, b.ID, Held, problem.PushNoGrant, p.cfg.Now(), p.cfg.Now().Add(holdFor))
	}
	if r.log, err = startSent(p.cfg.Dir, b.ID); err != nil {
		return err
	}
	r.lines = make(chan *line, p.cfg.InFlight)
	for range p.cfg.InFlight {
		l := p.line(way, g)
		l.each = p.program.Sender(l.asker, r.body)
		r.lines <- l
	}
	defer r.hangUp()
	p.live.set(b.ID, r.pace)
	defer p.live.set(b.ID, nil)
	return r.all(ctx)
}

// hangUp forgets what the lines have made ready, the token above all. Nobody uses one any more.
func (r *run) hangUp() {
	for range cap(r.lines) {
		(<-r.lines).each.End()
	}
}

// release gives the lease back for a stop of the server; the broadcast goes on when one starts.
func (p *Push) release(ctx context.Context, b id.Broadcast, err error) error {
	if end := p.cfg.Store.EndBroadcast(ctx, b, "", "", time.Time{}, time.Time{}); end != nil {
		return end
	}
	return err
}

// recover writes down what the log of a killed process tells. Who was begun and has no answer is lost; it is not sent again unless the
// broadcast says so.
func (p *Push) recover(ctx context.Context, b Broadcast) (Broadcast, error) {
	entries, known, err := readSent(p.cfg.Dir, b.ID)
	if err != nil {
		return b, err
	}
	var settled []Target
	now := p.cfg.Now()
	if !known && b.Mark != (Mark{}) {
		if settled, err = p.cfg.Store.Unmarked(ctx, b.ID, b.Mark); err != nil {
			return b, err
		}
		for i := range settled {
			settled[i] = lost(settled[i], b, now)
		}
	}
	for _, e := range entries {
		t := Target{Device: e.Device}
		if e.Fate == nil {
			t = lost(t, b, now)
		} else {
			t.Fate, t.Tries, t.Next, t.Status = e.Fate.Fate, e.Fate.Tries, moment(e.Fate.Next), e.Fate.Status
			t.Problem, t.At, t.New = problem.Code(e.Fate.Problem), moment(e.Fate.At), e.Fate.New
		}
		settled = append(settled, t)
	}
	if len(settled) == 0 {
		return b, nil
	}
	b.State, b.Counts, err = p.cfg.Store.SettleTargets(ctx, b.ID, nil, settled)
	if err == nil {
		err = p.cfg.Store.MarkBroadcast(ctx, b.ID, Mark{})
	}
	p.log.Info("a broadcast goes on", "broadcast", b.ID, "answers_kept", len(entries))
	return b, err
}

// lost is the fate of a message that may have been taken.
func lost(t Target, b Broadcast, now time.Time) Target {
	t.Fate, t.Problem, t.At, t.Tries = string(adm.Lost), problem.ADMAnswerLost, now, t.Tries+1
	if b.ResendLost {
		t.Fate = Waiting
	}
	return t
}

// all takes up devices page by page.
func (r *run) all(ctx context.Context) error {
	err := r.pages(ctx)
	r.log.close(err == nil || errors.Is(err, context.Canceled)) // after a failure of the store the log alone knows what was answered
	return err
}

func (r *run) pages(ctx context.Context) error {
	p, s := r.push, r.push.cfg.Store
	next := reader{run: r}
	defer next.drop()
	for {
		if err := ctx.Err(); err != nil {
			return errors.Join(r.list.end(), p.release(r.way, r.b.ID, err))
		}
		page, due, err := next.page()
		if err != nil {
			return err
		}
		if len(page) == 0 {
			if due.IsZero() {
				return s.EndBroadcast(r.way, r.b.ID, Done, "", p.cfg.Now(), time.Time{})
			}
			if sleepUntil(ctx, p.cfg.Now, due) != nil {
				continue
			}
			state, _, err := s.SettleTargets(r.way, r.b.ID, nil, nil) // a cancel is seen while waiting, too
			if err != nil || state.Ended() {
				return err
			}
			continue
		}
		if err := s.MarkBroadcast(r.way, r.b.ID, markOf(r.b.Mark, page)); err != nil {
			return err
		}
		next.ahead()
		state, err := r.page(ctx, page)
		if err != nil || state.Ended() {
			return err
		}
		if err := r.log.restart(); err != nil {
			return err
		}
		if r.stop.Code != "" {
			return r.halt()
		}
	}
}

// halt ends the run for a reason that holds for every device.
func (r *run) halt() error {
	if err := r.list.end(); err != nil {
		return err
	}
	s, now := r.push.cfg.Store, r.push.cfg.Now()
	if r.hold {
		return s.EndBroadcast(r.way, r.b.ID, Held, r.stop.Code, now, now.Add(holdFor))
	}
	return s.EndBroadcast(r.way, r.b.ID, Stopped, r.stop.Code, now, time.Time{})
}

// markOf is the mark under which a page may be sent to.
func markOf(m Mark, page []Target) Mark {
	for _, t := range page {
		if t.Tries == 0 {
			m.Device = max(m.Device, t.Device)
		} else if t.Next.After(m.Retry) {
			m.Retry = t.Next
		}
	}
	return m
}

func (r *run) stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stop.Code != ""
}
