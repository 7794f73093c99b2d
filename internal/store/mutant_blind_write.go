//go:build mutant_blind_write

package store

// The crash test must turn red with this.
const mutantBlindWrite = true
