package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
)

// A Factory holds what commands need from outside.
type Factory struct {
	In       io.Reader
	Out, Err io.Writer

	// Terminal tells which of standard input, output and error are a terminal.
	Terminal struct{ In, Out, Err bool }

	Getenv      func(string) string
	OpenBrowser func(url string) error
	Prompter    prompter
	Now         func() time.Time
	Version     string

	// Harden closes this process's memory and files to others, before a key is in it (attack case F5).
	Harden func() error

	flags globalFlags
}

// globalFlags are those that every command takes.
type globalFlags struct {
	config string
	data   string
	json   bool
}

func systemFactory() *Factory {
	f := &Factory{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Now: time.Now, Version: version(), Harden: seal.Harden}
	f.Terminal.In = term.IsTerminal(int(os.Stdin.Fd()))
	f.Terminal.Out = term.IsTerminal(int(os.Stdout.Fd()))
	f.Terminal.Err = term.IsTerminal(int(os.Stderr.Fd()))
	f.OpenBrowser = openBrowser(os.Getenv)
	f.Prompter = &terminal{in: f.In, err: f.Err, isTerminal: f.Terminal.In}
	return f
}

// settings reads the settings, with whatever flags of theirs cmd has.
func (f *Factory) settings(cmd *cobra.Command) (config.Config, error) {
	src := config.Source{File: f.flags.config, Getenv: f.Getenv, Flags: map[string]string{}}
	for _, field := range config.Fields() {
		if flag := cmd.Flags().Lookup(field.Flag); flag != nil && flag.Changed {
			src.Flags[field.Key] = flag.Value.String()
		}
	}
	if f.flags.data != "" {
		src.Flags["data"] = f.flags.data
	}
	cfg, err := config.Load(src)
	if err != nil {
		return cfg, err
	}
	if cfg.Data, err = filepath.Abs(cfg.Data); err != nil {
		return cfg, fmt.Errorf("finding the data folder: %w", err)
	}
	return cfg, nil
}

// client returns a client of the server that runs on the data folder. If none runs it says so.
func (f *Factory) client(cmd *cobra.Command) (*control.Client, error) {
	cfg, err := f.settings(cmd)
	if err != nil {
		return nil, err
	}
	return f.clientAt(cmd.Context(), cfg)
}

func (f *Factory) clientAt(ctx context.Context, cfg config.Config) (*control.Client, error) {
	c := control.New(control.SocketPath(cfg.Data))
	if err := c.Reach(ctx); err != nil {
		return nil, noServer(cfg, err)
	}
	return c, nil
}

// version is what this build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// openBrowser starts the desktop's browser. Over ssh, or where there is no desktop, it says that there is none.
func openBrowser(getenv func(string) string) func(string) error {
	return func(url string) error {
		if getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" {
			return fmt.Errorf("this is an ssh session")
		}
		name, args := "xdg-open", []string{url}
		switch runtime.GOOS {
		case "darwin":
			name = "open"
		case "windows":
			name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
		default:
			if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
				return fmt.Errorf("there is no desktop here")
			}
		}
		if b := getenv("BROWSER"); b != "" {
			name, args = b, []string{url}
		}
		cmd := exec.Command(name, args...)
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("starting the browser: %w", err)
		}
		go func() { _ = cmd.Wait() }()
		return nil
	}
}
