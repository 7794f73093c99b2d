//go:build mutant_no_intent

package broker

// The crash test must turn red with this.
const mutantNoIntent = true
