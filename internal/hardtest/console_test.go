package hardtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// siteMap is a route in the console's own list of them: open to all, to be looked at, or to act by.
var siteMap = regexp.MustCompile(`(?m)^\t(open|look|act)\("(?:(GET|POST) )?([^"]+)"`)

// TestH1_ConsoleNeedsASession opens every page of the console's site map with everything that is no session: each leads to the sign-in
// page, and nothing has changed.
func TestH1_ConsoleNeedsASession(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	pass := k.Pass("reports", "acme")
	token := gateToken(t, k, "reports", pass, "acme")
	signIn, _ := json.Marshal(api.SignIn{Name: keytest.Operator, Password: keytest.Password})
	session := ask(t, k, "POST", k.Status.Console+"/api/v1/session", string(signIn), nil).token
	before := inventory(t, k)
	cookie := func(values ...string) http.Header {
		return http.Header{"Cookie": values, "Sec-Fetch-Site": {"same-origin"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	}
	attempts := map[string]http.Header{
		"nothing": nil, "a pass": cookie("lockkeeper=" + pass), "a token": cookie("lockkeeper=" + token), "no session": cookie("lockkeeper=lko_canaryEXAMPLE"),
		"a session in the header": bearer(session), "a session under another name": cookie("__Host-lockkeeper=" + session), "two": cookie("lockkeeper=" + session + "; lockkeeper=" + session),
	}
	source, err := os.ReadFile("../console/console.go")
	if err != nil {
		t.Fatal(err)
	}
	open, shut := 0, 0
	for _, p := range siteMap.FindAllStringSubmatch(string(source), -1) {
		kind, method, path := p[1], p[2], strings.TrimSuffix(p[3], "{$}")
		if kind == "open" {
			open++
			continue
		}
		for part, name := range map[string]string{"/apps/{name}": kit.Shop, "/grants/{name}": "acme", "/callers/{name}": "reports", "/links/sites/{name}": "example-20", "{task}": "ads", "{ticket}": "EXAMPLE", "{pass}": "EXAMPLE"} {
			path = strings.ReplaceAll(path, part, strings.ReplaceAll(part, "{"+strings.Trim(part[strings.Index(part, "{"):], "{}")+"}", url.PathEscape(name)))
		}
		if strings.Contains(path, "{") {
			t.Errorf("%s has something to fill in that this test does not know", path)
		}
		shut++
		for name, header := range attempts {
			r := ask(t, k, method, k.Status.Console+path, "name=x&password=y&client_id=z", header)
			if r.status != http.StatusSeeOther && r.status != http.StatusForbidden || strings.Contains(r.body, "oa2-client") || strings.Contains(r.body, "acme") {
				t.Errorf("%s %s with %s: %d %s", method, path, name, r.status, r.body)
			}
		}
	}
	if open > 6 || shut < 20 {
		t.Errorf("%d pages are open to everybody and %d are not", open, shut)
	}
	if after := inventory(t, k); after != before {
		t.Errorf("there was\n%s\nand is\n%s", before, after)
	}
}
