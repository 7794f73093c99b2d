package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// Effects as rules spell them; they are amazon.Effect's values, which this package does not import.
const (
	effectRead  = "read"
	effectWrite = "write"
	effectSpend = "spend"
)

// unlisted ends the operation that stands for every call that no program lists.
const unlisted = ".unlisted"

// A Decision is the answer to an Ask.
type Decision struct {
	Allowed bool
	Reason  string // for people and the audit trail; holds nothing of the request
}

// Allow decides one request by the caller's rules: any rule that denies wins, else one that allows is needed.
// Where the request leaves something open that a denying rule is about, the rule is taken to fit (fails closed).
func (c *Caller) Allow(a Ask) Decision {
	allowed := -1
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Deny {
			if r.denies(a) {
				return Decision{Reason: "rule " + strconv.Itoa(i+1) + " denies it"}
			}
		} else if allowed < 0 && r.allows(a) {
			allowed = i
		}
	}
	if allowed < 0 {
		return Decision{Reason: "no rule allows it"}
	}
	return Decision{Allowed: true, Reason: reasonAllowed}
}

const reasonAllowed = "a rule allows it"

// MayUse reports whether the caller could make any call at all on this account of the grant. With an empty account it
// asks about the grant alone. The gateway's candidates are chosen with it, so that a grant that a caller may not use
// and one that does not exist look alike.
func (c *Caller) MayUse(g id.Grant, account string) bool {
	may := false
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Deny {
			whole := len(r.Regions) == 0 && len(r.Operations) == 0 && len(r.Effects) == 0
			if whole && r.namesGrant(g, true) && (len(r.Accounts) == 0 || slices.Contains(r.Accounts, account)) {
				return false
			}
			continue
		}
		if r.namesGrant(g, false) && (account == "" || len(r.Accounts) == 0 || slices.Contains(r.Accounts, account)) {
			may = true
		}
	}
	return may
}

// Grants lists the grants that some rule allows, each once, in the order of the rules.
func (c *Caller) Grants() []id.Grant {
	var out []id.Grant
	for i := range c.Rules {
		if c.Rules[i].Deny {
			continue
		}
		for _, g := range c.Rules[i].Grants {
			if !slices.Contains(out, g) && c.MayUse(g, "") {
				out = append(out, g)
			}
		}
	}
	return out
}

// Live reports whether the pass may be used at now; its caller's own revocation counts too.
func (c *Caller) Live(p *Pass, now time.Time) bool {
	return c.Revoked.IsZero() && p.Revoked.IsZero() && (p.Expires.IsZero() || now.Before(p.Expires))
}

// allows: every narrowing of the rule must be met by what is known of the request.
func (r *Rule) allows(a Ask) bool {
	return r.namesGrant(a.Grant, false) &&
		(len(r.Accounts) == 0 || (a.Account != "" && slices.Contains(r.Accounts, a.Account))) &&
		(len(r.Regions) == 0 || slices.Contains(r.Regions, a.Region)) &&
		(len(r.Operations) == 0 || slices.ContainsFunc(r.Operations, func(p string) bool { return matchOperation(p, a.Operation) })) &&
		(len(r.Effects) == 0 || slices.Contains(r.Effects, a.Effect))
}

// denies: a narrowing fits also where the request does not say. A write on no named account may still touch the one that
// is denied (PUT /v2/profiles names profiles in its body), an unlisted call may be the operation denied under another path,
// and whoever may not write may not spend either.
func (r *Rule) denies(a Ask) bool {
	open := strings.HasSuffix(a.Operation, unlisted)
	return r.namesGrant(a.Grant, true) &&
		(len(r.Accounts) == 0 || slices.Contains(r.Accounts, a.Account) || (a.Account == "" && a.Effect != effectRead)) &&
		(len(r.Regions) == 0 || a.Region == "" || slices.Contains(r.Regions, a.Region)) &&
		(len(r.Operations) == 0 || slices.ContainsFunc(r.Operations, func(p string) bool {
			return matchOperation(p, a.Operation) || (open && sameProgram(p, a.Operation))
		})) &&
		(len(r.Effects) == 0 || slices.Contains(r.Effects, a.Effect) ||
			(a.Effect == effectSpend && slices.Contains(r.Effects, effectWrite)) ||
			(open && a.Effect != effectRead && slices.Contains(r.Effects, effectSpend)))
}

// namesGrant: only a denial may leave the grants out, and then means all.
func (r *Rule) namesGrant(g id.Grant, deny bool) bool {
	return slices.Contains(r.Grants, g) || (deny && len(r.Grants) == 0)
}

// matchOperation compares exactly, or by whole dotted parts where the pattern ends in ".*".
func matchOperation(pattern, operation string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasSuffix(prefix, ".") {
		return len(operation) > len(prefix) && strings.HasPrefix(operation, prefix)
	}
	return pattern == operation
}

func sameProgram(pattern, operation string) bool {
	p, _, _ := strings.Cut(pattern, ".")
	o, _, _ := strings.Cut(operation, ".")
	return p == o
}
