package rotation

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// on writes down the next step. Next stays where it is, or is now.
func (r *Rotator) on(ctx context.Context, rot Rotation, step Step, sealed []byte) error {
	rot.Step, rot.Tries, rot.Problem, rot.Detail = step, 0, "", ""
	if now := r.cfg.Now(); rot.Next.Before(now) {
		rot.Next = now
	}
	if err := r.save(ctx, rot, sealed); err != nil {
		return err
	}
	if step == Done {
		r.record(ctx, audit.Itself("rotation"), rot, audit.Done, rot.New+" for "+rot.Old)
	}
	return nil
}

func (r *Rotator) save(ctx context.Context, rot Rotation, sealed []byte) error {
	if err := r.cfg.Store.SaveRotation(ctx, rot, sealed); err != nil {
		return problem.New(problem.BrokerStoreFails).Because(err)
	}
	return nil
}

// refused writes down what AWS said and when it is asked again: soon for what passes, each hour for what a person must mend.
func (r *Rotator) refused(ctx context.Context, rot Rotation, err error) error {
	p, ok := problem.Of(err)
	if !ok {
		return r.later(ctx, rot, err)
	}
	rot.Tries++
	rot.Problem, rot.Detail = p.Code, p.Detail
	wait := min(time.Second<<min(rot.Tries, 10), 5*time.Minute)
	if p.Whose != problem.AmazonsOwn && p.Code != problem.AWSUnreachable && p.Code != problem.AWSBrokenAnswer {
		wait = time.Hour
	}
	now := r.cfg.Now()
	if at := p.RetryAt; at.After(now.Add(wait)) {
		wait = at.Sub(now)
	}
	rot.Next = now.Add(wait)
	return r.save(ctx, rot, nil)
}

// later has a step tried again that something here kept from being done.
func (r *Rotator) later(ctx context.Context, rot Rotation, err error) error {
	rot.Tries++
	if p, ok := problem.Of(err); ok {
		rot.Problem, rot.Detail = p.Code, p.Detail
	}
	rot.Next = r.cfg.Now().Add(min(time.Second<<min(rot.Tries, 10), 5*time.Minute))
	return errors.Join(err, r.save(ctx, rot, nil))
}

// stop ends a rotation where it is, for a person to look at. Whichever key the grant uses goes on working.
func (r *Rotator) stop(ctx context.Context, rot Rotation, p problem.Problem) error {
	rot.Step, rot.Ended, rot.Problem, rot.Detail = Stopped, r.cfg.Now(), p.Code, p.Detail
	if err := r.save(ctx, rot, nil); err != nil {
		return err
	}
	r.record(ctx, audit.Itself("rotation"), rot, audit.Failed, string(p.Code))
	return nil
}

// note writes into the audit what is done to a key.
func (r *Rotator) note(ctx context.Context, rot Rotation, action, detail string) {
	e := audit.Entry{At: r.cfg.Now(), Actor: audit.Itself("rotation"), Action: action, Object: string(rot.Grant), Outcome: audit.Done, Detail: detail}
	if err := r.cfg.Audit.Record(ctx, e); err != nil {
		r.cfg.Log.Error("recording in the audit log failed", "action", action, "error", err)
	}
}

func (r *Rotator) record(ctx context.Context, by audit.Actor, rot Rotation, outcome, detail string) {
	e := audit.Entry{At: r.cfg.Now(), Actor: by, Action: "key.rotate", Object: string(rot.Grant), Outcome: outcome, Detail: detail}
	if err := r.cfg.Audit.Record(context.WithoutCancel(ctx), e); err != nil {
		r.cfg.Log.Error("recording in the audit log failed", "action", e.Action, "error", err)
	}
}

// sync looks at the user's keys anew, so that people see what is there. It may fail: nothing depends on it.
func (r *Rotator) sync(ctx context.Context, rot Rotation) {
	if _, err := r.cfg.Keys.Sync(ctx, rot.Grant); err != nil {
		r.cfg.Log.Debug("listing a user's keys after a change", "error", err)
	}
}
