package creators

import (
	"context"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Found is what the token endpoints say of a credential.
type Found struct {
	Version Version    // whose endpoint gave a token; empty where none did
	Result  lwa.Result // of the exchange that settled it, or of the last
	Asked   []Version  // in this order, each at most once
}

// Find finds out which version a credential is of, since its id tells the wire and not the region (creators-paapi-aws 3.1). Endpoints
// are asked in turn, each at most once, those of the likely region first, until one gives a token; an endpoint that cannot be asked
// ends the search, for what it would have said is not known.
func (p *Program) Find(ctx context.Context, c lwa.Client, app lwa.App, likely canon.Region) Found {
	var f Found
	app.Created = time.Time{} // a new credential is refused everywhere alike; the caller says what that may mean
	for _, v := range Candidates(app.ClientID, app.Secret, likely) {
		f.Asked = append(f.Asked, v)
		app.Version, app.Region = string(v), v.Region()
		f.Result = p.ClientCredentials(ctx, c, app)
		switch {
		case f.Result.Class == lwa.Granted:
			f.Version = v
			return f
		case f.Result.Class == lwa.BadClient:
		case f.Result.Problem.Code == problem.CreatorsScopeRefused:
			return f // it exists here, and is for something else
		default:
			return f
		}
	}
	return f
}

// FindApp implements lwa.Finder. A version that is given is believed, so that a credential too new to be known anywhere can be kept.
func (p *Program) FindApp(ctx context.Context, c lwa.Client, app lwa.App) (lwa.App, error) {
	if err := p.CheckApp(app.ClientID, app.Secret, app.Version); err != nil {
		return app, err
	}
	if v, ok := ParseVersion(app.Version); ok {
		app.Version, app.Region = string(v), v.Region()
		return app, nil
	}
	found := p.Find(ctx, c, app, app.Region)
	if found.Version == "" {
		why := found.Result.Problem
		if why.Code == problem.CreatorsCredentialRefused {
			asked := make([]string, len(found.Asked))
			for i, v := range found.Asked {
				asked[i] = string(v)
			}
			why = why.With("at the endpoints of versions %s; one that is too new to be known can be kept by giving its version", strings.Join(asked, ", "))
		}
		return app, why
	}
	app.Version, app.Region = string(found.Version), found.Version.Region()
	return app, nil
}

// Candidates are the versions that a credential of this form may be of, those of the likely region first.
func Candidates(clientID string, s secret.Value, likely canon.Region) []Version {
	var first, rest []Version
	for _, v := range Versions() {
		switch {
		case v.Cognito() == loginForm(clientID):
		case v.Region() == likely:
			first = append(first, v)
		default:
			rest = append(rest, v)
		}
	}
	return append(first, rest...)
}
