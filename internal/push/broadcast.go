package push

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A NewBroadcast is what is asked for.
type NewBroadcast struct {
	Grant      string // name or id
	Message    adm.Message
	Tags       []string // whom it is for; everybody where there are none
	Rate       int      // Most messages a second. Defaults to as fast as Amazon takes them.
	ResendLost bool
}

// Begin writes a broadcast down. It is sent by the job, from now on and whatever becomes of this process. Every rule that can be told
// beforehand is told here.
func (p *Push) Begin(ctx context.Context, by audit.Actor, n NewBroadcast) (Broadcast, error) {
	g, err := p.grant(n.Grant)
	if err != nil {
		return Broadcast{}, err
	}
	if _, err := n.Message.Body(); err != nil {
		return Broadcast{}, err
	}
	tags, err := CleanTags(n.Tags)
	if err != nil {
		return Broadcast{}, err
	}
	if n.Rate < 0 || n.Rate > 1_000_000 {
		return Broadcast{}, problem.New(problem.PushBadRate)
	}
	some, err := p.cfg.Store.Registrations(ctx, Filter{Grant: g.ID, Tags: tags, Limit: 1})
	if err != nil {
		return Broadcast{}, err
	}
	if len(some) == 0 {
		return Broadcast{}, problem.New(problem.PushNobody)
	}
	now := p.cfg.Now()
	b := Broadcast{
		ID: id.New[id.Broadcast](now), Grant: g.ID, Message: n.Message, Tags: tags, Rate: n.Rate, ResendLost: n.ResendLost,
		State: Listing, By: by.Name, Created: now, Counts: map[string]int{},
	}
	if err := p.cfg.Store.AddBroadcast(ctx, b); err != nil {
		return Broadcast{}, err
	}
	p.record(ctx, by, "push.broadcast", b)
	p.cfg.Poke()
	return b, nil
}

func (p *Push) record(ctx context.Context, by audit.Actor, action string, b Broadcast) {
	if p.cfg.Audit == nil {
		return
	}
	if err := p.cfg.Audit.Record(ctx, audit.Entry{At: p.cfg.Now(), Actor: by, Action: action, Object: string(b.ID), Outcome: audit.Done}); err != nil {
		p.log.Error("recording a broadcast", "error", err)
	}
}

// A Progress is a broadcast as it is under way.
type Progress struct {
	Broadcast
	PerSecond   float64   // messages that leave a second; 0 where it is not under way
	Limit       float64   // messages a second that may leave, as found out so far; 0 for no limit
	PausedUntil time.Time // Amazon asked to wait
}

// Broadcast tells how one fares.
func (p *Push) Broadcast(ctx context.Context, b id.Broadcast) (Progress, error) {
	got, err := p.cfg.Store.Broadcast(ctx, b)
	if errors.Is(err, ErrNotFound) {
		return Progress{}, problem.New(problem.PushNoBroadcast)
	}
	out := Progress{Broadcast: got}
	if at := p.live.get(b); at != nil {
		out.PerSecond, out.Limit, out.PausedUntil = at.rate()
		if out.PausedUntil.Before(p.cfg.Now()) {
			out.PausedUntil = time.Time{}
		}
	}
	return out, err
}

// Broadcasts lists them, newest first.
func (p *Push) Broadcasts(ctx context.Context, limit int) ([]Broadcast, error) {
	return p.cfg.Store.Broadcasts(ctx, limit)
}

// Results tells what became of each device, in the order of ids, after one.
func (p *Push) Results(ctx context.Context, b id.Broadcast, after id.Registration, limit int) ([]Target, error) {
	return p.cfg.Store.Results(ctx, b, after, limit)
}

// Cancel stops a broadcast: what is under way is written down, and nothing more leaves.
func (p *Push) Cancel(ctx context.Context, by audit.Actor, b id.Broadcast) error {
	got, err := p.Broadcast(ctx, b)
	if err != nil {
		return err
	}
	if got.State.Ended() {
		return problem.New(problem.PushEnded).With("it is %s", got.State)
	}
	if err := p.cfg.Store.CancelBroadcast(ctx, b, p.cfg.Now()); err != nil {
		return err
	}
	p.record(ctx, by, "push.cancel", got.Broadcast)
	return nil
}
