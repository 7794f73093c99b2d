package ads

import (
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// statusOf is what a state means in canon; empty of one that is not known, such as OTHER, which then is never sent back.
func statusOf(state string) canon.AdsStatus {
	for _, pair := range v3States {
		if pair[0] == state {
			return canon.AdsStatus(pair[1])
		}
	}
	return ""
}

// stateOf is Amazon's word for a status.
func stateOf(s canon.AdsStatus) (string, error) {
	if s == "" {
		return "", nil
	}
	for _, pair := range v3States {
		if pair[1] == string(s) {
			return pair[0], nil
		}
	}
	return "", fmt.Errorf("status %q has no state at Amazon", s)
}
