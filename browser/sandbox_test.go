//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// until waits for the page's script to have something true.
func (b *chrome) until(what, expression string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	got := b.script(`new Promise(done => { const look = () => (` + expression + `) ? done("yes") : setTimeout(look, 50); look(); setTimeout(() => done("no"), 30000) })`)
	if got != "yes" || ctx.Err() != nil {
		b.t.Errorf("the page never came to %s:\n%.1500s", what, b.markup())
	}
}

// The sandbox's page shows the world and the journal as it grows, moves the clock, arms faults and turns switches, and is of no use
// without its token.
func TestStory_SandboxPage(t *testing.T) {
	axe := readAxe(t)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	k := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Control: "127.0.0.1:0"}})
	k.App(kit.Shop)
	k.Connect("acme", kit.Shop, kit.Advertiser)
	b := open(t, k)
	b.run("letting axe in", command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	ready := k.Sandbox.Ready()

	b.visit(ready.Control + "/")
	b.until("saying that it lacks its token", `!document.getElementById("trouble").hidden`)
	b.visit("about:blank")
	b.visit(ready.Page())
	b.until("its journal", `document.getElementById("journal").rows.length > 0`)
	b.shows("lwa.token", "shop", "Nothing so far.")
	before := k.Sandbox.Now()
	b.click("button", "+ 55 minutes")
	b.until("another time", fmt.Sprintf(`document.getElementById("now").textContent >= %q`, before.Add(55*time.Minute).UTC().Format("2006-01-02 15:04")))
	b.click("button", "Arm")
	b.until("an armed fault", `document.getElementById("faults").textContent.includes("f1: status 429")`)
	b.click("button", "Remove f1")
	b.until("no fault", `document.getElementById("faults").textContent === ""`)
	b.until("its devices", `document.getElementById("devices").rows.length > 0`)
	b.click("button", "Do it")
	b.until("an answer of a control", `document.getElementById("said").textContent !== ""`)
	b.checked(axe, "the sandbox's page")
	b.picture("sandbox")
	for name, secret := range map[string]string{"the token": ready.Token} {
		if strings.Contains(b.markup(), secret) {
			t.Errorf("the page's markup holds %s", name)
		}
	}
}
