package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Grant is what the doctor must know of a grant to examine it.
type Grant struct {
	Program amazon.Program
	App     lwa.App // its region is the grant's
	Health  string  // "ok", "blocked" and so on
	Problem problem.Code
	Since   time.Time

	Access  secret.Value // zero where there is no token
	Expires time.Time

	Known []canon.Account             // as of the last listing
	Asker amazon.Asker                // sends the grant's own calls
	Keep  func([]canon.Account) error // told what Amazon lists now. Defaults to nothing.
}

// Grant examines a grant: its health, its token, who consented, and what it opens. What a failure hides is called unknown, not well.
func (d Doctor) Grant(ctx context.Context, g Grant) []Check {
	health := passed("health", g.Health)
	if p, ok := problem.Known(g.Problem); ok {
		health = found("health", Broken, p)
		health.Detail = g.Health
		if !g.Since.IsZero() {
			health.Detail += " since " + g.Since.UTC().Format(time.RFC3339)
		}
	}
	checks := []Check{health}
	if g.Health == "blocked" || g.Health == "disabled" {
		return checks // nothing is sent for it
	}
	expiry, usable := d.expiry(g)
	checks = append(checks, expiry)
	if !usable {
		return append(checks, found("accounts", Unknown, problem.New(problem.DoctorNotAsked)))
	}
	if own(g.Program) {
		if p, ok := g.Program.(amazon.EligibilityChecker); ok && g.Asker != nil {
			return append(checks, d.eligible(ctx, g, p)...)
		}
		return append(checks, d.accounts(ctx, g, true)...)
	}
	alive, good := d.alive(ctx, g)
	checks = append(checks, alive, d.user(ctx, g))
	return append(checks, d.accounts(ctx, g, good)...)
}

// expiry looks at the clock alone.
func (d Doctor) expiry(g Grant) (Check, bool) {
	left := g.Expires.Sub(d.now())
	switch {
	case g.Access.IsZero():
		return found("token", Broken, problem.New(problem.DoctorNoToken)), false
	case left <= 0:
		return found("token", Broken, problem.New(problem.DoctorTokenExpired).With("since %s", (-left).Round(time.Second))), false
	}
	return passed("token", "good for another "+left.Round(time.Second).String()), true
}

// alive asks Login with Amazon whether the token is one, and whose.
func (d Doctor) alive(ctx context.Context, g Grant) (Check, bool) {
	info, err := d.LWA.TokenInfo(ctx, g.App, g.Access)
	if p, ok := problem.Of(err); ok {
		if p.Code == problem.LWAAccessTokenRefused {
			return found("token_alive", Broken, p), false
		}
		return found("token_alive", Unknown, p), false
	}
	if info.Audience != g.App.ClientID {
		return found("token_alive", Broken, problem.New(problem.DoctorOtherClient)), false
	}
	return passed("token_alive", "Login with Amazon says it lives another "+info.Left.String()), true
}

// user asks who consented. It is the one way to tell a wrong Amazon user from an empty account, but calls work without it.
func (d Doctor) user(ctx context.Context, g Grant) Check {
	user, err := d.LWA.Profile(ctx, g.App, g.Access)
	if p, ok := problem.Of(err); ok {
		if p.Code == problem.LWAInsufficientScope {
			return found("user", Note, p)
		}
		return found("user", Unknown, p)
	}
	switch {
	case user.Name != "" && user.Email != "":
		return passed("user", fmt.Sprintf("%s <%s> consented", user.Name, user.Email))
	case user.Email != "" || user.Name != "":
		return passed("user", user.Email+user.Name+" consented")
	}
	return passed("user", user.ID+" consented")
}

// accounts asks which accounts the grant opens and what there is to know of them.
func (d Doctor) accounts(ctx context.Context, g Grant, alive bool) []Check {
	lister, ok := g.Program.(amazon.AccountLister)
	if !ok || g.Asker == nil {
		return nil
	}
	now, problems, err := lister.Accounts(ctx, g.Asker, regionsOf(g))
	var checks []Check
	for _, p := range problems {
		checks = append(checks, found("accounts", Broken, d.deeper(g, p, alive)))
	}
	if err != nil {
		if len(checks) == 0 {
			p, ok := problem.Of(err)
			if !ok {
				p = problem.New(problem.DoctorNotAsked).Because(err)
			}
			checks = append(checks, found("accounts", Unknown, p))
		}
		return once(checks)
	}
	if len(now) > 0 {
		checks = append(checks, passed("accounts", count(now)))
	}
	if g.Keep != nil && len(problems) == 0 {
		if err := g.Keep(now); err != nil {
			checks = append(checks, found("accounts", Unknown, problem.New(problem.DoctorNotAsked).Because(err)))
		}
	}
	code := g.Program.Descriptor().Code
	each := func(name string, r Result, entry string, match func(canon.Account) bool, in []canon.Account) {
		var names []string
		for _, a := range in {
			if match(a) {
				names = append(names, a.Country+" "+a.ID)
			}
		}
		if p, known := of(code, entry); known && len(names) > 0 {
			checks = append(checks, found(name, r, p.With("%s", list(names))))
		}
	}
	each("view_only", Note, "view_only_accounts", func(a canon.Account) bool { return a.ViewOnly }, now)
	each("payment", Broken, "payment_invalid", func(a canon.Account) bool { return a.PaymentValid != nil && !*a.PaymentValid }, now)
	each("agency", Note, "agency_profile", func(a canon.Account) bool { return a.Kind == canon.Agency }, now)
	each("propagation", Note, "link_propagating", func(a canon.Account) bool {
		return len(g.Known) > 0 && !slices.ContainsFunc(g.Known, same(a)) // new since the last listing
	}, now)
	if len(problems) == 0 {
		each("lost", Broken, "access_lost", func(a canon.Account) bool { return !slices.ContainsFunc(now, same(a)) }, g.Known)
	}
	return once(checks)
}

// deeper tells a token that Amazon's Ads servers refuse although Login with Amazon calls it good: then the security profile is not linked.
func (d Doctor) deeper(g Grant, p problem.Problem, alive bool) problem.Problem {
	if !alive || !amazon.TokenRefused(p.Code) {
		return p
	}
	q, ok := of(g.Program.Descriptor().Code, "security_profile_not_linked")
	if !ok {
		return p
	}
	q.Detail, q.Evidence = p.Detail, "Login with Amazon calls the token good; "+p.Evidence
	return q
}

// once drops checks of one name and problem after the first: three regions that refuse alike are one trouble.
func once(checks []Check) []Check {
	var out []Check
	for _, c := range checks {
		i := slices.IndexFunc(out, func(o Check) bool {
			return o.Name == c.Name && o.Problem != nil && c.Problem != nil && o.Problem.Code == c.Problem.Code
		})
		if i < 0 {
			out = append(out, c)
		} else if c.Detail != "" && out[i].Detail != "" {
			out[i].Detail += "; " + c.Detail
		}
	}
	return out
}

func same(a canon.Account) func(canon.Account) bool {
	return func(b canon.Account) bool { return a.ID == b.ID && a.Region == b.Region }
}

// count says how many accounts each region has.
func count(accounts []canon.Account) string {
	text := ""
	for _, r := range canon.Regions() {
		n := 0
		for _, a := range accounts {
			if a.Region == r {
				n++
			}
		}
		if n > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s %d", r, n)
		}
	}
	noun := "accounts"
	if len(accounts) == 1 {
		noun = "account"
	}
	return fmt.Sprintf("%d %s: %s", len(accounts), noun, text)
}
