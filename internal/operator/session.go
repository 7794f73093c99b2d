package operator

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// SessionPrefix begins every session token, so that scanners and people know what they found.
const SessionPrefix = "lko_"

// SignIn checks a password and starts a session. Unknown name and wrong password take the same time and answer alike.
func (r *Registry) SignIn(ctx context.Context, name string, password secret.Value) (secret.Value, time.Time, error) {
	row, err := r.recognise(ctx, name, password)
	if err != nil {
		return secret.Value{}, time.Time{}, err
	}
	now := r.cfg.Now()
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return secret.Value{}, time.Time{}, fmt.Errorf("making a session token: %w", err)
	}
	token := SessionPrefix + base64.RawURLEncoding.EncodeToString(random)
	s := Session{Hash: sha256.Sum256([]byte(token)), Operator: row.ID, Expires: now.Add(r.cfg.Life)}
	if err := r.cfg.Store.SaveSession(ctx, s); err != nil {
		return secret.Value{}, time.Time{}, fmt.Errorf("storing the session: %w", err)
	}
	entry := audit.Entry{At: now, Actor: row.Actor(), Action: "operator.sign_in", Object: string(row.ID), Outcome: "done"}
	return secret.New(token), s.Expires, r.cfg.Audit.Record(ctx, entry)
}

// recognise finds the operator of a name and password, and counts wrong ones.
func (r *Registry) recognise(ctx context.Context, name string, password secret.Value) (Row, error) {
	now := r.cfg.Now()
	name = CanonicalName(name)
	if !r.tries.take(name, now) { // counted before it is known to be wrong, so that many at once are no more tries
		return Row{}, ErrTooMany
	}
	row, err := r.cfg.Store.OperatorNamed(ctx, name)
	switch {
	case errors.Is(err, ErrUnknown):
		row.Password = nobody
	case err != nil:
		return Row{}, fmt.Errorf("looking up the operator: %w", err)
	}
	good, err := r.check(ctx, row.Password, password)
	if err != nil {
		return Row{}, err
	}
	if !good || row.ID == "" {
		if row.ID == "" {
			row.Name = "unknown" // what was typed may be a password that slipped into the wrong field
		}
		entry := audit.Entry{At: now, Actor: audit.Actor{Kind: audit.Operator, ID: string(row.ID), Name: row.Name}, Action: "operator.sign_in", Object: string(row.ID), Outcome: "denied"}
		return Row{}, errors.Join(ErrDenied, r.cfg.Audit.Record(ctx, entry))
	}
	r.tries.passed(name)
	return row, nil
}

// checks is how many passwords are checked at a time: each takes 64 MiB, and who has no password yet can ask for it.
const checks = 2

func (r *Registry) check(ctx context.Context, hash string, password secret.Value) (bool, error) {
	select {
	case r.work <- struct{}{}:
		defer func() { <-r.work }()
		return checkPassword(hash, password), nil
	case <-ctx.Done():
		return false, fmt.Errorf("waiting to check a password: %w", context.Cause(ctx))
	}
}

// ChangePassword asks for the old password and ends every session of the operator, so that whoever knew the old one is out.
func (r *Registry) ChangePassword(ctx context.Context, name string, old, fresh secret.Value) error {
	if fresh.Len() < ShortestPassword {
		return problem.New(problem.OperatorForm)
	}
	op, err := r.recognise(ctx, name, old)
	if err != nil {
		return err
	}
	hash, err := hashPassword(fresh)
	if err != nil {
		return err
	}
	if err := r.cfg.Store.SetPassword(ctx, op.ID, hash); err != nil {
		return fmt.Errorf("storing a password: %w", err)
	}
	return r.cfg.Audit.Record(ctx, audit.Entry{At: r.cfg.Now(), Actor: op.Actor(), Action: "operator.password", Object: string(op.ID), Outcome: audit.Done})
}

// Check tells whose session a token is. Nothing but a live session passes: no pass, no token of the gateway.
func (r *Registry) Check(ctx context.Context, token string) (Operator, error) {
	if !strings.HasPrefix(token, SessionPrefix) {
		return Operator{}, ErrDenied
	}
	s, op, err := r.cfg.Store.SessionByHash(ctx, sha256.Sum256([]byte(token)))
	if errors.Is(err, ErrUnknown) || err == nil && !r.cfg.Now().Before(s.Expires) {
		return Operator{}, ErrDenied
	}
	if err != nil {
		return Operator{}, fmt.Errorf("looking up the session: %w", err)
	}
	return op, nil
}

// SignOut ends a session.
func (r *Registry) SignOut(ctx context.Context, token string) error {
	return r.cfg.Store.DeleteSession(ctx, sha256.Sum256([]byte(token)))
}

// nobody is the hash of no password: it costs an unknown name the same work as a known one.
const nobody = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Five wrong passwords close a name for a minute, and each further one for another.
const (
	freeTries = 5
	closedFor = time.Minute
)

type failures struct {
	count int
	last  time.Time
}

// tries counts wrong passwords by canonical name. It forgets a name after a quarter of an hour without any.
type tries struct {
	mu     sync.Mutex
	byName map[string]*failures
}

// take counts one more try, unless the name is closed.
func (t *tries) take(name string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, f := range t.byName {
		if now.Sub(f.last) > 15*time.Minute {
			delete(t.byName, n)
		}
	}
	f := t.byName[name]
	if f == nil {
		f = &failures{}
		t.byName[name] = f
	}
	if f.count >= freeTries && now.Sub(f.last) < closedFor {
		return false
	}
	f.count, f.last = f.count+1, now
	return true
}

func (t *tries) passed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byName, name)
}
