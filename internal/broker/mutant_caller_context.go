//go:build mutant_caller_context

package broker

// The crash test must turn red with this.
const mutantCallerContext = true
