//go:build !crashpoints

package store

// crashPoint is where the crash test ends the process, or has a commit fail; see internal/crash.
func crashPoint(string) error { return nil }
