package vault_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// A reveal is written down before the seal is opened; what cannot be written down is not revealed.
func TestARevealIsAuditedFirst(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	a := k.add(t)
	k.sink.broken = true
	if v, err := k.Reveal(t.Context(), ana, a.Credential, 0); !errors.Is(err, errBroken) || !v.IsZero() {
		t.Errorf("revealed without an entry: %v", err)
	}
	k.sink.broken = false
	if v, err := k.Reveal(t.Context(), ana, a.Credential, 0); err != nil || !v.Equal(clientSecret("1")) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"app.add done", "credential.reveal done"}, k.actions(t)); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedRevealIsWrittenDown(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(c *vault.Config) { c.NoReveal = true })
	a := k.add(t)
	_, err := k.Reveal(t.Context(), ana, a.Credential, 0)
	wantCode(t, err, problem.VaultRevealOff)
	_, err = k.Reveal(t.Context(), software, a.Credential, 0)
	wantCode(t, err, problem.VaultOperatorsOnly)
	if diff := cmp.Diff([]string{"app.add done", "credential.reveal denied", "credential.reveal denied"}, k.actions(t)); diff != "" {
		t.Error(diff)
	}
}

// H1 for operators' deeds: no method changes or reveals anything for somebody who may not.
func TestEveryDeedAsksFirst(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	deny := false
	k := newKit(t, func(c *vault.Config) {
		c.Allow = func(context.Context, audit.Actor, string, string) error {
			if deny {
				return no
			}
			return nil
		}
	})
	a := k.add(t)
	if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("2")); err != nil {
		t.Fatal(err)
	}
	before, err := k.Credential(t.Context(), a.Credential)
	if err != nil {
		t.Fatal(err)
	}
	deny = true
	for name, deed := range map[string]func() error{
		"add":    func() error { _, err := k.AddApp(t.Context(), ana, goodApp()); return err },
		"rotate": func() error { _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("3")); return err },
		"remove": func() error { return k.RemoveApp(t.Context(), ana, a.ID) },
		"reveal": func() error { _, err := k.Reveal(t.Context(), ana, a.Credential, 0); return err },
		"retire": func() error { return k.RetireVersion(t.Context(), ana, a.Credential, 1, true) },
	} {
		if err := deed(); !errors.Is(err, no) {
			t.Errorf("%s: %v", name, err)
		}
	}
	after, err := k.Credential(t.Context(), a.Credential)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if got := len(k.actions(t)); got != 7 {
		t.Errorf("%d audit entries, want 2 deeds and 5 refusals", got)
	}
}

// F1: a sealed text moved in the database to another version, credential or realm does not open, and says so; one damaged
// version does not hide the good one beside it.
func TestF1_AMovedRowDoesNotOpen(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]string{
		"version": `UPDATE credential_version SET sealed = (SELECT sealed FROM credential_version WHERE version = 1) WHERE version = 2`,
		"realm":   `UPDATE credential SET realm = 'amazon'`,
		"kind":    `UPDATE credential SET kind = 'refresh-token'`,
		"bit":     `UPDATE credential_version SET sealed = sealed || x'00' WHERE version = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, nil)
			a := k.add(t)
			if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("2")); err != nil {
				t.Fatal(err)
			}
			if err := k.store.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(move); return err }); err != nil {
				t.Fatal(err)
			}
			_, err := k.Reveal(t.Context(), ana, a.Credential, 2)
			wantCode(t, err, problem.SealDoesNotOpen)
			if name != "version" && name != "bit" {
				return
			}
			secrets, err := k.AppSecrets(t.Context(), a.ID, vault.Use{})
			if err != nil || len(secrets) != 1 || secrets[0].Version != 1 {
				t.Errorf("the good version beside it: %v, %v", secrets, err)
			}
		})
	}
}

// The broker may retire a version that a newer one replaced, and no more than that.
func TestLockkeeperItselfOnlyRetires(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	a := k.add(t)
	if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("2")); err != nil {
		t.Fatal(err)
	}
	broker := audit.Itself("broker")
	wantCode(t, k.RetireVersion(t.Context(), broker, a.Credential, 1, true), problem.VaultOperatorsOnly)
	_, err := k.Reveal(t.Context(), broker, a.Credential, 1)
	wantCode(t, err, problem.VaultOperatorsOnly)
	if err := k.RetireVersion(t.Context(), broker, a.Credential, 1, false); err != nil {
		t.Error(err)
	}
	if v, err := k.Reveal(t.Context(), ana, a.Credential, 1); err != nil || !v.Equal(clientSecret("1")) {
		t.Errorf("its text is gone: %v", err)
	}
}
