//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestE1_ConsentOfAnotherBrowser: an address that Amazon sent to one browser is of no use in another, even one where an operator is signed in
// and has a consent of his own under way; and a second time it is of no use to the first.
func TestE1_ConsentOfAnotherBrowser(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	mine := open(t, k)
	mine.signIn(keytest.Operator, keytest.Password)
	mine.visit("/connect")
	mine.fill("Name for the grant", "mine")
	mine.follow("button", "Begin")
	mine.follow("link", "Go on to Amazon")
	theirs, err := k.Client.Connect(t.Context(), api.Connect{Name: "theirs", App: kit.Shop})
	if err != nil {
		t.Fatal(err)
	}
	to, err := k.Sandbox.Authorize(t.Context(), theirs.URL, kit.SellerCentral)
	if err != nil {
		t.Fatal(err)
	}
	if r := mine.visit(to); r.Status != http.StatusForbidden {
		t.Errorf("a foreign consent: status %d", r.Status)
	}
	mine.shows("broker.other_browser", "never finish one that somebody sent you")
	mine.visit("/grants")
	mine.shows("There is none yet")
	if r := mine.visit("/oauth/callback?code=x&state=x"); r.Status != http.StatusBadRequest {
		t.Errorf("a made-up state: status %d", r.Status)
	}
	mine.shows("broker.state_unknown")
}

// TestE2_NothingLeadsAway: whatever the address asks for, the browser stays where it is.
func TestE2_NothingLeadsAway(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	b := open(t, k)
	for _, to := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "https://localhost@evil.example/"} {
		q := url.Values{"next": {to}, "return_to": {to}, "redirect_uri": {to}, "url": {to}}.Encode()
		for _, path := range []string{"/sign-in?" + q, "/oauth/callback?state=x&" + q, "/?" + q} {
			b.visit(path)
			if at := b.address(); !strings.HasPrefix(at, k.Status.Console+"/") {
				t.Errorf("%s led to %s", path, at)
			}
		}
	}
	b.visit("/sign-in?next=" + url.QueryEscape("//evil.example"))
	b.fill("Name", keytest.Operator)
	b.fill("Password", keytest.Password)
	b.follow("button", "Sign in")
	if at := b.address(); at != k.Status.Console+"/" {
		t.Errorf("signing in led to %s", at)
	}
}

// TestE3_ForeignTextRunsNothing: Amazon's words are shown as text; a script in them neither runs nor stands in the page as one.
func TestE3_ForeignTextRunsNothing(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	b := open(t, k)
	for _, text := range []string{`<script>document.title="owned"</script>`, `"><img src=x onerror='document.title="owned"'>`, `<svg onload='document.title="owned"'>`, `{{.}}`} {
		b.visit("/oauth/callback?" + url.Values{"state": {"x"}, "error": {"access_denied"}, "error_description": {text}}.Encode())
		b.shows("word for word")
		if title := b.script(`document.title`); strings.Contains(title, "owned") {
			t.Errorf("%s ran", text)
		}
		if got := b.script(`document.querySelector(".said").textContent`); got != text {
			t.Errorf("%s is shown as %s", text, got)
		}
		if n := b.script(`String(document.querySelectorAll("main script, main img, main svg").length)`); n != "0" {
			t.Errorf("%s became %s elements", text, n)
		}
	}
}

// TestE5_AnotherSitesForm: another site's page sends a form to the console from a browser where an operator is signed in. Neither is anything
// done, nor does the console show in that page's frame.
func TestE5_AnotherSitesForm(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.Grant("acme")
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	b.run("looking at the cookie", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		out, err := cdp.Call(ctx, tab, network.GetCookies, network.GetCookiesParams{})
		if err != nil || len(out.Cookies) != 1 {
			return fmt.Errorf("%d cookies: %w", len(out.Cookies), err)
		}
		if c := out.Cookies[0]; !c.HTTPOnly || c.SameSite != network.CookieSameSiteStrict || c.Path != "/" {
			t.Errorf("the session's cookie has not the flags that it needs: %v %v %q", c.HTTPOnly, c.SameSite, c.Path)
		}
		return nil
	}))
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>A prize</title><form method="post" action="%[1]s/grants/acme/revoke"><button>Take it</button></form>
<form method="post" action="%[1]s/callers"><input type="hidden" name="name" value="evil"><input type="hidden" name="grant" value="acme"><button>Take that</button></form>
<iframe src="%[1]s/grants/acme/revoke" title="frame" width="600" height="300"></iframe>`, k.Status.Console)
	}))
	t.Cleanup(evil.Close)
	for _, button := range []string{"Take it", "Take that"} {
		b.visit(evil.URL)
		if r := b.follow("button", button); r.Status != http.StatusForbidden {
			t.Errorf("%s: status %d", button, r.Status)
		}
	}
	b.visit(evil.URL)
	b.run("looking at the frame", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		tree, err := cdp.Call(ctx, tab, page.GetFrameTree, chromedp.Void{})
		if err != nil {
			return err
		}
		for _, f := range tree.FrameTree.ChildFrames {
			if strings.HasPrefix(f.Frame.URL, k.Status.Console) {
				t.Errorf("the console shows in another site's frame: %s", f.Frame.URL)
			}
		}
		return nil
	}))
	b.visit("/callers")
	b.shows("No software is let in yet")
	b.visit("/grants/acme")
	b.shows("fine")
}

// TestE6_PasswordChangeEndsOtherBrowsers: two browsers are signed in; when one changes the password, the other is out.
func TestE6_PasswordChangeEndsOtherBrowsers(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	mine, other := open(t, k), open(t, k)
	mine.signIn(keytest.Operator, keytest.Password)
	other.signIn(keytest.Operator, keytest.Password)
	const fresh = "another-EXAMPLE-password"
	mine.visit("/account")
	mine.fill("Old password", keytest.Password)
	mine.fill("New password", fresh)
	mine.fill("New password again", fresh)
	mine.follow("button", "Change the password")
	mine.shows("Your password was changed")
	other.visit("/grants")
	if at := other.address(); at != k.Status.Console+"/sign-in" {
		t.Errorf("the other browser is still in: %s", at)
	}
	other.signIn(keytest.Operator, keytest.Password)
	other.shows("operator.denied")
	other.picture("sign-in-denied")
	mine.signIn("Ada", fresh)
	mine.shows("Overview")
}
