package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// Every setting can be written and read in all three ways, and says where it came from.
func TestEverySetting(t *testing.T) {
	t.Parallel()
	samples := map[string]string{"text": "warn", "yes/no": "false", "duration": "1m30s", "number": "4096", "list": "a.example,b.example"}
	for _, f := range config.Fields() {
		c := config.Defaults(env())
		value := samples[f.Kind]
		if err := c.Set(f.Key, value, "test"); err != nil {
			t.Errorf("%s: %v", f.Key, err)
		}
		if got := c.Get(f.Key); got != value || c.Source(f.Key) != "test" {
			t.Errorf("%s is %q from %s", f.Key, got, c.Source(f.Key))
		}
		if f.Help == "" || strings.HasSuffix(f.Help, ".") {
			t.Errorf("%s has the help %q", f.Key, f.Help)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte("log_level = \"debug\"\nlog_format = \"json\"\nconsole = \"localhost:1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Source{
		Getenv: env("LOCKKEEPER_DATA", dir, "LOCKKEEPER_LOG_LEVEL", "warn", "LOCKKEEPER_CONSOLE", "localhost:2"),
		Flags:  map[string]string{"console": "localhost:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.LogFormat, c.LogLevel, c.Console, c.Gateway, c.ReturnURL()}
	if diff := cmp.Diff([]string{"json", "warn", "localhost:3", "127.0.0.1:7071", "http://localhost:3/oauth/callback"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What cannot work or would not be safe is refused with what to do; no part of a file is taken where another is wrong.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, what, hint string }{
		{`log_level = "loud"`, "log_level", "one of debug"},
		{`gateway = "0.0.0.0:7071"`, "without TLS", "--behind-proxy"},
		{`gateway = "[::]:7071"`, "without TLS", "--behind-proxy"},
		{`metrics = "192.0.2.1:1"`, "without TLS", "127.0.0.1"},
		{"tls_cert = \"a\"", "together", "both"},
		{`console = "localhost:http3x"`, "port", "number"},
		{`[gateway]`, "table", ""},
		{`reveal = "perhaps"`, "reveal", "true or false"},
		{`header_limit = -1`, "header_limit", "whole number"},
		{`hosts = [1]`, "hosts", ""},
		{"with_sandbox = true\nsandbox_url = \"http://127.0.0.1:1\"", "both set", "choose"},
		{`sandbox_url = "http://192.0.2.1:80"`, "sandbox_url", "on this machine"},
		{`public_url = "https://a@b.example"`, "public_url", "https://"},
		{`refresh_policy = "hope"`, "refresh_policy", "static"},
		{`behind_proxy = ["10.0.0.0"]`, "no network", "CIDR"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte(c.text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := config.Load(config.Source{Getenv: env("LOCKKEEPER_DATA", dir)})
		var ce *config.Error
		if !errors.As(err, &ce) || !strings.Contains(ce.What, c.what) || !strings.Contains(ce.Hint, c.hint) {
			t.Errorf("%s: %v (hint %v)", c.text, err, ce)
		}
	}
}

// FuzzParse: no text crashes the reader, and what it takes can be written as an example and read again.
func FuzzParse(f *testing.F) {
	f.Add("log_level = \"warn\"\n")
	f.Add("hosts = [\"a\"")
	f.Add("margin = \"5m\"\n[x]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := config.Defaults(env())
		if c.Parse(text, "file") != nil || c.Check() != nil {
			return
		}
		again := config.Defaults(env())
		if err := again.Parse(config.Example(c), "example"); err != nil {
			t.Fatalf("the example of %q cannot be read: %v", text, err)
		}
		for _, field := range config.Fields() {
			if c.Source(field.Key) != "default" && again.Get(field.Key) != c.Get(field.Key) {
				t.Errorf("%s was %q and is %q", field.Key, c.Get(field.Key), again.Get(field.Key))
			}
		}
	})
}
