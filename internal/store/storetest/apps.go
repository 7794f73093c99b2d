package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func newApp(name string) (vault.App, vault.Credential, vault.SealedVersion) {
	a := vault.App{
		ID: id.New[id.App](start()), Name: name, Program: "ads", Realm: amazon.Sandbox, Region: canon.EU,
		ClientID: "amzn1.application-oa2-client.EXAMPLE", SecurityProfileID: "amzn1.application.EXAMPLE",
		ReturnURL: "http://localhost:7070/oauth/callback", Credential: id.New[id.Credential](start()), Created: start(),
	}
	c := vault.Credential{ID: a.Credential, Kind: vault.ClientSecret, Owner: string(a.ID), Label: name, Realm: a.Realm, Created: start()}
	return a, c, newVersion(1)
}

func newVersion(n int64) vault.SealedVersion {
	return vault.SealedVersion{Sealed: []byte{0, 1, 0xff, byte(n)}, Version: vault.Version{
		Version: n, Status: vault.Active, Fingerprint: "f" + string(rune('0'+n)), Created: start().Add(time.Duration(n) * time.Minute),
	}}
}

func addApp(t *testing.T, s *store.Store, name string) (vault.App, vault.Credential) {
	t.Helper()
	a, c, v := newApp(name)
	must(t, s.AddApp(t.Context(), a, c, v, did("app.add", string(a.ID))))
	return a, c
}

func apps(t *testing.T, open Open) {
	t.Run("what is stored comes back", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		b, _ := addApp(t, s, "beta")
		a, _ := addApp(t, s, "alpha")
		got, err := s.Apps(t.Context())
		must(t, err)
		if diff := cmp.Diff([]vault.App{a, b}, got); diff != "" {
			t.Error(diff)
		}
		byID, err := s.App(t.Context(), a.ID)
		must(t, err)
		byName, err := s.AppNamed(t.Context(), "alpha")
		must(t, err)
		if diff := cmp.Diff(byID, byName); diff != "" || byID != a {
			t.Error(diff)
		}
	})
	t.Run("absent", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		if _, err := s.App(t.Context(), "nobody"); !errors.Is(err, vault.ErrNotFound) {
			t.Error(err)
		}
		if _, err := s.AppNamed(t.Context(), "nobody"); !errors.Is(err, vault.ErrNotFound) {
			t.Error(err)
		}
		if err := s.RemoveApp(t.Context(), "nobody", start(), did("app.remove", "nobody")); !errors.Is(err, vault.ErrNotFound) {
			t.Error(err)
		}
		if n := entries(t, s); n != 0 {
			t.Errorf("%d audit entries of what did not happen", n)
		}
	})
	t.Run("a removed app is gone, its secrets destroyed, its name not free", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		a, c := addApp(t, s, "once")
		must(t, s.RemoveApp(t.Context(), a.ID, start(), did("app.remove", string(a.ID))))
		if _, err := s.AppNamed(t.Context(), "once"); !errors.Is(err, vault.ErrNotFound) {
			t.Error(err)
		}
		if all, err := s.Apps(t.Context()); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		if _, err := s.Sealed(t.Context(), c.ID, 1); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("its secret: %v", err)
		}
		old, err := s.App(t.Context(), a.ID)
		if err != nil || !old.Removed.Equal(start()) {
			t.Errorf("its row: %+v, %v", old, err)
		}
		again, c2, v := newApp("once")
		if err := s.AddApp(t.Context(), again, c2, v, did("app.add", string(again.ID))); !errors.Is(err, vault.ErrTaken) {
			t.Errorf("its name: %v", err)
		}
		if all, err := s.Credentials(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("half of a refused app was stored: %v, %v", all, err)
		}
		if n := entries(t, s); n != 2 {
			t.Errorf("%d audit entries, want add and remove", n)
		}
	})
}
