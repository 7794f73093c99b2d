// Package console serves the pages that a browser sees: what is kept, how it fares, whose turn it is, and the way to the next key.
//
// The pages are html/template over a struct each, with one stylesheet and one small script that nothing depends on. They load
// nothing from elsewhere, and go nowhere that a request asks them to go: there is no parameter for a next page, so there is no
// open redirect. Everything but the way to Amazon and back needs an operator's session; a viewer looks, an operator acts. No secret is
// in any page, save a pass in the answer to its making. Everything that came from outside is escaped and named as such.
package console

import (
	"context"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Broker is what the console needs of *broker.Broker.
type Broker interface {
	Begin(ctx context.Context, by audit.Actor, c broker.Connect) (broker.Consent, error)
	Finish(ctx context.Context, c broker.Callback) (broker.Grant, error)
	ConnectCredentials(ctx context.Context, by audit.Actor, c broker.Connect) (broker.Grant, error)
	Grants() []broker.Grant
	GrantNamed(name string) (broker.Grant, bool)
	Attempts(ctx context.Context, g id.Grant, limit int) ([]broker.Attempt, error)
	Refresh(ctx context.Context, g id.Grant) (broker.Grant, error)
	Revoke(ctx context.Context, by audit.Actor, g id.Grant) (problem.Problem, error)
	Enable(ctx context.Context, by audit.Actor, g id.Grant) error
	Disable(ctx context.Context, by audit.Actor, g id.Grant) error
}

// Vault is what it needs of *vault.Vault. It cannot ask for a secret's text.
type Vault interface {
	AddApp(ctx context.Context, by audit.Actor, n vault.NewApp) (vault.App, error)
	Apps(ctx context.Context) ([]vault.App, error)
	Credentials(ctx context.Context) ([]vault.Credential, error)
}

// Callers is what it needs of *policy.Registry.
type Callers interface {
	Add(ctx context.Context, by audit.Actor, n policy.NewCaller) (policy.Caller, secret.Value, error)
	AddPass(ctx context.Context, by audit.Actor, caller id.Caller, n policy.NewPass) (policy.Pass, secret.Value, error)
	List(ctx context.Context) ([]policy.Caller, error)
	Revoke(ctx context.Context, by audit.Actor, c id.Caller) error
	RevokePass(ctx context.Context, by audit.Actor, p id.Pass) error
}

// Operators is what it needs of *operator.Registry.
type Operators interface {
	SignIn(ctx context.Context, name string, password secret.Value) (secret.Value, time.Time, error)
	Check(ctx context.Context, token string) (operator.Operator, error)
	SignOut(ctx context.Context, token string) error
	ChangePassword(ctx context.Context, name string, old, fresh secret.Value) error
}

// Audit is what it needs of *store.Store: the log, to be read and to be told what a viewer was refused.
type Audit interface {
	audit.Sink
	AuditEntries(ctx context.Context, object string, before int64, limit int) ([]audit.Recorded, error)
}

// A Finding is what the doctor found.
type Finding struct {
	Check   string
	OK      bool
	Detail  string
	Problem *problem.Problem
}

// Config is what a Console needs.
type Config struct {
	Broker    Broker
	Vault     Vault
	Callers   Callers
	Operators Operators
	Sites     Sites
	KeyPairs  KeyPairs
	Rotations Rotations
	Audit     Audit
	Intake    Intake
	Now       func() time.Time

	Scopes func(program string) []string // asked for by default

	OwnAuthority func(program string) bool // whether nobody consents to a program's grants. Defaults to no.

	Verify func(ctx context.Context, g id.Grant) error                // asks Amazon which accounts a grant opens
	Doctor func(ctx context.Context, grant string) ([]Finding, error) // looks at a grant

	ReturnURL string // what Amazon must list among the Allowed Return URLs
	Gateway   string // where software calls

	// Sandbox says that apps of the sandbox may be kept. Defaults to false.
	Sandbox bool

	// Secure marks cookies for https only. Set it where browsers reach the console by https. Defaults to false.
	Secure bool
}

// Console serves the pages, and knows how each consent that was begun here fares.
type Console struct {
	cfg      Config
	consents consents
	assets   assets
}

// New returns a Console.
func New(cfg Config) *Console {
	return &Console{cfg: cfg, consents: consents{byID: map[string]*consent{}}, assets: readAssets()}
}

// Routes puts the pages on mux. This is the site map.
func (c *Console) Routes(mux *http.ServeMux) {
	open := func(pattern string, h http.HandlerFunc) { mux.HandleFunc(pattern, h) }
	look := func(pattern string, h handler) { mux.HandleFunc(pattern, c.signedIn(h)) }
	act := func(pattern string, h handler) { mux.HandleFunc(pattern, c.signedIn(c.operatorsOnly(pattern, h))) }

	open("GET /sign-in", c.signInForm)
	open("POST /sign-in", c.signIn)
	open("GET /oauth/start/{ticket}", onlyGet(c.start))
	open("GET /oauth/callback", onlyGet(c.callback))
	open("GET /static/{hash}/{name}", c.asset)
	open("/", c.nothingHere)

	look("GET /{$}", c.overview)
	look("GET /lanes.svg", c.lanesPicture)
	look("GET /guide", c.guides)
	look("GET /guide/{task}", c.guide)
	look("GET /grants", c.grants)
	look("GET /grants/{name}", c.grant)
	look("GET /grants/{name}/lane.svg", c.lanePicture)
	look("GET /apps", c.apps)
	look("GET /keys", c.keys)
	look("GET /credentials", c.credentials)
	look("GET /callers", c.callers)
	look("GET /links", c.links)
	look("POST /links", c.tagLinks)
	look("GET /links/sites/{name}/sales.svg", c.salesPicture)
	look("GET /log", c.refreshLog)
	look("GET /audit", c.auditLog)
	look("GET /appkey", c.appKeyForm)
	look("POST /appkey", c.checkAppKey)
	look("GET /account", c.account)
	look("POST /account/password", c.changePassword)
	look("POST /sign-out", c.signOut)

	act("GET /connect", c.connectForm)
	act("POST /connect", c.connect)
	act("GET /connect/{ticket}", c.connecting)
	act("POST /grants/{name}/refresh", c.refreshGrant)
	act("POST /grants/{name}/verify", c.verifyGrant)
	act("POST /grants/{name}/keys", c.syncKeys)
	act("POST /grants/{name}/rotation", c.rotateKey)
	act("POST /grants/{name}/doctor", c.examineGrant)
	act("POST /grants/{name}/disable", c.disableGrant)
	act("POST /grants/{name}/enable", c.enableGrant)
	act("GET /grants/{name}/revoke", c.revokeGrantForm)
	act("POST /grants/{name}/revoke", c.revokeGrant)
	act("POST /apps", c.addApp)
	act("GET /add", c.pasteForm)
	act("POST /add", c.paste)
	act("GET /add/{ticket}", c.pasted)
	act("POST /add/{ticket}/keep", c.keepPasted)
	act("POST /add/{ticket}/forget", c.forgetPasted)
	act("POST /links/sites", c.addSite)
	act("POST /links/sites/{name}/sales", c.setSales)
	act("GET /links/sites/{name}/remove", c.removeSiteForm)
	act("POST /links/sites/{name}/remove", c.removeSite)
	act("POST /callers", c.addCaller)
	act("POST /callers/{name}/pass", c.addPass)
	act("GET /callers/{name}/revoke", c.revokeCallerForm)
	act("POST /callers/{name}/revoke", c.revokeCaller)
	act("POST /callers/{name}/passes/{pass}/revoke", c.revokePass)
}

// onlyGet refuses HEAD, which ServeMux takes for GET: who only looks at a link, as scanners of messages do, shall not use it up.
func onlyGet(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		h(w, r)
	}
}
