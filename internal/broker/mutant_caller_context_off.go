//go:build !mutant_caller_context

package broker

const mutantCallerContext = false
