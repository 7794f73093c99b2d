package unified

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// contained does what runs in goroutines of this package, around which no handler stands that would outlive a mistake of ours. What the mistake
// had in its hands may be a secret, so logged is where it happened, and nothing of what it was about (attack case F5).
func (u *Ads) contained(do func() error) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			u.cfg.Log.Error("serving the normalised Ads API: a mistake of ours", "at", obs.Whence())
			err = problem.New(problem.GatewayInternal)
		}
	}()
	return do()
}
