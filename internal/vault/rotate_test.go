package vault_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

var errDisk = errors.New("the disk is gone")

// A faulty store fails at the step that is armed, before or after it took effect.
type faulty struct {
	*store.Store
	step  string
	after bool
}

func (f *faulty) at(step string, do func() error) error {
	if f.step != step {
		return do()
	}
	if f.after {
		if err := do(); err != nil {
			return err
		}
	}
	return errDisk
}

func (f *faulty) App(ctx context.Context, a id.App) (found vault.App, err error) {
	err = f.at("app", func() error { found, err = f.Store.App(ctx, a); return err })
	return found, err
}

func (f *faulty) Credential(ctx context.Context, c id.Credential) (found vault.Credential, err error) {
	err = f.at("credential", func() error { found, err = f.Store.Credential(ctx, c); return err })
	return found, err
}

func (f *faulty) AddVersion(ctx context.Context, c id.Credential, v vault.SealedVersion, e audit.Entry) error {
	return f.at("version", func() error { return f.Store.AddVersion(ctx, c, v, e) })
}

func (f *faulty) SetStatus(ctx context.Context, c id.Credential, n int64, s vault.Status, at time.Time, e audit.Entry) error {
	return f.at("status", func() error { return f.Store.SetStatus(ctx, c, n, s, at, e) })
}

// A faultySealer refuses to seal.
type faultySealer struct {
	vault.Sealer
	broken bool
}

func (f *faultySealer) Seal(p seal.Place, v secret.Value) ([]byte, error) {
	if f.broken {
		return nil, errDisk
	}
	return f.Sealer.Seal(p, v)
}

// R14: whatever fails at whichever step of a rotation, before or after it took effect, the secret that works at Amazon can
// still be used, and trying again ends well.
func TestR14_StorageFailsWhileAnAppIsRotated(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"app", "credential", "seal", "version", "status"} {
		for _, after := range []bool{false, true} {
			t.Run(step, func(t *testing.T) {
				t.Parallel()
				var disk *faulty
				var sealer *faultySealer
				k := newKit(t, func(c *vault.Config) {
					disk = &faulty{Store: c.Store.(*store.Store), after: after}
					sealer = &faultySealer{Sealer: c.Sealer}
					c.Store, c.Sealer = disk, sealer
				})
				a := k.add(t)
				disk.step, sealer.broken = step, step == "seal"
				_, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("2"))
				if step != "status" && !errors.Is(err, errDisk) {
					t.Errorf("the failure was not told: %v", err)
				}
				if err == nil {
					if err := k.RetireVersion(t.Context(), ana, a.Credential, 1, true); !errors.Is(err, errDisk) {
						t.Errorf("the failure was not told: %v", err)
					}
				}
				disk.step, sealer.broken = "", false
				if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("2")); err != nil && !(after && step == "version") && step != "status" {
					t.Errorf("trying again: %v", err)
				}
				secrets, err := k.AppSecrets(t.Context(), a.ID, vault.Use{})
				if err != nil || len(secrets) == 0 || !secrets[0].Value.Equal(clientSecret("2")) {
					t.Fatalf("the new secret is not the first one tried: %v", err)
				}
				if kept := len(secrets) == 2 && secrets[1].Value.Equal(clientSecret("1")); !kept && !(after && step == "status") {
					t.Error("the old secret, which Amazon may still want, is gone")
				}
			})
		}
	}
}
