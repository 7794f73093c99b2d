//go:build unix

package egress

import (
	"net"
	"syscall"
)

// A looker tells whether anything can be read from a socket at once, without taking it away.
type looker struct {
	raw   syscall.RawConn
	peek  func(fd uintptr) bool // made once: it is called for every request
	ready bool
	b     [1]byte
}

func newLooker(c net.Conn) *looker {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	l := &looker{raw: raw}
	l.peek = func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), l.b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		l.ready = err != syscall.EAGAIN && err != syscall.EINTR
		return true
	}
	return l
}

// readable reports bytes, the end, or an error.
func (l *looker) readable() bool { return l.raw.Read(l.peek) != nil || l.ready }
