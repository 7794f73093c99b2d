package broker

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// An Outcome is what an exchange came to.
type Outcome string

// The outcomes. All but Superseded are lwa's classes.
const (
	Granted     Outcome = Outcome(lwa.Granted)
	NotConsumed Outcome = Outcome(lwa.NotConsumed)
	Throttled   Outcome = Outcome(lwa.Throttled)
	BadClient   Outcome = Outcome(lwa.BadClient)
	Pending     Outcome = Outcome(lwa.Pending)
	WrongClient Outcome = Outcome(lwa.WrongClient)
	BadGrant    Outcome = Outcome(lwa.BadGrant)
	Ambiguous   Outcome = Outcome(lwa.Ambiguous)
	Superseded  Outcome = "superseded" // another's answer was stored first
	Lost        Outcome = "lost"       // nothing was sent: answers were lost before, and the one check is spent
)

// A verdict is what an exchange's result means for its grant, where it gave no tokens.
type verdict struct {
	health  snapshot.Health
	problem problem.Problem
	refund  bool // nothing was consumed: the send is not counted
	lost    bool // the answer is lost: Amazon may have acted
}

// judge is the outcome table of the refresh protocol. sends counts this exchange.
//
//	not consumed    give the send back, rest, try again
//	throttled       the same; the endpoint's breaker rests too
//	bad client      the same; the secret's breaker opens, the grant itself is not to blame
//	pending         the same, with longer pauses: Amazon may not know the new client yet
//	wrong client    block: another app's token never becomes ours, whose: operator
//	bad grant       block (the store re-reads: where the generation has moved on, a peer was first and nothing is blocked)
//	ambiguous       static: try again; otherwise one check, then block and say when the answer was lost
func judge(p ServerPolicy, g *Grant, r lwa.Result, now time.Time) verdict {
	v := verdict{health: snapshot.Retrying, problem: r.Problem}
	switch r.Class {
	case lwa.NotConsumed, lwa.Throttled, lwa.BadClient:
		v.refund = true
	case lwa.Pending:
		v.refund, v.health = true, snapshot.Pending
	case lwa.WrongClient:
		v.refund, v.health = true, snapshot.Blocked
	case lwa.BadGrant:
		if g.Kind == ClientCredentials {
			break // there is no consent that could have been withdrawn
		}
		v.health = snapshot.Blocked
		if !g.LostAt.IsZero() || g.Sends > 1 {
			v.problem = answerLost(g, now)
		}
	default:
		v.lost = true
		if p == Static || p == "" || g.Kind == ClientCredentials {
			break
		}
		if g.Sends >= mostUnknown && (g.Wrote > 0 || r.Wrote) {
			v.health, v.problem = snapshot.Blocked, answerLost(g, now)
		}
	}
	return v
}

// answerLost names the loss by its time and, where one is known, its attempt.
func answerLost(g *Grant, now time.Time) problem.Problem {
	at := g.LostAt
	if at.IsZero() {
		at = now
	}
	return problem.New(problem.BrokerAnswerLost).With("the answer was lost at %s", at.UTC().Format(time.RFC3339))
}
