//go:build !mutant_blind_write

package store

const mutantBlindWrite = false
