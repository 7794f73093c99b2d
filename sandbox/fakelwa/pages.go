package fakelwa

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A reason is why Amazon shows its error page instead of asking the user (ads-lwa 1.3).
type reason struct{ text, token string }

var (
	reasonClient    = reason{"The client ID you provided is not known", "lwa-invalid-parameter-bad-client-id"}
	reasonScope     = reason{"An unknown scope was requested", "lwa-invalid-parameter-bad-scope"}
	reasonReturnURL = reason{
		"The redirect URI you provided has not been whitelisted for your application",
		"lwa-invalid-parameter-bad-redirect-uri-vendor",
	}
	reasonImplicit = reason{
		"Implicit Grant (response_type=token) is no longer supported",
		"lwa-invalid-parameter-unauthorized-implicit-grant-request",
	}
)

const pageHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{block "title" .}}Amazon (sandbox){{end}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<style>body{font:16px/1.5 sans-serif;max-width:36em;margin:3em auto;padding:0 1em;color:#222;background:#fff}
fieldset{border:1px solid #aaa}label{display:block;padding:.3em}button{font:inherit;padding:.4em 1.2em;margin-right:.6em}
small{color:#555}code{overflow-wrap:anywhere}</style></head><body>
`

var signinPage = template.Must(template.New("signin").Parse(pageHead + `<h1>Sign in</h1>
<p>This is Lockkeeper's sandbox and not Amazon: nothing here needs a password.</p>
<form method="post" action="{{.Action}}"><fieldset><legend>Who are you?</legend>
{{range $i, $u := .Users}}<label><input type="radio" name="user" value="{{.Key}}"{{if eq $i 0}} checked{{end}}> {{.Name}} <small>{{.About}}</small></label>
{{end}}</fieldset><p><button type="submit">Sign in</button></p></form></body></html>
`))

var consentPage = template.Must(template.New("consent").Parse(pageHead + `<h1>{{.App}} wants to use your account</h1>
<p>You are signed in as <strong>{{.User.Name}}</strong> ({{.User.Email}}). <a href="{{.Other}}">Someone else?</a></p>
<p>It asks for:</p><ul>{{range .Scopes}}<li><code>{{.}}</code></li>{{end}}</ul>
<form method="post" action="{{.Action}}"><p><button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="cancel">Cancel</button></p></form>
<p><small>This is Lockkeeper's sandbox and not Amazon.</small></p></body></html>
`))

var errorTemplate = template.Must(template.New("error").Parse(pageHead + `<h1>We're sorry!</h1>
<p>An error occurred when we tried to process your request. Rest assured, we're already working on the problem.</p>
<h2>Error Summary</h2><p>400 Bad Request</p><p>{{.Text}}</p><p>errorMsg={{.Token}}</p>
<h2>Request Details</h2><ul>{{range .Details}}<li>{{.}}</li>{{end}}</ul></body></html>
`))

type consentView struct {
	App    string
	User   *kit.User
	Scopes []string
	Action string
	Other  string
}

func page(status int, t *template.Template, view any) kit.Response {
	var b strings.Builder
	if err := t.Execute(&b, view); err != nil {
		panic("fakelwa: " + err.Error()) // fixed templates over plain strings
	}
	r := kit.Text(status, "text/html;charset=UTF-8", b.String())
	return r.Set("Cache-Control", "no-cache, no-store").Set("X-Frame-Options", "SAMEORIGIN").Set("Server", "Server")
}

// errorPage is Amazon's own page for what is wrong with the application, not with the user. It echoes the request.
func errorPage(x *kit.Exchange, why reason) *kit.Response {
	x.Error, x.Effect = why.token, "refused"
	var details []string
	for name, values := range x.Query() {
		details = append(details, name+"="+strings.Join(values, ","))
	}
	slices.Sort(details)
	r := page(http.StatusBadRequest, errorTemplate, struct {
		Text, Token string
		Details     []string
	}{why.text, why.token, details})
	return &r
}

// signinPage lets a person choose who to be.
func (f *fake) signinPage(x *kit.Exchange) kit.Response {
	return page(http.StatusOK, signinPage, struct {
		Action string
		Users  []*kit.User
	}{x.Base + "/ap/signin?" + x.RawQuery(), f.world.Users()})
}

// signin starts a session and goes on to where the person came from. Only our own authorize page can be that.
func (f *fake) signin(x *kit.Exchange) kit.Response {
	form, err := url.ParseQuery(string(x.Body))
	u := f.world.User(form.Get("user"))
	if err != nil || u == nil {
		return f.signinPage(x)
	}
	x.User, x.Effect = u.Key, "signed in"
	to := x.Query().Get("openid.return_to")
	if !strings.HasPrefix(to, x.Base+"/ap/oa?") {
		return kit.Text(http.StatusOK, "text/plain; charset=utf-8", "You are signed in.\n")
	}
	cookie := &http.Cookie{Name: sessionCookie, Value: u.Key, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	return kit.Redirect(to).Set("Set-Cookie", cookie.String())
}
