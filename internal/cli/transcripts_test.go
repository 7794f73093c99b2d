package cli_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestTranscripts runs the sessions that README.md, the tutorials and the pages that are listed show. A block marked console is a session: what follows "$ " is
// run as it stands, and what stands below must be printed, in that order. "..." stands for anything; times, ports and long numbers
// may differ; other lines may come between. A question that ends in <something> is answered as the person would. The blocks
// of a page are one session, unless their second word names another.
//
// Three things stand in for what the reader has. `go run` and `go install` take the program as this test built it. In the session
// "own" the reader has an account at Amazon: there the server runs with the sandbox, `app add` keeps the app in its realm, and the
// reader's browser is a program that says yes. Ports are any free ones.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	tutorials, err := filepath.Glob(filepath.Join(repository, "docs", "tutorial", "*.md"))
	if err != nil || len(tutorials) == 0 {
		t.Fatalf("there are no tutorials: %v", err)
	}
	files := []string{"README.md", "docs/howto/earn-from-links.md"}
	for _, f := range tutorials {
		files = append(files, "docs/tutorial/"+filepath.Base(f))
	}
	for _, file := range files {
		_, blocks := readPage(t, file).split(t)
		sessions := map[string][]block{}
		for _, b := range blocks {
			if b.lang == "console" {
				sessions[b.word] = append(sessions[b.word], b)
			}
		}
		if len(sessions) == 0 {
			t.Errorf("%s shows no session", file)
		}
		for name, blocks := range sessions {
			runTranscript(t, file, name, blocks)
		}
	}
}

// runTranscript writes the session as a script and runs it.
func runTranscript(t *testing.T, file, session string, blocks []block) {
	t.Helper()
	name := strings.TrimSuffix(strings.ReplaceAll(file, "/", "-"), ".md")
	if session != "" {
		name += "-" + session
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name+".txtar"), []byte(script(t, blocks)), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.RunT(silent{t}, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return reader(env, session) },
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": await, "printed": printed},
	})
}

// reader gives the session what its reader has.
func reader(env *testscript.Env, session string) error {
	if err := setup(env); err != nil {
		return err
	}
	program, err := exec.LookPath("lockkeeper")
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	bin := filepath.Join(env.WorkDir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	shims := map[string]string{"go": `case "$1 $2" in "install ./cmd/lockkeeper") exit 0 ;; "run ./cmd/lockkeeper") ;; *) exit 1 ;; esac; shift 2; exec "` + program + `" "$@"`}
	env.Setenv("LOCKKEEPER_DATA", "")
	if session == "own" {
		shims["lockkeeper"] = `case "$1 $2" in "app add") exec "` + program + `" "$@" --sandbox ;; esac; exec "` + program + `" "$@"`
		env.Setenv("LOCKKEEPER_WITH_SANDBOX", "true")
	}
	for name, text := range shims {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			return fmt.Errorf("writing a stand-in: %w", err)
		}
	}
	env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("DISPLAY", ":0")
	env.Setenv("BROWSER", "owner")
	return nil
}

// owner is the browser of an account's owner who says yes to whoever asks. The sandbox's consent page knows the header.
func owner() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		os.Exit(1)
	}
	browser := &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		req.Header.Set("Sandbox-Consent", kit.Advertiser)
		return nil
	}}
	resp, err := browser.Get(os.Args[len(os.Args)-1])
	if err != nil || resp.StatusCode != http.StatusOK {
		os.Exit(1)
	}
	_ = resp.Body.Close()
}

// answers are what the reader types, by the question's beginning; an empty one is typed at a terminal only.
func answers(question string) (string, bool) {
	shop := kit.DefaultWorld(0, nil).Profile(kit.Shop)
	for begin, answer := range map[string]string{
		"Client ID": shop.ClientID, "Client secret": shop.Secret(), "Password of ": "an-EXAMPLE-password", "Once more": "",
	} {
		if strings.HasPrefix(question, begin) {
			return answer, true
		}
	}
	return "", false
}

var (
	questionForm = regexp.MustCompile(`^(.*): <[^>]*>$`)
	servesForm   = regexp.MustCompile(`lockkeeper (--data \S+ )?(dev|serve)\b`)
	exportForm   = regexp.MustCompile(`^export (\w+)=(\S*)$`)
)

// script turns a session into a testscript.
func script(t *testing.T, blocks []block) string {
	t.Helper()
	var steps, files strings.Builder
	n := 0
	for _, b := range blocks {
		for i := 0; i < len(b.lines); i++ {
			command, ok := strings.CutPrefix(b.lines[i], "$ ")
			if !ok {
				t.Errorf("%s:%d: no command printed this", b.page, b.line+i)
				continue
			}
			fmt.Fprintf(&steps, "# %s:%d: %s\n", b.page, b.line+i, command)
			if m := exportForm.FindStringSubmatch(command); m != nil {
				fmt.Fprintf(&steps, "env %s=%s\n", m[1], m[2])
				continue
			}
			n++
			input, want := "", ""
			for i+1 < len(b.lines) && !strings.HasPrefix(b.lines[i+1], "$ ") {
				i++
				if m := questionForm.FindStringSubmatch(b.lines[i]); m != nil {
					answer, known := answers(m[1])
					if !known {
						t.Errorf("%s:%d: nobody knows the answer to this question", b.page, b.line+i)
					}
					if answer != "" {
						input += answer + "\n"
					}
					continue
				}
				want += b.lines[i] + "\n"
			}
			serves := servesForm.MatchString(command) && !strings.Contains(command, "--once")
			if serves {
				command = "exec " + command // so that an interrupt reaches it
			}
			fmt.Fprintf(&files, "-- run%d.sh --\nexec >out%d.txt 2>&1\n%s\n-- in%d.txt --\n%s-- want%d.txt --\n%s", n, n, command, n, input, n, want)
			if serves {
				fmt.Fprintf(&steps, "exec sh run%d.sh &\nprinted out%d.txt want%d.txt\n", n, n, n)
				continue
			}
			fmt.Fprintf(&steps, "stdin in%d.txt\nexec sh run%d.sh\nprinted out%d.txt want%d.txt whole\n", n, n, n, n)
		}
	}
	return steps.String() + files.String()
}

// printed waits until the first file holds the lines of the second in their order. There is nothing to wait for if it is whole.
func printed(ts *testscript.TestScript, _ bool, args []string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	if len(args) > 2 {
		limit = time.After(0)
	}
	for {
		out, err := os.ReadFile(ts.MkAbs(args[0])) // still being written, perhaps
		missing, found := compare(string(out), ts.ReadFile(args[1]))
		if err == nil && found {
			return
		}
		select {
		case <-limit:
			ts.Fatalf("this was not printed, or not here:\n  %s\nbut this was:\n%s", missing, out)
		case <-tick.C:
		}
	}
}

// compare reports the first line of want that is not in out after the ones before it.
func compare(out, want string) (missing string, found bool) {
	lines := strings.Split(out, "\n")
	for _, w := range strings.Split(strings.TrimRight(want, "\n"), "\n") {
		if strings.TrimSpace(w) == "" || strings.TrimSpace(w) == "..." {
			continue
		}
		form := lineForm(w)
		at := 0
		for at < len(lines) && !form.MatchString(lines[at]) {
			at++
		}
		if at == len(lines) {
			return w, false
		}
		lines = lines[at+1:]
	}
	return "", true
}

// varying are the parts of a line that differ from run to run.
var varying = []struct{ part, form *regexp.Regexp }{
	{regexp.MustCompile(`^\.\.\.`), regexp.MustCompile(`.*`)},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)},
	{regexp.MustCompile(`^(127\.0\.0\.1|localhost):\d+`), regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`)},
	{regexp.MustCompile(`^/home/ada/\S*\b`), regexp.MustCompile(`/\S+`)},
	{regexp.MustCompile(`^\d{10,}`), regexp.MustCompile(`\d{10,}`)},
	{regexp.MustCompile(`^ {2,}`), regexp.MustCompile(` {2,}`)},
}

// lineForm is what a line of a transcript matches.
func lineForm(line string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
next:
	for rest := strings.TrimRight(line, " "); rest != ""; {
		for _, v := range varying {
			if part := v.part.FindString(rest); part != "" {
				b.WriteString(v.form.String())
				rest = rest[len(part):]
				continue next
			}
		}
		b.WriteString(regexp.QuoteMeta(rest[:1]))
		rest = rest[1:]
	}
	return regexp.MustCompile(b.String() + ` *$`)
}

// TestTranscriptsAreCompared holds that a difference is seen.
func TestTranscriptsAreCompared(t *testing.T) {
	t.Parallel()
	out := "Lockkeeper runs.\nnoise\n  gateway   http://127.0.0.1:40001\nConnected \"a\": 12 accounts, next at 2026-11-21 23:00:00.\n"
	for want, found := range map[string]bool{
		"Lockkeeper runs.\n  gateway  http://127.0.0.1:7071":         true,
		"Lockkeeper runs.\n...\nConnected \"a\": ... next at ...":    true,
		"Connected \"a\": 12 accounts, next at 2020-01-01 00:00:00.": true,
		"Connected \"a\": 13 accounts, next at 2020-01-01 00:00:00.": false,
		"  gateway  http://127.0.0.1:7071\nLockkeeper runs.":         false,
		"Lockkeeper":                  false,
		"Lockkeeper runs.\nno noise.": false,
	} {
		if missing, got := compare(out, want); got != found {
			t.Errorf("%q found: %v, want %v (missing %q)", want, got, found, missing)
		}
	}
}
