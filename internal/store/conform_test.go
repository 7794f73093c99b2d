package store_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/store/storetest"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// One Store is what everybody wants of a database.
var (
	_ vault.Store = (*store.Store)(nil)
	_ audit.Sink  = (*store.Store)(nil)

	_ policy.Store       = (*store.Store)(nil)
	_ gateway.UsageStore = (*store.Store)(nil)
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, store.Config{}) })
}
