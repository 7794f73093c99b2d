package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	guidePath = "internal/amazon/dummy/guide.toml"
	guideText = `program = "dummy"
name = "Dummy"
checked = "2026-11-21"

[[portal]]
id = "console"
name = "Console"
url = "https://dummy.example"

[[credential]]
id = "key"
name = "Key"
for = "Opens it."
lives = "A day."

[[step]]
id = "make-key"
title = "Make the key"
portal = "console"
path = ["Keys", "New"]
checks = ["key_form"]
avoids = ["dummy.region_needed"]

[[retired]]
id = "old"
old = "Ask by letter."
today = "Ask in the console."
since = "2020"

[[task]]
id = "ads"
title = "Do it"
want = "do it"
key = "A key"
needs_key = true
from = "the console"
time = "at once"
called = ["dummy key"]
answer = ["You need a key."]
steps = ["make-key"]
credentials = ["key"]
retired = ["old"]
`
	doctorText = "package doctor\n\nfunc ask() { _ = passed(\"key_form\", \"\") }\n"
)

// guided is the small repository with a guide, a doctor and a problem that names a step.
func guided() map[string]string {
	files := tree()
	files[guidePath] = guideText
	files["internal/doctor/doctor.go"] = doctorText
	files["internal/amazon/dummy/problems.toml"] = strings.Replace(entryText, "status = 400\nretry", "guide = \"dummy.make-key\"\nstatus = 400\nretry", 1)
	return files
}

func TestGuides(t *testing.T) {
	t.Parallel()
	files := guided()
	files["README.md"] = "before\n" + blockBegin + "\nstale\n" + blockEnd + "\nafter\n"
	files["internal/amazon/later/guide.toml"] = "program = \"later\"\nname = \"Later\"\nchecked = \"2026-11-21\"\n" // no code, no program.toml
	root := lay(t, files)
	if err := run(root, true); err == nil || !strings.Contains(err.Error(), "README.md") {
		t.Errorf("what is out of date was not named: %v", err)
	}
	if len(generated(t, root)) != 0 {
		t.Error("a check wrote files")
	}
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	got := generated(t, root)
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	got["README.md"] = string(text)
	for name, holds := range map[string][]string{
		"internal/problem/zz_gen_catalogue.go": {`Guide: "dummy.make-key"`},
		"docs/guide/zz_gen_ads.md":             {"# Do it", "Keys > New", "Ask by letter.", "[`dummy.region_needed`](../reference/zz_gen_problems.md#dummy.region_needed)"},
		"docs/guide/zz_gen_which_key.md":       {"# Which key do I need?", "[do it](zz_gen_ads.md)"},
		"docs/reference/zz_gen_problems.md":    {"[dummy.make-key](../guide/zz_gen_ads.md#dummy.make-key)"},
		"README.md":                            {"before\n", "[do it](docs/guide/zz_gen_ads.md)", "\nafter\n"},
	} {
		for _, want := range holds {
			if !strings.Contains(got[name], want) {
				t.Errorf("%s does not hold %q:\n%s", name, want, got[name])
			}
		}
	}
	if strings.Contains(got["README.md"], "stale") {
		t.Error("the README's block was not replaced")
	}
	if err := run(root, true); err != nil {
		t.Errorf("fresh, but not to the check: %v", err)
	}
}

// TestBadGuides: what a guide names must exist, and so must what names a guide.
func TestBadGuides(t *testing.T) {
	t.Parallel()
	swap := func(old, with string) func(map[string]string) {
		return func(m map[string]string) { m[guidePath] = strings.Replace(m[guidePath], old, with, 1) }
	}
	for name, c := range map[string]struct {
		change func(map[string]string)
		says   string
	}{
		"unknown check":   {swap(`["key_form"]`, `["key_from"]`), `no check "key_from"`},
		"unknown problem": {swap(`["dummy.region_needed"]`, `["dummy.region_needed", "dummy.gone"]`), `no problem "dummy.gone"`},
		"unknown step of problem": {func(m map[string]string) {
			m[problemsPath] = strings.Replace(m[problemsPath], "make-key", "mak-key", 1)
		}, `no step "dummy.mak-key"`},
		"step that does not answer": {
			swap(`avoids = ["dummy.region_needed"]`, ``), "which does not name it",
		},
		"unknown step of task": {swap(`steps = ["make-key"]`, `steps = ["make-keys"]`), "no step dummy.make-keys"},
		"unknown credential":   {swap(`credentials = ["key"]`, `credentials = ["lwa.key"]`), "no credential lwa.key"},
		"unknown retired":      {swap(`retired = ["old"]`, `retired = ["new"]`), "no retired instruction dummy.new"},
		"unknown portal":       {swap(`portal = "console"`, `portal = "counter"`), "no portal dummy.counter"},
		"unknown task":         {swap(`id = "ads"`, `id = "adds"`), "no such task"},
		"unknown key":          {swap(`lives =`, `live =`), "unknown key"},
		"step of no task": {func(m map[string]string) {
			m[guidePath] += "[[step]]\nid = \"lost\"\ntitle = \"Lost\"\ndo = [\"Nothing.\"]\n"
		}, "no task has it"},
		"step twice": {func(m map[string]string) {
			m[guidePath] += "[[step]]\nid = \"make-key\"\ntitle = \"Again\"\ndo = [\"It.\"]\n"
		}, "stands twice"},
		"step's form":        {swap(`id = "make-key"`, `id = "make_key"`), "not of the form"},
		"plain http":         {swap("https://dummy.example", "http://dummy.example"), "https address"},
		"no day":             {swap(`checked = "2026-11-21"`, `checked = "lately"`), "a day"},
		"no lifetime":        {swap(`lives = "A day."`, `lives = ""`), "credential dummy.key"},
		"no date of retired": {swap(`since = "2020"`, `since = ""`), "retired instruction dummy.old"},
		"no answer":          {swap(`answer = ["You need a key."]`, ``), "task ads"},
		"another's folder":   {swap(`program = "dummy"`, `program = "ads"`), "not the folder's name"},
		"no TOML":            {func(m map[string]string) { m[guidePath] = "[[" }, "guide.toml"},
		"half a mark":        {func(m map[string]string) { m["README.md"] = blockBegin + "\n" }, "without the other"},
	} {
		files := guided()
		c.change(files)
		if err := run(lay(t, files), false); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want an error that says %q", name, err, c.says)
		}
	}
}

const problemsPath = "internal/amazon/dummy/problems.toml"
