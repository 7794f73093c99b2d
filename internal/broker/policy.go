package broker

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A ServerPolicy is what the token endpoint is believed to do with a refresh token that was presented once. It decides what
// may be sent after an answer was lost.
type ServerPolicy string

// The policies.
const (
	// Static: the same refresh token stays good. LWA does so today (ads-lwa 1.7), though it does not promise it.
	Static ServerPolicy = "static"
	// Grace: a new token each time; the old one is answered again for a short while.
	Grace ServerPolicy = "grace"
	// Strict: a new token each time; the old one is dead, and presenting it may revoke its whole family.
	Strict ServerPolicy = "strict"
	// Unknown is treated as Strict.
	Unknown ServerPolicy = "unknown"
)

// mostUnknown is how many exchanges of one generation may end with their fate unknown, where the server may have rotated: the
// first, and the one check of whether its token survived.
const mostUnknown = 2

// A step is what a grant's state lets one do.
type step int

const (
	send   step = iota // nothing stands in the way
	check              // an answer was lost; this exchange finds out whether the token survived, and is the only one
	giveUp             // answers were lost and the check is spent: a person must act
	rest               // blocked, disabled or revoked: nothing is sent
	wait               // another process is at it
)

// A reader is who looks at a state.
type reader struct {
	owner  string
	shared bool          // other processes share the store
	skew   time.Duration // by how much their clocks may be off
	policy ServerPolicy
}

// next says what a refresh of s may do at now, and for wait until when.
//
// A grant is never given up without proof that at least one exchange left this machine: sends that a crash cut off before
// they were written are given back when the store is opened (see sentLog), and where that proof is gone with the machine's
// memory, the check is repeated rather than a good grant blocked for nothing.
func (r reader) next(g *Grant, now time.Time) (step, time.Time) {
	s := &g.State
	if s.Health == snapshot.Blocked || s.Health == snapshot.Disabled || !g.Revoked.IsZero() {
		return rest, time.Time{}
	}
	if r.shared && s.Lease.Owner != "" && s.Lease.Owner != r.owner {
		until := s.Lease.Until
		if s.Intent.Open() && s.Intent.Deadline.After(until) {
			until = s.Intent.Deadline
		}
		if until = until.Add(r.skew); now.Before(until) {
			return wait, until
		}
	}
	switch {
	case s.Sends == 0 || r.policy == Static || r.policy == "" || g.Kind == ClientCredentials:
		return send, time.Time{}
	case s.Sends < mostUnknown || s.Wrote == 0:
		return check, time.Time{}
	}
	return giveUp, time.Time{}
}
