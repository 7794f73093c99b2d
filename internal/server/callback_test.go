package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The way through, against which the attacks below are measured.
func TestCallback(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	p := b.get(c.returned)
	if p.StatusCode != http.StatusOK || !strings.Contains(p.body, "Connected “acme”") {
		t.Fatalf("status %d: %s", p.StatusCode, p.body)
	}
	if diff := cmp.Diff([]string{"acme"}, names(t, k)); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	for _, secret := range []string{parameter(t, c.returned, "code"), parameter(t, c.returned, "state"), c.Binding} {
		if strings.Contains(p.body, secret) {
			t.Error("the page holds a parameter of the address")
		}
	}
}

// E1: state missing, replayed, expired, from another browser, forged, swapped; code injection (PKCE); mix-up (iss).
func TestE1_StateMissingForgedOrTwice(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	before := exchanges(k)
	refused(t, b.get(with(t, c.returned, "state", "")), problem.BrokerStateMissing)
	refused(t, b.get(with(t, c.returned, "state", "FORGED"+parameter(t, c.returned, "state"))), problem.BrokerStateUnknown)
	refused(t, b.get(c.returned+"&state="+parameter(t, c.returned, "state")), problem.BrokerStateMissing) // twice is never
	if n := exchanges(k) - before; n != 0 {
		t.Errorf("%d codes were exchanged for callbacks without a good state", n)
	}
	if got := names(t, k); len(got) != 0 {
		t.Errorf("grants %v came of it", got)
	}
	if p := b.get(c.returned); p.StatusCode != http.StatusOK {
		t.Errorf("the right callback was spoilt: status %d, %s", p.StatusCode, p.problem())
	}
}

func TestE1_StateReplayedAndCallbackTwice(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	cookies := b.client.Jar.Cookies(mustURL(t, c.returned))
	if p := b.get(c.returned); p.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %s", p.StatusCode, p.problem())
	}
	before := exchanges(k)
	refused(t, b.get(c.returned), problem.BrokerOtherBrowser) // the cookie went with the first
	b.client.Jar.SetCookies(mustURL(t, c.returned), keep(cookies))
	refused(t, b.get(c.returned), problem.BrokerStateUsed)
	if n := exchanges(k) - before; n != 0 {
		t.Errorf("a callback that came twice exchanged %d codes", n)
	}
}

func TestE1_StateExpired(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	before := exchanges(k)
	k.Sandbox.Advance(10*time.Minute + time.Second)
	refused(t, b.get(c.returned), problem.BrokerStateExpired)
	refused(t, newBrowser(t).get(c.Start), problem.ConsentUnknownLink)
	if n := exchanges(k) - before; n != 0 {
		t.Errorf("%d codes were exchanged for an old state", n)
	}
}

func TestE1_OtherBrowser(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	right, wrong := newBrowser(t), newBrowser(t)
	c := begin(t, k, right, "acme", kit.Shop)
	before := exchanges(k)
	refused(t, wrong.get(c.returned), problem.BrokerOtherBrowser)
	begin(t, k, wrong, "other", kit.Shop) // one that has a consent of its own under way, too
	refused(t, wrong.get(c.returned), problem.BrokerOtherBrowser)
	refused(t, wrong.get(c.Start), problem.ConsentUnknownLink) // the link was used by the right one
	if n := exchanges(k) - before; n != 0 {
		t.Errorf("another browser exchanged %d codes", n)
	}
	if p := right.get(c.returned); p.StatusCode != http.StatusOK {
		t.Errorf("another browser spoilt the consent: status %d, %s", p.StatusCode, p.problem())
	}
}

// A code of one security profile with the state of another's consent: the exchange happens as the state says, and Amazon refuses.
func TestE1_SwappedAndInjectedCode(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	brand := k.Sandbox.World().Profiles()[1]
	k.App(brand.Key)
	for _, app := range []string{kit.Shop, brand.Key} { // the same profile is code injection, which PKCE stops
		t.Run(app, func(t *testing.T) {
			b := newBrowser(t)
			victim := begin(t, k, b, "victim-"+app, kit.Shop)
			attacker := begin(t, k, newBrowser(t), "attacker-"+app, app)
			p := b.get(with(t, victim.returned, "code", parameter(t, attacker.returned, "code")))
			if p.StatusCode < 400 || p.problem() == "" {
				t.Errorf("a foreign code was taken: status %d", p.StatusCode)
			}
			if got := names(t, k); len(got) != 0 {
				t.Errorf("grants %v came of it", got)
			}
		})
	}
}

func TestE1_MixUp(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	c := begin(t, k, b, "acme", kit.Shop)
	before := exchanges(k)
	refused(t, b.get(with(t, c.returned, "iss", "https://evil.example")), problem.BrokerOtherIssuer)
	if n := exchanges(k) - before; n != 0 {
		t.Errorf("%d codes were exchanged for another issuer", n)
	}
}

// E2: no parameter makes the start page or the callback send a browser anywhere, and the return URL is the server's own.
func TestE2_NoOpenRedirect(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "https://localhost@evil.example", "https://localhost.evil.example"} {
		c := begin(t, k, b, "", kit.Shop)
		if got := parameter(t, c.URL, "redirect_uri"); got != k.Status.ReturnURL {
			t.Errorf("the return URL is %q", got)
		}
		address := c.returned
		for _, name := range []string{"redirect_uri", "redirect", "next", "return_to", "url", "continue"} {
			address = with(t, address, name, to)
		}
		p := b.get(with(t, address, "state", "none"))
		if p.Header.Get("Location") != "" || p.Header.Get("Refresh") != "" || strings.Contains(p.body, "evil") {
			t.Errorf("%s: a refusal goes to %q", to, p.Header.Get("Location"))
		}
		if p = b.get(address); p.Header.Get("Location") != "" || strings.Contains(p.body, "evil") {
			t.Errorf("%s: the callback goes to %q", to, p.Header.Get("Location"))
		}
	}
}

// E3: error_description and every other foreign text is shown as text.
func TestE3_ForeignTextIsNoMarkup(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</p></style><script>alert(1)</script>`, `javascript:alert(1)`, "\x00<b>\xff",
		strings.Repeat("<i>", 2000),
	} {
		c := begin(t, k, b, "", kit.Shop)
		address := with(t, with(t, with(t, c.returned, "code", ""), "error", "access_denied"), "error_description", text)
		for _, p := range []page{b.get(address), b.get(with(t, address, "state", text))} {
			if p.StatusCode < 400 {
				t.Errorf("%q: status %d", text, p.StatusCode)
			}
			for _, bad := range []string{"<script>", "<img", "<i>", "<b>"} {
				if strings.Contains(p.body, bad) {
					t.Errorf("%q: the page holds %q", text, bad)
				}
			}
			csp := p.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("the page has the policy %q", csp)
			}
			if len(p.body) > 8<<10 {
				t.Errorf("the page has %d bytes", len(p.body))
			}
		}
	}
}
