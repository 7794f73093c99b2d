//go:build mutant_swallow_commit

package broker

// The crash test must turn red with this.
const mutantSwallowCommit = true
