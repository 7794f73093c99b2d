package broker

import (
	"context"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Apps is what the broker needs of *vault.Vault.
type Apps interface {
	App(ctx context.Context, app id.App) (vault.App, error)
	// AppSecrets returns the secrets that may be good, newest first.
	AppSecrets(ctx context.Context, app id.App, use vault.Use) ([]vault.AppSecret, error)
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
	secrets []vault.AppSecret
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
	a.read = time.Now()
	s.all[app] = a
	return a, nil
}

// forget drops the copy, after Amazon refused what it held.
func (s *secretCache) forget(app id.App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, app)
}
