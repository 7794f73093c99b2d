package unified_test

import (
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// All requests together have no more calls of a grant under way in a region than one may have, and a small one does not wait for all of a
// large one.
func TestOneLimiterForAllRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := small()
		for i := range 40 {
			w.account("shop", "20"+string(rune('A'+i)), canon.NA, 1, 0)
		}
		w.takes = time.Second
		u := w.ads(t)
		began := time.Now()
		var wait sync.WaitGroup
		var large, smallest time.Duration
		wait.Go(func() {
			w.ask(t, u, "/shop/campaign", url.Values{"sort": {"name"}})
			large = time.Since(began)
		})
		wait.Go(func() {
			time.Sleep(time.Millisecond) // synctest's clock: the large one is under way
			w.ask(t, u, "/shop/campaign", url.Values{"org_id": {"1001"}, "channel": {"SPONSORED_BRANDS"}})
			smallest = time.Since(began)
		})
		wait.Wait()
		if most := w.most[canon.NA]; most != 4 {
			t.Errorf("%d calls were under way at once, want 4", most)
		}
		if smallest > 3*time.Second || large < 30*time.Second {
			t.Errorf("the small one took %s, the large one %s", smallest, large)
		}
		if n := u.LanesInUse(); n != 0 {
			t.Errorf("%d lanes are kept that nobody uses", n)
		}
	})
}
