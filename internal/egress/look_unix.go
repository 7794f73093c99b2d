//go:build unix

package egress

import "syscall"

// readable reports whether something can be read from the socket at once: bytes, the end, or an error. It takes nothing away.
func readable(raw syscall.RawConn) bool {
	ready := true
	err := raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		ready = err != syscall.EAGAIN && err != syscall.EINTR
		return true
	})
	return err != nil || ready
}
