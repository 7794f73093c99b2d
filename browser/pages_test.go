//go:build browser

package browser_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// everyPage are all pages that stand at an address of their own, in a world with something of everything in it.
var everyPage = []string{
	"/", "/grants", "/grants/acme", "/grants/wrong", "/grants/gone", "/grants/stream", "/grants/acme/revoke", "/connect", "/connect?grant=acme", "/apps", "/keys", "/credentials", "/callers",
	"/callers/reports/revoke", "/links", "/add", "/links/sites/mysite-20/remove", "/log", "/audit", "/guide", "/guide/ads", "/guide/products", "/guide/links", "/guide/fire", "/guide/aws", "/appkey", "/account", "/nothing",
}

// busy is a Lockkeeper with a grant that works, one that opens nothing, one that was stopped, and a caller. It returns the pass.
func busy(t *testing.T) (*keytest.Key, string) {
	t.Helper()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	k.Connect("acme", kit.Shop, kit.Advertiser)
	k.Connect("wrong", kit.Shop, kit.SellerCentral)
	gone := k.Sandbox.Consent(kit.Shop, kit.ViewOnly)
	if _, err := k.Client.Adopt(t.Context(), api.Adopt{Name: "gone", App: kit.Shop, RefreshToken: gone.RefreshToken()}); err != nil {
		t.Fatal(err)
	}
	pair := k.Sandbox.World().AWSKey(kit.AWSStream, 1)
	if _, err := k.Client.AddKey(t.Context(), api.NewKeyPair{Name: "stream", Realm: "sandbox", KeyID: pair.ID, Secret: pair.Secret}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Client.RotateKey(t.Context(), "stream"); err != nil {
		t.Fatal(err)
	}
	for range 5 { // some hours, so that there is something to see
		k.Sandbox.Advance(56 * time.Minute)
		if _, err := k.Client.RefreshGrant(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Client.AddSite(t.Context(), api.NewSite{SiteID: "mysite-20", Country: "US", Tracking: []string{"myblog-20"}, SignedUp: "2026-09-01"}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Client.SetSales(t.Context(), "mysite-20", []api.Sales{{Day: "2026-10-20", Count: 6}, {Day: "2026-11-01", Count: 9}, {Day: "2026-11-12", Count: 3}}); err != nil {
		t.Fatal(err)
	}
	gone.Revoke()
	for range 3 { // one that is under way already may still be granted
		_, _ = k.Client.RefreshGrant(t.Context(), "gone")
		if g, err := k.Client.Grant(t.Context(), "gone"); err != nil {
			t.Fatal(err)
		} else if g.Health == "blocked" {
			break
		}
	}
	return k, k.Pass("reports", "acme")
}

func (b *chrome) script(expression string) string {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("asking the page: %v", err)
	}
	return out
}

func command[P, R any](c cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// TestPhone: at 360 pixels nothing is wider than the page.
func TestPhone(t *testing.T) {
	k, _ := busy(t)
	b := open(t, k)
	b.run("becoming a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
	b.signIn(keytest.Operator, keytest.Password)
	for _, path := range everyPage {
		b.visit(path)
		wide := b.script(`[...document.querySelectorAll("main *, header *")].filter(e => e.getBoundingClientRect().right > 361 && !e.closest(".skip, thead")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
		if width := b.script(`String(document.documentElement.scrollWidth)`); width != "360" || wide != "" {
			t.Errorf("%s is %s pixels wide:\n%s", path, width, wide)
		}
		if slices.Contains([]string{"/", "/grants", "/grants/acme", "/keys", "/callers", "/credentials", "/log", "/audit", "/guide/ads", "/connect"}, path) {
			b.picture("phone" + strings.TrimRight(strings.ReplaceAll(path, "/", "-"), "-"))
		}
	}
}

// TestNoJavaScript: the whole way from nothing to a first call with scripts switched off.
func TestNoJavaScript(t *testing.T) {
	firstCall(t, func(b *chrome) {
		b.run("switching scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}, false)
}

// press goes from control to control by the tabulator until the one wanted has the focus, and checks that one sees where it is.
func (b *chrome) reach(name string) {
	b.t.Helper()
	const focused = `(() => { const e = document.activeElement; return (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent).trim() })()`
	for range 80 {
		if b.script(focused) == name {
			if b.script(`String(getComputedStyle(document.activeElement).outlineStyle)`) == "none" {
				b.t.Errorf("nothing shows that %q has the focus", name)
			}
			return
		}
		b.run("going on", chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("%q cannot be reached by the keyboard at %s", name, b.address())
}

func (b *chrome) enter(name string) {
	b.t.Helper()
	b.reach(name)
	b.load("pressing enter on "+name, chromedp.KeyEvent(kb.Enter))
}

// TestKeyboardOnly: a consent and its revocation without a mouse.
func TestKeyboardOnly(t *testing.T) {
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := open(t, k)
	b.run("being looked at", command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	b.visit("/")
	b.reach("Name")
	b.run("typing", chromedp.KeyEvent(keytest.Operator))
	b.reach("Password")
	b.run("typing", chromedp.KeyEvent(keytest.Password))
	b.load("pressing enter", chromedp.KeyEvent(kb.Enter))
	b.enter("Grants")
	b.enter("Connect an Amazon account")
	b.reach("Name for the grant")
	b.run("typing", chromedp.KeyEvent("acme"))
	b.enter("Begin")
	b.load("going to Amazon", b.untilFocus("Go on to Amazon"), chromedp.KeyEvent(kb.Enter))
	b.arrives(kit.Advertiser, "Allow")
	b.enter("See acme")
	b.enter("Revoke")
	b.enter("Revoke acme")
	b.shows("Its tokens are destroyed here")
	b.visit("/")
	b.run("the first stop", chromedp.KeyEvent(kb.Tab))
	if got := b.script(`document.activeElement.textContent`); got != "To the content" {
		t.Errorf("the first stop of the keyboard is %q, not the way past the navigation", got)
	}
}

func (b *chrome) untilFocus(name string) step {
	return chromedp.Func(func(context.Context, *chromedp.Target) error { b.reach(name); return nil })
}

// TestAxe: no page has a serious violation of accessibility, in light and in dark.
func TestAxe(t *testing.T) {
	axe := readAxe(t)
	k, _ := busy(t)
	b := open(t, k)
	b.run("letting axe in", command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	for _, scheme := range []string{"light", "dark"} {
		b.run("switching to "+scheme, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
		pages := everyPage
		if scheme == "light" {
			b.visit("/sign-in")
			b.checked(axe, "/sign-in")
			b.signIn(keytest.Operator, keytest.Password)
		}
		for _, path := range pages {
			b.visit(path)
			b.checked(axe, path+" in "+scheme)
			if scheme == "dark" && slices.Contains([]string{"/", "/grants/acme", "/keys", "/callers"}, path) {
				b.picture("dark" + strings.TrimRight(strings.ReplaceAll(path, "/", "-"), "-"))
			}
		}
		b.picture(scheme + "-last")
	}
	b.visit("/")
	b.picture("overview-troubled")
}

// readAxe installs axe-core once and reads it.
func readAxe(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("node_modules/axe-core/axe.min.js"); err != nil {
		npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts")
		if out, err := npm.CombinedOutput(); err != nil {
			t.Fatalf("installing axe-core: %v\n%s", err, out)
		}
	}
	axe, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(axe)
}

func (b *chrome) checked(axe, what string) {
	b.t.Helper()
	b.script(axe + `;"ready"`)
	out := b.script(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.help + " " + v.nodes[0].html.slice(0, 160))))`)
	var violations []string
	if err := json.Unmarshal([]byte(out), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: %s", what, v)
	}
}

// TestG1_NoCanaryInAnyDOM: no page, and no picture in one, holds a secret in any spelling, after everything was used.
func TestG1_NoCanaryInAnyDOM(t *testing.T) {
	k, pass := busy(t)
	b := open(t, k)
	b.signIn(keytest.Operator, keytest.Password)
	secrets := map[string]string{"the pass": pass, "the client secret": k.Sandbox.World().Profile(kit.Shop).Secret(), "the password": keytest.Password}
	b.run("looking at the cookie", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		out, err := cdp.Call(ctx, t, network.GetCookies, network.GetCookiesParams{})
		for _, c := range out.Cookies {
			secrets["the session"] = c.Value
		}
		return err
	}))
	if len(secrets["the session"]) < 40 {
		t.Fatal("there is no session to look for")
	}
	if _, err := k.Client.Connect(t.Context(), api.Connect{Name: "next", App: kit.Shop}); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(slices.Clone(everyPage), "/lanes.svg", "/grants/acme/lane.svg") {
		b.visit(path)
		text := b.markup()
		for what, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s holds %s", path, what)
			}
		}
		for _, form := range []string{"Atza|", "Atzr|", "Atza%7C", "Atzr%7C", "lko_", "amzn1.oa2-cs"} {
			if i := strings.Index(text, form); i >= 0 && !strings.HasPrefix(path, "/guide") && !strings.HasPrefix(path, "/keys") {
				t.Errorf("%s holds something like %s", path, form)
			} else if i >= 0 && (strings.Contains(text, form+"sbx") || strings.Contains(text, "cs.v1.0") || strings.Contains(text, "cs.v1.s")) {
				t.Errorf("%s holds a secret that begins with %s", path, form)
			}
		}
	}
}
