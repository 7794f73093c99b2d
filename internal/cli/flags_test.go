package cli_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
)

// F5: what is on the command line or in the environment can be read by others, so no flag takes a secret: only a file's name.
func TestF5_NoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	var walk func(path []string)
	walk = func(path []string) {
		var out bytes.Buffer
		f := &cli.Factory{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(string) string { return "" }, Now: time.Now, Version: "test"}
		if code := cli.Run(context.Background(), f, append(path, "--help")); code != 0 {
			t.Fatalf("%v --help: exit code %d", path, code)
		}
		commands := false
		for line := range strings.Lines(out.String()) {
			fields := strings.Fields(line)
			if len(fields) == 0 {
				continue
			}
			switch {
			case strings.HasPrefix(line, "Available Commands:"):
				commands = true
			case !strings.HasPrefix(line, " "):
				commands = false
			case commands && fields[0] != "help" && fields[0] != "completion":
				walk(append(append([]string(nil), path...), fields[0]))
			}
			for _, flag := range fields {
				name, is := strings.CutPrefix(strings.TrimRight(flag, ".,;:)"), "--")
				if !is || strings.HasPrefix(line, "  lockkeeper") {
					continue
				}
				for _, word := range []string{"secret", "password", "token", "pass"} {
					if strings.HasPrefix(name, word) && !strings.HasSuffix(name, "-file") {
						t.Errorf("%v has the flag --%s", path, name)
					}
				}
			}
		}
	}
	walk(nil)
}
