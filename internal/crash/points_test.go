//go:build crash

package crash_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// points are where the process is killed. lossy tells that an answer may be lost there: the server has acted, and the client
// has not stored.
var points = []struct {
	name  string
	what  string
	lossy bool
	fault *kit.Fault // at the server; nil for a point within the client
}{
	{"P1", "before the lease", false, nil},
	{"P2", "intent durable, before connect", false, nil},
	{"P3", "request half written", false, nil},
	{"P4", "server acted, nothing sent back", true, &kit.Fault{Match: kit.Match{Operation: "token"}, Do: kit.Hold, At: kit.AfterEffect}},
	{"P5", "half of the answer delivered", true, &kit.Fault{Match: kit.Match{Operation: "token"}, Do: kit.Hold, At: kit.MidBody}},
	{"P6", "whole answer read, before commit", true, nil},
	{"P7", "inside the commit", true, nil},
	{"P8", "after commit, before publish", false, nil},
	{"P3b", "request left whole, before that is noted", true, nil},
}

// begun are the points at which an exchange is left that goes on by itself at the next start.
var begun = []int{1, 2, 3, 4, 5, 6, 8}

// killAt has a refresh begun and kills the server when it has come to a point.
func (s *stage) killAt(i int) {
	s.t.Helper()
	come := s.watch(i)
	defer s.refresh()()
	come()
	s.kill()
}

// killStarting starts the server, which goes on with what a kill has cut off, and kills it again at a point of that.
func (s *stage) killStarting(i int) {
	s.t.Helper()
	come := s.watch(i)
	s.start()
	come()
	s.kill()
}

// watch arms a point and returns how to wait until the server has come to it.
func (s *stage) watch(i int) (come func()) {
	s.t.Helper()
	p := points[i]
	calls := len(s.exchanges())
	var armed *kit.Armed
	var h *hold
	if p.fault != nil {
		armed = s.sbx.Fault(*p.fault)
	} else {
		h = s.hub.hold(p.name)
	}
	return func() {
		s.t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		var err error
		if armed != nil {
			s.t.Cleanup(armed.Remove) // only after the kill: it lets go
			err = armed.Wait(ctx, 1)
		} else {
			s.t.Cleanup(h.letGo)
			err = h.wait(ctx)
		}
		if err == nil && p.name == "P7" {
			s.usedOld()
		}
		if err != nil {
			s.fail("%s was not come to: %v", p.name, err)
		}
		if p.name == "P3b" { // the server has it by then, and acts
			s.until(func() bool { return len(s.exchanges()) > calls })
		}
		if p.lossy {
			s.losses++
		}
	}
}

// usedOld holds I5 while a commit is under way: what a caller's request goes out with is durable.
func (s *stage) usedOld() {
	s.t.Helper()
	newest := int64(0)
	for _, e := range s.exchanges() {
		newest = max(newest, e.Given)
	}
	if used := s.usedGeneration(); s.policy != "static" && used >= newest {
		s.fail("I5: a caller's request went out with generation %d before it was durable", used)
	}
}

// row prints what a schedule did and how it ended, and fails the test where something is wrong.
func (s *stage) row(t testing.TB, point, ending string) {
	t.Helper()
	var seqs []string
	for _, e := range s.exchanges() {
		word := e.Effect
		if word == "" {
			word = "nothing"
		}
		seqs = append(seqs, fmt.Sprintf("%d:%d>%d %s", e.Seq, e.Generation, e.Given, word))
	}
	var kills []string
	for i, pid := range s.pids {
		kills = append(kills, fmt.Sprintf("%d %s", pid, s.signals[i]))
	}
	fmt.Printf("| %-20s %-13s %-22s kills [%s] journal [%s]\n", point, s.policy, ending, strings.Join(kills, ", "), strings.Join(seqs, ", "))
}

func (s *stage) report(t testing.TB) {
	t.Helper()
	for _, f := range s.faults {
		t.Errorf("%s: %s", s.policy, f)
	}
	if len(s.faults) > 0 {
		t.Logf("the server said:\n%s", s.out.String())
	}
}

// point runs one row of the table.
func pointSchedule(t testing.TB, binary, policy string, i, times int) *stage {
	p := points[i]
	s := newStage(t, binary, policy)
	for range times {
		s.killAt(i)
		s.start()
	}
	g := s.settle(2)
	want := "ok"
	if p.lossy && (policy == "strict" || policy == "family-revoke") {
		want = "blocked"
	}
	if g.Health != want {
		s.fail("%s: the grant is %s, want %s", p.name, g.Health, want)
	}
	all, lost, useful := s.exchanges(), 0, 0
	for _, e := range all {
		if dead(e) {
			lost++
		}
		if acted(e) {
			useful++
		}
	}
	switch {
	case want == "blocked" && lost != 1:
		s.fail("%s: %d dead presentations, want 1", p.name, lost)
	case want == "ok" && lost != 0:
		s.fail("%s: %d dead presentations, want none", p.name, lost)
	case !p.lossy && useful != 1:
		s.fail("%s: %d exchanges, want exactly one", p.name, useful)
	}
	s.newest()
	s.check()
	name := p.name
	if times > 1 {
		name = fmt.Sprintf("%s x%d", p.name, times)
	}
	s.row(t, name, g.Health)
	return s
}

// unnoted kills twice between a request's last byte and its note, so that nothing proves that the server saw either: the check is
// made again rather than a grant blocked that may be good, and by a process that lives it is the last.
func unnoted(t testing.TB, binary, policy string) *stage {
	s := newStage(t, binary, policy)
	s.killAt(8)
	s.killStarting(8)
	s.start()
	want, refused := "ok", 0
	if policy == "strict" || policy == "family-revoke" {
		want, refused = "blocked", 2
	}
	g := s.settle(2)
	if g.Health != want {
		s.fail("P3b: the grant is %s, want %s", g.Health, want)
	}
	deads := 0
	for _, e := range s.exchanges() {
		if dead(e) {
			deads++
		}
	}
	if deads != refused {
		s.fail("P3b: %d dead presentations, want %d", deads, refused)
	}
	s.newest()
	s.check()
	s.row(t, "P3b x2", g.Health)
	return s
}

// TestD1_KilledAtEveryPoint kills the server at each point, against each sort of token endpoint.
func TestD1_KilledAtEveryPoint(t *testing.T) {
	binary := server(t, "")
	for i, p := range points {
		for _, policy := range policies {
			t.Run(p.name+"/"+policy, func(t *testing.T) {
				pointSchedule(t, binary, policy, i, 1).report(t)
			})
		}
	}
	for _, policy := range policies {
		t.Run("P3b twice/"+policy, func(t *testing.T) { unnoted(t, binary, policy).report(t) })
	}
	t.Run("P2 twice/strict", func(t *testing.T) { pointSchedule(t, binary, "strict", 1, 2).report(t) })
	t.Run("P3 twice/strict", func(t *testing.T) { pointSchedule(t, binary, "strict", 2, 2).report(t) })
}
