//go:build crash

package crash_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestRandomSchedules plays seeded random rows of kills and losses, each against a policy, and holds the invariants at the end.
func TestRandomSchedules(t *testing.T) {
	binary := server(t, "")
	fmt.Printf("| seed %d\n", *seed)
	for n := range *schedules {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			chance := rand.New(rand.NewPCG(*seed, uint64(n)))
			s := newStage(t, binary, policies[chance.IntN(len(policies))])
			var steps []string
			for range 1 + chance.IntN(4) {
				steps = append(steps, s.step(chance))
				if g := s.settle(s.generation()); g.Health == "blocked" {
					break
				}
			}
			s.finish(t, fmt.Sprintf("random %d", n))
			fmt.Printf("|                      %s\n", strings.Join(steps, "; "))
			if len(s.faults) > 0 {
				t.Logf("again with: -run 'RandomSchedules/%d$' -seed %d", n, *seed)
			}
			s.report(t)
		})
	}
}

// step does one random thing.
func (s *stage) step(chance *rand.Rand) string {
	switch kind := chance.IntN(10); {
	case kind < 5:
		i := chance.IntN(len(points))
		before := s.generation()
		s.killAt(i)
		said := "kill at " + points[i].name
		// What was begun goes on by itself at the next start, where it may be killed again.
		if slices.Contains(begun, i) && chance.IntN(3) == 0 {
			j := begun[chance.IntN(len(begun))]
			s.killStarting(j)
			said += ", again at " + points[j].name
		}
		s.start()
		s.settle(before + 1)
		return said
	case kind < 7:
		sc := losing[chance.IntN(len(losing))]
		sc.play(s)
		return sc.name
	default:
		sc := sparing[chance.IntN(len(sparing))]
		sc.play(s)
		return sc.name
	}
}
