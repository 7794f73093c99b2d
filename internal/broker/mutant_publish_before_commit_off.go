//go:build !mutant_publish_before_commit

package broker

const mutantPublishBeforeCommit = false
