//go:build !crashpoints

package store

// crashPoint is where the crash test ends the process; see internal/crash.
func crashPoint(string) {}
