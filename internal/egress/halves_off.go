//go:build !crashpoints

package egress

import "net"

// writeHalves writes p. The crash test ends the process between the halves of a token request; see internal/crash.
func writeHalves(c net.Conn, p []byte) (int, error) { return c.Write(p) }
