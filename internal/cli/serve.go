package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/config"
	"github.com/lockkeeper-dev/lockkeeper/internal/obs"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

func newCmdServe(f *Factory) *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run: keep grants alive, serve the gateway and the control API", Args: noArgs,
		Long: `Run: keep grants alive, serve the gateway and the control API, until interrupted.

A stop waits for what is under way: an exchange with Amazon's token endpoint is never cut off in the middle.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return serveRun(cmd, f) },
	}
	addConfigFlags(cmd)
	return cmd
}

func serveRun(cmd *cobra.Command, f *Factory) error {
	cfg, err := f.settings(cmd)
	if err != nil {
		return err
	}
	log := obs.NewLog(obs.LogConfig{Out: f.Err, Level: cfg.LogLevel, Format: cfg.LogFormat})
	o := server.Options{Config: cfg, Log: log, Version: f.Version, Ask: f.Prompter.Secret, Now: time.Now, Harden: true}
	if cfg.WithSandbox {
		sbx, err := startSandbox(&cfg, log.Warn)
		if err != nil {
			return err
		}
		defer func() { _ = sbx.Close() }()
		o.Config, o.Now = cfg, sbx.Now
	}
	s, err := server.New(cmd.Context(), o)
	if err != nil {
		return err
	}
	if err := f.announce(s); err != nil {
		return err
	}
	return s.Run(cmd.Context())
}

// startSandbox starts a sandbox for a server with these settings, and sets its address among them.
func startSandbox(cfg *config.Config, warn func(string, ...any)) (*sandbox.Server, error) {
	o := sandbox.Options{Listen: "127.0.0.1:7080", ReturnURLs: []string{cfg.ReturnURL()}}
	sbx, err := sandbox.New(o)
	if err != nil {
		o.Listen = "127.0.0.1:0"
		warn("the sandbox's port is busy; taking another", "wanted", "127.0.0.1:7080")
		if sbx, err = sandbox.New(o); err != nil {
			return nil, fmt.Errorf("starting the sandbox: %w", err)
		}
	}
	cfg.SandboxURL, cfg.WithSandbox = "http://"+sbx.Addr(), false
	return sbx, nil
}

// announce prints where everything is.
func (f *Factory) announce(s *server.Server) error {
	st := s.Addresses()
	return f.show(st, func() {
		fmt.Fprintln(f.Out, "Lockkeeper runs.")
		f.pairs("console and API", st.Console, "gateway", st.Gateway, "metrics", st.Metrics, "sandbox", st.Sandbox, "data", st.Data)
	})
}

// runWithin runs s beside do, and stops it when do returns.
func runWithin(ctx context.Context, s *server.Server, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	err := do(ctx)
	stop()
	if rerr := <-done; err == nil {
		err = rerr
	}
	return err
}
