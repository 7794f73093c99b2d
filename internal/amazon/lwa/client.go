package lwa

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// An App is a security profile, as far as Login with Amazon needs to know it.
type App struct {
	ClientID string
	Secret   secret.Value // zero for a public client with PKCE
	Realm    amazon.Realm
	Region   canon.Region

	// Of an application that works on its own authority:
	Program string    // whose exchange it is
	Version string    // of its credential, where the program's have versions: "3.1"
	Created time.Time // when the credential came here; a refusal soon after may only mean that Amazon does not know it yet
}

// A Client speaks to Login with Amazon. The zero value lacks only its Sender.
type Client struct {
	Sender  amazon.Sender
	Now     func() time.Time // Defaults to time.Now.
	Timeout time.Duration    // Of one exchange. Defaults to 30 seconds.
}

// Tokens are what a token request gave.
type Tokens struct {
	Access    secret.Value
	Refresh   secret.Value // zero: unchanged, or none was given
	ExpiresIn time.Duration
	Scope     string // only where Amazon says it, as for client credentials
}

// A Class says what an outcome means for the credential that was sent (refresh-protocol, table).
type Class string

// The classes of outcome.
const (
	Granted     Class = "granted"      // a whole, parsed 200
	NotConsumed Class = "not_consumed" // nothing left this machine: the same may be sent again
	Throttled   Class = "throttled"    // 429: not consumed, wait
	BadClient   Class = "bad_client"   // invalid_client: the app's secret or client id
	WrongClient Class = "wrong_client" // unauthorized_client: another app's token
	BadGrant    Class = "bad_grant"    // invalid_grant: consumed, revoked or foreign
	Pending     Class = "pending"      // the client is refused, but so new that Amazon may not know it yet: wait and try again
	Ambiguous   Class = "ambiguous"    // anything else: Amazon may or may not have acted
)

// A Result is one attempt at the token endpoint, with all that an attempt's row keeps.
type Result struct {
	Tokens      *Tokens // nil unless Class is Granted
	Class       Class
	Problem     problem.Problem // zero if Granted
	Status      int             // HTTP status, 0 if no answer came
	AmazonError string          // Amazon's `error`, if it sent one
	RetryAfter  time.Duration   // what a 429 or 503 asked for; 0 if it did not say
	Wrote       bool            // bytes of the request may have reached Amazon
	Took        time.Duration
}

// A Code is what came back from the consent page, to be exchanged.
type Code struct {
	Code      secret.Value
	ReturnURL string       // the very one of the authorize request
	Verifier  secret.Value // PKCE; zero if no challenge was sent
}

// Exchange turns a code into tokens. A code lives five minutes and works once (ads-lwa 1.2).
func (c Client) Exchange(ctx context.Context, app App, code Code) Result {
	form := []amazon.Field{amazon.Plain("grant_type", "authorization_code"), {Name: "code", Value: code.Code}}
	if code.ReturnURL != "" {
		form = append(form, amazon.Plain("redirect_uri", code.ReturnURL))
	}
	if !code.Verifier.IsZero() {
		form = append(form, amazon.Field{Name: "code_verifier", Value: code.Verifier})
	}
	return c.token(ctx, app, form)
}

// Refresh asks for a new access token.
func (c Client) Refresh(ctx context.Context, app App, refresh secret.Value) Result {
	return c.token(ctx, app, []amazon.Field{amazon.Plain("grant_type", "refresh_token"), {Name: "refresh_token", Value: refresh}})
}

// ClientCredentials asks for a token of the app's own authority.
func (c Client) ClientCredentials(ctx context.Context, app App, scopes ...string) Result {
	return c.token(ctx, app, []amazon.Field{amazon.Plain("grant_type", "client_credentials"), amazon.Plain("scope", strings.Join(scopes, " "))})
}

// A Credentialed is an amazon.Program that gets tokens of an application's own authority elsewhere, or in another shape, than
// ClientCredentials does.
type Credentialed interface {
	// ClientCredentials sends one token request by c.Ask. A refusal's Problem may be in the program's own words.
	ClientCredentials(ctx context.Context, c Client, app App, scopes ...string) Result
}

// A Finder is an amazon.Program that finds out what a person cannot be expected to know of an application's credential.
type Finder interface {
	// FindApp fills in version and region, asking token endpoints only where they are not known, each at most once.
	FindApp(ctx context.Context, c Client, app App) (App, error)
}

// Ask sends a token request that is made elsewhere and classes its answer as all others are. Call.Host defaults to the region's.
func (c Client) Ask(ctx context.Context, app App, call amazon.Call) Result {
	answer, err := c.send(ctx, app, call)
	return c.judge(answer, err)
}

// token sends one token request in the documented shape, a form with the client's credentials inside (ads-lwa 1.5).
func (c Client) token(ctx context.Context, app App, form []amazon.Field) Result {
	form = append(form, amazon.Plain("client_id", app.ClientID))
	if !app.Secret.IsZero() {
		form = append(form, amazon.Field{Name: "client_secret", Value: app.Secret})
	}
	answer, err := c.send(ctx, app, amazon.Call{
		Method: http.MethodPost,
		Path:   TokenPath,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
		Inject: amazon.Injection{Form: form},
	})
	return c.judge(answer, err)
}

func (c Client) send(ctx context.Context, app App, call amazon.Call) (*amazon.Answer, error) {
	call.Realm = app.Realm
	if call.Host == "" {
		call.Host = Hosts(app.Region).API
	}
	call.Timeout = c.Timeout
	if call.Timeout == 0 {
		call.Timeout = 30 * time.Second
	}
	call.Limit = 1 << 20
	return c.Sender.Send(ctx, call)
}

func (c Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// NewVerifier makes a PKCE verifier: 43 characters of the unreserved set (RFC 7636 section 4.1).
func NewVerifier() secret.Value {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	return secret.New(base64.RawURLEncoding.EncodeToString(raw))
}

// Challenge returns the S256 challenge of a verifier (RFC 7636 section 4.2).
func Challenge(verifier secret.Value) string {
	sum := sha256.Sum256([]byte(verifier.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
