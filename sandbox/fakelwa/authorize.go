package fakelwa

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// ConsentHeader lets a script consent without pages: its value is the key of the consenting user, or "cancel". The
// query parameter sandbox_consent does the same, for scripts that only have the URL.
const (
	ConsentHeader    = "Sandbox-Consent"
	ConsentParameter = "sandbox_consent"
	sessionCookie    = "sandbox-session"
)

// An ask is an authorize request that has passed the checks which Amazon answers with an error page.
type ask struct {
	profile     *kit.SecurityProfile
	scopes      []string
	redirectURI string
	state       string
	hasState    bool
	challenge   string
	plain       bool
}

// authorize answers GET /ap/oa. Scripts are answered at once; people without a session are sent to sign in, which is what
// a cookie-less check of a fresh security profile looks for (ads-lwa 1.3); people with one see the consent page.
func (f *fake) authorize(x *kit.Exchange) kit.Response {
	a, refused := f.check(x)
	if refused != nil {
		return *refused
	}
	who := x.Header.Get(ConsentHeader)
	if who == "" {
		who = x.Query().Get(ConsentParameter)
	}
	if who == "" && !f.autoConsent.Is("off") {
		who = f.autoConsent.Get()
	}
	if who == "cancel" {
		return f.back(x, a, "access_denied", "Access not permitted.")
	}
	if who != "" {
		u := f.world.User(who)
		if u == nil {
			return kit.Text(http.StatusBadRequest, "text/plain; charset=utf-8", "lockkeeper sandbox: "+ConsentHeader+" names no user of this world\n")
		}
		return f.allow(x, a, u)
	}
	if u := f.session(x); u != nil {
		return page(http.StatusOK, consentPage, consentView{
			App: a.profile.Name, User: u, Scopes: a.scopes,
			Action: x.Base + "/ap/oa?" + x.RawQuery(), Other: signinURL(x),
		})
	}
	return kit.Redirect(signinURL(x))
}

// consent answers the form of the consent page.
func (f *fake) consent(x *kit.Exchange) kit.Response {
	a, refused := f.check(x)
	if refused != nil {
		return *refused
	}
	form, err := url.ParseQuery(string(x.Body))
	u := f.session(x)
	switch {
	case err != nil || u == nil:
		return kit.Redirect(signinURL(x))
	case form.Get("decision") == "allow":
		return f.allow(x, a, u)
	}
	return f.back(x, a, "access_denied", "Access not permitted.")
}

// check refuses what Amazon refuses with a page (ads-lwa 1.3), then what it tells the return URL. The order (client id,
// scope, return URL) is a guess; see divergences.md.
func (f *fake) check(x *kit.Exchange) (ask, *kit.Response) {
	q := x.Query()
	p := f.world.ProfileByClient(q.Get("client_id"))
	if p == nil {
		return ask{}, errorPage(x, reasonClient)
	}
	a := ask{
		profile: p, scopes: strings.Fields(q.Get("scope")), redirectURI: q.Get("redirect_uri"), state: q.Get("state"),
		hasState: q.Has("state"), challenge: q.Get("code_challenge"), plain: q.Get("code_challenge_method") != "S256",
	}
	x.Note("scope", q.Get("scope"))
	scopesGood := len(a.scopes) > 0 && !slices.ContainsFunc(a.scopes, func(s string) bool {
		return !p.AllowsScope(s) || (adsScope(s) && !p.Linked() && f.unlinked.Is("refuse"))
	})
	if !scopesGood && f.badScope.Is("page") {
		return a, errorPage(x, reasonScope)
	}
	if !p.AllowsReturnURL(a.redirectURI) {
		return a, errorPage(x, reasonReturnURL)
	}
	if q.Get("response_type") == "token" {
		return a, errorPage(x, reasonImplicit)
	}
	var r kit.Response
	switch method := q.Get("code_challenge_method"); {
	case !scopesGood:
		r = f.back(x, a, "invalid_scope", "An unknown scope was requested")
	case q.Get("response_type") == "":
		r = f.back(x, a, "invalid_request", "The request is missing a required parameter : response_type")
	case q.Get("response_type") != "code":
		r = f.back(x, a, "unsupported_response_type", "The authorization server does not support obtaining an authorization code using this method")
	case method != "" && method != "plain" && method != "S256":
		r = f.back(x, a, "invalid_request", "The request has an invalid parameter : code_challenge_method")
	default:
		return a, nil
	}
	return a, &r
}

// allow records the consent as a code and sends the browser back with code, scope and state in that order (ads-lwa 1.2).
func (f *fake) allow(x *kit.Exchange, a ask, u *kit.User) kit.Response {
	text := f.codes.give(f.world, &code{
		profile: a.profile, user: u, scopes: a.scopes, redirectURI: a.redirectURI,
		challenge: a.challenge, plain: a.plain, until: x.Now.Add(codeLife),
	})
	x.User, x.Effect = u.Key, "consented"
	query := "code=" + text + "&scope=" + url.QueryEscape(strings.Join(a.scopes, " "))
	if a.hasState {
		query += "&state=" + url.QueryEscape(a.state)
	}
	return kit.Redirect(join(a.redirectURI, query)).Set("Cache-Control", "no-cache, no-store")
}

// back sends the browser back with an error, in the order and with the empty fragment that were seen (ads-lwa 1.3).
func (f *fake) back(x *kit.Exchange, a ask, code, text string) kit.Response {
	x.Error, x.Effect = code, "refused"
	query := "error_description=" + url.QueryEscape(text)
	if a.hasState {
		query += "&state=" + url.QueryEscape(a.state)
	}
	return kit.Redirect(join(a.redirectURI, query+"&error="+code)+"#").Set("Cache-Control", "no-cache, no-store")
}

func join(uri, query string) string {
	if strings.Contains(uri, "?") {
		return uri + "&" + query
	}
	return uri + "?" + query
}

// session returns the user who is signed in, or nil.
func (f *fake) session(x *kit.Exchange) *kit.User {
	c, err := (&http.Request{Header: x.Header}).Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	return f.world.User(c.Value)
}

func signinURL(x *kit.Exchange) string {
	return x.Base + "/ap/signin?openid.return_to=" + url.QueryEscape(x.Base+"/ap/oa?"+x.RawQuery())
}
