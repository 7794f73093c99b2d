package storetest

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func audits(t *testing.T, open Open) {
	t.Run("the chain holds whoever adds to it", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				if err := s.Record(t.Context(), did("test", fmt.Sprint(i%2))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n, last, err := s.VerifyAudit(t.Context())
		if err != nil || n != 50 || last == "" {
			t.Errorf("%d entries, %q, %v", n, last, err)
		}
		page, err := s.AuditEntries(t.Context(), "1", 40, 10)
		must(t, err)
		if len(page) != 10 || page[0].Seq >= 40 || page[0].Seq < page[9].Seq || page[0].Object != "1" || page[0].Actor.Name != "ana" {
			t.Errorf("a page of it: %+v", page)
		}
	})
	for name, change := range map[string]string{
		"changed": `UPDATE audit SET detail = 'nothing to see' WHERE seq = 3`,
		"removed": `DELETE FROM audit WHERE seq = 3`,
		"swapped": `UPDATE audit SET seq = CASE seq WHEN 3 THEN -3 ELSE seq END`,
	} {
		t.Run("an entry "+name+" shows", func(t *testing.T) {
			t.Parallel()
			s := open(t)
			for range 5 {
				must(t, s.Record(t.Context(), did("test", "x")))
			}
			must(t, s.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(change); return err }))
			if _, _, err := s.VerifyAudit(t.Context()); err == nil {
				t.Error("the chain still verifies")
			}
		})
	}
}

func entries(t *testing.T, s *store.Store) int64 {
	t.Helper()
	n, _, err := s.VerifyAudit(t.Context())
	must(t, err)
	return n
}
