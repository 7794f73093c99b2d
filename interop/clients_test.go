//go:build interop

package interop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// worlds are the two sides that each client must work against without a change.
func worlds(t *testing.T, client string, drive func(t *testing.T, w *world)) {
	t.Helper()
	for name, side := range map[string]func(*testing.T) *world{"sandbox": sandboxWorld, "gateway": gatewayWorld} {
		t.Run(name, func(t *testing.T) {
			w := side(t)
			w.driver = client
			drive(t, w)
		})
	}
}

func TestScaleLeap(t *testing.T) {
	node := installNode(t)
	worlds(t, "@scaleleap/amazon-advertising-api-sdk", func(t *testing.T, w *world) { w.converse(t, node, "node", "scaleleap.js") })
}

func TestPythonAmazonAdAPI(t *testing.T) {
	python := installPython(t)
	worlds(t, "python-amazon-ad-api", func(t *testing.T, w *world) { w.converse(t, "python", python, "drive.py") })
}

// Nearly every method that it has for what the sandbox serves.
func TestPythonAmazonAdAPI_Surface(t *testing.T) {
	python := installPython(t)
	worlds(t, "python-amazon-ad-api", func(t *testing.T, w *world) { w.converse(t, "python", python, "surface.py") })
}

func TestCurl(t *testing.T) {
	worlds(t, "curl", func(t *testing.T, w *world) { w.converse(t, "curl", "./drive.sh") })
}

// Software whose hosts cannot be changed reaches the gateway under Amazon's own names, over TLS, by being told where they are and whom to trust.
func TestCurl_AmazonsOwnHosts(t *testing.T) {
	w := gatewayWorld(t)
	w.token, w.ads = "https://api.amazon.com/auth/o2/token", "https://advertising-api.amazon.com"
	w.curlHome = t.TempDir()
	settings := "connect-to = \"::" + w.tls + "\"\ncacert = \"" + w.authority + "\"\n"
	if err := os.WriteFile(filepath.Join(w.curlHome, ".curlrc"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	w.converse(t, "curl", "./drive.sh")
}

// passport-amazon signs people in: Lockkeeper has no such page, so it is driven against the sandbox alone.
func TestPassportAmazon(t *testing.T) {
	node := installNode(t)
	w := sandboxWorld(t)
	w.driver = "passport-amazon"
	w.converse(t, node, "node", "passport.js")
}

// installNode installs the pinned packages beside their lock file, once.
func installNode(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("node/node_modules/.package-lock.json"); err != nil {
		install(t, "node", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	}
	return "node"
}

// installPython makes an environment with the pinned packages, once, and returns its interpreter.
func installPython(t *testing.T) string {
	t.Helper()
	python, err := filepath.Abs("python/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command(python, "-c", "import ad_api").Run() != nil {
		install(t, "python", "python3", "-m", "venv", "--clear", ".venv")
		install(t, "python", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
	}
	return python
}

func install(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("installing a foreign client with %s: %v\n%s", name, err, out)
	}
}
