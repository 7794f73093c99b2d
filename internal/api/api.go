// Package api is the control API: what an operator may do, for the command line, for scripts and for the console.
//
// It is described by OpenAPI 3.1 at /api/openapi.json, which a golden file holds fast. Every route is one small function over
// vault, broker, policy and doctor; nothing is decided here but who may ask. Over the control socket the kernel has said who
// is there; over TCP a session's bearer token does. A refusal is problem+json (RFC 9457) with the catalogue's code, owner and fix.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/console"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Vault is what the API needs of *vault.Vault for apps.
type Vault interface {
	AddApp(ctx context.Context, by audit.Actor, n vault.NewApp) (vault.App, error)
	Apps(ctx context.Context) ([]vault.App, error)
	AppNamed(ctx context.Context, name string) (vault.App, error)
	ReplaceApp(ctx context.Context, by audit.Actor, app id.App, n vault.NewSecret) (vault.Version, error)
	RemoveApp(ctx context.Context, by audit.Actor, app id.App) error
}

// Credentials is what it needs of *vault.Vault for credentials.
type Credentials interface {
	Credentials(ctx context.Context) ([]vault.Credential, error)
	Credential(ctx context.Context, c id.Credential) (vault.Credential, error)
	Reveal(ctx context.Context, by audit.Actor, c id.Credential, version int64) (secret.Value, error)
}

// Broker is what it needs of *broker.Broker.
type Broker interface {
	Begin(ctx context.Context, by audit.Actor, c broker.Connect) (broker.Consent, error)
	Adopt(ctx context.Context, by audit.Actor, c broker.Connect, refresh secret.Value) (broker.Grant, error)
	ConnectCredentials(ctx context.Context, by audit.Actor, c broker.Connect) (broker.Grant, error)
	Grants() []broker.Grant
	GrantNamed(name string) (broker.Grant, bool)
	Attempts(ctx context.Context, g id.Grant, limit int) ([]broker.Attempt, error)
	Refresh(ctx context.Context, g id.Grant) (broker.Grant, error)
	Revoke(ctx context.Context, by audit.Actor, g id.Grant) (problem.Problem, error)
}

// Consents is what it needs of *console.Console: consents that are under way.
type Consents interface {
	Begin(c broker.Consent) (ticket string)
	Consent(ticket string) (console.State, bool)
	Finish(ctx context.Context, c broker.Callback) (broker.Grant, error)
}

// Callers is what it needs of *policy.Registry.
type Callers interface {
	Add(ctx context.Context, by audit.Actor, n policy.NewCaller) (policy.Caller, secret.Value, error)
	List(ctx context.Context) ([]policy.Caller, error)
	Revoke(ctx context.Context, by audit.Actor, c id.Caller) error
}

// Operators is what it needs of *operator.Registry.
type Operators interface {
	SignIn(ctx context.Context, name string, password secret.Value) (secret.Value, time.Time, error)
	Check(ctx context.Context, token string) (operator.Operator, error)
	SignOut(ctx context.Context, token string) error
}

// Config is what an API needs.
type Config struct {
	Version     string
	Vault       Vault
	Credentials Credentials
	Broker      Broker
	Consents    Consents
	Callers     Callers
	Operators   Operators
	Sites       Sites
	KeyPairs    KeyPairs
	Intake      Intake
	Rotations   Rotations
	Push        Push
	Audit       audit.Sink       // Told of what a viewer was refused. Defaults to nobody.
	Now         func() time.Time // Defaults to time.Now.

	Status func() Status                                                     // what is running, and where
	Verify func(ctx context.Context, g id.Grant) error                       // asks Amazon which accounts a grant opens
	Call   func(ctx context.Context, by audit.Actor, c Call) (Called, error) // one call as the operator
	Doctor func(ctx context.Context, name string) ([]Finding, error)         // looks at an app, a grant or everything
	Scopes func(program string) []string                                     // asked for by default

	// Ads answers the normalised Ads API for an operator; path is what stands behind /api/v1/ads. Defaults to nothing being there.
	Ads func(w http.ResponseWriter, r *http.Request, by audit.Actor, path string)

	Find         func(ctx context.Context, app lwa.App) (lwa.App, error) // finds out a credential's version and region. Defaults to what was given.
	OwnAuthority func(program string) bool                               // whether nobody consents to a program's grants. Defaults to no.
}

// API is the control API.
type API struct {
	cfg  Config
	mux  *http.ServeMux
	spec func() ([]byte, error)
}

// New builds the API and its description.
func New(cfg Config) *API {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Find == nil {
		cfg.Find = func(_ context.Context, app lwa.App) (lwa.App, error) { return app, nil }
	}
	if cfg.OwnAuthority == nil {
		cfg.OwnAuthority = func(string) bool { return false }
	}
	a := &API{cfg: cfg, mux: http.NewServeMux()}
	conf := huma.DefaultConfig("Lockkeeper's control API", "1")
	conf.OpenAPI.OpenAPI = "3.1.0"
	conf.DocsPath, conf.SchemasPath, conf.OpenAPIPath = "", "", "" // its pages would load from other hosts
	conf.CreateHooks = nil
	conf.Transformers = []huma.Transformer{asFailure}
	conf.Info.Description = "What an operator may do. On this machine the control socket needs no sign-in; over TCP send a session's token."
	conf.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer"}}
	conf.Security = []map[string][]string{{"session": {}}}
	h := humago.New(a.mux, conf)
	a.routes(h)
	a.spec = sync.OnceValues(func() ([]byte, error) { // a start does not wait for what few ask for
		spec, err := json.MarshalIndent(h.OpenAPI(), "", "  ")
		return append(spec, '\n'), err
	})
	a.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		spec, err := a.spec()
		if err != nil {
			http.Error(w, "the description cannot be written", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(spec)
	})
	if cfg.Ads != nil {
		a.mux.HandleFunc(base+"/ads/", func(w http.ResponseWriter, r *http.Request) {
			cfg.Ads(w, r, actor(r.Context()), strings.TrimPrefix(r.URL.EscapedPath(), base+"/ads"))
		})
	}
	return a
}

// Spec is the API's description.
func (a *API) Spec() ([]byte, error) { return a.spec() }

func (a *API) routes(h huma.API) {
	a.statusRoutes(h)
	a.appRoutes(h)
	a.grantRoutes(h)
	a.consentRoutes(h)
	a.credentialRoutes(h)
	a.keyRoutes(h)
	a.callerRoutes(h)
	a.pushRoutes(h)
	a.callRoutes(h)
	a.siteRoutes(h)
	a.sessionRoutes(h)
	a.pastedRoutes(h)
}

// problemOf is the one place where an error becomes a problem. What is none is ours: logged as such, and told without its words.
func problemOf(err error) problem.Problem {
	switch {
	case errors.Is(err, operator.ErrDenied):
		return problem.New(problem.OperatorDenied)
	case errors.Is(err, operator.ErrTooMany):
		return problem.New(problem.OperatorTooMany)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return problem.New(problem.APIInternal).With("it took too long, or the asker went away").Because(err)
	}
	if p, ok := problem.Of(err); ok {
		return p
	}
	return problem.New(problem.APIInternal).Because(err)
}
