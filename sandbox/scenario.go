package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads/adsfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A ScenarioFile is a scenario with what only a file says besides: where its draws come from and what time it is.
type ScenarioFile struct {
	Seed  int64     `toml:"seed"`  // Defaults to 0.
	Clock time.Time `toml:"clock"` // the sandbox's clock begins there and stands. Defaults to the real time.
	kit.Scenario
}

// ReadScenario reads a scenario file. Its errors name the file and the line.
func ReadScenario(name string) (*ScenarioFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading a scenario: %w", err)
	}
	s, err := ParseScenario(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading the scenario %s: %w", name, err)
	}
	return s, nil
}

// ParseScenario reads a scenario strictly: a key that is none, a user or security profile that is not there and a number that makes no
// sense are errors that name their line.
func ParseScenario(text string) (*ScenarioFile, error) {
	var s ScenarioFile
	meta, err := toml.Decode(text, &s)
	var syntax toml.ParseError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d: %s", syntax.Position.Line, syntax.Message)
	case err != nil:
		return nil, err
	}
	for _, key := range meta.Undecoded() {
		return nil, fmt.Errorf("line %d: there is no key %s", lineOfKey(text, key), key)
	}
	var fault *kit.ScenarioFault
	if err := s.Check(adsfake.Countries()); errors.As(err, &fault) {
		return nil, fmt.Errorf("line %d: %w", lineOf(text, fault.Table, fault.Nth, fault.Key), err)
	}
	return &s, nil
}

// lineOf finds the line of a key in the nth table of a kind, or that of the table's head where the key is not there.
func lineOf(text, table string, nth int, key string) int {
	head, seen := 0, -1
	for i, line := range strings.Split(text, "\n") {
		plain := strings.TrimSpace(line)
		if strings.HasPrefix(plain, "[") {
			if seen == nth {
				break
			}
			if name := strings.Trim(strings.Join(strings.Fields(plain), ""), "[]"); name == table {
				if seen++; seen == nth {
					head = i + 1
				}
			}
			continue
		}
		name, _, _ := strings.Cut(plain, "=")
		if seen == nth && strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return i + 1
		}
	}
	return head
}

// lineOfKey finds the first line that sets a key of this name.
func lineOfKey(text string, key toml.Key) int {
	last := key[len(key)-1]
	for i, line := range strings.Split(text, "\n") {
		name, _, _ := strings.Cut(strings.Trim(strings.TrimSpace(line), "[]"), "=")
		if name = strings.Trim(strings.TrimSpace(name), `"'`); name == last || strings.HasSuffix(name, "."+last) {
			return i + 1
		}
	}
	return 1
}

// World makes the world that the file describes.
func (s *ScenarioFile) World() *kit.World {
	var clock *kit.Clock
	if !s.Clock.IsZero() {
		clock = kit.FrozenClock(s.Clock)
	}
	return kit.NewScenarioWorld(s.Seed, clock, &s.Scenario)
}
