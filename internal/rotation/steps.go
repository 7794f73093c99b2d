package rotation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// step does the one thing that comes next and writes down that it was done. An error is one of the store; what AWS refuses is written into
// the row.
func (r *Rotator) step(ctx context.Context, rot Rotation) error {
	grant, token, err := r.cfg.Broker.KeyOf(rot.Grant)
	if p, ok := problem.Of(err); ok && (p.Code == problem.BrokerNoGrant || p.Code == problem.BrokerRevoked) {
		return r.stop(ctx, rot, p)
	}
	if err != nil {
		return r.later(ctx, rot, err)
	}
	key := aws.Key{Realm: grant.Realm, ID: token.KeyID, Secret: token.Access}
	switch rot.Step {
	case Begun:
		return r.begun(ctx, rot, key)
	case Asked:
		return r.asked(ctx, rot, grant, key)
	case Created:
		return r.created(ctx, rot, grant, key)
	case Proved:
		return r.proved(ctx, rot, grant)
	case Published:
		return r.published(ctx, rot, key)
	case Retired:
		return r.retired(ctx, rot, key)
	}
	return r.stop(ctx, rot, problem.New(problem.AWSUnrecognised).With("step %s", rot.Step))
}

// begun looks at the keys that there are. Of two, one that is not the grant's own and inactive already makes room; two active ones are for a
// person to decide (contract 5.5).
func (r *Rotator) begun(ctx context.Context, rot Rotation, key aws.Key) error {
	keys, err := r.cfg.AWS.ListAccessKeys(ctx, key, rot.User)
	if err != nil {
		return r.refused(ctx, rot, err)
	}
	if !slices.ContainsFunc(keys, func(k aws.AccessKey) bool { return k.ID == rot.Old }) {
		return r.stop(ctx, rot, problem.New(problem.AWSKeyGone).With("%s", rot.Old))
	}
	if len(keys) >= 2 {
		spare := slices.IndexFunc(keys, func(k aws.AccessKey) bool { return k.ID != rot.Old && k.Status == aws.Inactive })
		if spare < 0 {
			return r.stop(ctx, rot, problem.New(problem.AWSTwoKeys).With("%s and %s", keys[0].ID, keys[1].ID))
		}
		r.note(ctx, rot, "key.delete", keys[spare].ID+" was inactive")
		if err := r.cfg.AWS.DeleteAccessKey(ctx, key, rot.User, keys[spare].ID); err != nil && !gone(err) {
			return r.refused(ctx, rot, err)
		}
		r.cfg.Point("spare deleted")
		keys = slices.Delete(keys, spare, spare+1)
	}
	rot.Known = rot.Known[:0]
	for _, k := range keys {
		rot.Known = append(rot.Known, k.ID)
	}
	return r.on(ctx, rot, Asked, nil)
}

// asked asks for the new key. Where it was asked before, in this process or one that ended, AWS may have made a key whose secret nobody
// has: that one is deleted first.
func (r *Rotator) asked(ctx context.Context, rot Rotation, grant broker.Grant, key aws.Key) error {
	if !rot.Asked.IsZero() {
		clean, err := r.orphans(ctx, &rot, key)
		if err != nil || !clean {
			return err
		}
	}
	rot.Asked = r.cfg.Now()
	if err := r.save(ctx, rot, nil); err != nil {
		return err
	}
	r.cfg.Point("asking")
	made, s, err := r.cfg.AWS.CreateAccessKey(ctx, key, rot.User)
	if err != nil {
		return r.refused(ctx, rot, err)
	}
	r.cfg.Point("made")
	rot.New, rot.Created = made.ID, r.cfg.Now()
	sealed, err := r.cfg.Sealer.Seal(place(grant, rot), s)
	if err == nil {
		err = r.keep(ctx, rot, sealed)
	}
	if err != nil { // nothing here can keep the secret: the key is taken back rather than left behind (R14)
		if undo := r.cfg.AWS.DeleteAccessKey(ctx, key, rot.User, made.ID); undo != nil {
			r.cfg.Log.Error("rotating a key: a new key could neither be kept nor deleted", "grant", grant.Name, "key", made.ID, "error", undo)
		}
		return err
	}
	return nil
}

// keep stores the new secret. AWS never shows it again, so the store is asked more than once.
func (r *Rotator) keep(ctx context.Context, rot Rotation, sealed []byte) error {
	err := r.on(ctx, rot, Created, sealed)
	for try := 0; err != nil && try < 3; try++ {
		err = r.on(ctx, rot, Created, sealed)
	}
	return err
}

// place is where the new secret is sealed to.
func place(g broker.Grant, rot Rotation) seal.Place {
	return seal.Place{Label: seal.RotationKey, ID: string(rot.ID), Version: 1, Realm: string(g.Realm)}
}

// orphans deletes a key that AWS made for an answer that never came. It is told from anybody else's by three things: it was not there before,
// it was made in the minutes after we asked, and it was never used. Where AWS does not say whether it was used, nobody deletes it.
func (r *Rotator) orphans(ctx context.Context, rot *Rotation, key aws.Key) (clean bool, err error) {
	keys, err := r.cfg.AWS.ListAccessKeys(ctx, key, rot.User)
	if err != nil {
		return false, r.refused(ctx, *rot, err)
	}
	for _, k := range keys {
		if slices.Contains(rot.Known, k.ID) {
			continue
		}
		last, err := r.cfg.AWS.AccessKeyLastUsed(ctx, key, k.ID)
		if err != nil {
			return false, r.refused(ctx, *rot, err)
		}
		ours := k.Created.After(rot.Asked.Add(-clocksDiffer)) && k.Created.Before(rot.Asked.Add(clocksDiffer))
		if !ours || !last.At.IsZero() {
			return false, r.stop(ctx, *rot, problem.New(problem.AWSTwoKeys).With("%s was made meanwhile by somebody else", k.ID))
		}
		r.note(ctx, *rot, "key.delete", k.ID+" was made for an answer that was lost, and never used")
		if err := r.cfg.AWS.DeleteAccessKey(ctx, key, rot.User, k.ID); err != nil && !gone(err) {
			return false, r.refused(ctx, *rot, err)
		}
		r.cfg.Point("orphan deleted")
	}
	return true, nil
}

// clocksDiffer is by how much AWS's clock and ours may differ, with the time of the call: beyond 15 minutes it would not have taken our
// signature.
const clocksDiffer = 20 * time.Minute

// created waits until AWS takes the new key, which may be minutes, and sees that it is the same user's.
func (r *Rotator) created(ctx context.Context, rot Rotation, grant broker.Grant, old aws.Key) error {
	s, err := r.secret(ctx, rot, grant)
	if err != nil {
		return r.later(ctx, rot, err)
	}
	who, err := r.cfg.AWS.CallerIdentity(ctx, aws.Key{Realm: grant.Realm, ID: rot.New, Secret: s, Fresh: true})
	if p, ok := problem.Of(err); ok && p.Code == problem.AWSKeyPending && r.cfg.Now().Sub(rot.Created) > giveUp {
		// It is not coming. The old key still is what it was; the new one is taken back, so that a next rotation finds room.
		if err := r.cfg.AWS.DeleteAccessKey(ctx, old, rot.User, rot.New); err != nil && !gone(err) {
			return r.refused(ctx, rot, err)
		}
		return r.stop(ctx, rot, problem.New(problem.AWSKeyRefused).With("AWS did not take the new key within %s", giveUp))
	}
	if err != nil {
		return r.refused(ctx, rot, err)
	}
	if who.User() != rot.User {
		return r.stop(ctx, rot, problem.New(problem.AWSBrokenAnswer).With("the new key is another user's"))
	}
	rot.Proved = r.cfg.Now()
	return r.on(ctx, rot, Proved, nil)
}

// giveUp is how long a new key may take to work.
const giveUp = 6 * time.Hour

// proved takes the new key into use, at once and for everybody. It is written down under one attempt, so that doing it again does nothing.
func (r *Rotator) proved(ctx context.Context, rot Rotation, grant broker.Grant) error {
	s, err := r.secret(ctx, rot, grant)
	if err != nil {
		return r.later(ctx, rot, err)
	}
	if err := r.cfg.Broker.ReplaceKey(ctx, rot.Grant, rot.Attempt, rot.New, s); err != nil {
		return r.later(ctx, rot, err)
	}
	r.cfg.Point("in use")
	rot.Published = r.cfg.Now()
	r.note(ctx, rot, "key.replace", rot.New+" for "+rot.Old)
	r.sync(ctx, rot)
	rot.Next = rot.Published.Add(r.cfg.Quiet)
	return r.on(ctx, rot, Published, nil)
}

// published makes the old key inactive once nobody has used it since the change, and only while the new one works.
func (r *Rotator) published(ctx context.Context, rot Rotation, key aws.Key) error {
	if key.ID != rot.New {
		return r.stop(ctx, rot, problem.New(problem.AWSKeyGone).With("the grant uses another key than %s", rot.New))
	}
	last, err := r.cfg.AWS.AccessKeyLastUsed(ctx, key, rot.Old)
	if err != nil && !gone(err) {
		return r.refused(ctx, rot, err)
	}
	if !last.At.Before(rot.Published) && !last.At.IsZero() {
		rot.Problem = problem.AWSOldKeyUsed
		rot.Detail = fmt.Sprintf("%s was used for %s in %s at %s", rot.Old, last.Service, last.Region, last.At.Format("2006-01-02 15:04 MST"))
		rot.Next = r.cfg.Now().Add(max(r.cfg.Quiet-r.cfg.Now().Sub(last.At), r.cfg.Quiet/4))
		rot.Published = last.At.Add(time.Second) // from here on it must be quiet
		return r.save(ctx, rot, nil)
	}
	if _, err := r.cfg.AWS.CallerIdentity(ctx, key); err != nil {
		return r.refused(ctx, rot, err)
	}
	if err := r.cfg.AWS.SetAccessKeyStatus(ctx, key, rot.User, rot.Old, aws.Inactive); err != nil && !gone(err) {
		return r.refused(ctx, rot, err)
	}
	r.cfg.Point("inactive")
	rot.Retired = r.cfg.Now()
	r.note(ctx, rot, "key.inactive", rot.Old)
	r.sync(ctx, rot)
	rot.Next = rot.Retired.Add(r.cfg.Cool)
	return r.on(ctx, rot, Retired, nil)
}

// retired deletes the old key, unless somebody made it active again.
func (r *Rotator) retired(ctx context.Context, rot Rotation, key aws.Key) error {
	keys, err := r.cfg.AWS.ListAccessKeys(ctx, key, rot.User)
	if err != nil {
		return r.refused(ctx, rot, err)
	}
	i := slices.IndexFunc(keys, func(k aws.AccessKey) bool { return k.ID == rot.Old })
	if i >= 0 && keys[i].Status == aws.Active {
		return r.stop(ctx, rot, problem.New(problem.AWSKeyActive).With("somebody made %s active again", rot.Old))
	}
	if key.ID == rot.Old {
		return r.stop(ctx, rot, problem.New(problem.AWSKeyInUse).With("%s", rot.Old))
	}
	if i >= 0 {
		if err := r.cfg.AWS.DeleteAccessKey(ctx, key, rot.User, rot.Old); err != nil && !gone(err) {
			return r.refused(ctx, rot, err)
		}
		r.cfg.Point("deleted")
		r.note(ctx, rot, "key.delete", rot.Old)
	}
	r.sync(ctx, rot)
	rot.Ended = r.cfg.Now()
	return r.on(ctx, rot, Done, nil)
}

func (r *Rotator) secret(ctx context.Context, rot Rotation, g broker.Grant) (secret.Value, error) {
	sealed, err := r.cfg.Store.RotationSecret(ctx, rot.ID)
	if err != nil {
		return secret.Value{}, err
	}
	return r.cfg.Sealer.Open(place(g, rot), sealed)
}

// gone says that what was to be ended is not there any more.
func gone(err error) bool {
	p, ok := problem.Of(err)
	return ok && p.Code == problem.AWSNotFound
}
