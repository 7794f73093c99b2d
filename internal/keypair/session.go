package keypair

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// How long sessions live and are lent (contract 6.3). botocore asks anew from 15 minutes before the end, so that what is lent always has
// more than that.
const (
	sessionLife  = time.Hour
	sessionFresh = 30 * time.Minute
	sessionLeast = 15 * time.Minute
	sessionRest  = 5 * time.Second // after a refusal, before AWS is asked again
)

// A lent is a grant's session, and the question for a new one that is under way.
type lent struct {
	session amazon.Session
	keyID   string        // whose session it is
	asking  chan struct{} // closed at the question's end; nil where none is under way
	err     error         // of the last question
	rest    time.Time     // until then err is the answer
}

// Session lends session credentials of a grant's pair: the same to all who ask, with at least 15 minutes to go. The question to AWS goes on
// when ctx ends, so that who asks again finds the answer.
func (k *Keeper) Session(ctx context.Context, g id.Grant) (amazon.Session, error) {
	key, grant, err := k.key(g)
	if err != nil {
		return amazon.Session{}, err
	}
	if _, root := UserOf(grant); root {
		return amazon.Session{}, problem.New(problem.AWSRootCannotVend)
	}
	now := k.cfg.Now()
	k.mu.Lock()
	l := k.sessions[g]
	if l == nil || l.keyID != key.ID {
		l = &lent{keyID: key.ID}
		k.sessions[g] = l
	}
	left := l.session.Expires.Sub(now)
	switch {
	case left >= sessionFresh:
		defer k.mu.Unlock()
		return l.session, nil
	case l.asking == nil && now.Before(l.rest):
		defer k.mu.Unlock()
		return l.old(now)
	case l.asking == nil:
		l.asking = make(chan struct{})
		go k.ask(context.WithoutCancel(ctx), key, grant.Accounts[0].ID, l)
	}
	asking := l.asking
	k.mu.Unlock()
	select {
	case <-asking:
	case <-ctx.Done():
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return l.old(now)
}

// old is the session as it is, if it has long enough to go. The lock is held.
func (l *lent) old(now time.Time) (amazon.Session, error) {
	if l.session.Expires.Sub(now) > sessionLeast {
		return l.session, nil
	}
	if l.err != nil {
		return amazon.Session{}, l.err
	}
	return amazon.Session{}, problem.New(problem.AWSUnreachable)
}

// ask asks AWS for a new session.
func (k *Keeper) ask(ctx context.Context, key aws.Key, account string, l *lent) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	s, err := k.cfg.AWS.SessionToken(ctx, key, sessionLife)
	if p, ok := problem.Of(err); ok && p.Code == problem.AWSPermissionMissing {
		no := problem.New(problem.AWSCannotVend)
		no.Evidence = p.Evidence
		err = no.Because(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if l.err = err; err == nil {
		s.Account = account
		l.session = s
	} else {
		l.rest = k.cfg.Now().Add(sessionRest)
	}
	close(l.asking)
	l.asking = nil
}
