package rotation_test

import (
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// on takes the rotation as far as it goes at the sandbox's time, and sees that the grant's key works.
func (r *rig) on(t *testing.T, g broker.Grant, want rotation.Step, code problem.Code) rotation.Rotation {
	t.Helper()
	if err := r.rotator.Work(t.Context(), string(g.ID)); err != nil {
		t.Fatal(err)
	}
	rot, err := r.rotator.Of(t.Context(), g.ID)
	if err != nil || rot.Step != want || rot.Problem != code {
		t.Fatalf("%s %q (%s) %v, want %s %q", rot.Step, rot.Problem, rot.Detail, err, want, code)
	}
	if err := r.alive(); err != nil {
		t.Fatalf("at %s the grant's key is dead: %v", rot.Step, err)
	}
	return rot
}

func (r *rig) begin(t *testing.T, g broker.Grant) {
	t.Helper()
	if _, err := r.rotator.Begin(t.Context(), by, g.ID); err != nil {
		t.Fatal(err)
	}
}

func TestThrottledIAM(t *testing.T) {
	t.Parallel()
	s := world(t, nil)
	r, g := start(t, s, kit.AWSStream, 1)
	for _, op := range []string{"ListAccessKeys", "CreateAccessKey"} {
		s.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws", Operation: op}, Do: kit.Status, Status: 400, Error: "Throttling", Times: 2})
	}
	r.begin(t, g)
	for range 8 {
		s.Advance(time.Minute)
		if err := r.rotator.Work(t.Context(), string(g.ID)); err != nil {
			t.Fatal(err)
		}
	}
	r.on(t, g, rotation.Published, "")
}

// An answer that never came may have made a key whose secret nobody has: it is found, and gives its room back.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	for _, do := range []kit.Action{kit.Reset, kit.Truncate, kit.HTML, kit.Status} {
		s := world(t, nil)
		r, g := start(t, s, kit.AWSStream, 1)
		s.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws", Operation: "CreateAccessKey"}, At: kit.AfterEffect, Do: do, Status: 500})
		r.begin(t, g)
		s.Advance(time.Minute)
		rot := r.on(t, g, rotation.Published, "")
		if rot.New != s.World().AWSKey(kit.AWSStream, 3).ID {
			t.Errorf("%s: the second key made is %s", do, rot.New)
		}
	}
}

// A key that somebody else made meanwhile is nobody's to delete.
func TestASomebodyElsesKey(t *testing.T) {
	t.Parallel()
	s := world(t, nil)
	r, g := start(t, s, kit.AWSStream, 1)
	s.Fault(sandbox.Fault{Match: sandbox.Match{Program: "aws", Operation: "CreateAccessKey"}, Do: kit.Reset})
	r.begin(t, g)
	s.Advance(30 * time.Minute)
	pair := s.World().AWSKey(kit.AWSStream, 1)
	if _, _, err := r.client.CreateAccessKey(t.Context(), aws.Key{Realm: amazon.Sandbox, ID: pair.ID, Secret: secret.New(pair.Secret)}, ""); err != nil {
		t.Fatal(err)
	}
	r.on(t, g, rotation.Stopped, problem.AWSTwoKeys)
}

func TestANewKeyThatTakesMinutes(t *testing.T) {
	t.Parallel()
	s := world(t, map[string]string{"aws.activation": "17m"})
	r, g := start(t, s, kit.AWSStream, 1)
	r.begin(t, g)
	for range 3 {
		r.on(t, g, rotation.Created, problem.AWSKeyPending)
		s.Advance(5 * time.Minute)
	}
	s.Advance(8 * time.Minute)
	r.on(t, g, rotation.Published, "")
}

// A key that never comes is taken back, and the old one is what it was.
func TestANewKeyThatNeverComes(t *testing.T) {
	t.Parallel()
	s := world(t, map[string]string{"aws.activation": "48h"})
	r, g := start(t, s, kit.AWSStream, 1)
	r.begin(t, g)
	s.Advance(7 * time.Hour)
	r.on(t, g, rotation.Stopped, problem.AWSKeyRefused)
	if keys, err := r.keys.Sync(t.Context(), g.ID); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	s := world(t, nil)
	r, g := start(t, s, kit.AWSTwoKeys, 2)
	r.begin(t, g)
	r.on(t, g, rotation.Stopped, problem.AWSTwoKeys)
	r, g = start(t, s, kit.AWSSpare, 2) // the inactive one makes room
	r.begin(t, g)
	r.on(t, g, rotation.Published, "")
}

func TestPermissionMissing(t *testing.T) {
	t.Parallel()
	s := world(t, nil)
	r, g := start(t, s, kit.AWSLocked, 1)
	r.begin(t, g)
	r.on(t, g, rotation.Begun, problem.AWSPermissionMissing)
	// Once somebody grants it, it goes on by itself.
	admin := s.World().AWSKey(kit.AWSAdmin, 1)
	own := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`
	if err := r.client.PutUserPolicy(t.Context(), aws.Key{Realm: amazon.Sandbox, ID: admin.ID, Secret: secret.New(admin.Secret)}, kit.AWSLocked, "p", own); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Hour)
	r.on(t, g, rotation.Published, "")
}

// As long as something uses the old key it is not ended.
func TestTheOldKeyIsStillUsed(t *testing.T) {
	t.Parallel()
	s := world(t, map[string]string{"aws.last_used_lag": "3h"})
	r, g := start(t, s, kit.AWSStream, 1)
	pair := s.World().AWSKey(kit.AWSStream, 1)
	use := func() {
		if _, err := r.client.CallerIdentity(t.Context(), aws.Key{Realm: amazon.Sandbox, ID: pair.ID, Secret: secret.New(pair.Secret)}); err != nil {
			t.Fatal(err)
		}
	}
	r.begin(t, g)
	r.on(t, g, rotation.Published, "")
	for range 3 {
		s.Advance(12 * time.Hour)
		use()
		s.Advance(13 * time.Hour)
		r.on(t, g, rotation.Published, problem.AWSOldKeyUsed)
	}
	s.Advance(25 * time.Hour)
	r.on(t, g, rotation.Retired, "")
	// Somebody who needs it after all makes it active again, and keeps it.
	if err := r.keys.SetStatus(t.Context(), by, g.ID, pair.ID, aws.Active); err != nil {
		t.Fatal(err)
	}
	s.Advance(73 * time.Hour)
	r.on(t, g, rotation.Stopped, problem.AWSKeyActive)
}
