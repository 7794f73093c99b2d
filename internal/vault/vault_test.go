package vault_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

var (
	ana      = audit.Actor{Kind: audit.Operator, ID: "01JD0000000000000000000ANA", Name: "ana"}
	software = audit.Actor{Kind: audit.Caller, ID: "01JD0000000000000000000APP", Name: "reports"}
)

// A kit is a vault on a store of its own.
type kit struct {
	*vault.Vault
	store     *store.Store
	dir       string
	published *published
	sink      *sink
}

type published struct {
	mu   sync.Mutex
	apps map[id.App]snapshot.App
}

func (p *published) PublishApp(a snapshot.App) { p.mu.Lock(); p.apps[a.ID] = a; p.mu.Unlock() }
func (p *published) RemoveApp(a id.App)        { p.mu.Lock(); delete(p.apps, a); p.mu.Unlock() }

// A sink can be out of order.
type sink struct {
	audit.Sink
	broken bool
}

var errBroken = errors.New("the audit is broken")

func (s *sink) Record(ctx context.Context, e audit.Entry) error {
	if s.broken {
		return errBroken
	}
	return s.Sink.Record(ctx, e)
}

func newKit(t *testing.T, change func(*vault.Config)) *kit {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	k := &kit{store: s, dir: dir, published: &published{apps: map[id.App]snapshot.App{}}, sink: &sink{Sink: s}}
	cfg := vault.Config{Store: s, Sealer: sealtest.New(t), Audit: k.sink, Publisher: k.published, Programs: []string{"ads"}}
	if change != nil {
		change(&cfg)
	}
	k.Vault = vault.New(cfg)
	return k
}

// clientSecret has Amazon's form, so that it passes; its hex digits spell a canary.
func clientSecret(n string) secret.Value {
	return secret.New("amzn1.oa2-cs.v1." + strings.Repeat("ca9a2b"+n, 64)[:64])
}

func goodApp() vault.NewApp {
	return vault.NewApp{
		Name: "acme-eu", Program: "ads", Realm: amazon.Sandbox, Region: canon.EU,
		ClientID: "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef", Secret: clientSecret("1"),
		SecurityProfileID: "amzn1.application.0123456789abcdef0123456789abcdef", ReturnURL: "http://localhost:7070/oauth/callback",
	}
}

func (k *kit) add(t *testing.T) vault.App {
	t.Helper()
	a, err := k.AddApp(t.Context(), ana, goodApp())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantCode(t *testing.T, err error, want problem.Code) {
	t.Helper()
	if p, ok := problem.Of(err); !ok || p.Code != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// actions reads the audit, oldest first, as "action outcome".
func (k *kit) actions(t *testing.T) []string {
	t.Helper()
	all, err := k.store.AuditEntries(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append([]string{e.Action + " " + e.Outcome}, out...)
	}
	return out
}

func TestAnAppsSecretsThroughRotations(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	a := k.add(t)
	use := vault.Use{Region: canon.EU, Program: "ads"}
	secrets := func(want ...string) {
		t.Helper()
		got, err := k.AppSecrets(t.Context(), a.ID, use)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d secrets, %v, want %d", len(got), err, len(want))
		}
		for i, w := range want {
			if !got[i].Value.Equal(clientSecret(w)) {
				t.Errorf("secret %d is not %s's", i, w)
			}
		}
	}
	secrets("1")
	for _, n := range []string{"2", "3"} {
		if _, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret(n)); err != nil {
			t.Fatal(err)
		}
	}
	secrets("3", "2")
	_, err := k.RotateApp(t.Context(), ana, a.ID, clientSecret("3"))
	wantCode(t, err, problem.VaultSameSecret)
	wantCode(t, k.RetireVersion(t.Context(), ana, a.Credential, 3, true), problem.VaultActiveVersion)
	if err := k.RetireVersion(t.Context(), ana, a.Credential, 2, false); err != nil {
		t.Fatal(err)
	}
	secrets("3")
	if err := k.RetireVersion(t.Context(), ana, a.Credential, 1, true); err != nil {
		t.Fatal(err)
	}
	_, err = k.Reveal(t.Context(), ana, a.Credential, 1)
	wantCode(t, err, problem.VaultNoVersion)
	v, err := k.Reveal(t.Context(), ana, a.Credential, 2) // retired, but its text is kept
	if err != nil || !v.Equal(clientSecret("2")) {
		t.Error(err)
	}
	want := []string{"app.add done", "app.rotate done", "app.rotate done", "credential.retire done", "credential.destroy done", "credential.reveal done"}
	if diff := cmp.Diff(want, k.actions(t)); diff != "" {
		t.Error(diff)
	}
}

func TestLastUseIsKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	k := newKit(t, func(c *vault.Config) { c.Now = func() time.Time { return now } })
	a := k.add(t)
	if _, err := k.AppSecrets(t.Context(), a.ID, vault.Use{Region: canon.FE, Program: "ads"}); err != nil {
		t.Fatal(err)
	}
	seen := func() vault.Version {
		c, err := k.Credential(t.Context(), a.Credential)
		if err != nil {
			t.Fatal(err)
		}
		return c.Versions[0]
	}
	before := seen()
	if !before.LastUsed.Equal(now) || before.LastRegion != canon.FE || before.LastProgram != "ads" {
		t.Errorf("before it is written down: %+v", before)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.Run(ctx); err != nil { // the end of Run writes it down
		t.Fatal(err)
	}
	rows, err := k.store.Credential(t.Context(), a.Credential)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, rows.Versions[0]); diff != "" {
		t.Error(diff)
	}
}

func TestRemoveApp(t *testing.T) {
	t.Parallel()
	grants := []string{"acme"}
	k := newKit(t, func(c *vault.Config) {
		c.Dependent = func(context.Context, id.App) ([]string, error) { return grants, nil }
	})
	a := k.add(t)
	if err := k.RemoveApp(t.Context(), ana, a.ID); err == nil || !strings.Contains(err.Error(), "acme") {
		t.Errorf("removed although grants need it: %v", err)
	}
	grants = nil
	if err := k.RemoveApp(t.Context(), ana, a.ID); err != nil {
		t.Fatal(err)
	}
	if len(k.published.apps) != 0 {
		t.Error("still published")
	}
	_, err := k.AppNamed(t.Context(), a.Name)
	wantCode(t, err, problem.VaultNoApp)
	_, err = k.AddApp(t.Context(), ana, goodApp())
	wantCode(t, err, problem.VaultNameTaken)
	_, err = k.RotateApp(t.Context(), ana, a.ID, clientSecret("2"))
	wantCode(t, err, problem.VaultNoApp)
	if _, err := k.AppSecrets(t.Context(), a.ID, vault.Use{}); err == nil {
		t.Error("its secrets are still there")
	}
}

func TestLoadPublishesEveryApp(t *testing.T) {
	t.Parallel()
	k := newKit(t, nil)
	a := k.add(t)
	clear(k.published.apps)
	if err := k.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := snapshot.App{ID: a.ID, Name: "acme-eu", Program: "ads", Realm: amazon.Sandbox, Region: canon.EU, ClientID: a.ClientID}
	if diff := cmp.Diff(want, k.published.apps[a.ID]); diff != "" {
		t.Error(diff)
	}
}
