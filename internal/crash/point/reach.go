//go:build crashpoints

package point

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// Reach tells the test that the process has come to a point, and waits for what it says: to go on, or to fail as a full disk
// does. A test that wants the process dead kills it while it waits.
func Reach(name string) error {
	socket := os.Getenv("LOCKKEEPER_CRASH_SOCKET")
	if socket == "" {
		return nil
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintln(conn, name); err != nil {
		return nil
	}
	word, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && strings.TrimSpace(word) == "fail" {
		return fmt.Errorf("writing to disk: %w", syscall.ENOSPC)
	}
	return nil
}
