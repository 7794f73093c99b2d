package lwa

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Fresh is what a fresh security profile is checked for.
type Fresh struct {
	ReturnURL string
	Scopes    []string
}

// A State is the outcome of one check.
type State string

// The outcomes.
const (
	Passed  State = "passed"
	Failed  State = "failed"
	Unknown State = "unknown" // not answered, or hidden behind an earlier failure
)

// A Check is one question about a security profile and its answer.
type Check struct {
	Name    string // "client_id", "return_url", "scope", "secret"
	State   State
	Problem problem.Problem // set unless Passed; its code may be empty for Unknown
}

// CheckFresh finds out about a security profile without any person signing in (ads-lwa 1.3). A cookie-less look at the consent page is sent
// on to the sign-in page when client id, scope and return URL are all good, and is a 400 page that names the bad one when not. A made-up
// code at the token endpoint is refused as a client when the secret is wrong, and as a code when the secret is right. At most three
// calls are made, none of which changes anything.
func (c Client) CheckFresh(ctx context.Context, app App, f Fresh) []Check {
	checks := []Check{{Name: "client_id", State: Unknown}, {Name: "return_url", State: Unknown}, {Name: "scope", State: Unknown}, {Name: "secret", State: Unknown}}
	set := func(name string, s State, p problem.Problem) {
		i := slices.IndexFunc(checks, func(k Check) bool { return k.Name == name })
		checks[i].State, checks[i].Problem = s, p
	}
	none := problem.Problem{}

	p, ok := c.lookAtConsent(ctx, app, f.ReturnURL, f.Scopes)
	if !ok && p.Code == problem.LWAUnknownScope {
		// Any security profile may ask for `profile`. If that passes, everything but the Ads scope is proven good.
		set("scope", Failed, p)
		if p, ok = c.lookAtConsent(ctx, app, f.ReturnURL, []string{"profile"}); ok {
			set("client_id", Passed, none)
			set("return_url", Passed, none)
		}
	} else if ok {
		set("scope", Passed, none)
	}
	switch {
	case ok:
		set("client_id", Passed, none)
		set("return_url", Passed, none)
	case p.Code == problem.LWAReturnURLNotListed:
		set("client_id", Passed, none) // the list that the URL is not on is the client's
		set("return_url", Failed, p)
	case p.Code == problem.LWAUnknownClientID:
		set("client_id", Failed, p)
	case p.Code != problem.LWAUnknownScope:
		for i := range checks[:3] {
			if checks[i].State == Unknown {
				checks[i].Problem = p
			}
		}
	}

	switch r := c.Exchange(ctx, app, Code{Code: madeUpCode(), ReturnURL: f.ReturnURL}); {
	case r.Class == BadClient:
		set("secret", Failed, r.Problem)
	case r.Class == BadGrant, r.Problem.Code == problem.LWACodeRefused:
		set("secret", Passed, none)
		if checks[0].State == Unknown {
			set("client_id", Passed, none) // a secret is right only for a client that exists
		}
	default:
		set("secret", Unknown, r.Problem)
	}
	return checks
}

// lookAtConsent asks for the consent page without cookies. It reports true where Amazon would let a person sign in.
func (c Client) lookAtConsent(ctx context.Context, app App, returnURL string, scopes []string) (problem.Problem, bool) {
	answer, err := c.send(ctx, app, amazon.Call{
		Host:   Hosts(app.Region).Authorize,
		Method: http.MethodGet,
		Path:   AuthorizePath,
		Query:  Authorize{ClientID: app.ClientID, Scopes: scopes, ReturnURL: returnURL, State: "check"}.query(),
		Header: http.Header{"Accept": {"text/html"}},
	})
	if err != nil {
		return problem.New(problem.LWAUnreachable).Because(err), false
	}
	if answer.Status >= 300 && answer.Status < 400 {
		to, err := url.Parse(answer.Header.Get("Location"))
		if err == nil && to.Query().Get("error") != "" && strings.HasPrefix(answer.Header.Get("Location"), returnURL) {
			p, _ := Callback(to.Query().Get("error"), to.Query().Get("error_description"))
			return p, false
		}
		if err == nil && strings.HasPrefix(to.Path, "/ap/") {
			return problem.Problem{}, true
		}
	}
	if answer.Status == http.StatusOK && strings.Contains(strings.ToLower(string(answer.Body)), "signin") {
		return problem.Problem{}, true // the sign-in page itself, where a server in between followed the redirect
	}
	return Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Now: c.now()}), false
}

// madeUpCode has the form of an authorisation code, and is none.
func madeUpCode() secret.Value { return secret.New("ANlockkeeperProbeCode") }
