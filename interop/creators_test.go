//go:build interop

package interop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// shops are the marketplaces in which each version is driven, with the suffix of ids there.
var shops = []struct{ version, site, suffix, region string }{
	{"3.1", "www.amazon.com", "20", "NA"},
	{"2.1", "www.amazon.com", "20", "NA"},
	{"3.2", "www.amazon.de", "21", "EU"},
	{"2.3", "www.amazon.co.jp", "22", "FE"},
}

// Amazon's own Node SDK, repacked.
func TestAmazonCreatorsAPI(t *testing.T) {
	if _, err := os.Stat("creators/node/node_modules/.package-lock.json"); err != nil {
		install(t, "creators/node", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	}
	creatorsWorlds(t, "amazon-creators-api", "creators/node", "node", "drive.js")
}

// Amazon's own Python SDK, repacked. It is strict: whatever does not fit its models is an error in it.
func TestAmazonCreatorsAPIPythonSDK(t *testing.T) {
	creatorsWorlds(t, "amazon-creatorsapi-python-sdk", "creators/python", pythonFor(t, "sdk"), "sdk.py")
}

// Feeds and reports are fetched from Amazon's own hosts.
func TestAmazonCreatorsAPIPythonSDK_Files(t *testing.T) {
	python := pythonFor(t, "sdk")
	amazon := allHosts(t)
	c := amazon.World().Affiliates.Credential("creators-3.1")
	steps := conversation{command: []string{python, "download.py"}, dir: "creators/python", env: append(
		environmentOf(t, amazon, "python"), "LK_API_URL="+amazon.URL("creators", "NA"), "LK_TOKEN_URL="+amazon.URL("lwa", "NA")+"/auth/o2/token",
		"LK_CREDENTIAL_ID="+c.ID, "LK_CREDENTIAL_SECRET="+c.Secret, "LK_VERSION="+c.Version, "LK_SITE=www.amazon.com",
	)}.run(t)
	if len(steps) != 4 {
		t.Errorf("%d steps", len(steps))
	}
	drove(t, &world{name: "sandbox", amazon: amazon}, "amazon-creatorsapi-python-sdk", 0)
}

func TestPythonAmazonPAAPI(t *testing.T) {
	creatorsWorlds(t, "python-amazon-paapi", "creators/python", pythonFor(t, "paapi"), "paapi.py")
}

// pythonFor makes an environment with one client's pinned packages, once: both clients bring a module of the same name.
func pythonFor(t *testing.T, client string) string {
	t.Helper()
	python, err := filepath.Abs("creators/python/.venv/" + client + "/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command(python, "-c", "import creatorsapi_python_sdk").Run() != nil {
		install(t, "creators/python", "python3", "-m", "venv", "--clear", ".venv/"+client)
		install(t, "creators/python", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", client+".txt")
	}
	return python
}

// creatorsWorlds drives a client with credentials of both wires, against the sandbox and through the gateway.
func creatorsWorlds(t *testing.T, client, dir string, command ...string) {
	for _, shop := range shops {
		t.Run("sandbox "+shop.version, func(t *testing.T) {
			amazon, err := sandbox.New(sandbox.Options{Seed: 11})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = amazon.Close() })
			c := amazon.World().Affiliates.Credential("creators-" + shop.version)
			path := "/auth/o2/token"
			if c.Cognito() {
				path = "/oauth2/token"
			}
			token, base := amazon.URL("lwa", shop.region)+path, amazon.URL("creators", shop.region)
			driveCreators(t, &world{name: "sandbox", amazon: amazon, driver: client}, dir, command, shop.site, c, token, base, c.ID, c.Secret, shop.suffix)
		})
		t.Run("gateway "+shop.version, func(t *testing.T) {
			key := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Seed: 11}})
			c := key.Sandbox.World().Affiliates.Credential("creators-" + shop.version)
			if _, err := key.Client.AddApp(t.Context(), api.NewApp{Name: "shop", Program: "creators", Realm: "sandbox", ClientID: c.ID, ClientSecret: c.Secret}); err != nil {
				t.Fatal(err)
			}
			if _, err := key.Client.Connect(t.Context(), api.Connect{Name: "shop", App: "shop"}); err != nil {
				t.Fatal(err)
			}
			pass := key.Pass("site", "shop")
			path := "/auth/o2/token"
			if c.Cognito() {
				path = "/oauth2/token"
			}
			driveCreators(t, &world{name: "gateway", amazon: key.Sandbox, driver: client}, dir, command, shop.site, c, key.Status.Gateway+path, key.Status.Gateway, "site", pass, shop.suffix)
		})
	}
}

func driveCreators(t *testing.T, w *world, dir string, command []string, site string, c *kit.CreatorsCredential, token, base, id, secret, suffix string) {
	t.Helper()
	amazon := w.amazon
	const letters = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"
	before := amazon.Journal().Last()
	steps := conversation{command: command, dir: dir, env: []string{
		"LK_API_URL=" + base, "LK_TOKEN_URL=" + token, "LK_CREDENTIAL_ID=" + id, "LK_CREDENTIAL_SECRET=" + secret, "LK_VERSION=" + c.Version,
		"LK_SITE=" + site, "LK_TAG=" + c.Affiliate.Tags(suffix)[0], "LK_FAMILY=B0" + amazon.World().Letters("creators family 0", letters, 8),
	}}.run(t)
	if len(steps) < 5 {
		t.Errorf("the client reported %d steps: %s", len(steps), strings.Join(steps, "; "))
	}
	drove(t, w, w.driver, before)
}
