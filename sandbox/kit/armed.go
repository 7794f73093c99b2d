package kit

import (
	"context"
	"encoding/json"
	"slices"
)

// Hits tells how many requests the fault has acted on.
func (a *Armed) Hits() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.hits
}

// Held tells how many requests the fault holds now.
func (a *Armed) Held() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held
}

// Wait returns when the fault has acted on n requests. A request that is to be held counts once it is held.
func (a *Armed) Wait(ctx context.Context, n int) error {
	for {
		a.mu.Lock()
		hits, changed := a.hits, a.changed
		a.mu.Unlock()
		if hits >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Release lets go of the requests that the fault holds now. Later ones are held again as long as Times lasts.
func (a *Armed) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.gate)
	a.gate = make(chan struct{})
}

// Remove disarms the fault and lets go of what it holds.
func (a *Armed) Remove() {
	a.faults.mu.Lock()
	list := slices.DeleteFunc(slices.Clone(a.faults.all()), func(b *Armed) bool { return a == b })
	a.faults.list.Store(&list)
	a.faults.mu.Unlock()
	a.Release()
}

// hit counts a request that the fault acts on.
func (a *Armed) hit() {
	a.count(1, 0)
}

func (a *Armed) count(hits, held int) chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hits, a.held = a.hits+hits, a.held+held
	close(a.changed)
	a.changed = make(chan struct{})
	return a.gate
}

// hold waits for the release. gone is closed when the client goes away and stop when the sandbox ends. It reports
// whether the exchange goes on; left is called once if the client went away meanwhile.
func (a *Armed) hold(gone, stop <-chan struct{}, leave bool, left func()) bool {
	gate := a.count(1, 1)
	defer a.count(0, -1)
	for {
		select {
		case <-gate:
			return true
		case <-stop:
			return false
		case <-gone:
			left()
			if leave {
				return false
			}
			gone = nil
		}
	}
}

// MarshalJSON tells the control side what the fault is and what it has done.
func (a *Armed) MarshalJSON() ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return json.Marshal(struct {
		Fault
		Delay Duration `json:"delay,omitempty"`
		Hits  int      `json:"hits"`
		Held  int      `json:"held"`
	}{a.Fault, Duration(a.Delay), a.hits, a.held})
}
