//go:build unix && !linux

package seal

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Harden switches core dumps off and makes files that nobody else may read, whatever the caller's umask was. This system has no
// PR_SET_DUMPABLE.
func Harden() error {
	unix.Umask(0o077)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("switching core dumps off: %w", err)
	}
	return nil
}
