package aws_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A world is a sandbox whose clock stands still but for what a test moves, and a client that goes out by the one door.
type world struct {
	*sandbox.Server
	client *aws.Client
}

func newWorld(t *testing.T, switches map[string]string) world {
	t.Helper()
	clock := kit.FrozenClock(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC))
	s, err := sandbox.New(sandbox.Options{Clock: clock, Switches: switches})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	door, err := egress.New(egress.Config{Programs: []amazon.Program{aws.New()}, SandboxURL: "http://" + s.Addr(), Now: s.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	return world{s, &aws.Client{Sender: door, Now: s.Now}}
}

func (w world) key(user string, n int) aws.Key {
	k := w.World().AWSKey(user, n)
	return aws.Key{Realm: amazon.Sandbox, ID: k.ID, Secret: secret.New(k.Secret)}
}

func wants(t *testing.T, err error, code problem.Code) {
	t.Helper()
	var p problem.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestWhoseKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := must[aws.Identity](t)(w.client.CallerIdentity(t.Context(), w.key(kit.AWSStream, 1)))
	if got.User() != kit.AWSStream || got.Root() || got.Account != w.World().AWSAccount() {
		t.Error(got)
	}
	if account, ok := aws.AccountOf(w.key(kit.AWSStream, 1).ID); !ok || account != got.Account {
		t.Error("the id says", account)
	}
	if root := must[aws.Identity](t)(w.client.CallerIdentity(t.Context(), w.key(kit.AWSRoot, 1))); !root.Root() || root.User() != "" {
		t.Error(root)
	}
	wrong := w.key(kit.AWSStream, 1)
	wrong.Secret = secret.New("sbx-a-mistyped-secret-EXAMPLE-0000000000")
	_, err := w.client.CallerIdentity(t.Context(), wrong)
	wants(t, err, problem.AWSSecretWrong)
	_, err = w.client.CallerIdentity(t.Context(), w.key(kit.AWSStream, 9))
	wants(t, err, problem.AWSKeyRefused)
}

func TestAKeysLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"aws.activation": "2m", "aws.last_used_lag": "1h"})
	ctx, old := t.Context(), w.key(kit.AWSStream, 1)
	made, s, err := w.client.CreateAccessKey(ctx, old, "")
	if err != nil {
		t.Fatal(err)
	}
	fresh := aws.Key{Realm: amazon.Sandbox, ID: made.ID, Secret: s, Fresh: true}
	_, err = w.client.CallerIdentity(ctx, fresh)
	wants(t, err, problem.AWSKeyPending)
	_, _, err = w.client.CreateAccessKey(ctx, old, kit.AWSStream)
	wants(t, err, problem.AWSTwoKeys)
	w.Advance(2 * time.Minute)
	must[aws.Identity](t)(w.client.CallerIdentity(ctx, fresh))
	if last := must[aws.LastUse](t)(w.client.AccessKeyLastUsed(ctx, old, made.ID)); !last.At.IsZero() {
		t.Error("the use shows before its time:", last)
	}
	used := w.Now()
	w.Advance(time.Hour)
	last := must[aws.LastUse](t)(w.client.AccessKeyLastUsed(ctx, fresh, made.ID))
	if d := cmp.Diff(aws.LastUse{User: kit.AWSStream, At: used, Service: "sts", Region: "us-east-1"}, last); d != "" {
		t.Error(d)
	}
	if err := w.client.SetAccessKeyStatus(ctx, fresh, "", old.ID, aws.Inactive); err != nil {
		t.Fatal(err)
	}
	_, err = w.client.CallerIdentity(ctx, old)
	wants(t, err, problem.AWSKeyRefused)
	if err := w.client.DeleteAccessKey(ctx, fresh, kit.AWSStream, old.ID); err != nil {
		t.Fatal(err)
	}
	keys := must[[]aws.AccessKey](t)(w.client.ListAccessKeys(ctx, fresh, ""))
	if len(keys) != 1 || keys[0].ID != made.ID || keys[0].Status != aws.Active || keys[0].User != kit.AWSStream {
		t.Error(keys)
	}
	wants(t, w.client.DeleteAccessKey(ctx, fresh, "", old.ID), problem.AWSNotFound)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	_, _, err := w.client.CreateAccessKey(ctx, w.key(kit.AWSLocked, 1), "")
	wants(t, err, problem.AWSPermissionMissing)
	_, err = w.client.ListAccessKeys(ctx, w.key(kit.AWSStream, 1), kit.AWSStale) // its policy is for its own name
	wants(t, err, problem.AWSPermissionMissing)
	_, err = w.client.ListAccessKeys(ctx, w.key(kit.AWSAdmin, 1), "nobody")
	wants(t, err, problem.AWSNotFound)
	_, err = w.client.CreateUser(ctx, w.key(kit.AWSAdmin, 1), kit.AWSStale)
	wants(t, err, problem.AWSUserExists)
	_, err = w.client.SessionToken(ctx, w.key(kit.AWSDenied, 1), time.Hour)
	wants(t, err, problem.AWSPermissionMissing)
	w.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws", Operation: "ListAccessKeys"}, Do: kit.Status, Status: 400, Error: "Throttling"})
	_, err = w.client.ListAccessKeys(ctx, w.key(kit.AWSAdmin, 1), "")
	wants(t, err, problem.AWSThrottled)
	w.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws"}, Do: kit.Status, Status: 500, At: kit.AfterEffect})
	_, _, err = w.client.CreateAccessKey(ctx, w.key(kit.AWSStream, 1), "")
	wants(t, err, problem.AWSFailed)
	if !aws.Uncertain(err) {
		t.Error("a 500 may have taken effect")
	}
	for _, do := range []kit.Action{kit.Empty, kit.HTML, kit.Truncate} {
		w.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws"}, Do: do})
		_, err = w.client.ListAccessKeys(ctx, w.key(kit.AWSAdmin, 1), "")
		wants(t, err, problem.AWSBrokenAnswer)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	got := must[amazon.Session](t)(w.client.SessionToken(ctx, w.key(kit.AWSStream, 1), time.Hour))
	if !got.Expires.Equal(w.Now().Add(time.Hour)) {
		t.Error(got.Expires)
	}
	session := aws.Key{Realm: amazon.Sandbox, ID: got.KeyID, Secret: got.Secret, Session: got.Token}
	if who := must[aws.Identity](t)(w.client.CallerIdentity(ctx, session)); who.User() != kit.AWSStream {
		t.Error(who)
	}
	_, err := w.client.ListAccessKeys(ctx, session, "")
	wants(t, err, problem.AWSKeyRefused)
	_, err = w.client.SessionToken(ctx, session, time.Hour)
	wants(t, err, problem.AWSPermissionMissing)
	w.Advance(time.Hour)
	_, err = w.client.CallerIdentity(ctx, session)
	wants(t, err, problem.AWSSessionExpired)
}

// C5: a clock that is more than 15 minutes off is told from a wrong secret.
func TestC5_Clock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, off := range []time.Duration{-16 * time.Minute, 16 * time.Minute} {
		door := must[*egress.Door](t)(egress.New(egress.Config{
			Programs: []amazon.Program{aws.New()}, SandboxURL: "http://" + w.Addr(), Now: func() time.Time { return w.Now().Add(off) },
		}))
		t.Cleanup(door.Close)
		_, err := (&aws.Client{Sender: door}).CallerIdentity(t.Context(), w.key(kit.AWSStream, 1))
		wants(t, err, problem.AWSClockWrong)
	}
}
