package egress

import (
	"bufio"
	"net"
	"time"
)

// bufferSize is that of the read and write buffers of a connection: most of Amazon's answers fit.
const bufferSize = 8 << 10

// A conn is one connection to Amazon, used by one exchange at a time, in that exchange's own goroutine: no hand-over between
// goroutines is what makes an exchange cheap.
type conn struct {
	net.Conn // TLS where there is any
	host     string
	below    *counter // what Conn writes to in the end
	r        *bufio.Reader
	idle     time.Time // since when nobody uses it
	deadline time.Time // as set on Conn
	look     *looker   // nil where there is no socket below, as in tests in memory
}

func newConn(host string, below *counter, c net.Conn) *conn {
	return &conn{Conn: c, host: host, below: below, r: bufio.NewReaderSize(c, bufferSize), look: newLooker(below.Conn)}
}

// allow sets the deadline of the next read or write: d from now, but not after end. A deadline is moved only if it is more than
// a second off, since moving it costs as much as a small write; so it may come up to a second late, never early.
func (c *conn) allow(d time.Duration, end time.Time) error {
	now := time.Now()
	left := end.Sub(now)
	if left <= 0 {
		return errStalled
	}
	slack := time.Second
	if d = min(d, left); d < 10*slack {
		slack = 0
	}
	if ahead := c.deadline.Sub(now); ahead >= d && ahead <= d+slack {
		return nil
	}
	c.deadline = now.Add(d + slack)
	return c.SetDeadline(c.deadline)
}

// stale reports whether the other side has closed the connection, or sent what nobody asked for, while it was idle. The look costs a
// system call each time, and is what keeps one grant's late answer from being taken for another's.
func (c *conn) stale() bool { return c.look != nil && c.look.readable() }
