package cli_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
)

var update = flag.Bool("update", false, "write the reference pages anew")

const (
	writtenFrom = "<!-- From here to the end the page is written by make generate. -->\n"
)

// TestReferencePages holds the pages of commands, settings and the control API against what the code says.
func TestReferencePages(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{"cli.md": commands(), "config.md": settings(), "api.md": routes(t)} {
		path := filepath.Join(repository, "docs", "reference", file)
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, written, ok := strings.Cut(string(old), writtenFrom)
		if !ok {
			t.Errorf("%s lost the mark that its written part begins with", file)
			continue
		}
		if *update {
			if err := os.WriteFile(path, []byte(head+writtenFrom+text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if d := cmp.Diff(text, written); d != "" {
			t.Errorf("docs/reference/%s is out of date (make generate):\n%s", file, d)
		}
	}
}

// commands describes the tree of commands.
func commands() string {
	var b strings.Builder
	root := cli.Tree()
	b.WriteString("\n## Flags of every command\n\n")
	flagTable(&b, root.PersistentFlags())
	for _, c := range root.Commands() {
		command(&b, c)
	}
	return b.String()
}

func command(b *strings.Builder, c *cobra.Command) {
	if c.Hidden || c.Name() == "help" {
		return
	}
	if !c.HasSubCommands() || c.Runnable() && (c.Parent().HasParent() || c.LocalNonPersistentFlags().HasAvailableFlags()) {
		fmt.Fprintf(b, "\n## %s\n\n`%s`\n\n", strings.TrimPrefix(c.CommandPath(), "lockkeeper "), c.UseLine())
		if c.Parent().Name() == "completion" {
			fmt.Fprintf(b, "%s.\n", c.Short)
			return
		}
		if c.Long != "" {
			fmt.Fprintf(b, "%s\n", plainMarkdown(c.Long))
		} else {
			fmt.Fprintf(b, "%s.\n", plainMarkdown(c.Short))
		}
		if c.Example != "" {
			fmt.Fprintf(b, "\n```sh\n%s\n```\n", unindent(c.Example))
		}
		if c.LocalNonPersistentFlags().HasAvailableFlags() {
			b.WriteString("\n")
			flagTable(b, c.LocalNonPersistentFlags())
		}
	}
	for _, sub := range c.Commands() {
		command(b, sub)
	}
}

func flagTable(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| flag | |\n|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if kind != "" {
			name += " " + kind
		}
		if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, plainMarkdown(strings.ReplaceAll(usage, "|", `\|`)))
	})
}

// plainMarkdown keeps what looks like a tag or an emphasis from being one.
func plainMarkdown(text string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`).Replace(text)
}

func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "  ")
	}
	return strings.Join(lines, "\n")
}

// settings describes the struct of settings.
func settings() string {
	var b strings.Builder
	defaults := config.Defaults(func(name string) string {
		if name == "HOME" {
			return "~"
		}
		return ""
	})
	b.WriteString("\n| setting | environment variable | flag | kind | default | means |\n|---|---|---|---|---|---|\n")
	for _, f := range config.Fields() {
		value := defaults.Get(f.Key)
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | `--%s` | %s | %s | %s |\n", f.Key, f.Env, f.Flag, f.Kind, value, f.Help)
	}
	fmt.Fprintf(&b, "\n## A whole file\n\nThis is what `lockkeeper config --example` prints where nothing is set.\n\n```toml\n%s```\n", config.Example(defaults))
	return b.String()
}

// routes lists the control API from its golden description.
func routes(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "internal", "api", "testdata", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Servers []struct {
			URL string `json:"url"`
		} `json:"servers"`
		Paths map[string]map[string]struct {
			ID       string           `json:"operationId"`
			Summary  string           `json:"summary"`
			Security *json.RawMessage `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatalf("reading the API's description: %v", err)
	}
	var b strings.Builder
	b.WriteString("\n| request | operation | does |\n|---|---|---|\n")
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			op := doc.Paths[path][method]
			fmt.Fprintf(&b, "| `%s %s` | `%s` | %s |\n", strings.ToUpper(method), path, op.ID, op.Summary)
		}
	}
	return b.String()
}
