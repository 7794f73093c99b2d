//go:build interop

package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// A client with Amazon's hosts fixed in it is pointed at the sandbox by its environment alone, as `lockkeeper sandbox env` prints it.
func TestAmazonSPAPI_ByItsEnvironment(t *testing.T) {
	node := installNode(t)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	amazon, err := sandbox.New(sandbox.Options{Seed: 11, TLS: true, Control: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = amazon.Close() })
	ask := exec.CommandContext(t.Context(), "go", "run", "../cmd/lockkeeper", "sandbox", "env", "node", "--json", "--control", amazon.Ready().Control)
	ask.Stderr = os.Stderr
	text, err := ask.Output()
	if err != nil {
		t.Fatal(err)
	}
	var environment sandbox.Environment
	if err := json.Unmarshal(text, &environment); err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{"na", "eu", "fe"} {
		cmd := exec.CommandContext(t.Context(), "node", "sellingpartner.js")
		cmd.Dir = node
		cmd.Env = append(os.Environ(), "SP_REGION="+region)
		for name, value := range environment.Env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "refreshed" {
			t.Errorf("amazon-sp-api in %s: %v\n%s", region, err, out)
		}
	}
	if entries, err := filepath.Glob(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "lockkeeper", "sandbox-*")); err != nil || len(entries) == 0 {
		t.Errorf("what the sandbox tells of itself: %v, %v", entries, err)
	}
}
