//go:build crash

package crash_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A scene is something that goes wrong while the process lives. It leaves the grant at rest.
type scene struct {
	name string
	play func(*stage)
}

var token = kit.Match{Operation: "token"}

// losing are the ways in which an answer is lost on its way after the server has acted.
var losing = []scene{
	{"reset", losingBy(kit.Fault{Match: token, Do: kit.Reset, At: kit.AfterEffect})},
	{"truncated", losingBy(kit.Fault{Match: token, Do: kit.Truncate, Bytes: 40})},
	{"empty 200", losingBy(kit.Fault{Match: token, Do: kit.Empty})},
	{"HTML 200", losingBy(kit.Fault{Match: token, Do: kit.HTML})},
	{"502", losingBy(kit.Fault{Match: token, Do: kit.Status, Status: http.StatusBadGateway, At: kit.AfterEffect})},
}

// sparing lose nothing.
var sparing = []scene{
	{"disk full at commit", fullDisk},
	{"SIGTERM, disk full", spooled},
	{"SIGTERM", stopped},
	{"caller leaves", callerLeaves},
	{"new consent", newConsent},
	{"raced refusal", racedRefusal},
}

func losingBy(f kit.Fault) func(*stage) {
	return func(s *stage) {
		before := s.generation()
		armed := s.sbx.Fault(f)
		defer armed.Remove()
		s.losses++
		defer s.refresh()()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := armed.Wait(ctx, 1); err != nil {
			s.fail("the answer was not lost: %v", err)
		}
		s.settle(before + 1)
	}
}

func (s *stage) generation() int64 {
	s.t.Helper()
	g, err := s.client.Grant(ctx10(s.t), grantName)
	if err != nil {
		s.t.Fatal(err)
	}
	return g.Generation
}

// held has a refresh begun that waits at the server, and returns how to let it go and how its caller leaves.
func (s *stage) held(at kit.Point) (release, leave func()) {
	s.t.Helper()
	armed := s.sbx.Fault(kit.Fault{Match: token, Do: kit.Hold, At: at})
	leave = s.refresh()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := armed.Wait(ctx, 1); err != nil {
		s.fail("the exchange did not come to %s: %v", at, err)
	}
	return armed.Remove, leave
}

// fullDisk: the first commits fail. The answer is kept until one does not, and outlives a kill from then on.
func fullDisk(s *stage) {
	before, calls := s.generation(), len(s.exchanges())
	s.hub.fail("P7", 3)
	s.refresh()
	s.await(before + 1)
	s.kill()
	s.start()
	s.await(before + 1)
	s.onceSince(calls)
}

// spooled: no commit succeeds until the process must end. The next start has the answer all the same.
func spooled(s *stage) {
	before, calls := s.generation(), len(s.exchanges())
	s.hub.fail("P7", 1<<30)
	s.refresh()
	s.until(func() bool { return len(s.exchanges()) > calls })
	time.Sleep(100 * time.Millisecond)
	s.terminate()
	s.hub.reset()
	if files, _ := filepath.Glob(filepath.Join(s.dir, "unsaved-*.sealed")); len(files) != 1 {
		s.fail("the answer was not put aside: %v", files)
	}
	s.start()
	s.await(before + 1)
	s.onceSince(calls)
}

// stopped: SIGTERM while an exchange is under way waits for it.
func stopped(s *stage) {
	before, calls := s.generation(), len(s.exchanges())
	release, _ := s.held(kit.AfterEffect)
	timer := time.AfterFunc(300*time.Millisecond, release)
	defer timer.Stop()
	s.terminate()
	s.start()
	s.await(before + 1)
	s.onceSince(calls)
}

// callerLeaves: who asked for the refresh goes away while the answer is on its way.
func callerLeaves(s *stage) {
	before, calls := s.generation(), len(s.exchanges())
	release, leave := s.held(kit.AfterEffect)
	leave()
	time.Sleep(100 * time.Millisecond)
	release()
	s.await(before + 1)
	s.onceSince(calls)
}

// newConsent: a person authorises again while an exchange of the old consent is under way; its answer comes late.
func newConsent(s *stage) {
	since := time.Now()
	release, _ := s.held(kit.AfterEffect)
	s.connect()
	release()
	s.outcome(since, "superseded", "granted")
	s.settle(2)
}

// racedRefusal: the same, and the old consent's exchange is refused.
func racedRefusal(s *stage) {
	since := time.Now()
	release, _ := s.held(kit.BeforeEffect)
	old := s.mine
	s.connect()
	for _, c := range s.sbx.World().Tokens.Consents() {
		if c.ID == old {
			c.Revoke()
		}
	}
	release()
	s.outcome(since, "superseded", "bad_grant")
	if g := s.settle(2); g.Health != "ok" {
		s.fail("the refusal of a replaced token made the grant %s", g.Health)
	}
}

// outcome waits until a refresh that began since then has come to one of these.
func (s *stage) outcome(since time.Time, any ...string) {
	s.t.Helper()
	s.until(func() bool {
		g, err := s.client.Grant(ctx10(s.t), grantName)
		if err != nil {
			return false
		}
		for _, a := range g.Attempts {
			if a.Kind == "refresh" && !a.At.Before(since.Truncate(time.Millisecond)) && slices.Contains(any, a.Outcome) {
				return true
			}
		}
		return false
	})
}

func (s *stage) until(ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.fail("what was waited for did not come")
			return
		}
	}
}

// onceSince holds that exactly one exchange was made.
func (s *stage) onceSince(calls int) {
	if n := len(s.exchanges()) - calls; n != 1 {
		s.fail("%d exchanges where one was enough", n)
	}
}

func (s *stage) finish(t testing.TB, name string) {
	t.Helper()
	g := s.settle(1)
	s.newest()
	s.check()
	s.row(t, name, g.Health)
}

// TestD4_AliveWhenAnAnswerIsLost plays what needs no kill.
func TestD4_AliveWhenAnAnswerIsLost(t *testing.T) {
	binary := server(t, "")
	for _, sc := range losing {
		for _, policy := range policies {
			t.Run(sc.name+"/"+policy, func(t *testing.T) {
				s := newStage(t, binary, policy)
				sc.play(s)
				want := "ok"
				if policy == "strict" || policy == "family-revoke" {
					want = "blocked"
				}
				if g := s.settle(2); g.Health != want {
					s.fail("the grant is %s, want %s", g.Health, want)
				}
				s.finish(t, sc.name)
				s.report(t)
			})
		}
	}
	for _, sc := range sparing {
		for _, policy := range []string{"static", "strict"} {
			t.Run(sc.name+"/"+policy, func(t *testing.T) {
				s := newStage(t, binary, policy)
				sc.play(s)
				if g := s.settle(2); g.Health != "ok" {
					s.fail("the grant is %s", g.Health)
				}
				s.finish(t, sc.name)
				s.report(t)
			})
		}
	}
}
