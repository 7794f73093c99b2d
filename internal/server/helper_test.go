package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A browser keeps cookies and follows nothing by itself, so that a test sees each step.
type browser struct {
	t      *testing.T
	client *http.Client
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{
		Jar: jar, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// page is what a browser got.
type page struct {
	*http.Response
	body string
}

func (p page) problem() problem.Code { return problem.Code(p.Header.Get("Lockkeeper-Problem")) }

func (b *browser) get(address string) page {
	b.t.Helper()
	resp, err := b.client.Get(address)
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

// begun is a consent that a browser has started and somebody has said yes to: returned is where Amazon sent the browser.
type begun struct {
	api.Consent
	returned string
}

// begin starts a consent for an app in b and lets the advertiser say yes.
func begin(t *testing.T, k *keytest.Key, b *browser, name, app string) begun {
	t.Helper()
	c, err := k.Client.Connect(context.Background(), api.Connect{Name: name, App: app})
	if err != nil {
		t.Fatal(err)
	}
	p := b.get(c.Start)
	if p.StatusCode != http.StatusFound || p.Header.Get("Location") != c.URL {
		t.Fatalf("the start page answered %d and sent the browser to %q", p.StatusCode, p.Header.Get("Location"))
	}
	to, err := k.Sandbox.Authorize(context.Background(), c.URL, kit.Advertiser)
	if err != nil {
		t.Fatal(err)
	}
	return begun{c, to}
}

// with returns address with one parameter of its query set, or dropped where value is empty.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func parameter(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}

// refused holds that p is a refusal of the given code, that shows nothing of what it was given.
func refused(t *testing.T, p page, code problem.Code) {
	t.Helper()
	if p.StatusCode < 400 || p.problem() != code {
		t.Errorf("status %d, problem %q; wanted a refusal with %q", p.StatusCode, p.problem(), code)
	}
	if known, _ := problem.Known(code); !strings.Contains(p.body, string(code)) || known.Fix == "" {
		t.Errorf("the page does not name %s", code)
	}
}

// exchanges counts the codes that were exchanged at the sandbox, whatever came of it.
func exchanges(k *keytest.Key) int {
	return len(k.Sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "lwa", Operation: "token"}}))
}

func names(t *testing.T, k *keytest.Key) []string {
	t.Helper()
	grants, err := k.Client.Grants(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, g := range grants {
		out = append(out, g.Name)
	}
	return out
}

func mustURL(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// keep makes of cookies that a jar gave back some that it will send to the callback again.
func keep(cookies []*http.Cookie) []*http.Cookie {
	for _, c := range cookies {
		c.Path = "/oauth/callback"
	}
	return cookies
}

// link begins a consent and returns its link, which nobody has opened.
func link(t *testing.T, k *keytest.Key) string {
	t.Helper()
	c, err := k.Client.Connect(context.Background(), api.Connect{Name: "second"})
	if err != nil {
		t.Fatal(err)
	}
	return c.Start
}
