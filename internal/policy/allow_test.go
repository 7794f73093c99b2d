package policy_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	read := policy.Ask{Grant: "g1", Account: "a1", Region: "EU", Operation: "ads.sp.campaigns.list", Effect: "read"}
	change := func(f func(*policy.Ask)) policy.Ask {
		a := read
		f(&a)
		return a
	}
	spend := change(func(a *policy.Ask) { a.Operation, a.Effect = "ads.sp.campaigns.create", "spend" })
	unlisted := change(func(a *policy.Ask) { a.Operation, a.Effect = "ads.unlisted", "write" })
	list := change(func(a *policy.Ask) { a.Account, a.Operation = "", "ads.profiles.list" })
	budgets := change(func(a *policy.Ask) { a.Account, a.Operation, a.Effect = "", "ads.profiles.update", "spend" })
	all := policy.Rule{Grants: []id.Grant{"g1"}}
	with := func(f func(*policy.Rule)) policy.Rule {
		r := policy.Rule{Grants: []id.Grant{"g1"}}
		f(&r)
		return r
	}
	deny := func(f func(*policy.Rule)) policy.Rule {
		r := with(f)
		r.Deny = true
		return r
	}
	for name, c := range map[string]struct {
		rules []policy.Rule
		ask   policy.Ask
		want  bool
	}{
		"no rules":                         {nil, read, false},
		"all":                              {[]policy.Rule{all}, read, true},
		"another grant":                    {[]policy.Rule{all}, change(func(a *policy.Ask) { a.Grant = "g2" }), false},
		"a rule without grants":            {[]policy.Rule{{}}, read, false},
		"account":                          {[]policy.Rule{with(func(r *policy.Rule) { r.Accounts = []string{"a1"} })}, read, true},
		"another account":                  {[]policy.Rule{with(func(r *policy.Rule) { r.Accounts = []string{"a2"} })}, read, false},
		"no account, accounts named":       {[]policy.Rule{with(func(r *policy.Rule) { r.Accounts = []string{"a1"} })}, list, false},
		"region":                           {[]policy.Rule{with(func(r *policy.Rule) { r.Regions = []string{"NA"} })}, read, false},
		"operation":                        {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.sp.campaigns.list"} })}, read, true},
		"operations by pattern":            {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.sp.*"} })}, read, true},
		"a pattern is whole parts":         {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.sp.camp*"} })}, read, false},
		"a pattern is not a prefix":        {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.sp.campaigns"} })}, read, false},
		"letter case":                      {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.SP.*"} })}, read, false},
		"effect":                           {[]policy.Rule{with(func(r *policy.Rule) { r.Effects = []string{"read"} })}, spend, false},
		"write is not spend":               {[]policy.Rule{with(func(r *policy.Rule) { r.Effects = []string{"read", "write"} })}, spend, false},
		"unlisted by all":                  {[]policy.Rule{all}, unlisted, true},
		"unlisted by an operation":         {[]policy.Rule{with(func(r *policy.Rule) { r.Operations = []string{"ads.sp.*"} })}, unlisted, false},
		"deny wins, first":                 {[]policy.Rule{deny(func(*policy.Rule) {}), all}, read, false},
		"deny wins, last":                  {[]policy.Rule{all, deny(func(*policy.Rule) {})}, read, false},
		"deny without grants means all":    {[]policy.Rule{all, {Deny: true}}, read, false},
		"deny of another":                  {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Operations = []string{"ads.sp.campaigns.create"} })}, read, true},
		"deny reaches the unlisted":        {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Operations = []string{"ads.sp.campaigns.create"} })}, unlisted, false},
		"deny of another program does not": {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Operations = []string{"adm.*"} })}, unlisted, true},
		"deny write, spend":                {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Effects = []string{"write"} })}, spend, false},
		"deny spend, unlisted":             {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Effects = []string{"spend"} })}, unlisted, false},
		"deny spend, read":                 {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Effects = []string{"spend"} })}, read, true},
		"deny an account, write on none":   {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Accounts = []string{"a9"} })}, budgets, false},
		"deny an account, read of none":    {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Accounts = []string{"a9"} })}, list, true},
		"deny an account, another":         {[]policy.Rule{all, deny(func(r *policy.Rule) { r.Accounts = []string{"a9"} })}, read, true},
	} {
		caller := policy.Caller{Rules: c.rules}
		if got := caller.Allow(c.ask); got.Allowed != c.want || got.Reason == "" {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

var (
	someGrants     = []id.Grant{"g1", "g2", "g3"}
	someAccounts   = []string{"1", "2", "3"}
	someRegions    = []string{"NA", "EU", "FE"}
	someOperations = []string{"ads.sp.campaigns.list", "ads.sp.campaigns.create", "ads.profiles.list", "ads.unlisted", "adm.messages.send"}
	somePatterns   = []string{"ads.*", "ads.sp.*", "ads.sp.campaigns.*", "ads.sp.campaigns.list", "ads.profiles.list", "adm.*", "ads.unlisted"}
	someEffects    = []string{"read", "write", "spend"}
)

func subset[T any](r *rapid.T, from []T) []T {
	return rapid.SliceOfN(rapid.SampledFrom(from), 0, 2).Draw(r, "some")
}

func drawRule(r *rapid.T) policy.Rule {
	return policy.Rule{
		Deny: rapid.Bool().Draw(r, "deny"), Grants: subset(r, someGrants), Accounts: subset(r, someAccounts), Regions: subset(r, someRegions),
		Operations: subset(r, somePatterns), Effects: subset(r, someEffects),
	}
}

func drawAsk(r *rapid.T) policy.Ask {
	return policy.Ask{
		Grant: rapid.SampledFrom(someGrants).Draw(r, "grant"), Account: rapid.SampledFrom(append([]string{""}, someAccounts...)).Draw(r, "account"),
		Region: rapid.SampledFrom(someRegions).Draw(r, "region"), Operation: rapid.SampledFrom(someOperations).Draw(r, "operation"),
		Effect: rapid.SampledFrom(someEffects).Draw(r, "effect"),
	}
}

// H2: no rule that denies and no narrowing ever widens; the order of rules means nothing; no spelling of an operation, account
// or region gets what its proper spelling does not.
func TestH2_NothingWidens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		c := policy.Caller{Rules: rapid.SliceOfN(rapid.Custom(drawRule), 0, 5).Draw(r, "rules")}
		ask := drawAsk(r)
		allowed := c.Allow(ask).Allowed

		denied := policy.Caller{Rules: append(slices.Clone(c.Rules), func() policy.Rule { d := drawRule(r); d.Deny = true; return d }())}
		if denied.Allow(ask).Allowed && !allowed {
			r.Fatal("a rule that denies allowed it")
		}
		shuffled := policy.Caller{Rules: rapid.Permutation(c.Rules).Draw(r, "order")}
		if shuffled.Allow(ask).Allowed != allowed {
			r.Fatal("the order of rules matters")
		}
		if allowed && !c.MayUse(ask.Grant, ask.Account) {
			r.Fatal("it is allowed on a grant that may not be used")
		}
		if allowed != (allowed && slices.ContainsFunc(c.Rules, func(u policy.Rule) bool { return !u.Deny && slices.Contains(u.Grants, ask.Grant) })) {
			r.Fatal("no rule names the grant")
		}
		odd := ask
		switch rapid.IntRange(0, 4).Draw(r, "how") {
		case 0:
			odd.Operation = strings.ToUpper(ask.Operation)
		case 1:
			odd.Operation = url.PathEscape(strings.ReplaceAll(ask.Operation, ".", "/"))
		case 2:
			odd.Account = " " + ask.Account
		case 3:
			odd.Region = strings.ToLower(ask.Region)
		case 4:
			odd.Operation = ask.Operation + "."
		}
		narrow := policy.Caller{}
		for _, rule := range c.Rules { // only rules that narrow what was misspelt can tell
			rule.Operations, rule.Regions, rule.Accounts = append(rule.Operations, "ads.sp.campaigns.list"), append(rule.Regions, "NA"), append(rule.Accounts, "1")
			narrow.Rules = append(narrow.Rules, rule)
		}
		if odd != ask && narrow.Allow(odd).Allowed && !narrow.Allow(ask).Allowed {
			r.Fatalf("%+v is allowed, %+v is not", odd, ask)
		}
	})
}

func TestLive(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for name, c := range map[string]struct {
		caller policy.Caller
		pass   policy.Pass
		want   bool
	}{
		"good":           {policy.Caller{}, policy.Pass{}, true},
		"not yet ended":  {policy.Caller{}, policy.Pass{Expires: now.Add(1)}, true},
		"ended":          {policy.Caller{}, policy.Pass{Expires: now}, false},
		"revoked":        {policy.Caller{}, policy.Pass{Revoked: now.Add(time.Hour)}, false},
		"caller revoked": {policy.Caller{Revoked: now}, policy.Pass{}, false},
	} {
		if got := c.caller.Live(&c.pass, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
