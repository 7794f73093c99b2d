package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// callbackPath is part of the return URL that Amazon must know.
const callbackPath = "/oauth/callback"

// start binds the browser that opens it to a consent and sends it on to Amazon. It works once, so that a link that was seen
// by somebody else is of no use to him after the right person opened it.
func (c *Console) start(w http.ResponseWriter, r *http.Request) {
	begun, ok := c.take(r.PathValue("ticket"))
	if !ok {
		c.unconsented(w, r, problem.New(problem.ConsentUnknownLink), "")
		return
	}
	http.SetCookie(w, c.cookie(begun.State, begun.Binding.Reveal(), int(begun.Expires.Sub(c.cfg.Now()).Seconds())))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", begun.URL)
	w.WriteHeader(http.StatusFound)
}

// callback takes the browser back from Amazon. It reads five parameters and follows none: whatever else the address holds,
// such as a place to go next, is ignored.
func (c *Console) callback(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		c.unconsented(w, r, problem.New(problem.ConsentReturnedForm), "")
		return
	}
	call := CallbackOf(q)
	if cookie, err := r.Cookie(cookieName(call.State)); err == nil {
		call.Binding = secret.New(cookie.Value)
	}
	http.SetCookie(w, c.cookie(call.State, "", -1))
	g, err := c.Finish(r.Context(), call)
	if err != nil {
		c.unconsented(w, r, asProblem(err), call.ErrorDescription)
		return
	}
	c.finished(w, r, g)
}

// donePage says what a consent opened. Where it opened nothing, the findings say why: most often another Amazon account was signed in
// than the one that opens the Amazon Ads console.
type donePage struct {
	Grant    string
	Region   string
	Accounts []canon.Account
	Findings []Finding
}

func (donePage) template() string { return "done" }
func (donePage) title() string    { return "Connected" }

func (c *Console) finished(w http.ResponseWriter, r *http.Request, g broker.Grant) {
	p := donePage{Grant: g.Name, Region: string(g.Region), Accounts: g.Accounts}
	if now, ok := c.cfg.Broker.GrantNamed(g.Name); ok {
		p.Accounts = now.Accounts
	}
	if len(p.Accounts) == 0 {
		p.Findings = c.wrong(r.Context(), g.Name)
	}
	render(c, w, r, operator.Operator{}, http.StatusOK, p)
}

// unconsentedPage says why no consent came of it, and how to begin anew.
type unconsentedPage failPage

func (unconsentedPage) template() string { return "unconsented" }
func (unconsentedPage) title() string    { return "Not connected" }

func (c *Console) unconsented(w http.ResponseWriter, r *http.Request, p problem.Problem, said string) {
	w.Header().Set("Lockkeeper-Problem", string(p.Code))
	render(c, w, r, operator.Operator{}, status(p), unconsentedPage{Problem: p, Said: obs.Scrub(said)})
}

// wrong is what the doctor finds to be wrong with a grant, and nothing where he cannot be asked.
func (c *Console) wrong(ctx context.Context, grant string) []Finding {
	found, err := c.cfg.Doctor(ctx, grant)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Problem == nil })
}

// Finish lets the broker finish a consent and notes how it went, for whoever waits for it.
func (c *Console) Finish(ctx context.Context, call broker.Callback) (broker.Grant, error) {
	g, err := c.cfg.Broker.Finish(ctx, call)
	c.decided(call.State, call.Binding, &g, err)
	return g, err
}

// CallbackOf reads the parameters of a return address. One that stands twice counts as missing: it has no meaning.
func CallbackOf(q url.Values) broker.Callback {
	one := func(name string) string {
		if v := q[name]; len(v) == 1 && len(v[0]) <= 4096 {
			return v[0]
		}
		return ""
	}
	return broker.Callback{
		State: one("state"), Code: secret.New(one("code")), Error: one("error"), ErrorDescription: clip(one("error_description")), ISS: one("iss"),
	}
}

// clip keeps a foreign text short.
func clip(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// cookie is Lax, so that it comes along when Amazon sends the browser back, and goes to the callback alone. Its name holds the
// state's hash, so that two consents in one browser do not disturb each other.
func (c *Console) cookie(state, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(state), Value: value, Path: callbackPath, MaxAge: seconds,
		HttpOnly: true, Secure: c.cfg.Secure, SameSite: http.SameSiteLaxMode,
	}
}

func cookieName(state string) string {
	sum := sha256.Sum256([]byte(state))
	return "lockkeeper-consent-" + hex.EncodeToString(sum[:8])
}
