package kit

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A Switch is one point where sources differ about Amazon, or where a test wants Amazon otherwise. It may be turned
// while the sandbox runs; reading it takes no lock. What speaks for each value stands in the fake's divergences.md.
type Switch struct {
	Name    string   // "lwa.json", "ads.missing_scope": the program, then what it decides
	Values  []string // what it may be; empty for a duration
	Default string
	About   string // one sentence for people
	current atomic.Pointer[switchValue]
}

type switchValue struct {
	text string
	dur  time.Duration
}

// NewSwitch returns a switch between fixed values, the first of which is the default.
func NewSwitch(name, about string, values ...string) *Switch {
	s := &Switch{Name: name, Values: values, Default: values[0], About: about}
	s.current.Store(&switchValue{text: values[0]})
	return s
}

// NewDurationSwitch returns a switch that holds a length of time.
func NewDurationSwitch(name, about string, d time.Duration) *Switch {
	s := &Switch{Name: name, Default: d.String(), About: about}
	s.current.Store(&switchValue{text: d.String(), dur: d})
	return s
}

// Get tells the switch's value.
func (s *Switch) Get() string { return s.current.Load().text }

// Is reports whether the switch stands at value.
func (s *Switch) Is(value string) bool { return s.Get() == value }

// Duration tells the value of a switch that holds a length of time.
func (s *Switch) Duration() time.Duration { return s.current.Load().dur }

// Set turns the switch. The error names what is allowed.
func (s *Switch) Set(value string) error {
	if s.Values == nil {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return fmt.Errorf("turning switch %s: %q is no length of time such as 90s or 1h", s.Name, value)
		}
		s.current.Store(&switchValue{text: value, dur: d})
		return nil
	}
	if !slices.Contains(s.Values, value) {
		return fmt.Errorf("turning switch %s: %q is none of %s", s.Name, value, strings.Join(s.Values, ", "))
	}
	s.current.Store(&switchValue{text: value})
	return nil
}
