//go:build interop

package interop_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestPushSenders drives foreign senders of push messages, which have Amazon's host fixed in them, against the sandbox and through the
// gateway, by TLS under Amazon's own name.
func TestPushSenders(t *testing.T) {
	if _, err := os.Stat("push/node_modules/.package-lock.json"); err != nil {
		install(t, "push", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	}
	t.Run("sandbox", func(t *testing.T) {
		amazon, err := sandbox.New(sandbox.Options{TLS: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = amazon.Close() })
		app := amazon.World().Profile(kit.Shop)
		w := &world{name: "sandbox", amazon: amazon, client: app.ClientID, secret: app.Secret(), tls: amazon.TLSAddr(), authority: file(t, amazon.CA())}
		w.push(t, "")
	})
	t.Run("gateway", func(t *testing.T) {
		key := keytest.Start(t, keytest.Options{Configure: func(c *config.Config) { c.AmazonTLS = "127.0.0.1:0" }})
		app := key.Sandbox.World().Profile(kit.Shop)
		_, err := key.Client.AddApp(t.Context(), api.NewApp{Name: "fire", Program: "adm", Realm: "sandbox", ClientID: app.ClientID, ClientSecret: app.Secret()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := key.Client.Connect(t.Context(), api.Connect{Name: "fire", App: "fire"}); err != nil {
			t.Fatal(err)
		}
		w := &world{name: "gateway", amazon: key.Sandbox, client: "sender", secret: key.Pass("sender", "fire"), tls: key.Status.AmazonTLS, authority: key.Status.Authority}
		var rows []api.PushRow
		for _, d := range w.devices(t) {
			rows = append(rows, api.PushRow{Registration: d.ID, Name: d.Key, Tags: []string{"beta"}})
		}
		if _, err := key.Client.ImportRegistrations(t.Context(), api.NewRegistrations{Rows: rows[:2]}); err != nil {
			t.Fatal(err)
		}
		w.push(t, key.Status.Gateway)
	})
}

func file(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// devices are nine of the sandbox's: one that is there, one that moved, one that has gone, and six more; made at the first call.
func (w *world) devices(t *testing.T) []admfake.Device {
	t.Helper()
	var some, r []admfake.Device
	for _, in := range []map[string]any{
		{"profile": kit.Shop, "prefix": "live", "count": 1},
		{"profile": kit.Shop, "prefix": "moved", "count": 1, "states": map[string]int{"moved": 1}},
		{"profile": kit.Shop, "prefix": "gone", "count": 1, "states": map[string]int{"unregistered": 1}},
		{"profile": kit.Shop, "prefix": "many", "count": 6},
	} {
		if err := w.amazon.Do("adm", "devices", in, &some); err != nil {
			t.Fatal(err)
		}
		r = append(r, some...)
	}
	w.made = r
	return r
}

// push runs the senders.
func (w *world) push(t *testing.T, gateway string) {
	t.Helper()
	if w.made == nil {
		w.devices(t)
	}
	var ids []string
	for _, d := range w.made {
		ids = append(ids, d.ID)
	}
	host, port, err := net.SplitHostPort(w.tls)
	if err != nil {
		t.Fatal(err)
	}
	before := w.amazon.Journal().Last()
	conversation{
		command: []string{"node", "drive.js"}, dir: "push",
		env: []string{
			"NODE_EXTRA_CA_CERTS=" + w.authority, "LK_TLS_HOST=" + host, "LK_TLS_PORT=" + port, "LK_CLIENT_ID=" + w.client,
			"LK_CLIENT_SECRET=" + w.secret, "LK_IDS=" + strings.Join(ids, ","), "LK_GATEWAY=" + gateway,
		},
		wishes: map[string]func(){"expire": func() { w.amazon.Advance(61 * time.Minute) }},
	}.run(t)
	drove(t, w, "node-adm, node-pushnotifications", before)
	for _, d := range w.made[3:] {
		var inbox json.RawMessage
		if err := w.amazon.Do("adm", "inbox", map[string]string{"key": d.Key}, &inbox); err != nil || len(inbox) < 10 {
			t.Errorf("%s has no message: %v", d.Key, err)
		}
	}
}
