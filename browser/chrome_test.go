//go:build browser

// Package browser_test drives the console in Debian's Chromium, over the DevTools protocol, as a person would: everything is found by its role
// and its label in the accessibility tree, never by its place in the markup, so a page that cannot be used without eyes cannot pass either.
// The pictures go to build/screenshots, for people to look at.
package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

// patience is how long one step may take on a busy machine.
const patience = 40 * time.Second

// A chrome is one browser with one tab.
type chrome struct {
	t   *testing.T
	ctx context.Context
	k   *keytest.Key
}

func open(t *testing.T, k *keytest.Key) *chrome {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not there: run `tools/install browser`")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 900),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); stop() })
	if err := chromedp.Do(ctx); err != nil { // the first call has no timeout: it starts the browser, which would end with it
		t.Fatalf("starting chromium: %v", err)
	}
	return &chrome{t, ctx, k}
}

// A step is one action in a tab.
type step = chromedp.Action[chromedp.Void]

func (b *chrome) run(what string, steps ...step) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// load does something that leads to another page and waits for it. The answer is that page's.
func (b *chrome) load(what string, steps ...step) *network.Response {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	r, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("%s: %v (at %s)", what, err, b.address())
	}
	return r
}

func (b *chrome) visit(path string) *network.Response {
	b.t.Helper()
	to := path
	if strings.HasPrefix(path, "/") {
		to = b.k.Status.Console + path
	}
	return b.load("visiting "+path, chromedp.Navigate(to))
}

// node finds the one thing that has a role and a name. A name with an asterisk at its end is a beginning.
func node(ctx context.Context, t *chromedp.Target, role, name string) (cdp.BackendNodeID, error) {
	doc, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		return 0, err
	}
	start, prefix := strings.CutSuffix(name, "*")
	q := accessibility.QueryAXTreeParams{BackendNodeID: doc.Root.BackendNodeID, Role: role}
	if !prefix {
		q.AccessibleName = name
	}
	found, err := cdp.Call(ctx, t, accessibility.QueryAXTree, q)
	if err != nil {
		return 0, err
	}
	for _, n := range found.Nodes {
		var called string
		if n.Name != nil {
			_ = json.Unmarshal(n.Name.Value, &called)
		}
		if !n.Ignored && n.BackendDOMNodeID != 0 && (!prefix || strings.HasPrefix(called, start)) {
			return n.BackendDOMNodeID, nil
		}
	}
	return 0, fmt.Errorf("no %s called %q on the page", role, name)
}

func clicking(role, name string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		id, err := node(ctx, t, role, name)
		if err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: id}); err != nil {
			return err
		}
		at, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
		if err != nil || len(at.Quads) == 0 {
			return errors.Join(err, fmt.Errorf("the %s %q is nowhere to be seen", role, name))
		}
		q := at.Quads[0]
		_, err = chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, t)
		return err
	})
}

func focusing(role, name string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		id, err := node(ctx, t, role, name)
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, dom.Focus, dom.FocusParams{BackendNodeID: id})
		return err
	})
}

// follow clicks what leads to another page.
func (b *chrome) follow(role, name string) *network.Response {
	b.t.Helper()
	return b.load("following the "+role+" "+name, clicking(role, name))
}

func (b *chrome) click(role, name string) {
	b.t.Helper()
	b.run("clicking the "+role+" "+name, clicking(role, name))
}

func (b *chrome) fill(label, text string) {
	b.t.Helper()
	b.run("filling in "+label, focusing("textbox", label), chromedp.KeyEvent(text))
}

// choose picks an option by typing its beginning, as the keyboard does.
func (b *chrome) choose(label, beginning string) {
	b.t.Helper()
	b.run("choosing "+beginning, focusing("combobox", label), chromedp.KeyEvent(beginning))
}

func (b *chrome) signIn(name, password string) *network.Response {
	b.t.Helper()
	b.visit("/sign-in")
	b.fill("Name", name)
	b.fill("Password", password)
	return b.follow("button", "Sign in")
}

// markup is the whole page as it is now, whether or not its scripts may run.
func (b *chrome) markup() string {
	b.t.Helper()
	var text string
	b.run("reading the page", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		doc, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		out, err := cdp.Call(ctx, t, dom.GetOuterHTML, dom.GetOuterHTMLParams{BackendNodeID: doc.Root.BackendNodeID})
		text = out.OuterHTML
		return err
	}))
	return text
}

var tag = regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>|<[^>]*>`)

// shows holds that the page has a text.
func (b *chrome) shows(texts ...string) {
	b.t.Helper()
	plain := strings.Join(strings.Fields(tag.ReplaceAllString(b.markup(), " ")), " ")
	for _, text := range texts {
		if !strings.Contains(plain, text) {
			b.t.Errorf("%s does not show %q:\n%.1500s", b.address(), text, plain)
		}
	}
}

func (b *chrome) address() string {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "nowhere"
	}
	at, _, _ = strings.Cut(at, "?") // what follows may be a code
	return at
}

// picture keeps how the page looks, whole.
func (b *chrome) picture(name string) {
	b.t.Helper()
	var png []byte
	b.run("taking a picture", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		m, err := cdp.Call(ctx, t, page.GetLayoutMetrics, chromedp.Void{})
		if err != nil {
			return err
		}
		beyond := true
		shot, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
			CaptureBeyondViewport: &beyond, Clip: &page.Viewport{Width: m.CSSContentSize.Width, Height: min(m.CSSContentSize.Height, 4000), Scale: 1},
		})
		png = shot.Data
		return err
	}))
	dir := filepath.Join("..", "build", "screenshots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
