package hardtest_test

import (
	"database/sql"
	"slices"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// TestDoctorLooksAtTheStore changes an entry of the audit log from outside: the doctor names it, and everything else goes on.
func TestDoctorLooksAtTheStore(t *testing.T) {
	t.Parallel()
	data := newBox(t).data
	use := func(c *config.Config) { c.Data = data }
	k := keytest.Start(t, keytest.Options{Configure: use})
	k.Grant("acme")
	if got := storeChecks(t, k); !got["store.readable"].OK || !got["store.audit"].OK {
		t.Errorf("a sound folder: %+v", got)
	}
	k.Stop()

	db, err := store.Open(t.Context(), store.Config{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE audit SET actor_name = 'eve' WHERE seq = 2`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	k = keytest.Start(t, keytest.Options{Configure: use})
	broken := storeChecks(t, k)["store.audit"]
	if broken.OK || broken.Problem == nil || broken.Problem.Code != problem.StoreAuditBroken || broken.Problem.Detail != "entry 2 does not fit" {
		t.Errorf("a changed entry: %+v", broken)
	}
	if g, err := k.Client.Grant(t.Context(), "acme"); err != nil || g.Health != "ok" {
		t.Errorf("the grant beside it: %v %v", g.Health, err)
	}
}

func storeChecks(t *testing.T, k *keytest.Key) map[string]api.Finding {
	t.Helper()
	found, err := k.Client.Doctor(t.Context(), api.Examine{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]api.Finding{}
	for _, f := range found {
		out[f.Check] = f
	}
	if !slices.ContainsFunc(found, func(f api.Finding) bool { return f.Check == "grant.health" }) {
		t.Error("the doctor did not look at the grant")
	}
	return out
}
