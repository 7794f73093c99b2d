package creators

import (
	"context"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Activation is how long a new credential may be refused until Amazon knows it (creators-paapi-aws 3.1: up to 48 hours).
const Activation = 48 * time.Hour

// ClientCredentials implements lwa.Credentialed: a form for Cognito, JSON for Login with Amazon, as Amazon's own SDKs send it. The
// scope is the version's, whatever scopes the grant has, since it may have been made for a credential of the other wire.
func (p *Program) ClientCredentials(ctx context.Context, c lwa.Client, app lwa.App, _ ...string) lwa.Result {
	v, ok := ParseVersion(app.Version)
	if !ok {
		return lwa.Result{Class: lwa.NotConsumed, Problem: problem.New(problem.CreatorsVersionUnknown).With("%q", app.Version)}
	}
	return p.named(app, now(c), c.Ask(ctx, app, tokenCall(v, app)))
}

func tokenCall(v Version, app lwa.App) amazon.Call {
	host, path := v.TokenEndpoint()
	fields := []amazon.Field{
		amazon.Plain("grant_type", "client_credentials"), amazon.Plain("client_id", app.ClientID),
		{Name: "client_secret", Value: app.Secret},
		amazon.Plain("scope", v.Scope()),
	}
	call := amazon.Call{Host: host, Method: http.MethodPost, Path: path, Header: http.Header{"Accept": {"application/json"}}}
	if v.Cognito() {
		call.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		call.Inject.Form = fields
		return call
	}
	call.Header.Set("Content-Type", "application/json")
	call.Inject.JSON = fields
	return call
}

// named gives a refusal this program's name. Both endpoints say invalid_client for everything that is wrong with a credential: its id,
// its secret, its region, and that it is too new (creators-paapi-aws 3.2); only its age can tell the last from the others.
func (p *Program) named(app lwa.App, now time.Time, r lwa.Result) lwa.Result {
	evidence := r.Problem.Evidence
	switch r.Class {
	case lwa.BadClient, lwa.BadGrant, lwa.WrongClient: // Cognito's words differ; none of them can mean a consent here
		r.Class, r.Problem = lwa.BadClient, problem.New(problem.CreatorsCredentialRefused)
		if !app.Created.IsZero() && now.Sub(app.Created) < Activation {
			r.Class, r.Problem = lwa.Pending, problem.New(problem.CreatorsCredentialPending)
		}
	case lwa.Ambiguous:
		if r.AmazonError != "invalid_scope" {
			return r
		}
		r.Problem = problem.New(problem.CreatorsScopeRefused)
	default:
		return r
	}
	r.Problem.Evidence = evidence
	return r
}

func now(c lwa.Client) time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
