//go:build !mutant_no_intent

package broker

const mutantNoIntent = false
