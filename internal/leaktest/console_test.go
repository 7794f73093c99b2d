package leaktest_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// siteMap is a route in the console's own list of them.
var siteMap = regexp.MustCompile(`(?m)^\t(?:look|act)\("(GET|POST) ([^"]+)"`)

// pageOf asks for a page of the console as the operator who is signed in, and notes it.
func (h *house) pageOf(session, method, path string, form url.Values) []byte {
	r := h.request(method, h.Status.Console+path, form.Encode(), "Cookie: lockkeeper="+session)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	_, _, body := h.http("console: "+method+" "+strings.Split(path, "?")[0], h.HTTP(), r)
	return body
}

// useConsole signs in by the form, opens every page that the site map lists, and pastes secrets into every form.
func (h *house) useConsole() {
	in := url.Values{"name": {keytest.Operator}, "password": {"canary-wrong-password"}}
	h.pageOf("", "POST", "/sign-in", in)
	h.pageOf("", "POST", "/sign-in", url.Values{"name": {keytest.Password}, "password": {"canary-wrong-password"}})
	h.answers[len(h.answers)-1].rights = []string{keytest.Password} // typed into the field that shows, it comes back there, and goes nowhere else
	in.Set("password", keytest.Password)
	r := h.request("POST", h.Status.Console+"/sign-in", in.Encode(), "Content-Type: application/x-www-form-urlencoded")
	_, head, _ := h.http("console: sign in", h.HTTP(), r)
	session, _, _ := strings.Cut(strings.TrimPrefix(head.Get("Set-Cookie"), "lockkeeper="), ";")
	h.meant("session of the console", session)

	source, err := os.ReadFile("../console/console.go")
	if err != nil {
		h.t.Fatal(err)
	}
	pages := siteMap.FindAllStringSubmatch(string(source), -1)
	if len(pages) < 20 {
		h.t.Fatalf("the site map has %d pages", len(pages))
	}
	secret := h.Sandbox.World().Profile(kit.Shop).Secret()
	pasted := url.Values{}
	for _, name := range []string{"name", "client_id", "client_secret", "region", "realm", "app", "grant", "effect", "days", "old", "new", "again", "url", "password"} {
		pasted.Set(name, secret)
	}
	ends := map[string]bool{"/sign-out": true, "/account/password": true, "/grants/{name}/revoke": true, "/callers/{name}/revoke": true, "/grants/{name}/disable": true}
	for _, p := range pages {
		method, pattern := p[1], strings.TrimSuffix(p[2], "{$}")
		for _, name := range []string{"acme", kit.Shop, "reports", "ads", secret} {
			path := strings.NewReplacer("{name}", url.PathEscape(name), "{ticket}", url.PathEscape(name), "{task}", url.PathEscape(name), "{pass}", url.PathEscape(name)).Replace(pattern)
			if ends[pattern] && method == "POST" && name != secret {
				continue
			}
			body := h.pageOf(session, method, path, pasted)
			if pass := regexp.MustCompile(`lkp_[A-Za-z0-9]{20,}`).Find(body); pass != nil {
				h.meant("pass", string(pass)) // the page that shows one, once
			}
			if !strings.Contains(pattern, "{") {
				break
			}
		}
		if method == http.MethodGet {
			h.pageOf(session, method, strings.NewReplacer("{name}", "acme").Replace(pattern)+"?done="+url.QueryEscape(secret)+"&grant="+url.QueryEscape(secret)+"&app="+url.QueryEscape(secret), nil)
		}
	}
	h.pageOf(session, "POST", "/apps", url.Values{"name": {secret}, "client_id": {h.Sandbox.World().Profile(kit.Shop).ClientID}, "client_secret": {secret}, "realm": {"sandbox"}})
	h.pageOf(session, "POST", "/sign-out", nil)
}
