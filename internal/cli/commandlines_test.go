package cli_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
)

// TestCommandLines holds every command line of the documentation against the tree of commands: in a block the command, its flags
// and the number of its arguments; in running text the command and its flags.
func TestCommandLines(t *testing.T) {
	t.Parallel()
	whole, short := 0, 0
	for _, p := range pages(t) {
		text, blocks := p.split(t)
		for _, b := range blocks {
			for i, line := range b.lines {
				if b.lang == "console" && !strings.HasPrefix(line, "$ ") {
					continue // what a command printed
				}
				for _, words := range invocations(line) {
					whole++
					if err := check(words, true); err != nil {
						t.Errorf("%s:%d: lockkeeper %s: %v", p.path, b.line+i, strings.Join(words, " "), err)
					}
				}
			}
		}
		for n, line := range text {
			for _, code := range codeForm.FindAllString(line, -1) {
				for _, words := range invocations(strings.Trim(code, "`")) {
					short++
					if err := check(words, false); err != nil {
						t.Errorf("%s:%d: %s: %v", p.path, n, code, err)
					}
				}
			}
		}
	}
	if whole < 20 || short < 20 {
		t.Errorf("only %d command lines in blocks and %d in text were found: are they still recognised?", whole, short)
	}
}

// invocationForm is where a shell would start the program, from source or as it is installed.
var invocationForm = regexp.MustCompile(`(?:^|[|;&(] *|=\S*/|\bsudo (?:-u \S+ )?)(?:go run \./cmd/lockkeeper|lockkeeper) +`)

// invocations returns the arguments of each start of the program in a line of shell.
func invocations(line string) [][]string {
	line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
	if strings.HasPrefix(line, "#") {
		return nil
	}
	var all [][]string
	for _, at := range invocationForm.FindAllStringIndex(line, -1) {
		if words := shellWords(line[at[1]:]); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// shellWords splits one simple command into words, up to a comment, a pipe, a redirection or the next command.
func shellWords(text string) []string {
	var words []string
	word, quoted := "", rune(0)
	inside := false
	end := func() {
		if inside {
			words = append(words, word)
		}
		word, inside = "", false
	}
	for _, r := range text {
		switch {
		case quoted != 0:
			if r == quoted {
				quoted = 0
			} else {
				word += string(r)
			}
		case r == '\'' || r == '"':
			quoted, inside = r, true
		case r == ' ' || r == '\t':
			end()
		case strings.ContainsRune("|;&<>)", r), r == '#' && !inside:
			end()
			return words
		default:
			word, inside = word+string(r), true
		}
	}
	end()
	return words
}

// check parses the words as the program would, without running it.
func check(words []string, arguments bool) error {
	root := cli.Tree()
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		if strings.Contains(err.Error(), "help requested") {
			return nil
		}
		return err
	}
	left := cmd.Flags().Args()
	if cmd.HasSubCommands() && len(left) > 0 && left[0] != "[flags]" { // as a usage line ends
		return fmt.Errorf("there is no command %q", cmd.CommandPath()+" "+left[0])
	}
	if arguments {
		return cmd.ValidateArgs(left)
	}
	return nil
}

// TestCommandLinesAreChecked breaks command lines in each way that the check must see.
func TestCommandLinesAreChecked(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"lockkeeper frobnicate", "lockkeeper grant conect", "lockkeeper app add --frob", "lockkeeper call ads GET", "$ lockkeeper app show",
		"cat x | lockkeeper explain --frob -", "ExecStart=/usr/local/bin/lockkeeper serv", "go run ./cmd/lockkeeper deev # try",
		`lockkeeper app add "two words" three`, "sudo -u lockkeeper lockkeeper grant frob",
	} {
		found := invocations(line)
		if len(found) != 1 {
			t.Errorf("%q holds %d command lines, want 1", line, len(found))
			continue
		}
		if check(found[0], true) == nil {
			t.Errorf("%q passes", line)
		}
	}
	for _, line := range []string{
		"lockkeeper --data lockkeeper-dev app list", "lockkeeper call ads GET /v2/profiles --region NA | head", "lockkeeper explain 'a b' # why",
		"lockkeeper serve --help", "sudo -u lockkeeper lockkeeper --data /srv/lockkeeper grant list",
	} {
		if err := check(invocations(line)[0], true); err != nil {
			t.Errorf("%q does not pass: %v", line, err)
		}
	}
}
