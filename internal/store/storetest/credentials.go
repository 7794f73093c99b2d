package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func credentials(t *testing.T, open Open) {
	t.Run("a rotation keeps the version before as previous", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		_, c := addApp(t, s, "app")
		for n := int64(2); n <= 4; n++ {
			must(t, s.AddVersion(t.Context(), c.ID, newVersion(n), did("app.rotate", c.Owner)))
		}
		want := []vault.Status{vault.Active, vault.Previous, vault.Retired, vault.Retired}
		if diff := cmp.Diff(want, statuses(t, s, c)); diff != "" {
			t.Error(diff)
		}
		usable, err := s.Usable(t.Context(), c.ID)
		must(t, err)
		fourth, third := newVersion(4), newVersion(3)
		third.Status = vault.Previous
		if diff := cmp.Diff([]vault.SealedVersion{fourth, third}, usable); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a version's number is given once", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		_, c := addApp(t, s, "app")
		must(t, s.AddVersion(t.Context(), c.ID, newVersion(2), did("app.rotate", c.Owner)))
		if err := s.AddVersion(t.Context(), c.ID, newVersion(2), did("app.rotate", c.Owner)); !errors.Is(err, vault.ErrTaken) {
			t.Error(err)
		}
		if diff := cmp.Diff([]vault.Status{vault.Active, vault.Previous}, statuses(t, s, c)); diff != "" {
			t.Errorf("the refused one changed the others: %s", diff)
		}
		if n := entries(t, s); n != 2 {
			t.Errorf("%d audit entries, want 2", n)
		}
	})
	t.Run("a destroyed text is gone", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		_, c := addApp(t, s, "app")
		must(t, s.AddVersion(t.Context(), c.ID, newVersion(2), did("app.rotate", c.Owner)))
		must(t, s.SetStatus(t.Context(), c.ID, 1, vault.Destroyed, start(), did("credential.destroy", string(c.ID))))
		if _, err := s.Sealed(t.Context(), c.ID, 1); !errors.Is(err, vault.ErrNotFound) {
			t.Error(err)
		}
		if err := s.SetStatus(t.Context(), c.ID, 1, vault.Active, start(), did("x", "y")); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("it came back: %v", err)
		}
		got, err := s.Credential(t.Context(), c.ID)
		must(t, err)
		if v := got.Versions[1]; v.Status != vault.Destroyed || !v.Destroyed.Equal(start()) || v.Fingerprint != "f1" {
			t.Errorf("its row: %+v", v)
		}
		if usable, err := s.Usable(t.Context(), c.ID); err != nil || len(usable) != 1 {
			t.Error(usable, err)
		}
	})
	t.Run("last use never goes back", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		_, c := addApp(t, s, "app")
		use := func(at time.Time, region canon.Region) vault.LastUse {
			return vault.LastUse{Credential: c.ID, Version: 1, At: at, Use: vault.Use{Region: region, Program: "ads"}}
		}
		later := start().Add(time.Hour)
		must(t, s.SetLastUsed(t.Context(), []vault.LastUse{use(later, canon.FE)}))
		must(t, s.SetLastUsed(t.Context(), []vault.LastUse{use(start(), canon.NA)}))
		got, err := s.Credential(t.Context(), c.ID)
		must(t, err)
		if v := got.Versions[0]; !v.LastUsed.Equal(later) || v.LastRegion != canon.FE || v.LastProgram != "ads" {
			t.Errorf("%+v", v)
		}
	})
	t.Run("list", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		_, b := addApp(t, s, "beta")
		_, a := addApp(t, s, "alpha")
		must(t, s.AddVersion(t.Context(), b.ID, newVersion(2), did("app.rotate", b.Owner)))
		all, err := s.Credentials(t.Context())
		must(t, err)
		one, err := s.Credential(t.Context(), a.ID)
		must(t, err)
		two, err := s.Credential(t.Context(), b.ID)
		must(t, err)
		if diff := cmp.Diff([]vault.Credential{one, two}, all); diff != "" {
			t.Error(diff)
		}
		if len(two.Versions) != 2 || two.Versions[0].Version != 2 {
			t.Errorf("versions are not newest first: %+v", two.Versions)
		}
	})
}

func statuses(t *testing.T, s *store.Store, c vault.Credential) []vault.Status {
	t.Helper()
	got, err := s.Credential(t.Context(), c.ID)
	must(t, err)
	var all []vault.Status
	for _, v := range got.Versions {
		all = append(all, v.Status)
	}
	return all
}
