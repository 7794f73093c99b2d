//go:build !mutant_no_reread

package store

const mutantNoReread = false
