package keypair

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Keys returns what is known of the keys of a grant's user, the newest first, without asking AWS.
func (k *Keeper) Keys(ctx context.Context, g id.Grant) ([]Key, error) {
	all, err := k.cfg.Store.AccessKeys(ctx, g)
	slices.SortFunc(all, func(a, b Key) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, err
}

// Sync asks AWS for the user's keys and for when each was last used, and keeps the answers. Where the user may not ask for the last use,
// the keys are kept without.
func (k *Keeper) Sync(ctx context.Context, g id.Grant) ([]Key, error) {
	key, grant, err := k.key(g)
	if err != nil {
		return nil, err
	}
	user, _ := UserOf(grant)
	listed, err := k.cfg.AWS.ListAccessKeys(ctx, key, user)
	if err != nil {
		return nil, err
	}
	now := k.cfg.Now()
	all := make([]Key, 0, len(listed))
	for _, l := range listed {
		one := Key{ID: l.ID, User: l.User, Status: l.Status, Created: l.Created.UTC(), Seen: now}
		last, err := k.cfg.AWS.AccessKeyLastUsed(ctx, key, l.ID)
		switch p, named := problem.Of(err); {
		case err == nil:
			one.Used, one.UsedRegion, one.UsedService, one.UseKnown = last.At, last.Region, last.Service, true
		case named && p.Code == problem.AWSPermissionMissing:
		default:
			return nil, err
		}
		all = append(all, one)
	}
	if err := k.cfg.Store.SaveAccessKeys(ctx, g, all, now); err != nil {
		return nil, problem.New(problem.BrokerStoreFails).Because(err)
	}
	return k.Keys(ctx, g)
}

// SetStatus makes one of the user's keys Active or Inactive. The pair that the grant itself uses is not made inactive: that would leave
// nothing to make it active again with.
func (k *Keeper) SetStatus(ctx context.Context, by audit.Actor, g id.Grant, keyID, status string) error {
	key, grant, err := k.key(g)
	if err != nil {
		return err
	}
	if keyID == key.ID && status != aws.Active {
		return problem.New(problem.AWSKeyInUse).With("%s", keyID)
	}
	user, _ := UserOf(grant)
	err = k.cfg.AWS.SetAccessKeyStatus(ctx, key, user, keyID, status)
	return k.changed(ctx, by, "key."+strings.ToLower(status), g, keyID, err)
}

// Delete deletes one of the user's keys, for good. Only one that is inactive is deleted: an active key may be what somebody's software
// lives on.
func (k *Keeper) Delete(ctx context.Context, by audit.Actor, g id.Grant, keyID string) error {
	key, grant, err := k.key(g)
	if err != nil {
		return err
	}
	if keyID == key.ID {
		return problem.New(problem.AWSKeyInUse).With("%s", keyID)
	}
	all, err := k.Sync(ctx, g)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o Key) bool { return o.ID == keyID && o.Deleted.IsZero() })
	switch {
	case i < 0:
		return problem.New(problem.AWSNotFound).With("%s", keyID)
	case all[i].Status == aws.Active:
		return problem.New(problem.AWSKeyActive).With("%s", keyID)
	}
	user, _ := UserOf(grant)
	err = k.cfg.AWS.DeleteAccessKey(ctx, key, user, keyID)
	return k.changed(ctx, by, "key.delete", g, keyID, err)
}

// changed writes a change down and looks at the keys anew.
func (k *Keeper) changed(ctx context.Context, by audit.Actor, action string, g id.Grant, keyID string, err error) error {
	if err := errors.Join(err, k.record(ctx, by, action, g, err, keyID)); err != nil {
		return err
	}
	_, err = k.Sync(ctx, g)
	return err
}
