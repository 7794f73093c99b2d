package broker_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// D1: what a kill leaves at each point, by policy. (internal/crash kills the real process at the same points.)
func TestD1_DiedWithAnOpenIntent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point   string
		mark    string // how far the request is known to have left
		rotated bool   // the server acted on it
		deaths  int
		policy  broker.ServerPolicy
		health  snapshot.Health
		calls   int
	}{
		{"before the send", "", false, 1, broker.Strict, snapshot.OK, 1},
		{"before the send", "", false, 2, broker.Strict, snapshot.OK, 1},
		{"before the send", "", false, 5, broker.Unknown, snapshot.OK, 1},
		{"in the send", "begun", false, 1, broker.Strict, snapshot.OK, 1},
		{"in the send", "begun", false, 3, broker.Strict, snapshot.OK, 1},
		{"after the send, before its mark", "begun", true, 1, broker.Strict, snapshot.Blocked, 1},
		{"after the send, not acted on", "sent", false, 1, broker.Strict, snapshot.OK, 1},
		{"after the send", "sent", true, 1, broker.Strict, snapshot.Blocked, 1},
		{"after the send, twice", "sent", true, 2, broker.Strict, snapshot.Blocked, 0},
		{"after the send", "sent", true, 1, broker.Grace, snapshot.OK, 1},
		{"after the send", "sent", true, 1, broker.Static, snapshot.OK, 1},
		{"after the send, often", "sent", true, 5, broker.Static, snapshot.OK, 1},
	} {
		t.Run(fmt.Sprintf("%s/%d/%s", c.point, c.deaths, c.policy), func(t *testing.T) {
			bubble(t, c.policy, func(t *testing.T, h *house) {
				g := h.connect("shop")
				var attempts []id.Attempt
				h.end()
				for range c.deaths {
					attempts = append(attempts, h.die(g.ID, c.mark))
				}
				if c.rotated && c.policy != broker.Static {
					h.login.set(func(l *login) { l.users["shop"].gen++; l.users["shop"].since = time.Now() })
				}
				before := h.login.refreshes()
				h.start()
				synctest.Wait() // the start looks at what was left open, unasked
				n := h.login.refreshes() - before
				_, err := h.broker.Refresh(context.Background(), g.ID)
				now := h.grant(g.ID)
				if now.Health != c.health {
					t.Errorf("health %s (%s), want %s", now.Health, now.Problem, c.health)
				}
				if n != c.calls {
					t.Errorf("%d exchanges, want %d", n, c.calls)
				}
				if c.health == snapshot.Blocked {
					wantCode(t, err, problem.BrokerAnswerLost)
					all, _ := h.broker.Attempts(context.Background(), g.ID, 10)
					found := false
					for _, a := range all {
						found = found || a.ID == attempts[0] && a.Outcome == broker.Ambiguous
					}
					if !found {
						t.Errorf("the loss is not told with its attempt: %+v", all)
					}
				}
			})
		})
	}
}

// die leaves what a process leaves that is killed in a refresh: it starts, claims, perhaps sends, and is gone.
func (h *house) die(g id.Grant, mark string) id.Attempt {
	h.t.Helper()
	h.open()
	defer func() { _ = h.store.Close() }()
	if err := broker.New(h.config()).Load(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	now, _, err := h.store.GrantByID(context.Background(), g)
	if err != nil {
		h.t.Fatal(err)
	}
	a := id.New[id.Attempt](time.Now())
	claimed, err := h.store.Claim(context.Background(), []broker.Claim{{
		Grant: g, Rev: now.Rev, Owner: "dead", Attempt: a, At: time.Now(), Until: time.Now().Add(time.Minute), Deadline: time.Now().Add(time.Minute),
	}})
	if err != nil || !claimed[0].Won {
		h.t.Fatal(claimed, err)
	}
	if mark != "" {
		err = broker.Mark(h.dir, mark, a)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// D2: the disk is full at the claim: nothing is sent that could not be recorded, and the old token is served.
func TestD2_NoClaimNoSend(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		h.breakStore(func() error { return errDisk })
		time.Sleep(56 * time.Minute)
		if n := h.login.refreshes(); n != 0 {
			t.Errorf("%d exchanges without an intent", n)
		}
		if _, err := h.broker.Token(context.Background(), g.ID); err != nil {
			t.Errorf("the old token is good and was not served: %v", err)
		}
		h.breakStore(nil)
		time.Sleep(10 * time.Minute)
		if now := h.grant(g.ID); now.Generation != 2 || now.Health != snapshot.OK || now.Sends != 0 {
			t.Errorf("after the disk was mended: %+v", now.State)
		}
		if d := h.login.dead(); d != 0 {
			t.Errorf("%d dead presentations", d)
		}
	})
}

// D2: the disk is full at the commit: the answer is kept and stored later, and not published before.
func TestD2_AnswerIsKeptUntilTheStoreTakesIt(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold})
		done := make(chan error, 1)
		go func() {
			_, err := h.broker.Refresh(context.Background(), g.ID)
			done <- err
		}()
		synctest.Wait()
		h.breakStore(func() error { return errDisk })
		close(hold)
		time.Sleep(25 * time.Second)
		select {
		case err := <-done:
			t.Errorf("the refresh ended before its commit: %v", err)
		default:
		}
		if token, _ := h.snap.Token(g.ID); token.Generation != 1 {
			t.Errorf("generation %d was published before it was durable", token.Generation)
		}
		h.breakStore(nil)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if token, _ := h.snap.Token(g.ID); token.Generation != 2 {
			t.Errorf("published generation %d", token.Generation)
		}
	})
}

// D2: the process must end while the store takes nothing: the answer goes to a sealed file, and the next start merges it.
func TestD2_SpoolOutlivesTheProcess(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold})
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = h.broker.Refresh(gone, g.ID)
		synctest.Wait()
		h.breakStore(func() error { return errDisk })
		close(hold)
		h.end()
		spool, _ := filepath.Glob(filepath.Join(h.dir, "unsaved-*.sealed"))
		if len(spool) != 1 {
			t.Fatalf("spool files: %v", spool)
		}
		if info, _ := os.Stat(spool[0]); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		h.breakStore(nil)
		h.start()
		if now := h.grant(g.ID); now.Generation != 2 || now.Intent.Open() || now.Sends != 0 {
			t.Errorf("after the start: %+v", now.State)
		}
		if left, _ := filepath.Glob(filepath.Join(h.dir, "unsaved-*")); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
			t.Error(err)
		}
		if d := h.login.dead(); d != 0 {
			t.Errorf("%d dead presentations", d)
		}
	})
}

// D3: a holder that stalls past its lease still saves the newest token, also after its successor's block.
func TestD3_StalledHolderSavesTheNewestToken(t *testing.T) {
	bubbleShared(t, broker.Strict, func(t *testing.T, h *house, second *broker.Broker) {
		g := h.grantNamed("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold, stall: true})
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = h.broker.Refresh(gone, g.ID)
		synctest.Wait() // the first holds the answer of a rotated token
		_, err := second.Refresh(context.Background(), g.ID)
		wantCode(t, err, problem.BrokerElsewhere)
		time.Sleep(10 * time.Minute) // past lease and deadline
		_, err = second.Refresh(context.Background(), g.ID)
		if codeOf(err) == "" {
			t.Fatal("the second presented a dead token and was not refused")
		}
		if d := h.login.dead(); d != 1 {
			t.Errorf("%d dead presentations", d)
		}
		close(hold)
		synctest.Wait()
		now := h.grant(g.ID)
		if now.Generation != 2 || now.Health != snapshot.OK {
			t.Errorf("the newest token was thrown away: %+v", now.State)
		}
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil {
			t.Error(err)
		}
		if h.login.dead() != 1 {
			t.Error("another dead presentation")
		}
	})
}

// R20: three processes, one grant: one exchange an expiry.
func TestR20_ReplicasRefreshOnce(t *testing.T) {
	bubbleShared(t, broker.Strict, func(t *testing.T, h *house, second *broker.Broker) {
		g := h.grantNamed("shop")
		time.Sleep(56*time.Minute + 10*time.Second)
		if n := h.login.refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
		for _, b := range []*broker.Broker{h.broker, second} {
			token, err := b.Token(context.Background(), g.ID)
			if err != nil || token.Generation != 2 {
				t.Errorf("generation %d, %v", token.Generation, err)
			}
		}
		if h.login.overlap {
			t.Error("two exchanges of one grant at once")
		}
	})
}

// R16: other writes to the grant while it is refreshed lose neither.
func TestR16_OtherWritesDoNotMakeARefreshLose(t *testing.T) {
	bubble(t, broker.Strict, func(t *testing.T, h *house) {
		g := h.connect("shop")
		hold := make(chan struct{})
		h.login.fail(fault{hold: hold})
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = h.broker.Refresh(gone, g.ID)
		synctest.Wait()
		for range 20 {
			if err := h.broker.SetAccounts(context.Background(), g.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.broker.Disable(context.Background(), operator, g.ID); err != nil {
			t.Fatal(err)
		}
		close(hold)
		synctest.Wait()
		if now := h.grant(g.ID); now.Generation != 2 || now.Health != snapshot.Disabled {
			t.Errorf("%+v", now.State)
		}
		if err := h.broker.Enable(context.Background(), operator, g.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.broker.Refresh(context.Background(), g.ID); err != nil || h.login.dead() != 0 {
			t.Errorf("%v, %d dead", err, h.login.dead())
		}
	})
}
