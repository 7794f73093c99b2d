//go:build crashpoints

package egress

import (
	"bytes"
	"net"

	"github.com/lockkeeper-dev/lockkeeper/internal/crash/point"
)

func writeHalves(c net.Conn, p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("POST /auth/o2/token")) {
		return c.Write(p)
	}
	half := len(p) / 2
	if n, err := c.Write(p[:half]); err != nil {
		return n, err
	}
	_ = point.Reach("P3")
	n, err := c.Write(p[half:])
	return half + n, err
}
