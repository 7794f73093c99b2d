package broker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

var errDisk = fmt.Errorf("no space left on device: %w", io.ErrShortWrite)

// racing is a store at which something else happens just before a claim.
type racing struct {
	broker.Store
	mu     sync.Mutex
	before func()
}

func (r *racing) Claim(ctx context.Context, claims []broker.Claim) ([]broker.Claimed, error) {
	r.mu.Lock()
	before := r.before
	r.before = nil
	r.mu.Unlock()
	if before != nil {
		before()
	}
	return r.Store.Claim(ctx, claims)
}

// R3: the one exchange that a half-open breaker lets through may lose its claim, because the row changed meanwhile. The next one
// must be let through in its place, or no grant of the app is refreshed until a restart.
func TestR3_ALostClaimLeavesNoBreakerHalfOpen(t *testing.T) {
	var race *racing
	cfg := broker.Config{Policy: broker.Static}
	bubbleConfig(t, cfg, func(t *testing.T, h *house) {
		h.end()
		h.wrap = func(s broker.Store) broker.Store { race = &racing{Store: s}; return race }
		h.start()
		g := h.connect("shop")
		h.login.fail(fault{before: true, result: lwa.Result{Class: lwa.Throttled, Status: 429, RetryAfter: 5 * time.Second, Wrote: true, Problem: problem.New(problem.LWAThrottled)}})
		if _, err := h.broker.Refresh(context.Background(), g.ID); err == nil {
			t.Fatal("the refresh was not throttled")
		}
		race.mu.Lock()
		race.before = func() {
			if _, err := race.Store.SetHealth(context.Background(), g.ID, snapshot.OK, "", time.Now()); err != nil {
				t.Error(err)
			}
		}
		race.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if now := h.grant(g.ID); now.Generation != 2 || now.Health != snapshot.OK {
			t.Errorf("generation %d, %s %s: nobody is let through", now.Generation, now.Health, now.Problem)
		}
	})
}

// An answer that was spooled for a grant which the store does not know (an older store was put back, say) keeps nobody from starting, and
// is not thrown away.
func TestD2_SpoolOfAnotherStore(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold})
		_, _ = h.broker.Refresh(expired(), g.ID)
		synctest.Wait()
		h.breakStore(func() error { return errDisk })
		close(hold)
		h.end()
		h.breakStore(nil)
		files, _ := filepath.Glob(filepath.Join(h.dir, "*.db*"))
		for _, f := range files {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
		h.start()
		if left, _ := filepath.Glob(filepath.Join(h.dir, "unsaved-*.sealed")); len(left) != 1 || len(files) == 0 {
			t.Errorf("spool files %v", left)
		}
	})
}

// An app without a secret that opens is looked at now and then, not by each of its grants every second.
func TestR4_AnAppWithoutSecretIsNotAskedForever(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		const n = 20
		for i := range n {
			h.connect(fmt.Sprintf("shop-%d", i))
		}
		h.apps.mu.Lock()
		kept := h.apps.secrets
		h.apps.secrets, h.apps.asked = nil, 0
		h.apps.mu.Unlock()
		time.Sleep(time.Hour)
		h.apps.mu.Lock()
		if h.apps.asked > n*15 { // the last ten minutes of it, the refreshes being due after about fifty
			t.Errorf("asked %d times", h.apps.asked)
		}
		h.apps.secrets = kept
		h.apps.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, g := range h.broker.Grants() {
			if g.Generation != 2 {
				t.Errorf("%s is still at %d a minute after the secret came back", g.Name, g.Generation)
			}
		}
	})
}

// A grant that is revoked while its refresh is under way does not come back when the answer does.
func TestARevokedGrantStaysAway(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold})
		ended := make(chan error, 1)
		go func() {
			_, err := h.broker.Refresh(context.Background(), g.ID)
			ended <- err
		}()
		synctest.Wait()
		if _, err := h.broker.Revoke(context.Background(), operator, g.ID); err != nil {
			t.Fatal(err)
		}
		close(hold)
		<-ended
		if left, ok := h.snap.Grant(g.ID); ok {
			t.Errorf("the gateway knows it again: %s %s", left.Name, left.Health)
		}
	})
}

// Two who revoke at once are both answered.
func TestTwoRevokeAtOnce(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := h.broker.Revoke(context.Background(), operator, g.ID); err != nil && codeOf(err) != problem.BrokerNoGrant {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}

// Whoever comes once the broker ends is told so, and does not wait for a refresh that nobody will make.
func TestAfterTheEndNobodyWaits(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		old := h.broker
		h.end()
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		if _, err := old.Refresh(ctx, g.ID); codeOf(err) != problem.BrokerShuttingDown || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after the end: %v", err)
		}
		if _, err := old.Finish(ctx, broker.Callback{State: "x"}); err == nil {
			t.Error("a consent was finished after the end")
		}
		h.start()
	})
}
