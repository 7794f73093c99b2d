package seal

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Harden keeps this process's memory and files to itself: no core dump, no debugger or /proc reader of the same user (PR_SET_DUMPABLE,
// prctl(2)), and files that nobody else may read whatever the caller's umask was. The server calls it before it opens the keyset.
func Harden() error {
	unix.Umask(0o077)
	var errs []error
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		errs = append(errs, fmt.Errorf("switching core dumps off: %w", err))
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		errs = append(errs, fmt.Errorf("closing the process's memory to others: %w", err))
	}
	return errors.Join(errs...)
}
