//go:build crash

package crash_test

import (
	"fmt"
	"testing"
)

// mutants break the protocol in one place each, and say which schedule must notice.
var mutants = []struct {
	name string
	play func(t testing.TB, binary string) *stage
}{
	{"publish_before_commit", func(t testing.TB, b string) *stage { return pointSchedule(t, b, "strict", 6, 1) }},
	{"no_intent", func(t testing.TB, b string) *stage { return pointSchedule(t, b, "strict", 3, 1) }},
	{"blind_write", sceneSchedule(newConsent)},
	{"no_reread", sceneSchedule(racedRefusal)},
	{"caller_context", sceneSchedule(callerLeaves)},
	{"swallow_commit", sceneSchedule(fullDisk)},
}

func sceneSchedule(play func(*stage)) func(testing.TB, string) *stage {
	return func(t testing.TB, binary string) *stage {
		s := newStage(t, binary, "strict")
		play(s)
		s.finish(t, "scene")
		return s
	}
}

// TestMutantsTurnItRed holds that the crash test can fail: the same schedules are green with the real server (the tests
// above) and red with each mutant.
func TestMutantsTurnItRed(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			if green := m.play(t, server(t, "")); len(green.faults) > 0 {
				t.Fatalf("red without the mutant: %v", green.faults)
			}
			red := m.play(t, server(t, m.name))
			if len(red.faults) == 0 {
				t.Errorf("the mutant %s went unnoticed", m.name)
				return
			}
			fmt.Printf("| mutant %-22s red: %s\n", m.name, red.faults[0])
		})
	}
}
