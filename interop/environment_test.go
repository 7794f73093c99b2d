//go:build interop

package interop_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// environmentOf is what `lockkeeper sandbox env` prints for a language. A client with Amazon's hosts fixed in it is pointed at the sandbox by it alone.
func environmentOf(t *testing.T, amazon *sandbox.Server, language string) []string {
	t.Helper()
	ask := exec.CommandContext(t.Context(), "go", "run", "../cmd/lockkeeper", "sandbox", "env", language, "--json", "--control", amazon.Ready().Control)
	ask.Stderr = os.Stderr
	text, err := ask.Output()
	if err != nil {
		t.Fatal(err)
	}
	var environment sandbox.Environment
	if err := json.Unmarshal(text, &environment); err != nil {
		t.Fatal(err)
	}
	var all []string
	for name, value := range environment.Env {
		all = append(all, name+"="+value)
	}
	return all
}

// allHosts is a sandbox that answers for every host of Amazon's over TLS.
func allHosts(t *testing.T, returnURLs ...string) *sandbox.Server {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	amazon, err := sandbox.New(sandbox.Options{Seed: 11, TLS: true, Control: "127.0.0.1:0", ReturnURLs: returnURLs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amazon.Close() })
	return amazon
}

func TestAmazonSPAPI_ByItsEnvironment(t *testing.T) {
	node := installNode(t)
	amazon := allHosts(t)
	environment := environmentOf(t, amazon, "node")
	for _, region := range []string{"na", "eu", "fe"} {
		cmd := exec.CommandContext(t.Context(), "node", "sellingpartner.js")
		cmd.Dir = node
		cmd.Env = append(append(os.Environ(), "SP_REGION="+region), environment...)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "refreshed" {
			t.Errorf("amazon-sp-api in %s: %v\n%s", region, err, out)
		}
	}
	drove(t, &world{name: "sandbox", amazon: amazon}, "amazon-sp-api", 0)
	if entries, err := filepath.Glob(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "lockkeeper", "sandbox-*")); err != nil || len(entries) == 0 {
		t.Errorf("what the sandbox tells of itself: %v, %v", entries, err)
	}
}

// What Node itself brings finds the sandbox in the same way, whichever of its two clients asks.
func TestNode_ByItsEnvironment(t *testing.T) {
	amazon := allHosts(t)
	cmd := exec.CommandContext(t.Context(), "node", "-e", `
const https = require('node:https')
fetch('https://api.amazon.com/auth/o2/tokeninfo?access_token=EXAMPLE').then(r => console.log('fetch', r.status))
https.get('https://api.amazon.co.uk/auth/o2/token', r => { console.log('https', r.statusCode); r.resume() })`)
	cmd.Env = append(os.Environ(), environmentOf(t, amazon, "node")...)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "fetch 400") || !strings.Contains(string(out), "https 405") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Its hosts are fixed as well, and its models refuse answers that they do not know.
func TestAmazonAdsAPIv1_ByItsEnvironment(t *testing.T) {
	python, err := filepath.Abs("pythonv1/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command(python, "-c", "import httpx, pydantic").Run() != nil {
		install(t, "pythonv1", "python3", "-m", "venv", "--clear", ".venv")
		install(t, "pythonv1", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--ignore-requires-python", "-r", "requirements.txt")
	}
	amazon := allHosts(t)
	tester := amazon.Consent(kit.Shop, kit.SellerCentral, "advertising::test:create_account", "advertising::campaign_management")
	steps := conversation{
		command: []string{python, "drive.py"}, dir: "pythonv1",
		env: append(
			environmentOf(t, amazon, "python"), "LK_TESTER_TOKEN="+tester.RefreshToken(),
			"LK_FIRST_DAY="+amazon.Now().AddDate(0, 0, -9).Format(time.DateOnly), "LK_LAST_DAY="+amazon.Now().AddDate(0, 0, -3).Format(time.DateOnly),
		),
		wishes: map[string]func(){"a minute": func() { amazon.Advance(time.Minute) }},
	}.run(t)
	if len(steps) != 7 {
		t.Errorf("%d steps", len(steps))
	}
	drove(t, &world{name: "sandbox", amazon: amazon}, "amazon-ads-api-v1", 0)
}

// A consent from end to end as a person gives it, page by page, at Amazon's own addresses: requests-oauthlib is the application, mechanize the browser.
func TestRequestsOAuthlib_ByItsEnvironment(t *testing.T) {
	python, err := filepath.Abs("oauth/.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if exec.Command(python, "-c", "import mechanize, requests_oauthlib").Run() != nil {
		install(t, "oauth", "python3", "-m", "venv", "--clear", ".venv")
		install(t, "oauth", python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
	}
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "you may close this page") }))
	t.Cleanup(application.Close)
	amazon := allHosts(t, application.URL+"/callback")
	steps := conversation{
		command: []string{python, "drive.py"}, dir: "oauth",
		env: append(environmentOf(t, amazon, "python"), "LK_RETURN_URL="+application.URL+"/callback", "LK_USER="+kit.Advertiser, "OAUTHLIB_INSECURE_TRANSPORT=1"), // the callback is plain, on loopback
	}.run(t)
	if len(steps) != 5 {
		t.Errorf("%d steps", len(steps))
	}
	drove(t, &world{name: "sandbox", amazon: amazon}, "requests-oauthlib, mechanize", 0)
}
