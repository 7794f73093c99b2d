//go:build !crashpoints

package broker

// crashPoint is where the crash test ends the process; see internal/crash.
func crashPoint(string) {}
