package amazon

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Prober is a Program that can find out by asking Amazon whether a pasted key is one of its own, without any effect there.
type Prober interface {
	// Probes are the questions to ask about k, none where k cannot be the program's.
	Probes(k Pair) []Probe
}

// A Pair is a pasted key that is whole.
type Pair struct {
	Kind    string // as its Recogniser calls it
	Program string // empty where the text did not tell
	Version string // of a Creators API credential; "2" or "3" where only the family is known
	Realm   Realm
	ID      string
	Secret  secret.Value
	Session secret.Value // of temporary AWS credentials
}

// A Probe is one question. Those of all programs are asked in their order until one answers Works; a host that refused the key is not
// asked about it again, so that nothing looks like guessing (guides 5.6).
type Probe struct {
	Order   int    // place in the order of guides 5.6; of equals, the order in which the program gave them
	Host    string // which is asked
	Program string
	Version string
	Region  canon.Region
	Ask     func(ctx context.Context, s Sender, now func() time.Time) Probed
}

// An Outcome is what a probe found out.
type Outcome string

// The outcomes.
const (
	Works    Outcome = "works"    // it is this program's, and in use it works
	Stranger Outcome = "stranger" // the host knows the key, but not for this
	Refused  Outcome = "refused"  // the host takes id and secret not together: another region, a wrong secret, or too new
	Silent   Outcome = "silent"   // nothing was learned: unreachable, throttled, broken
)

// Probed is an answer.
type Probed struct {
	Outcome Outcome
	Problem problem.Problem  // zero where it works
	Detail  string           // for people, of what works: whose it is
	Careful *problem.Problem // what speaks against keeping it although it works
	Fresh   bool             // it may only be too new to be known
}
