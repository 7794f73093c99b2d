package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// writes holds what Write promises, whoever shares the transaction.
func writing(t *testing.T, open Open) {
	t.Run("what was acknowledged is there and nothing else", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			fates := rapid.SliceOfN(rapid.SampledFrom([]string{"good", "refused", "taken", "broken"}), 1, 40).Draw(r, "fates")
			if err := together(t, s, round, fates); err != nil {
				r.Fatal(err)
			}
		})
	})
	t.Run("meta", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		for _, value := range []string{"first", "second"} {
			must(t, s.SetMeta(t.Context(), store.KeyFingerprint, value))
			got, err := s.Meta(t.Context(), store.KeyFingerprint)
			if err != nil || got != value {
				t.Errorf("%q, %v, want %q", got, err, value)
			}
		}
		if got, err := s.Meta(t.Context(), "absent"); got != "" || err != nil {
			t.Errorf("%q, %v for what was never set", got, err)
		}
	})
}

var errRefused = errors.New("refused")

// together lets a goroutine a fate write at once, and compares what was acknowledged with what is there.
func together(t *testing.T, s *store.Store, round int, fates []string) error {
	must(t, s.SetMeta(t.Context(), fmt.Sprintf("taken-%d", round), ""))
	results := make([]error, len(fates))
	var wg sync.WaitGroup
	for _, i := range rand.Perm(len(fates)) {
		wg.Go(func() {
			results[i] = s.Write(t.Context(), func(tx *sql.Tx) error { return act(tx, round, i, fates[i]) })
		})
	}
	wg.Wait()
	for i, fate := range fates {
		if ok := results[i] == nil; ok != (fate == "good") {
			return fmt.Errorf("%s write: %w", fate, results[i])
		}
		if fate == "refused" && !errors.Is(results[i], errRefused) || fate == "taken" && !store.IsTaken(results[i]) {
			return fmt.Errorf("%s write got another's error: %w", fate, results[i])
		}
		for part := range 2 {
			got, err := s.Meta(t.Context(), fmt.Sprintf("%d-%d-%d", round, i, part))
			if err != nil || (got != "") != (fate == "good") {
				return fmt.Errorf("part %d of a %s write: %q, %w", part, fate, got, err)
			}
		}
	}
	return nil
}

// act writes two rows; all but the good fate fail between or after them.
func act(tx *sql.Tx, round, i int, fate string) error {
	put := func(name, value string) error {
		_, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, $2)`, name, value)
		return err
	}
	if err := put(fmt.Sprintf("%d-%d-0", round, i), fate); err != nil {
		return err
	}
	switch fate {
	case "taken":
		if err := put(fmt.Sprintf("taken-%d", round), ""); err != nil {
			return err
		}
	case "broken":
		if _, err := tx.Exec(`INSERT INTO no_such_table VALUES (1)`); err != nil {
			return err
		}
	}
	if err := put(fmt.Sprintf("%d-%d-1", round, i), fate); err != nil {
		return err
	}
	if fate == "refused" {
		return errRefused
	}
	return nil
}
