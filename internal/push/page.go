package push

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
)

// A sheet is one page of devices while they are sent to.
type sheet struct {
	run     *run
	page    []Target     // each with its fate, once its place was told to settled
	next    atomic.Int64 // place of the next device that nobody took up
	halted  atomic.Bool  // nothing more may leave
	settled chan int     // places of devices whose fate is known
}

// page sends to the devices of one page and writes down what became of them, a part at a time.
func (r *run) page(ctx context.Context, page []Target) (State, error) {
	s := &sheet{run: r, page: page, settled: make(chan int, flushSize+cap(r.lines))} // room for those that end while others are flushed
	var crew sync.WaitGroup
	for range min(cap(r.lines), len(page)) {
		crew.Go(func() {
			l := <-r.lines
			defer func() { r.lines <- l }()
			s.work(ctx, l)
		})
	}
	go func() { crew.Wait(); close(s.settled) }()
	return s.settle()
}

// work sends to one device after the other. What became of one is written into the log together with the beginning of the next, which leaves at
// once; where it must wait, the log has the first before.
func (s *sheet) work(ctx context.Context, l *line) {
	var done *Target // the last one that was sent to, not told yet
	place := 0
	tell := func() {
		if done != nil {
			s.settled <- place
			done = nil
		}
	}
	for ctx.Err() == nil && !s.halted.Load() && !s.run.stopped() {
		at := int(s.next.Add(1) - 1)
		if at >= len(s.page) {
			break
		}
		t := &s.page[at]
		if t.Retired() {
			t.Fate, t.At = Skipped, s.run.push.cfg.Now()
			s.settled <- at
			continue
		}
		if _, ok := s.run.pace.slot(); !ok {
			s.run.log.note(done, nil)
			tell()
			if s.run.pace.take(ctx) != nil || s.run.stopped() {
				break
			}
		}
		if !s.run.log.note(done, t) {
			break // what cannot be written down does not leave
		}
		tell()
		s.run.send(l, t)
		done, place = t, at
	}
	s.run.log.note(done, nil)
	tell()
}

// send sends to one device, and says in it what that means.
func (r *run) send(l *line, t *Target) {
	result := l.do(r.way, func(amazon.Asker) adm.Result { return l.each.Send(r.way, t.Registration, r.push.cfg.Now()) })
	r.judge(t, result)
}

// settle writes down what comes, until nothing more does.
func (s *sheet) settle() (State, error) {
	var (
		r      = s.run
		batch  = make([]int, 0, flushSize)
		state  = Sending
		failed error
	)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	flush := func() {
		if failed != nil || len(batch) == 0 {
			return
		}
		taken, others := s.sort(batch)
		if state, r.b.Counts, failed = r.push.cfg.Store.SettleTargets(r.way, r.b.ID, taken, others); failed != nil || state.Ended() {
			s.halted.Store(true)
		}
		batch = batch[:0]
	}
	for {
		select {
		case at, more := <-s.settled:
			if !more {
				flush()
				return state, failed
			}
			if batch = append(batch, at); len(batch) >= flushSize {
				flush()
			}
		case <-tick.C:
			flush()
		}
	}
}

// sort takes devices that stand side by side in the list, and were taken at the first try as nearly all are, together.
func (s *sheet) sort(batch []int) (taken []Span, others []Target) {
	slices.Sort(batch)
	last := -2 // place of the last one in the last span
	for _, at := range batch {
		t := &s.page[at]
		if !t.plain() {
			others = append(others, *t)
			continue
		}
		if at != last+1 {
			taken = append(taken, Span{From: t.Device, At: t.At})
		}
		span := &taken[len(taken)-1]
		span.To, last = t.Device, at
		if t.At.After(span.At) {
			span.At = t.At
		}
	}
	return taken, others
}

// plain reports whether Amazon took the message at its first try, for which it never waited, and there is nothing else to tell.
func (t *Target) plain() bool {
	return t.Next.IsZero() && t.Fate == string(adm.Accepted) && t.Tries == 1 && t.Status == 200 && t.Problem == ""
}
