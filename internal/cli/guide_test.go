package cli_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
)

var (
	word    = regexp.MustCompile(`'[^']*'|\S+`)
	inProse = regexp.MustCompile(`lockkeeper ([a-z]+)`) // the program's name has a capital in prose
)

// TestGuideNamesOnlyCommandsThatExist: every command line of a guide is one that the program takes, with its flags and arguments.
// make verify runs it.
func TestGuideNamesOnlyCommandsThatExist(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, g := range guide.All() {
		for _, s := range g.Steps {
			lines = append(lines, s.Commands...)
		}
		for _, n := range g.Next {
			lines = append(lines, n.Run)
		}
	}
	if len(lines) < 8 {
		t.Fatalf("the guides name only %d commands", len(lines))
	}
	for _, line := range lines {
		words := word.FindAllString(line, -1)
		if words[0] != "lockkeeper" {
			t.Errorf("%q is not a command of Lockkeeper's", line)
			continue
		}
		if err := takes(words[1:]); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// TestGuideProseNamesOnlyCommandsThatExist: the same for commands in sentences, without their arguments.
func TestGuideProseNamesOnlyCommandsThatExist(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(guide.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range inProse.FindAllStringSubmatch(string(text), -1) {
		if cmd, _, err := cli.Tree().Find(m[1:]); err != nil || !cmd.HasParent() {
			t.Errorf("the guide speaks of %q, which is no command: %v", m[0], err)
		}
	}
}

func takes(words []string) error {
	cmd, rest, err := cli.Tree().Find(words)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// TestMenu: lockkeeper alone at a terminal asks, and leads on.
func TestMenu(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		types  string
		prints []string
		not    []string
	}{
		"leaves at once":       {"\n", []string{"What do you want to do?", "lockkeeper guide", "lockkeeper app add", "lockkeeper grant connect", "lockkeeper doctor"}, []string{"Which key"}},
		"end of input":         {"", []string{"What do you want to do?"}, nil},
		"no number":            {"seven\n99\n\n", []string{"Type a number from 1 to 6"}, []string{"Which key"}},
		"which key, no task":   {"1\n\n", []string{"Which key do I need?"}, []string{"STEP BY STEP"}},
		"a key kept by hand":   {"1\nfire\n", []string{"Which key do I need?", "api_key.txt", "STEP BY STEP"}, []string{"at hand"}},
		"misspelt, then ads":   {"1\nad\nads\nn\n", []string{"STEP BY STEP", "When you are ready: lockkeeper app add"}, []string{"When you are ready: lockkeeper grant connect"}},
		"no key for links":     {"1\nlinks\n", []string{"No key is needed"}, []string{"at hand"}},
		"a command, no server": {"6\n", []string{"no Lockkeeper runs on", "hint: start one with `lockkeeper serve`"}, nil},
		"on to app add":        {"1\nads\ny\n", []string{"STEP BY STEP", "no Lockkeeper runs on"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			cli.Run(t.Context(), cli.Screen(strings.NewReader(c.types), &screen, t.TempDir()), nil)
			for _, want := range c.prints {
				if !strings.Contains(screen.String(), want) {
					t.Errorf("the screen does not show %q:\n%s", want, screen.String())
				}
			}
			for _, not := range c.not {
				if strings.Contains(screen.String(), not) {
					t.Errorf("the screen shows %q:\n%s", not, screen.String())
				}
			}
		})
	}
}
