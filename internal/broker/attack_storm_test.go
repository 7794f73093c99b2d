package broker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// D3: the clock jumps forward and back; no grant is refreshed in a storm and none is forgotten.
func TestD3_ClockJumps(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var shift time.Duration
	jump := func(d time.Duration) { mu.Lock(); shift += d; mu.Unlock() }
	bubbleConfig(t, broker.Config{Policy: broker.Strict, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(shift)
	}}, func(t *testing.T, h *house) {
		g := h.connect("shop")
		jump(55 * time.Minute)
		time.Sleep(2 * time.Second) // a jump is noticed within a second
		if now := h.grant(g.ID); now.Generation != 2 {
			t.Errorf("generation %d after a jump of 55 minutes", now.Generation)
		}
		jump(-3 * time.Hour)
		time.Sleep(10 * time.Minute)
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d exchanges after the clock went back", n)
		}
		jump(3 * time.Hour)
		time.Sleep(time.Hour)
		if n := h.login.refreshes(); n < 2 || n > 3 || h.login.dead() != 0 {
			t.Errorf("%d exchanges, %d dead", n, h.login.dead())
		}
	})
}

// D4, X1 once more at shutdown: SIGTERM waits for the answer under way.
func TestD4_ShutdownWaitsForTheAnswer(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.login.set(func(l *login) { l.delay = 5 * time.Second })
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = h.broker.Refresh(gone, g.ID)
		time.Sleep(time.Second)
		h.end()
		h.start()
		if now := h.grant(g.ID); now.Generation != 2 || now.Sends != 0 {
			t.Errorf("after the restart: %+v", now.State)
		}
	})
}

// D5, X2: tokens of 60 s with a margin of 5 minutes cause no refresh per request.
func TestX2_MarginLongerThanLife_D5(t *testing.T) {
	t.Parallel()
	bubbleConfig(t, broker.Config{Policy: broker.Static, Margin: 5 * time.Minute}, func(t *testing.T, h *house) {
		h.login.set(func(l *login) { l.life = time.Minute })
		g := h.connect("shop")
		for range 600 {
			if _, err := h.broker.Token(context.Background(), g.ID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if n := h.login.refreshes(); n > 22 {
			t.Errorf("%d refreshes in ten minutes of one-minute tokens", n)
		}
	})
}

// D6, X4: fifty requests on an ended token make exactly one exchange, for each of ten grants.
func TestX4_OneExchangeForAll_D6(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		var grants []broker.Grant
		for i := range 10 {
			grants = append(grants, h.connect(fmt.Sprintf("shop-%d", i)))
		}
		h.login.failAll(&fault{before: true, result: unreachable()})
		time.Sleep(61 * time.Minute) // every token has ended
		tried := h.login.refreshes()
		h.login.failAll(nil)
		h.login.set(func(l *login) { l.delay = 300 * time.Millisecond })
		time.Sleep(30 * time.Second) // the endpoint's rest ends, the pauses of the grants do not
		var wg sync.WaitGroup
		for range 50 {
			for _, g := range grants {
				wg.Go(func() {
					if _, err := h.broker.Token(context.Background(), g.ID); err != nil {
						t.Errorf("%v", err)
					}
				})
			}
		}
		wg.Wait()
		good := 0
		for _, x := range h.login.exchanges() {
			if x.refresh && x.effect {
				good++
			}
		}
		if good != len(grants) {
			t.Errorf("%d exchanges for %d grants (%d failed before)", good, len(grants), tried)
		}
		if h.login.overlap || h.login.dead() > 0 {
			t.Error("two exchanges of one grant at once")
		}
	})
}

// I8 in small: hundreds of grants that end in one second while the endpoint is away make a bounded number of tries, and none is blocked.
func TestD6_OutageIsBounded(t *testing.T) {
	t.Parallel()
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		const n = 400
		for i := range n {
			h.connect(fmt.Sprintf("shop-%d", i))
		}
		time.Sleep(50 * time.Minute)
		h.login.failAll(&fault{before: true, result: unreachable()})
		time.Sleep(12 * time.Minute)
		tries := h.login.refreshes()
		if tries > n {
			t.Errorf("%d tries of %d grants in an outage of ten minutes", tries, n)
		}
		h.login.failAll(nil)
		time.Sleep(5 * time.Minute)
		for _, g := range h.broker.Grants() {
			if g.Health != snapshot.OK || g.Generation != 2 {
				t.Fatalf("%s: %s %s, generation %d", g.Name, g.Health, g.Problem, g.Generation)
			}
		}
	})
}

// D11: ten thousand reports of a refused token cause one exchange, and none while the token is young.
func TestD11_RefusedTokenReports(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		for range 10000 {
			_, err := h.broker.Invalid(context.Background(), g.ID, 1)
			if codeOf(err) != problem.BrokerTokenRefused {
				t.Fatal(err)
			}
		}
		if n := h.login.refreshes(); n != 0 {
			t.Errorf("%d exchanges for a young token", n)
		}
		time.Sleep(2 * time.Minute)
		for range 10000 {
			token, err := h.broker.Invalid(context.Background(), g.ID, 1)
			if err != nil || token.Generation != 2 {
				t.Fatal(token.Generation, err)
			}
		}
		time.Sleep(2 * time.Minute)
		for range 100 {
			_, err := h.broker.Invalid(context.Background(), g.ID, 2)
			wantCode(t, err, problem.BrokerTokenRefused)
		}
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// R3: an exchange that never ends is cut off by its own time, and the grant is refreshed by the next.
func TestR3_HungExchangeHoldsNothing(t *testing.T) {
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.login.fail(fault{hold: make(chan struct{})})
		if _, err := h.broker.Refresh(context.Background(), g.ID); codeOf(err) != problem.LWAAnswerLost {
			t.Errorf("%v", err)
		}
		time.Sleep(10 * time.Second)
		if now := h.grant(g.ID); now.Generation != 2 || now.Health != snapshot.OK {
			t.Errorf("%+v", now.State)
		}
	})
}

// R4, X3, X10: ten thousand requests on a dead grant make one token call, and one honest status.
func TestX3_DeadGrant_R4_X10(t *testing.T) {
	bubble(t, broker.Unknown, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.login.set(func(l *login) { l.users["shop"].revoked = true })
		time.Sleep(61 * time.Minute)
		for range 10000 {
			_, err := h.broker.Token(context.Background(), g.ID)
			if codeOf(err) != problem.LWAConsentWithdrawn {
				t.Fatal(err)
			}
		}
		_, _ = h.broker.Refresh(context.Background(), g.ID)
		_, _ = h.broker.Invalid(context.Background(), g.ID, 1)
		time.Sleep(48 * time.Hour)
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d token calls", n)
		}
		if now := h.grant(g.ID); now.Health != snapshot.Blocked {
			t.Errorf("%s", now.Health)
		}
		h.end()
		h.start() // a restart does not forget it
		time.Sleep(2 * time.Hour)
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d token calls after a restart", n)
		}
		h.connect("shop") // authorising again ends the block
		if now := h.grant(g.ID); now.Health != snapshot.OK {
			t.Errorf("%s", now.Health)
		}
	})
}

// R15: an intent that cannot be resolved is tried a bounded number of times.
func TestR15_PoisonIntentIsBounded(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.login.failAll(&fault{result: lostAnswer})
		time.Sleep(24 * time.Hour)
		if n := h.login.refreshes(); n != 2 {
			t.Errorf("%d exchanges: the first and its one check are all", n)
		}
		if now := h.grant(g.ID); now.Health != snapshot.Blocked || now.Problem != problem.BrokerAnswerLost || now.LostAt.IsZero() {
			t.Errorf("%+v", now.State)
		}
	})
}

// 429: Retry-After is obeyed per app and region, by all of its grants.
func TestThrottledAppRestsAsAsked(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		a, b := h.connect("a"), h.connect("b")
		h.login.fail(fault{before: true, result: lwa.Result{Class: lwa.Throttled, Status: 429, RetryAfter: 3 * time.Minute, Wrote: true, Problem: problem.New(problem.LWAThrottled)}})
		_, err := h.broker.Refresh(context.Background(), a.ID)
		wantCode(t, err, problem.LWAThrottled)
		_, err = h.broker.Refresh(context.Background(), b.ID)
		wantCode(t, err, problem.BrokerEndpointResting)
		if p, _ := problem.Of(err); p.RetryAt.IsZero() {
			t.Error("no time of the next try")
		}
		time.Sleep(2*time.Minute + 50*time.Second)
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d calls while throttled", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if now := h.grant(a.ID); now.Generation != 2 || now.Sends != 0 {
			t.Errorf("%+v", now.State)
		}
	})
}
