//go:build !unix

package egress

import "net"

// A looker cannot look on this system without taking away: a connection that idled is never used again.
type looker struct{}

func newLooker(net.Conn) *looker { return &looker{} }

func (*looker) readable() bool { return true }
