package admfake

import (
	"fmt"
	"strings"
)

// Receipts are what Amazon shows nobody: what became of the messages to the devices that were asked about.
type Receipts struct {
	Devices  int            `json:"devices"`
	Accepted int            `json:"accepted"` // messages taken
	Answered int            `json:"answered"` // of those, how many their sender was told of
	Waiting  int            `json:"waiting"`  // in inboxes, not expired
	ByState  map[string]int `json:"by_state"` // devices in each state
	Twice    []string       `json:"twice"`    // keys of devices that took more than one message though their sender was told of the first
	Each     []Device       `json:"each,omitempty"`
}

// receipts adds up. With each, every device is told of.
func (f *fake) receipts(in []byte) (any, error) {
	var want struct {
		Prefix string `json:"prefix"`
		Each   bool   `json:"each"`
	}
	if len(in) > 0 {
		if err := decode(in, &want); err != nil {
			return nil, fmt.Errorf("reading which receipts are meant: %w", err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.world.Now()
	out := Receipts{ByState: map[string]int{}, Twice: []string{}}
	for _, d := range f.devices {
		if !strings.HasPrefix(d.key, want.Prefix) {
			continue
		}
		seen := d.describe(now)
		out.Devices++
		out.Accepted += seen.Accepted
		out.Answered += seen.Answered
		out.Waiting += seen.Waiting
		out.ByState[seen.State]++
		if seen.Accepted > 1 && seen.Answered > 0 {
			out.Twice = append(out.Twice, seen.Key)
		}
		if want.Each {
			out.Each = append(out.Each, seen)
		}
	}
	return out, nil
}
