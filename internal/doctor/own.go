package doctor

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// OwnApp checks an application that works on its own authority: the form of its credential, then whether its token endpoint takes it. That
// takes one token, which is thrown away, and changes nothing. handover says whether an older credential is still kept beside it.
func (d Doctor) OwnApp(ctx context.Context, p amazon.Program, a lwa.App, handover bool) []Check {
	var checks []Check
	if checker, ok := p.(amazon.AppChecker); ok {
		form := passed("credential_form", a.ClientID)
		if err := checker.CheckApp(a.ClientID, a.Secret, a.Version); err != nil {
			why, _ := problem.Of(err)
			return append(checks, found("credential_form", Broken, why), found("credential", Unknown, problem.New(problem.DoctorNotAsked)))
		}
		checks = append(checks, form)
	}
	exchanger, ok := p.(lwa.Credentialed)
	if !ok {
		return checks
	}
	switch r := exchanger.ClientCredentials(ctx, d.LWA, a); r.Class {
	case lwa.Granted:
		detail := "Amazon gives tokens for it, version " + a.Version
		if handover {
			detail += "; it has taken over, so the older credential may be deleted at Amazon"
		}
		checks = append(checks, passed("credential", detail))
	case lwa.Pending:
		checks = append(checks, found("credential", Note, r.Problem))
	case lwa.BadClient:
		checks = append(checks, found("credential", Broken, r.Problem))
	default:
		checks = append(checks, found("credential", Unknown, r.Problem))
	}
	return checks
}

// eligible asks whether Amazon answers for the account, which its token does not tell.
func (d Doctor) eligible(ctx context.Context, g Grant, p amazon.EligibilityChecker) []Check {
	why, err := p.Eligible(ctx, g.Asker, g.App.Region)
	switch lost, _ := problem.Of(err); {
	case err != nil && lost.Code != "":
		return []Check{found("eligibility", Unknown, lost)}
	case err != nil:
		return []Check{found("eligibility", Unknown, problem.New(problem.DoctorNotAsked).Because(err))}
	case why != nil:
		return []Check{found("eligibility", Broken, *why)}
	}
	return []Check{passed("eligibility", "Amazon answers for the account")}
}

// own reports whether a program's grants are an app's own authority: nobody consented, so nobody is asked who did.
func own(p amazon.Program) bool { return p.Descriptor().Auth == "client_credentials" }

// regionsOf are those in which a grant can open something.
func regionsOf(g Grant) []canon.Region {
	if own(g.Program) && g.App.Region != "" {
		return []canon.Region{g.App.Region}
	}
	return canon.Regions()
}
