package console

import (
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Levels of badness, worst first. They are words of the stylesheet too.
const (
	bad  = "bad"
	warn = "warn"
	off  = "off"
	fine = "fine"
)

// A verdict is how a grant fares, in one line: since when, whose turn it is, and what to press or type.
type verdict struct {
	Grant    broker.Grant
	Level    string
	Word     string
	Since    time.Time
	Problem  *problem.Problem
	Turn     problem.Whose // empty where nobody has to do anything
	Fix      string
	Reach    string // "connect", "refresh", "enable" or "doctor": the button that helps
	Accounts int
}

// judge reads a grant's health as a person would.
func judge(g broker.Grant, now time.Time) verdict {
	health, why, since := g.Standing()
	v := verdict{Grant: g, Since: since, Accounts: len(g.Accounts)}
	if p, ok := problem.Known(why); ok && why != "" {
		v.Problem, v.Turn, v.Fix = &p, p.Whose, p.Fix
	}
	switch health {
	case snapshot.OK:
		v.Level, v.Word = fine, "fine"
		if len(g.Accounts) == 0 {
			v.Level, v.Word, v.Reach, v.Turn = warn, "opens nothing", "doctor", problem.OperatorsOwn
			v.Fix = "The consent works, and no advertising account stands behind it: most often another Amazon account was signed in than the one that opens the Amazon Ads console."
		}
	case snapshot.Retrying:
		v.Level, v.Word, v.Reach = warn, "retrying", "refresh"
		if !g.Expires.After(now) {
			v.Level, v.Word = bad, "no token"
		}
	case snapshot.Pending:
		v.Level, v.Word, v.Reach = warn, "pending", "doctor"
	case snapshot.Ineligible:
		v.Level, v.Word, v.Reach = warn, "not eligible", "doctor"
	case snapshot.Disabled:
		v.Level, v.Word, v.Reach = off, "switched off", "enable"
	default:
		v.Level, v.Word, v.Reach = bad, "stopped", "connect"
		switch g.Problem {
		case problem.BrokerSecretRefused, problem.BrokerNoSecret, problem.BrokerUnreadable:
			v.Reach = "" // a consent would not help; the fix names the command that does
		}
	}
	return v
}

// judgeAll puts the worst first, and among equals the one that has waited longest.
func judgeAll(grants []broker.Grant, now time.Time) []verdict {
	all := make([]verdict, 0, len(grants))
	for _, g := range grants {
		all = append(all, judge(g, now))
	}
	rank := map[string]int{bad: 0, warn: 1, fine: 2, off: 3}
	slices.SortStableFunc(all, func(a, b verdict) int {
		if d := rank[a.Level] - rank[b.Level]; d != 0 {
			return d
		}
		if a.Level == fine {
			return strings.Compare(a.Grant.Name, b.Grant.Name)
		}
		return a.Since.Compare(b.Since)
	})
	return all
}
