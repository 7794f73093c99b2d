package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// devFolder is where dev keeps its store, below where it was started.
const devFolder = "lockkeeper-dev"

type devOptions struct {
	f    *Factory
	once bool
}

func newCmdDev(f *Factory) *cobra.Command {
	o := &devOptions{f: f}
	cmd := &cobra.Command{
		Use: "dev", Short: "Try everything: a server, Amazon's sandbox, and a walk through both", Args: noArgs,
		Long: `Try everything: a server, Amazon's sandbox, and a walk through both. There is nothing to sign up for.

The walk keeps a security profile, has an account authorised, calls the Ads API through the gateway with a pass, lets 55 minutes
pass and sees the token refreshed unasked, withdraws the consent and sees the doctor name it. Then it serves until interrupted.
Its data is kept in ./lockkeeper-dev, and a second start goes on with it.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return devRun(cmd, o) },
	}
	cmd.Flags().BoolVar(&o.once, "once", false, "stop after the walk; the exit code is 0 only if every step was seen to work")
	addConfigFlags(cmd)
	return cmd
}

func devRun(cmd *cobra.Command, o *devOptions) error {
	server.TuneMemory(o.f.Getenv)
	if err := o.f.Harden(); err != nil {
		return err
	}
	if o.f.flags.data == "" && o.f.Getenv("LOCKKEEPER_DATA") == "" {
		o.f.flags.data = devFolder
	}
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return err
	}
	if cfg.Source("log_level") == "default" {
		cfg.LogLevel = "warn"
	}
	w := &walk{f: o.f, ctx: cmd.Context()}
	out := io.Writer(o.f.Err)
	if o.once {
		out = io.Discard // the walk provokes what would be warned of, and tells of it itself
	}
	log := obs.NewLog(obs.LogConfig{Out: out, Level: cfg.LogLevel, Format: cfg.LogFormat})

	sbx, err := devSandbox(cfg, o.once)
	if err != nil {
		return err
	}
	defer func() { _ = sbx.Close() }()
	cfg.SandboxURL, cfg.WithSandbox = "http://"+sbx.Addr(), false
	w.sandbox = sbx
	w.done("sandbox", "Amazon on your own machine at "+cfg.SandboxURL)

	if err := devInit(cmd.Context(), o.f, cfg); err != nil {
		return err
	}
	s, err := server.New(cmd.Context(), server.Options{
		Config: cfg, Log: log, Version: o.f.Version, Now: sbx.Now, FreePorts: o.once,
	})
	if err != nil {
		return err
	}
	w.status = s.Addresses()
	allowReturn(sbx, w.status.ReturnURL)
	return runWithin(cmd.Context(), s, func(ctx context.Context) error {
		w.ctx, w.client = ctx, control.New(control.SocketPath(cfg.Data))
		w.done("server", fmt.Sprintf("console %s, gateway %s, metrics %s", w.status.Console, w.status.Gateway, w.status.Metrics))
		w.all()
		if err := w.report(); o.once || err != nil && !errors.Is(err, errShown) {
			return err
		}
		if !o.f.flags.json {
			fmt.Fprintf(o.f.Out, "\nIt goes on running until you press ^C. Its data is in %s.\nTry:  lockkeeper --data %s grant show demo\n", cfg.Data, cmp.Or(o.f.flags.data, cfg.Data))
		}
		<-ctx.Done()
		return nil
	})
}

// devSandbox takes the sandbox's own port; with once any free one will do.
func devSandbox(cfg config.Config, once bool) (*sandbox.Server, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, refuse(fmt.Sprintf("making the data folder: %v", pathCause(err)), "choose another with --data")
	}
	sbx, err := openSandbox(cfg.SandboxListen, cfg.Data)
	switch {
	case err == nil:
		return sbx, nil
	case errors.Is(err, syscall.EADDRINUSE) && once:
		return openSandbox(anyPort, cfg.Data)
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, refuse("the sandbox's address "+cfg.SandboxListen+" is in use",
			"stop what uses it (another `lockkeeper dev`?), choose another with --sandbox-listen, or run `lockkeeper dev --once`, which takes any")
	}
	return nil, err
}

// devInit sets the folder up where it is new. The operator's password is random and kept beside the data, which is the
// sandbox's and worth nothing.
func devInit(ctx context.Context, f *Factory, cfg config.Config) error {
	if server.CheckFresh(cfg.Data) != nil {
		return nil // it is there, or it cannot be read, which server.New will say better
	}
	password := randomText()
	made, err := server.Init(ctx, server.Setup{Config: cfg, Operator: "dev", Password: secret.New(password), Now: f.Now})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(made.Data, "operator-password"), []byte(password+"\n"), 0o600)
}

// report prints the walk's outcome.
func (w *walk) report() error {
	ok := true
	for _, s := range w.steps {
		ok = ok && s.OK
	}
	if w.f.flags.json {
		enc := json.NewEncoder(w.f.Out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(map[string]any{"ok": ok, "steps": w.steps}); err != nil {
			return err
		}
	} else if ok {
		fmt.Fprintf(w.f.Out, "\nAll %d steps worked.\n", len(w.steps))
	}
	if ok {
		return nil
	}
	if !w.f.flags.json {
		fmt.Fprintln(w.f.Err, "lockkeeper: a step did not work")
		fmt.Fprintln(w.f.Err, "lockkeeper: hint: the last line above says which; `lockkeeper dev` without --once goes on running, so that you can look")
	}
	return errShown
}
