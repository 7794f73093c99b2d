package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func withKey(t *testing.T) (*store.Store, id.Grant, time.Time) {
	t.Helper()
	s, at := open(t, store.Config{}), time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	g := broker.Grant{
		ID: id.New[id.Grant](at), Name: "k", Program: "aws", Kind: broker.KeyPair, Realm: amazon.Sandbox, ClientID: "AKIAEXAMPLE234567ABC", Scopes: []string{},
		Signs: amazon.Signs{Service: "sts", Region: "us-east-1", Host: "sts.us-east-1.amazonaws.com"}, Created: at, Credential: id.New[id.Credential](at),
	}
	g.Health, g.Since = snapshot.OK, at
	err := s.AddGrant(t.Context(), g, broker.SealedTokens{Generation: 1, Version: 1, Obtained: at, Credential: g.Credential, Refresh: []byte("r"), Access: []byte("a")}, broker.Attempt{ID: id.New[id.Attempt](at), Grant: g.ID, At: at})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := s.GrantByID(t.Context(), g.ID)
	if err != nil || got.Signs != g.Signs || got.Kind != broker.KeyPair || got.ClientID != g.ClientID {
		t.Fatal(got, err)
	}
	return s, g.ID, at
}

// What AWS lists no more is marked as deleted, what it tells no more of its use is not forgotten.
func TestAccessKeys(t *testing.T) {
	t.Parallel()
	s, g, at := withKey(t)
	one := keypair.Key{ID: "AKIAEXAMPLEONE", User: "u", Status: "Active", Created: at, Used: at, UsedRegion: "us-east-1", UsedService: "sqs", UseKnown: true, Seen: at}
	two := keypair.Key{ID: "AKIAEXAMPLETWO", User: "u", Status: "Inactive", Created: at.Add(time.Second), Seen: at}
	if err := s.SaveAccessKeys(t.Context(), g, []keypair.Key{one, two}, at); err != nil {
		t.Fatal(err)
	}
	later := at.Add(time.Hour)
	silent := keypair.Key{ID: one.ID, User: "u", Status: "Inactive", Created: at, Seen: later}
	if err := s.SaveAccessKeys(t.Context(), g, []keypair.Key{silent}, later); err != nil {
		t.Fatal(err)
	}
	one.Status, one.Seen, two.Deleted = "Inactive", later, later
	got, err := s.AccessKeys(t.Context(), g)
	if d := cmp.Diff([]keypair.Key{one, two}, got); err != nil || d != "" {
		t.Error(err, d)
	}
}

// A grant has one rotation at a time; what was stored comes back; a secret goes with the rotation's end.
func TestRotations(t *testing.T) {
	t.Parallel()
	s, g, at := withKey(t)
	ctx := t.Context()
	if _, err := s.Rotation(ctx, g); !errors.Is(err, rotation.ErrNone) {
		t.Error(err)
	}
	r := rotation.Rotation{ID: id.New[id.Rotation](at), Grant: g, Step: rotation.Begun, User: "u", Old: "AKIAEXAMPLEONE", Known: []string{}, Attempt: id.New[id.Attempt](at), By: "ada", Begun: at, Next: at}
	if err := s.BeginRotation(ctx, r); err != nil {
		t.Fatal(err)
	}
	again := r
	again.ID = id.New[id.Rotation](at)
	if err := s.BeginRotation(ctx, again); !errors.Is(err, rotation.ErrUnderWay) {
		t.Error(err)
	}
	r.Step, r.New, r.Known, r.Created, r.Tries, r.Detail = rotation.Created, "AKIAEXAMPLETWO", []string{r.Old}, at, 2, "seen"
	if err := s.SaveRotation(ctx, r, []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	r.Step = rotation.Proved
	if err := s.SaveRotation(ctx, r, nil); err != nil {
		t.Fatal(err)
	}
	if sealed, err := s.RotationSecret(ctx, r.ID); err != nil || string(sealed) != "sealed" {
		t.Errorf("%q %v", sealed, err)
	}
	open, err := s.OpenRotations(ctx)
	if d := cmp.Diff([]rotation.Rotation{r}, open); err != nil || d != "" {
		t.Error(err, d)
	}
	r.Step, r.Ended = rotation.Done, at
	if err := s.SaveRotation(ctx, r, nil); err != nil {
		t.Fatal(err)
	}
	if sealed, err := s.RotationSecret(ctx, r.ID); err != nil || sealed != nil {
		t.Errorf("%q %v", sealed, err)
	}
	if err := s.SaveRotation(ctx, r, nil); err == nil {
		t.Error("a rotation that has ended was changed")
	}
	if err := s.BeginRotation(ctx, again); err != nil {
		t.Error(err)
	}
}
