package store_test

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// One Store is what everybody wants of a database.
var (
	_ vault.Store = (*store.Store)(nil)
	_ audit.Sink  = (*store.Store)(nil)
)
