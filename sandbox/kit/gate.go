package kit

import (
	"sync"
	"sync/atomic"
)

// A gate counts those inside without a lock and lets one who closes it wait until they have left.
type gate struct {
	state atomic.Int64
	once  sync.Once
	empty chan struct{}
}

const gateClosed = 1 << 62

// enter reports whether the gate was still open; if so, leave must follow.
func (g *gate) enter() bool {
	if g.state.Add(1)&gateClosed == 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.state.Add(-1) == gateClosed {
		g.once.Do(func() { close(g.empty) })
	}
}

// shut closes the gate. It must be called once.
func (g *gate) shut() {
	if g.state.Add(gateClosed) == gateClosed {
		g.once.Do(func() { close(g.empty) })
	}
}
