package cli

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

//go:embed preload.cjs
var preload string

// languages that `sandbox env` knows, beside the shell.
var languages = []string{"shell", "node", "python", "go"}

type sandboxEnvOptions struct {
	f        *Factory
	where    runningSandbox
	language string
}

func newCmdSandboxEnv(f *Factory) *cobra.Command {
	o := &sandboxEnvOptions{f: f}
	cmd := &cobra.Command{
		Use: "env [shell|node|python|go]", Short: "Print what a program must be given to take a running sandbox for Amazon", Args: cobra.MaximumNArgs(1), ValidArgs: languages,
		Long: `Print what a program must be given to take a running sandbox for Amazon: ids and secrets of its world, where it is, and the certificate to trust.

Nothing is put into a system's store: what is printed holds for the process that gets it. Programs with Amazon's host names fixed in them reach the
sandbox by the proxy that is named; Node, which knows no proxy, by a small file that it loads first.`,
		Example: `  eval "$(lockkeeper sandbox env)"
  lockkeeper sandbox env node
  lockkeeper sandbox env --json --control http://127.0.0.1:7081`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.language = "shell"
			if len(args) == 1 {
				o.language = args[0]
			}
			return sandboxEnvRun(cmd, o)
		},
	}
	o.where.flags(cmd)
	return cmd
}

// sandboxEnv is what --json prints.
type sandboxEnv struct {
	sandbox.Environment
	Control string `json:"control"`
}

func sandboxEnvRun(cmd *cobra.Command, o *sandboxEnvOptions) error {
	if !slices.Contains(languages, o.language) {
		return refuse(fmt.Sprintf("there is no environment for %q", o.language), "name one of "+strings.Join(languages, ", "))
	}
	ready, err := o.where.find()
	if err != nil {
		return err
	}
	world, err := ready.Environment(cmd.Context())
	if errors.Is(err, sandbox.ErrNotRunning) {
		return refuse(sandbox.ErrNotRunning.Error(), startSandboxHint)
	} else if err != nil {
		return refuse(err.Error(), startSandboxHint)
	}
	e := sandboxEnv{Environment: world, Control: ready.Control}
	if e.CA != "" && e.CAFile == "" {
		if e.CAFile, err = keep(ready, "pem", e.CA); err != nil {
			return err
		}
	}
	vars, err := o.variables(ready, e)
	if err != nil {
		return err
	}
	maps.Copy(e.Env, vars)
	return o.f.show(e, func() {
		for _, name := range slices.Sorted(maps.Keys(e.Env)) {
			fmt.Fprintf(o.f.Out, "export %s=%s\n", name, quote(e.Env[name]))
		}
	})
}

// variables are those by which a program of the language finds the sandbox.
func (o *sandboxEnvOptions) variables(r sandbox.Ready, e sandboxEnv) (map[string]string, error) {
	vars := map[string]string{"LOCKKEEPER_SANDBOX_URL": e.URL}
	if e.TLS == "" {
		return vars, nil
	}
	switch o.language {
	case "node":
		file, err := preloadFile(r, e)
		if err != nil {
			return nil, err
		}
		vars["NODE_EXTRA_CA_CERTS"], vars["NODE_OPTIONS"] = e.CAFile, "--require "+file
		return vars, nil
	case "python":
		vars["REQUESTS_CA_BUNDLE"] = e.CAFile
	case "shell":
		vars["CURL_CA_BUNDLE"], vars["REQUESTS_CA_BUNDLE"], vars["NODE_EXTRA_CA_CERTS"] = e.CAFile, e.CAFile, e.CAFile
	}
	vars["SSL_CERT_FILE"], vars["AWS_CA_BUNDLE"] = e.CAFile, e.CAFile
	vars["HTTPS_PROXY"], vars["https_proxy"], vars["NO_PROXY"] = e.URL, e.URL, "localhost,127.0.0.1"
	return vars, nil
}

// preload writes the file that Node loads first.
func preloadFile(r sandbox.Ready, e sandboxEnv) (string, error) {
	host, port, err := net.SplitHostPort(e.TLS)
	if err != nil {
		return "", fmt.Errorf("reading the sandbox's address: %w", err)
	}
	to, err := json.Marshal(map[string]any{"host": host, "port": port, "hosts": e.Hosts})
	if err != nil {
		return "", fmt.Errorf("writing the file that Node loads first: %w", err)
	}
	return keep(r, "cjs", strings.Replace(preload, "SANDBOX", string(to), 1))
}

// keep writes a file for other programs to read, where the sandbox takes it away at its end.
func keep(r sandbox.Ready, kind, text string) (string, error) {
	file, err := r.File(kind)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o600)
	}
	if err != nil {
		return "", refuse(err.Error(), "set XDG_RUNTIME_DIR to a folder that this user may write to")
	}
	return file, nil
}

// quote makes text one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
