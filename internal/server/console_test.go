package server_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// post sends a form as a page of ours would, or with other headers as another's.
func (b *browser) post(address string, form url.Values, header ...string) page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{resp, string(body)}
}

// enter signs in at the console and returns the answer.
func (b *browser) enter(k *keytest.Key, name, password string) page {
	b.t.Helper()
	return b.post(k.Status.Console+"/sign-in", url.Values{"name": {name}, "password": {password}})
}

func session(p page) *http.Cookie {
	for _, c := range p.Cookies() {
		if strings.HasSuffix(c.Name, "lockkeeper") && c.Value != "" {
			return c
		}
	}
	return nil
}

// siteMap reads the console's routes out of its site map: how each is guarded, its method and its path, with names filled in.
func siteMap(t *testing.T) [][3]string {
	t.Helper()
	text, err := os.ReadFile("../console/console.go")
	if err != nil {
		t.Fatal(err)
	}
	var all [][3]string
	names := strings.NewReplacer("{$}", "", "/links/sites/{name}", "/links/sites/acme-20", "{name}", "acme", "{task}", "ads", "{ticket}", "none", "{pass}", "none", "{hash}", "none")
	for _, m := range regexp.MustCompile(`\t(open|look|act)\("(GET|POST) ([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		all = append(all, [3]string{m[1], m[2], names.Replace(m[3])})
	}
	if len(all) < 30 {
		t.Fatalf("the site map has %d routes", len(all))
	}
	return all
}

// H5: nobody sees or does anything without a session; an old, a made-up and a gateway's pass are none.
func TestH5_NothingWithoutASession(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	pass := k.Pass("reports", "acme")
	for _, r := range siteMap(t) {
		if r[0] == "open" {
			continue
		}
		for _, cookie := range []string{"", "lockkeeper=" + pass, "lockkeeper=lko_made-up"} {
			b := newBrowser(t)
			p := b.post(k.Status.Console+r[2], nil, "Cookie", cookie)
			if r[1] == "GET" {
				p = b.get(k.Status.Console + r[2])
			}
			if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/sign-in" || p.body != "" && strings.Contains(p.body, "acme") {
				t.Errorf("%s %s: status %d to %q", r[1], r[2], p.StatusCode, p.Header.Get("Location"))
			}
		}
	}
	if got := names(t, k); len(got) != 1 {
		t.Errorf("the grants are %v", got)
	}
}

// E5: what changes something takes no request of another site, however a browser marks it; every page forbids frames.
func TestE5_CrossSiteRequestsChangeNothing(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	b := newBrowser(t)
	signed := b.enter(k, keytest.Operator, keytest.Password)
	c := session(signed)
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge <= 0 {
		t.Fatalf("the session's cookie has not the flags that it needs")
	}
	for _, r := range siteMap(t) {
		if r[1] == "GET" {
			p := b.get(k.Status.Console + r[2])
			policy := p.Header.Get("Content-Security-Policy")
			if p.StatusCode == http.StatusOK && (!strings.Contains(policy, "frame-ancestors 'none'") || p.Header.Get("X-Frame-Options") != "DENY" || !strings.HasPrefix(policy, "default-src 'none'") || p.Header.Get("Referrer-Policy") != "no-referrer") {
				t.Errorf("%s: policy %q", r[2], policy)
			}
			continue
		}
		for _, as := range [][]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "", "Origin", "null"},
		} {
			p := b.post(k.Status.Console+r[2], url.Values{"name": {"evil"}, "grant": {"acme"}}, as...)
			if p.StatusCode != http.StatusForbidden || p.problem() != problem.ServerCrossSite {
				t.Errorf("POST %s with %v: status %d", r[2], as, p.StatusCode)
			}
		}
	}
	if p := b.get(k.Status.Console + "/grants/acme"); p.StatusCode != http.StatusOK {
		t.Errorf("the grant or the session is gone: status %d", p.StatusCode)
	}
	if callers, err := k.Client.Callers(context.Background()); err != nil || len(callers) != 0 {
		t.Errorf("callers %v, %v", callers, err)
	}
}

// E2: no parameter says where a sign-in leads.
func TestE2_SignInLeadsToTheOverviewOnly(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/grants"} {
		b := newBrowser(t)
		q := url.Values{"next": {to}, "return_to": {to}, "redirect": {to}, "url": {to}, "done": {to}}
		if p := b.get(k.Status.Console + "/sign-in?" + q.Encode()); strings.Contains(p.body, "evil") {
			t.Errorf("%s: the page holds it", to)
		}
		form := url.Values{"name": {keytest.Operator}, "password": {keytest.Password}, "next": {to}, "return_to": {to}}
		if p := b.post(k.Status.Console+"/sign-in?"+q.Encode(), form); p.Header.Get("Location") != "/" {
			t.Errorf("%s: signing in leads to %q", to, p.Header.Get("Location"))
		}
	}
}

// E6: a session is new at each sign-in, whatever was sent; a password's change ends all; wrong ones close a name in any spelling, and no other.
func TestE6_Sessions(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	b := newBrowser(t)
	console := mustURL(t, k.Status.Console)
	b.client.Jar.SetCookies(console, []*http.Cookie{{Name: "lockkeeper", Value: "lko_planted-EXAMPLE", Path: "/"}})
	first := session(b.enter(k, keytest.Operator, keytest.Password))
	second := session(b.enter(k, keytest.Operator, keytest.Password))
	if first == nil || second == nil || first.Value == second.Value || strings.Contains(first.Value, "planted") {
		t.Fatal("a sign-in did not start a session of its own")
	}
	old := newBrowser(t)
	old.client.Jar.SetCookies(console, []*http.Cookie{{Name: "lockkeeper", Value: first.Value, Path: "/"}})
	if p := old.get(k.Status.Console + "/"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("the session before the sign-in still lives: status %d", p.StatusCode)
	}

	other := newBrowser(t)
	other.enter(k, keytest.Operator, keytest.Password)
	const fresh = "another-EXAMPLE-password"
	change := func(old, fresh, again string) page {
		return b.post(k.Status.Console+"/account/password", url.Values{"old": {old}, "new": {fresh}, "again": {again}})
	}
	for _, wrong := range []page{change("wrong-EXAMPLE-password", fresh, fresh), change(keytest.Password, fresh, fresh+"x"), change(keytest.Password, "short", "short")} {
		if wrong.StatusCode < 400 {
			t.Errorf("a password was changed: status %d", wrong.StatusCode)
		}
	}
	if p := change(keytest.Password, fresh, fresh); p.StatusCode != http.StatusSeeOther {
		t.Fatalf("changing the password: status %d, %s", p.StatusCode, p.problem())
	}
	for name, who := range map[string]*browser{"the one who changed it": b, "another browser": other} {
		if p := who.get(k.Status.Console + "/"); p.StatusCode != http.StatusSeeOther {
			t.Errorf("%s still has a session", name)
		}
	}
	if p := newBrowser(t).enter(k, keytest.Operator, keytest.Password); p.problem() != problem.OperatorDenied {
		t.Errorf("the old password: %s", p.problem())
	}
	if p := b.enter(k, " ADA ", fresh); session(p) == nil {
		t.Errorf("the new password: %s", p.problem())
	}
	b.post(k.Status.Console+"/sign-out", nil)
	if p := b.get(k.Status.Console + "/"); p.StatusCode != http.StatusSeeOther {
		t.Error("signing out left the session")
	}
}

func TestE6_WrongPasswordsCloseOneNameOnly(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	b := newBrowser(t)
	var last, known page
	for i, name := range []string{"nobody", "Nobody", " nobody", "NOBODY ", "noBody", "nobody"} {
		last = b.enter(k, name, "wrong-EXAMPLE-password")
		if want := problem.OperatorDenied; i < 5 && last.problem() != want {
			t.Fatalf("try %d: %s", i, last.problem())
		}
	}
	if last.problem() != problem.OperatorTooMany {
		t.Errorf("the sixth try of one name in other letters: %s", last.problem())
	}
	known = b.enter(k, keytest.Operator, "wrong-EXAMPLE-password")
	unknown := b.enter(k, "somebody", "wrong-EXAMPLE-password")
	if a, b := strings.ReplaceAll(known.body, keytest.Operator, "X"), strings.ReplaceAll(unknown.body, "somebody", "X"); a != b || known.StatusCode != unknown.StatusCode {
		t.Error("a wrong password and an unknown name are answered differently")
	}
	if p := b.enter(k, keytest.Operator, keytest.Password); session(p) == nil {
		t.Errorf("another's wrong passwords lock the operator out: %s", p.problem())
	}
	k.Sandbox.Advance(61 * time.Second)
	if p := b.enter(k, "nobody", "wrong-EXAMPLE-password"); p.problem() != problem.OperatorDenied {
		t.Errorf("after a minute: %s", p.problem())
	}
}

// A viewer sees every page and changes nothing; each try is written down.
func TestViewerLooks(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	if _, err := k.Client.AddSite(t.Context(), api.NewSite{SiteID: "acme-20", Country: "US"}); err != nil {
		t.Fatal(err)
	}
	k.Stop()
	st, err := store.Open(t.Context(), store.Config{Dir: k.Status.Data})
	if err != nil {
		t.Fatal(err)
	}
	people := operator.New(operator.Config{Store: st, Audit: st, Now: time.Now})
	_, err = people.Add(t.Context(), audit.Itself("test"), "vera", operator.Viewer, secret.New(keytest.Password))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	k = keytest.Start(t, keytest.Options{Data: k.Status.Data})
	b := newBrowser(t)
	b.enter(k, "vera", keytest.Password)
	for _, r := range siteMap(t) {
		switch {
		case r[0] == "look" && r[1] == "GET":
			if p := b.get(k.Status.Console + r[2]); p.StatusCode != http.StatusOK || strings.Contains(p.body, `action="/grants`) {
				t.Errorf("%s: status %d", r[2], p.StatusCode)
			}
		case r[0] == "act":
			p := b.post(k.Status.Console+r[2], nil)
			if r[1] == "GET" {
				p = b.get(k.Status.Console + r[2])
			}
			if p.StatusCode != http.StatusForbidden || p.problem() != problem.APINotAllowed {
				t.Errorf("%s %s: status %d %s", r[1], r[2], p.StatusCode, p.problem())
			}
		}
	}
	b = newBrowser(t)
	b.enter(k, keytest.Operator, keytest.Password)
	if p := b.get(k.Status.Console + "/audit"); !strings.Contains(p.body, "console.act") || !strings.Contains(p.body, "vera") {
		t.Error("what the viewer tried is not in the audit log")
	}
}
