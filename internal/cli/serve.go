package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
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
	server.TuneMemory(f.Getenv)
	if err := f.Harden(); err != nil {
		return err
	}
	cfg, err := f.settings(cmd)
	if err != nil {
		return err
	}
	log := obs.NewLog(obs.LogConfig{Out: f.Err, Level: cfg.LogLevel, Format: cfg.LogFormat})
	o := server.Options{Config: cfg, Log: log, Version: f.Version, Ask: f.Prompter.Secret, Now: time.Now}
	access, err := f.accessLog(cfg)
	if err != nil {
		return err
	}
	defer func() { _ = access.Close() }()
	o.Access = access
	var sbx *sandbox.Server
	if cfg.WithSandbox {
		if sbx, err = startSandbox(&cfg); err != nil {
			return err
		}
		defer func() { _ = sbx.Close() }()
		o.Config = cfg
	}
	s, err := server.New(cmd.Context(), o)
	if err != nil {
		return err
	}
	if sbx != nil {
		allowReturn(sbx, s.Addresses().ReturnURL)
	}
	if err := f.announce(s); err != nil {
		return err
	}
	return s.Run(cmd.Context())
}

// accessLog opens what the settings name. The file is its owner's alone: it tells who called what.
func (f *Factory) accessLog(cfg config.Config) (io.WriteCloser, error) {
	switch cfg.AccessLog {
	case "off", "":
		return nopCloser{io.Discard}, nil
	case "-":
		return nopCloser{f.Out}, nil
	}
	file, err := os.OpenFile(cfg.AccessLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, refuse(fmt.Sprintf("writing the access log %s: %v", cfg.AccessLog, pathCause(err)), "name a file that this user may write to, - or off")
	}
	return file, nil
}

type nopCloser struct{ io.Writer }

// Close implements io.Closer.
func (nopCloser) Close() error { return nil }

// Where the control side of a sandbox is: at its own address, which `lockkeeper sandbox env` asks by default, or at any.
const sandboxControl, anyPort = "127.0.0.1:7081", "127.0.0.1:0"

// openSandbox starts a sandbox of a data folder, whose control side is where `sandbox env` asks by default, or at any port where that one is taken.
func openSandbox(listen, data string) (sbx *sandbox.Server, err error) {
	folder := ""
	if info, err := os.Stat(data); err == nil && info.IsDir() { // a folder that is not there is made by who sets it up, never by the way
		folder = sandboxFolder(data)
	}
	for _, control := range []string{sandboxControl, anyPort} {
		sbx, err = sandbox.New(sandbox.Options{Listen: listen, TLS: true, Control: control, Folder: folder})
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return sbx, err
}

// startSandbox starts a sandbox for a server with these settings, and sets its address among them. A busy port makes it take
// another, since nobody but this server needs to find it.
func startSandbox(cfg *config.Config) (*sandbox.Server, error) {
	sbx, err := openSandbox(cfg.SandboxListen, cfg.Data)
	if errors.Is(err, syscall.EADDRINUSE) {
		sbx, err = openSandbox(anyPort, cfg.Data)
	}
	if err != nil {
		return nil, refuse(err.Error(), "choose another address with --sandbox-listen")
	}
	cfg.SandboxURL, cfg.WithSandbox = "http://"+sbx.Addr(), false
	return sbx, nil
}

// allowReturn lists the server's return URL in every security profile of the sandbox, as a developer does by hand at Amazon.
func allowReturn(sbx *sandbox.Server, url string) {
	for _, p := range sbx.World().Profiles() {
		p.AllowReturnURL(url)
	}
}

// announce prints where everything is.
func (f *Factory) announce(s *server.Server) error {
	st := s.Status()
	return f.show(st, func() {
		fmt.Fprintln(f.Out, "Lockkeeper runs.")
		f.pairs("console and API", st.Console, "gateway", st.Gateway, "metrics", st.Metrics, "Amazon's hosts", st.AmazonTLS, "sandbox", st.Sandbox, "data", st.Data)
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
