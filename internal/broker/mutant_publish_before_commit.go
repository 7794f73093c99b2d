//go:build mutant_publish_before_commit

package broker

// The crash test must turn red with this.
const mutantPublishBeforeCommit = true
