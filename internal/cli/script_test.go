package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lockkeeper": func() { os.Exit(cli.Main()) }, "owner": owner})
}

// TestScripts runs every script of testdata with the real program. A script that wants a server starts one of its own, on free
// ports: exec lockkeeper serve --with-sandbox &, then await.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.RunT(silent{t}, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup:               setup,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": await, "capture": capture},
	})
}

// setup gives a script its own folders and ports, and the keys of the sandbox's shop as a developer would have copied them.
func setup(env *testscript.Env) error {
	shop, brand := kit.DefaultWorld(0, nil).Profile(kit.Shop), kit.DefaultWorld(0, nil).Profiles()[1]
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("USER", "ada")
	env.Setenv("XDG_DATA_HOME", "")
	env.Setenv("LOCKKEEPER_DATA", filepath.Join(env.WorkDir, "data"))
	env.Setenv("LOCKKEEPER_CONSOLE", "localhost:0")
	env.Setenv("LOCKKEEPER_GATEWAY", "127.0.0.1:0")
	env.Setenv("LOCKKEEPER_METRICS", "127.0.0.1:0")
	env.Setenv("LOCKKEEPER_SANDBOX_LISTEN", "127.0.0.1:0")
	env.Setenv("SHOP", shop.ClientID)
	env.Setenv("SHOP_PROFILE", shop.ID)
	env.Setenv("BRAND", brand.ClientID)
	stream, root := kit.DefaultWorld(0, nil).AWSKey(kit.AWSStream, 1), kit.DefaultWorld(0, nil).AWSKey(kit.AWSRoot, 1)
	admin := kit.DefaultWorld(0, nil).AWSKey(kit.AWSAdmin, 1)
	env.Setenv("STREAM_KEY", stream.ID)
	env.Setenv("ROOT_KEY", root.ID)
	for name, text := range map[string]string{
		"stream.csv":      "Access key ID,Secret access key\r\n" + stream.ID + "," + stream.Secret + "\r",
		"admin.csv":       "\ufeffAccess key ID,Secret access key\n" + admin.ID + "," + admin.Secret,
		"root-secret.txt": root.Secret,
		"password.txt":    "an-EXAMPLE-password", "shop-secret.txt": shop.Secret(), "brand-secret.txt": brand.Secret(),
	} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text+"\n"), 0o600); err != nil {
			return err
		}
	}
	if err := pastedFiles(env.WorkDir); err != nil {
		return err
	}
	if err := pictures(env.WorkDir); err != nil {
		return err
	}
	if err := deviceFiles(env); err != nil {
		return err
	}
	if err := creatorsFiles(env); err != nil {
		return err
	}
	return fireFiles(env.WorkDir)
}

// capture sets a variable to what a regular expression's group finds in the output of the last command: capture NAME 'id: ([0-9]+)'.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("nothing in the output fits %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// await waits until the server on the data folder (or on the folder that it is given) answers, and sets METRICS to an address that
// is then in use.
func await(ts *testscript.TestScript, neg bool, args []string) {
	data := ts.Getenv("LOCKKEEPER_DATA")
	if len(args) > 0 {
		data = ts.MkAbs(args[0])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	c := control.New(control.SocketPath(data))
	for {
		if status, err := c.Status(ctx); err == nil {
			ts.Setenv("METRICS", strings.TrimPrefix(status.Metrics, "http://"))
			return
		} else if ctx.Err() != nil {
			ts.Fatalf("no server answered on %s: %v", data, err)
		}
		<-tick.C
	}
}
