//go:build !mutant_swallow_commit

package broker

const mutantSwallowCommit = false
