//go:build interop

package interop_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A conversation is a foreign client running as its own process. It reports steps and asks the test to change the world: see node/talk.js.
type conversation struct {
	command []string
	dir     string
	env     []string
	wishes  map[string]func()
}

// run starts the client and serves its wishes until it ends. It returns the steps that the client reported.
func (c conversation) run(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.command[0], c.command[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(cleanEnviron(), c.env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting the client: %v", err)
	}
	steps := c.listen(t, stdout, stdin)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the client ended with %v\n%s", err, stderr.String())
	}
	return steps
}

func (c conversation) listen(t *testing.T, stdout io.Reader, stdin io.Writer) []string {
	t.Helper()
	var steps []string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "step":
			t.Log(rest)
			if strings.Contains(rest, " failed ") {
				t.Errorf("the client failed: %s", rest)
			}
			steps = append(steps, rest)
		case "ask":
			wish, ok := c.wishes[rest]
			if !ok {
				t.Errorf("the client asked for %q, which this test cannot do", rest)
				_, _ = io.WriteString(stdin, "cannot\n")
				continue
			}
			wish()
			_, _ = io.WriteString(stdin, "done\n")
		default:
			t.Logf("the client says: %s", lines.Text())
		}
	}
	return steps
}

// cleanEnviron is this process's environment without proxies: foreign clients reach loopback only.
func cleanEnviron() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.Contains(strings.ToLower(strings.SplitN(kv, "=", 2)[0]), "_proxy") {
			env = append(env, kv)
		}
	}
	return append(env, "NO_PROXY=127.0.0.1,localhost", "PYTHONDONTWRITEBYTECODE=1")
}
