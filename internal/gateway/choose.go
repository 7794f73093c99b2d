package gateway

import (
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// allRegions is what Lockkeeper-Region says to have a list of every region merged.
const allRegions = "ALL"

// once reads a header of ours, which may stand once.
func (q *request) once(name string) (string, *problem.Problem) {
	v := q.r.Header[name]
	if len(v) > 1 {
		return "", refusal(problem.GatewayHeaderRepeated)
	}
	if len(v) == 0 {
		return "", nil
	}
	return strings.TrimSpace(v[0]), nil
}

// named finds the grants that the request names, in its path, its token or its header. They must be one and the same. A grant
// that does not exist and one that this pass may not use are answered alike.
func (q *request) named(inPath string) (*snapshot.Grant, *problem.Problem) {
	inHeader, p := q.once(headerGrant)
	if p != nil {
		return nil, p
	}
	var found *snapshot.Grant
	for _, name := range []string{inPath, inHeader} {
		if name == "" {
			continue
		}
		g := q.g.lookUp(name)
		if g == nil || !q.who.Caller.MayUse(g.ID, "") || (found != nil && found.ID != g.ID) {
			return nil, refusal(problem.GatewayGrantUnknown)
		}
		found = g
	}
	if !q.who.token {
		return found, nil
	}
	g, ok := q.g.cfg.Snapshot.Grant(q.who.claims.Grant)
	if !ok || g.Realm != q.who.claims.Realm || !q.who.Caller.MayUse(g.ID, "") {
		return nil, refusal(problem.GatewayGrantUnknown)
	}
	if found != nil && found.ID != g.ID {
		return nil, refusal(problem.GatewayTokenOtherGrant)
	}
	return g, nil
}

// lookUp finds a grant by name or id.
func (g *Gateway) lookUp(name string) *snapshot.Grant {
	if got, ok := g.cfg.Snapshot.GrantNamed(name); ok {
		return got
	}
	if got, ok := g.cfg.Snapshot.Grant(id.Grant(name)); ok {
		return got
	}
	return nil
}

// choose settles grant, account and region. The grant is the one named, or the only one of the program that the pass may use;
// with several, the account selects among those for which it is verified, and never the first of more than one.
func (q *request) choose(grant *snapshot.Grant, asked string, at hostAs) *problem.Problem {
	account := q.selectedAccount()
	if grant == nil {
		var p *problem.Problem
		if grant, p = q.only(account); p != nil {
			return p
		}
	}
	if grant.Program != q.program.code {
		return refusal(problem.GatewayGrantUnknown)
	}
	q.grant, q.account = grant, account
	if account != "" && !q.who.Caller.MayUse(grant.ID, account) { // whether the grant opens it or not
		q.g.denied.add(q.now, q.who, grant.ID, q.op.name, "no rule allows the account")
		return refusal(problem.GatewayGrantUnknown)
	}
	if account != "" {
		q.verified = grant.Account(account)
	}
	if checker, ok := q.program.Program.(amazon.SelectorChecker); ok && q.verified == nil {
		for _, s := range q.selected {
			if p := checker.CheckSelector(s.selector.Header, s.value, grant.Region); p != nil {
				return p
			}
		}
	}
	return q.chooseRegion(asked, at)
}

// selectedAccount is the account that the selector of kind "id" names, or else the one that another names.
func (q *request) selectedAccount() string {
	account := ""
	for _, s := range q.selected {
		if s.selector.Account == "id" {
			return s.value
		}
		if account == "" && s.selector.Account != "manager" {
			account = s.value
		}
	}
	return account
}

// only finds the one grant of the program that fits.
func (q *request) only(account string) (*snapshot.Grant, *problem.Problem) {
	caller := q.who.Caller
	var fit []*snapshot.Grant
	if account != "" {
		for g := range q.g.cfg.Snapshot.AccountsFor(q.program.code, account) {
			if caller.MayUse(g.ID, account) {
				fit = append(fit, g)
			}
		}
		if len(fit) > 0 {
			return single(fit)
		}
	}
	for i := range caller.Rules {
		if caller.Rules[i].Deny {
			continue
		}
		for _, gid := range caller.Rules[i].Grants {
			g, ok := q.g.cfg.Snapshot.Grant(gid)
			if ok && g.Program == q.program.code && caller.MayUse(gid, "") && !slices.ContainsFunc(fit, func(f *snapshot.Grant) bool { return f.ID == gid }) {
				fit = append(fit, g)
			}
		}
	}
	if account != "" && len(fit) > 1 { // none of them is verified for it
		return nil, refusal(problem.GatewayGrantUnknown)
	}
	return single(fit)
}

// single returns the only one. Of several it returns none, but their names, all of which the caller may use.
func single(fit []*snapshot.Grant) (*snapshot.Grant, *problem.Problem) {
	switch len(fit) {
	case 0:
		return nil, refusal(problem.GatewayGrantUnknown)
	case 1:
		return fit[0], nil
	}
	names := make([]string, len(fit))
	for i, g := range fit {
		names[i] = g.Name
	}
	slices.Sort(names)
	return nil, because(problem.GatewayGrantAmbiguous, "they are "+strings.Join(names, ", "))
}

// chooseRegion settles the region: the account's, else the one that Lockkeeper-Region names, else that of Amazon's host where
// the request came by one, else the only one in which the grant has accounts. An SDK that lists profiles names none of these: it
// gets the lists of all regions, joined, since each profile id in it then settles its own region.
func (q *request) chooseRegion(asked string, at hostAs) *problem.Problem {
	if q.verified != nil && q.verified.Region != "" {
		q.region = q.verified.Region
		return nil
	}
	if strings.EqualFold(asked, allRegions) {
		if q.op.Scoped || q.op.Effect != amazon.Read || q.r.Method != "GET" || q.account != "" {
			return refusal(problem.GatewayRegionAllRefused)
		}
		q.everywhere = true
		return nil
	}
	if asked != "" {
		r, err := canon.ParseRegion(asked)
		if err != nil {
			return refusal(problem.GatewayRegionUnknown)
		}
		q.region = r
		return nil
	}
	if at.program == q.program && at.region != "" {
		q.region = at.region
		return nil
	}
	if len(q.program.desc.Hosts) == 1 { // Amazon has one host for the whole world
		for q.region = range q.program.desc.Hosts {
			return nil
		}
	}
	for i := range q.grant.Accounts {
		r := q.grant.Accounts[i].Region
		if q.region != "" && q.region != r {
			q.region = ""
			break
		}
		q.region = r
	}
	if q.region == "" && len(q.grant.Accounts) == 0 && q.program.desc.Auth == "client_credentials" {
		q.region = q.grant.Region // its token is good in that region alone
	}
	if q.region == "" && q.op.Merge {
		q.everywhere = true
		return nil
	}
	if q.region == "" {
		return refusal(problem.GatewayRegionNeeded)
	}
	return nil
}

// allowed asks policy about the call in a region: on the account, and on whatever else its selectors name, since Amazon may
// go by any of them.
func (q *request) allowed(region canon.Region) (policy.Decision, bool) {
	ask := policy.Ask{
		Grant: q.grant.ID, Account: q.account, Region: string(region), Operation: q.op.name, Effect: string(q.op.Effect),
	}
	d := q.who.Caller.Allow(ask)
	for i := 0; d.Allowed && i < len(q.selected); i++ {
		if v := q.selected[i].value; v != q.account {
			ask.Account = v
			d = q.who.Caller.Allow(ask)
		}
	}
	return d, d.Allowed
}
