// Package writes changes objects of the advertising model at Amazon, and unmakes what was changed.
//
// Every order is written down before its first byte leaves, with what each object was and is to become; what came of each row is written
// down after it. So a kill at any moment loses nothing: what had left and was not answered is called unknown, and nothing is sent a second
// time that may have had an effect. A partial failure is never a success.
package writes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Config is what a Writer needs.
type Config struct {
	Store Store

	// SpendGuard tells by how many percent a bid or a budget may grow without force; 0 is no guard. Defaults to 100.
	SpendGuard func() int64

	// Most is how many rows an order has. Defaults to 5000.
	Most int

	// Together is how many changes are marked as sent at once; a kill leaves at most so many unknown. Defaults to 500.
	Together int

	// Search is in how many accounts an object is looked for that does not say where it is. Defaults to 100.
	Search int

	// Patience is how long an order waits altogether for Amazon to take calls again. Defaults to 60 seconds.
	Patience time.Duration

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what goes wrong here. Defaults to slog's discard handler.
	Log *slog.Logger
}

// A Writer changes objects. It is safe for concurrent use.
type Writer struct {
	cfg Config
	log *slog.Logger
}

// New returns a Writer. Load must be called before its first order.
func New(cfg Config) *Writer {
	if cfg.SpendGuard == nil {
		cfg.SpendGuard = func() int64 { return 100 }
	}
	for _, d := range []struct {
		at *int
		to int
	}{{&cfg.Most, 5000}, {&cfg.Together, 500}, {&cfg.Search, 100}} {
		if *d.at <= 0 {
			*d.at = d.to
		}
	}
	if cfg.Patience <= 0 {
		cfg.Patience = time.Minute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Writer{cfg: cfg, log: cfg.Log}
}

// Load settles what a process before this one left: the data folder is locked, so nobody else is at it.
func (w *Writer) Load(ctx context.Context) error {
	lost, err := w.cfg.Store.LoseAdsWrites(ctx, w.cfg.Now())
	if lost > 0 {
		w.log.Warn("changes at Amazon Ads were under way when the process before this one ended; what had left is unknown", "writes", lost)
	}
	return err
}

// Do does what an order says. Its error is a problem with the whole order, of which then nothing was sent; what is wrong with a row stands
// in the row's result.
func (w *Writer) Do(ctx context.Context, p Place, o Order) (Outcome, error) {
	switch {
	case len(o.Rows) == 0:
		return Outcome{}, problem.New(problem.WritesBadOrder).With("it has no row")
	case len(o.Rows) > w.cfg.Most:
		return Outcome{}, problem.New(problem.WritesTooMany).With("this one has %d", len(o.Rows))
	}
	draft := Write{Grant: p.Grant, Kind: o.Kind, Verb: o.Verb, By: p.by(), Key: o.Key}
	if o.Key != "" {
		draft.Digest = digest(o)
		if was, ok, err := w.repeated(ctx, p, draft); ok || err != nil {
			return was, err
		}
	}
	return w.carryOut(ctx, p, draft, w.plan(ctx, p, o), o.DryRun)
}

// digest tells one order from another.
func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // of bodies that are no JSON: such an order is refused before it is written down
		text = fmt.Append(nil, v)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// repeated answers an order whose key came before.
func (w *Writer) repeated(ctx context.Context, p Place, draft Write) (Outcome, bool, error) {
	was, err := w.cfg.Store.AdsWriteByKey(ctx, draft.Grant, draft.By.ID, draft.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return Outcome{}, false, nil
	case err != nil:
		return Outcome{}, false, fmt.Errorf("looking for an earlier order: %w", err)
	case was.Digest != draft.Digest:
		return Outcome{}, true, problem.New(problem.WritesKeyReused)
	case was.Ended.IsZero():
		return Outcome{}, true, problem.New(problem.WritesUnderWay)
	}
	out := w.outcome(p, was)
	out.Replayed = true
	return out, true, nil
}

// carryOut writes down what is planned, sends it, and writes down what came of it.
func (w *Writer) carryOut(ctx context.Context, p Place, write Write, all []*planned, dry bool) (Outcome, error) {
	if dry {
		return w.preview(p, write, all), nil
	}
	write.ID, write.At = id.New[id.AdsWrite](w.cfg.Now()), w.cfg.Now()
	for i, c := range all {
		c.at = i
		write.Changes = append(write.Changes, w.row(p, c))
	}
	todo := parts(all, w.cfg.Together)
	if len(todo) == 0 { // nothing leaves, so nothing is to be remembered
		write.ID = ""
		return w.outcome(p, write), nil
	}
	err := w.cfg.Store.BeginAdsWrite(ctx, write, w.entry(write, audit.Started, fmt.Sprintf("%s of %d %s through %s", write.Verb, len(all), write.Kind, p.Name)))
	if errors.Is(err, ErrKeyUsed) { // by one that came at the same time
		out, ok, err := w.repeated(ctx, p, write)
		if !ok && err == nil {
			err = problem.New(problem.WritesUnderWay)
		}
		return out, err
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("writing an order down: %w", err)
	}
	w.send(context.WithoutCancel(ctx), p, &write, todo) // who asks may go: what was begun is brought to its end
	return w.outcome(p, write), nil
}

// What the audit log calls it.
const actionWrite = "ads.write"

const actionUndo = "ads.undo"

func (w *Writer) entry(write Write, outcome, detail string) audit.Entry {
	action := actionWrite
	if write.Verb == Undo {
		action = actionUndo
	}
	return audit.Entry{At: w.cfg.Now(), Actor: write.By, Action: action, Object: string(write.ID), Outcome: outcome, Detail: detail}
}

// by is who asks. Keys are looked up by his id; callers are known by their names, which are never used twice.
func (p Place) by() audit.Actor {
	by := p.By
	if by.ID == "" {
		by.ID = by.Name
	}
	return by
}
