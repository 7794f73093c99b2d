//go:build mutant_no_reread

package store

// The crash test must turn red with this.
const mutantNoReread = true
