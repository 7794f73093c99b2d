package snapshot

import (
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// An App is the published view of an app, without its secret.
type App struct {
	ID       id.App
	Name     string
	Program  string
	Realm    amazon.Realm
	Region   canon.Region
	ClientID string
}

// A Snapshot is what is true now. Many read it, and publishers exclude one another.
type Snapshot struct {
	mu       sync.Mutex // writers only
	grants   *table[id.Grant, *cell]
	names    *table[string, *cell]
	accounts *table[opened, []*cell]

	callers     *table[id.Caller, *policy.Caller]
	callerNames *table[string, *policy.Caller]
	hashes      *table[[32]byte, Holder]
	keys        *table[string, Holder]
	passes      *table[id.Pass, Holder]

	apps *table[id.App, *App]
}

// New returns an empty snapshot.
func New() *Snapshot {
	return &Snapshot{
		grants:      newTable[id.Grant, *cell](),
		names:       newTable[string, *cell](),
		accounts:    newTable[opened, []*cell](),
		callers:     newTable[id.Caller, *policy.Caller](),
		callerNames: newTable[string, *policy.Caller](),
		hashes:      newTable[[32]byte, Holder](),
		keys:        newTable[string, Holder](),
		passes:      newTable[id.Pass, Holder](),
		apps:        newTable[id.App, *App](),
	}
}

// App returns an app by its id.
func (s *Snapshot) App(a id.App) (*App, bool) { return s.apps.get(a) }

// PublishApp adds an app or replaces what is known of it.
func (s *Snapshot) PublishApp(a App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps.set(a.ID, &a)
}

// RemoveApp forgets an app.
func (s *Snapshot) RemoveApp(a id.App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps.drop(a)
}
