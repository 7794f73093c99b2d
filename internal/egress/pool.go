package egress

import (
	"context"
	"sync"
	"time"
)

// idleTime is how long a connection is kept: less than the minute after which Amazon's load balancers close theirs.
const idleTime = 45 * time.Second

// pool is an upstream that keeps connections of its own, each read and written in the goroutine of the exchange that has it.
// A door has one for each realm, so that connections of the two never mix.
type pool struct {
	dial dialer
	most int // idle connections a host

	mu     sync.Mutex
	idle   map[string][]*conn // by host; the last used is at the end, and used first
	timer  *time.Timer        // lets go of what idles too long; nil while nothing idles
	closed bool
}

func newPool(cfg Config, dial dialer) *pool {
	return &pool{dial: dial, most: cfg.Idle, idle: map[string][]*conn{}}
}

// get returns an idle connection that seems alive, or a new one.
func (p *pool) get(ctx context.Context, host string) (c *conn, reused bool, err error) {
	for {
		p.mu.Lock()
		list := p.idle[host]
		if n := len(list); n > 0 {
			c = list[n-1]
			list[n-1] = nil
			p.idle[host] = list[:n-1]
		}
		p.mu.Unlock()
		if c == nil {
			c, err = p.dial(ctx, host)
			return c, false, err
		}
		if time.Since(c.idle) < idleTime && !c.stale() {
			return c, true, nil
		}
		_ = c.Close()
		c = nil
	}
}

// put takes back a connection on which an exchange ended well.
func (p *pool) put(c *conn) {
	if c.r.Buffered() > 0 { // more than the answer: nobody asked for that
		_ = c.Close()
		return
	}
	if c.idle = time.Now(); !p.keep(c) {
		_ = c.Close()
	}
}

// keep takes a connection in, if there is room. Nothing is closed under the lock: TLS says goodbye first, which can take seconds where the
// other side reads no more, and everybody would wait for it.
func (p *pool) keep(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[c.host]
	if p.closed || len(list) >= p.most {
		return false
	}
	p.idle[c.host] = append(list, c)
	if p.timer == nil {
		p.timer = time.AfterFunc(idleTime, p.sweep)
	}
	return true
}

// sweep closes what has idled too long, and comes again while anything idles.
func (p *pool) sweep() {
	for _, c := range p.takeOld() {
		_ = c.Close()
	}
}

func (p *pool) takeOld() (gone []*conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = nil
	before := time.Now().Add(-idleTime)
	left := 0
	for host, list := range p.idle {
		old := 0
		for old < len(list) && !list[old].idle.After(before) {
			gone = append(gone, list[old])
			old++
		}
		if list = append(list[:0:0], list[old:]...); len(list) == 0 {
			delete(p.idle, host)
			continue
		}
		p.idle[host] = list
		left += len(list)
	}
	if left > 0 && !p.closed {
		p.timer = time.AfterFunc(idleTime/3, p.sweep)
	}
	return gone
}

// close lets go of what idles. Exchanges under way go on; their connections are closed when they end.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	for host, list := range p.idle {
		for _, c := range list {
			_ = c.Close()
		}
		delete(p.idle, host)
	}
}
