package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type sandboxOptions struct {
	f        *Factory
	config   sandbox.ServeConfig
	switches map[string]string
	clock    string
	scenario string
}

func newCmdSandbox(f *Factory) *cobra.Command {
	o := &sandboxOptions{f: f}
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Run Amazon on your own machine: Login with Amazon and the Ads API, true to recorded traffic", Args: noArgs,
		Long: `Run Amazon on your own machine: Login with Amazon and the Ads API, true to recorded traffic.

It needs no account and keeps nothing: its people, security profiles and campaigns are made anew from the seed at each start. With --data (or
LOCKKEEPER_DATA) it keeps the certificate authority of its TLS side there, so that programs which were told to trust it need not be told at each start.
Its control side moves the clock, injects faults and reads the journal; ` + "`lockkeeper sandbox env`" + ` prints what a program needs to take it for Amazon.`,
		Example: `  lockkeeper sandbox
  lockkeeper sandbox --seed 7 --policy strict --ready-file sandbox.json`,
		RunE: func(cmd *cobra.Command, _ []string) error { return sandboxRun(cmd, o) },
	}
	cmd.AddCommand(newCmdSandboxEnv(f), newCmdSandboxPage(f))
	flags := cmd.Flags()
	flags.StringVar(&o.config.Listen, "listen", "127.0.0.1:7080", "address of Amazon's side")
	flags.StringVar(&o.config.ListenTLS, "tls", "", `address of Amazon's side over TLS, or "off" (default "127.0.0.1:7443" beside the default --listen, else a free port)`)
	flags.StringVar(&o.config.Control, "control", "", `address of the control side (default "127.0.0.1:7081" beside the default --listen, else a free port)`)
	flags.StringVar(&o.config.ReadyFile, "ready-file", "", "file to write once all answers; holds the control side's token")
	flags.BoolVar(&o.config.Force, "force", false, "allow an address that other machines can reach: the sandbox tells its secrets to everyone")
	flags.StringVar(&o.scenario, "scenario", "", "file that describes another world: its users, consents and ad accounts")
	flags.BoolVar(&o.config.Lax, "lax", false, "verify nothing: any id, secret, token or signature will do, and none at all; to look around, never to try a client")
	flags.BoolVar(&o.config.Unkind, "unkind", false, "small faults all the time, drawn from the seed: for the tests of a client that should stand them")
	flags.Int64Var(&o.config.Seed, "seed", 0, "what ids, secrets and tokens are drawn from")
	flags.StringVar(&o.clock, "clock", "real", "real, frozen, a factor such as 60, or a time such as 2026-11-21T12:00:00Z to stand at")
	flags.StringVar(&o.config.Policy, "policy", "static", "what a refresh does to the refresh token: static, strict, grace, family-revoke, expiring")
	flags.StringToStringVar(&o.switches, "switch", nil, "turn a switch, e.g. ads.view_only=403")
	flags.StringSliceVar(&o.config.Returns, "return-url", nil, "further Allowed Return URL of every security profile")
	return cmd
}

// sandboxKeys is what a person needs to use the sandbox.
type sandboxKeys struct {
	sandbox.Ready
	Profiles []*kit.SecurityProfile `json:"profiles"`
}

func sandboxRun(cmd *cobra.Command, o *sandboxOptions) error {
	clock, err := kit.ParseClock(o.clock)
	if err != nil {
		return refuse(err.Error(), "leave --clock out for the real time")
	}
	o.config.Switches, o.config.Clock = o.switches, clock
	world := kit.DefaultWorld(o.config.Seed, nil)
	if o.scenario != "" {
		for _, own := range []string{"seed", "clock"} {
			if cmd.Flags().Changed(own) {
				return refuse("--"+own+" and --scenario do not go together", "write "+own+" into the scenario")
			}
		}
		if o.config.Scenario, err = sandbox.ReadScenario(o.scenario); err != nil {
			return refuse(err.Error(), "docs/reference/sandbox.md lists what a scenario may say")
		}
		world = o.config.Scenario.World()
	}
	o.config.OnReady = func(r sandbox.Ready) {
		r.Token = "" // it is in the ready file, and standard output may be anybody's
		_ = o.f.show(sandboxKeys{r, world.Profiles()}, func() {
			fmt.Fprintln(o.f.Out, "Amazon on your own machine.")
			o.f.pairs("address", r.URL, "over TLS", r.TLS, "control side", r.Control, "seed", strconv.FormatInt(r.Seed, 10))
			if r.Lax {
				fmt.Fprintln(o.f.Out, "Nothing that is presented is verified (--lax).")
			}
			for _, p := range world.Profiles() {
				fmt.Fprintf(o.f.Out, "\n%s\n", p.Name)
				o.f.pairs("client id", p.ClientID, "client secret", p.Secret())
			}
		})
	}
	if data := cmp.Or(o.f.flags.data, o.f.Getenv("LOCKKEEPER_DATA")); data != "" {
		o.config.Folder = sandboxFolder(data)
	}
	server.TuneMemory(o.f.Getenv)
	if err := sandbox.Serve(cmd.Context(), o.config); err != nil {
		return refuse(err.Error(), "choose another address with --listen, or stop what uses it")
	}
	return nil
}

// sandboxFolder is where a sandbox keeps what is its own in a data folder.
func sandboxFolder(data string) string { return filepath.Join(data, "sandbox") }
