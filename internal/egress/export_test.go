package egress

import "github.com/lockkeeper-dev/lockkeeper/internal/amazon"

// Outgoing gives the header lines of a call as they leave.
func Outgoing(d *Door, c *amazon.Call) (string, error) {
	b, _, _, err := d.appendHeaders(nil, c)
	return string(b), err
}
