package broker

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Apps is what the broker needs of *vault.Vault.
type Apps interface {
	App(ctx context.Context, app id.App) (vault.App, error)
	// AppSecrets returns the secrets that may be good, newest first.
	AppSecrets(ctx context.Context, app id.App, use vault.Use) ([]vault.AppSecret, error)
	// Used notes that an older secret was taken.
	Used(ctx context.Context, app id.App, version int64, use vault.Use) error
	// RetireVersion ends the use of a secret that a newer one has proved to replace.
	RetireVersion(ctx context.Context, by audit.Actor, c id.Credential, version int64, destroy bool) error
}

// A secretCache keeps an app's opened secrets for a moment, since thousands of grants may share one app and be due together.
// A new version is used within that moment; a refused one is looked up afresh.
type secretCache struct {
	apps Apps
	mu   sync.Mutex
	all  map[id.App]appSecrets
}

type appSecrets struct {
	app     vault.App
	all     []vault.AppSecret // newest first
	secrets []vault.AppSecret // those of all that may be tried
	read    time.Time
}

const secretsFresh = time.Second

func newSecretCache(apps Apps) *secretCache {
	return &secretCache{apps: apps, all: map[id.App]appSecrets{}}
}

// get uses the real clock: the age of a copy has nothing to do with Amazon's time.
func (s *secretCache) get(ctx context.Context, app id.App, use vault.Use) (appSecrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.all[app]; ok && time.Since(a.read) < secretsFresh {
		return a, nil
	}
	var a appSecrets
	var err error
	if a.app, err = s.apps.App(ctx, app); err != nil {
		return a, err
	}
	if a.secrets, err = s.apps.AppSecrets(ctx, app, use); err != nil {
		return a, err
	}
	a.all, a.read = a.secrets, time.Now()
	s.all[app] = a
	return a, nil
}

// forget drops the copy, after Amazon refused what it held.
func (s *secretCache) forget(app id.App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, app)
}

// proved acts on what a granted exchange tells of an app's secrets: that the newest is good, so that older ones have served
// (D9); or that Amazon does not know the newest yet, and took an older one.
func (b *Broker) proved(g *Grant, a appSecrets, version int64) {
	ctx := context.WithoutCancel(b.base)
	if version != a.all[0].Version {
		if err := b.cfg.Apps.Used(ctx, g.App, version, vault.Use{Region: g.Region, Program: g.Program}); err != nil {
			b.log.Warn("noting an older secret's use failed", "app", g.App, "error", err)
		}
		return
	}
	if len(a.all) == 1 {
		return
	}
	b.secrets.forget(g.App)
	for _, old := range a.all[1:] {
		if err := b.cfg.Apps.RetireVersion(ctx, audit.Itself("broker"), a.app.Credential, old.Version, false); err != nil {
			b.log.Warn("retiring an app's older secret failed", "app", g.App, "version", old.Version, "error", err)
		}
	}
}
