package push

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// MostDirect is how many registrations a message may name. More are a broadcast.
const MostDirect = 1000

// Bounds of a direct send: who asks is waiting.
const (
	directTries = 4
	directWait  = 10 * time.Second
	directLines = 16
)

// A Sent is what became of one registration.
type Sent struct {
	Registration string       `json:"registration"`      // as it was named
	Outcome      string       `json:"outcome"`           // accepted, moved, unregistered, invalid, refused, throttled, busy, lost or failed
	New          string       `json:"new,omitempty"`     // the id that is good from now on, where it moved
	Problem      problem.Code `json:"problem,omitempty"` // why, where it is not accepted
	Tries        int          `json:"tries"`
}

// A Direct is a message to a few registrations, and what became of each.
type Direct struct {
	Bytes int    // of the message's body
	Sent  []Sent // in the order asked
}

// Send sends a message to registrations, by Amazon's id or by the name under which they are kept, and waits for all answers. What passes
// is retried for a few seconds; what is still throttled then is told so. What the answers say of kept registrations is kept.
func (p *Push) Send(ctx context.Context, grant string, m adm.Message, to []string) (Direct, error) {
	g, err := p.grant(grant)
	if err != nil {
		return Direct{}, err
	}
	body, err := m.Body()
	if err != nil {
		return Direct{}, err
	}
	if len(to) == 0 || len(to) > MostDirect {
		return Direct{}, problem.New(problem.PushBadTarget).With("%d registrations are named", len(to))
	}
	names, err := p.resolve(ctx, g.ID, to)
	if err != nil {
		return Direct{}, err
	}
	if _, err := p.token(ctx, g.ID); err != nil {
		return Direct{}, err
	}
	out := Direct{Bytes: len(body), Sent: make([]Sent, len(to))}
	way, work := context.WithoutCancel(ctx), make(chan int)
	at := newPace(p.cfg.Now, 0)
	var crew sync.WaitGroup
	for range min(directLines, len(to)) {
		crew.Go(func() {
			l := p.line(way, g)
			each := p.program.Sender(l.asker, body)
			defer each.End()
			for i := range work {
				out.Sent[i] = p.direct(ctx, way, l, each, at, to[i], names[i])
			}
		})
	}
	for i := range to {
		work <- i
	}
	close(work)
	crew.Wait()
	return out, p.note(way, g.ID, names, out.Sent)
}

// resolve finds the registration ids of names. What is no name is an id.
func (p *Push) resolve(ctx context.Context, g id.Grant, to []string) ([]string, error) {
	known, err := p.cfg.Store.RegistrationsNamed(ctx, g, to)
	if err != nil {
		return nil, err
	}
	named := map[string]string{}
	for _, r := range known {
		if r.Name != "" && r.Retired.IsZero() {
			named[r.Name] = r.Registration
		}
	}
	out := make([]string, len(to))
	for i, text := range to {
		if out[i] = text; named[text] != "" {
			out[i] = named[text]
		}
	}
	return out, nil
}

// direct sends to one registration until there is an answer that stands, or the time is over.
func (p *Push) direct(ctx, way context.Context, l *line, each *adm.Sender, at *pace, asked, registration string) Sent {
	out := Sent{Registration: asked}
	until := p.cfg.Now().Add(directWait)
	for {
		if at.take(ctx) != nil {
			out.Outcome, out.Problem = GivenUp, problem.ADMUnreachable
			return out
		}
		r := l.do(way, func(amazon.Asker) adm.Result { return each.Send(way, registration, p.cfg.Now()) })
		out.Tries++
		out.Outcome, out.Problem = string(r.Outcome), r.Problem.Code
		wait := time.Duration(0)
		switch r.Outcome {
		case adm.Accepted:
			if r.ID != registration {
				out.Outcome, out.New = Moved, r.ID
			}
			return out
		case adm.Throttled:
			wait = at.throttled(r.Wait).Sub(p.cfg.Now())
		case adm.Busy:
			if wait = r.Wait; wait == 0 {
				wait = backoff(out.Tries)
			}
		case adm.TokenRefused, adm.Unsent:
			out.Outcome = GivenUp
			return out
		default:
			return out
		}
		next := p.cfg.Now().Add(wait)
		if out.Tries >= directTries || next.After(until) || sleepUntil(ctx, p.cfg.Now, next) != nil {
			return out
		}
	}
}

// note keeps what the answers say of registrations.
func (p *Push) note(ctx context.Context, g id.Grant, names []string, sent []Sent) error {
	var notes []Note
	for i, s := range sent {
		switch {
		case s.New != "":
			notes = append(notes, Note{Registration: names[i], New: s.New, At: p.cfg.Now()})
		case s.Outcome == string(adm.Unregistered), s.Outcome == string(adm.Invalid):
			notes = append(notes, Note{Registration: names[i], Retire: string(s.Problem), At: p.cfg.Now()})
		}
	}
	if len(notes) == 0 {
		return nil
	}
	return p.cfg.Store.NoteRegistrations(ctx, g, notes)
}
