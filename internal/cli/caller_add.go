package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

type callerAddOptions struct {
	f        *Factory
	new      api.NewCaller
	passFile string
}

func newCmdCallerAdd(f *Factory) *cobra.Command {
	o := &callerAddOptions{f: f}
	cmd := &cobra.Command{
		Use: "add NAME --grant GRANT", Short: "Let software in, and print its pass once", Args: wantArgs("NAME"),
		Example: `  lockkeeper caller add nightly-report --grant acme --effect read
  lockkeeper caller add bidder --grant acme --account 1234567890 --lifetime 720h --pass-file pass.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.new.Name = args[0]
			return callerAddRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.new.Grants, "grant", nil, "grant that it may use; may be repeated")
	flags.StringSliceVar(&o.new.Accounts, "account", nil, "account of the grants that it may use (default all)")
	flags.StringSliceVar(&o.new.Effects, "effect", nil, "read, write or spend (default all)")
	flags.DurationVar(&o.new.Lifetime, "lifetime", 0, "how long its pass is good (default until revoked)")
	flags.StringVar(&o.passFile, "pass-file", "", "write the pass to this new file, readable by you alone, in place of printing it")
	return cmd
}

func callerAddRun(cmd *cobra.Command, o *callerAddOptions) error {
	if len(o.new.Grants) == 0 {
		return misuse("a caller must be told which grants it may use", "name one with --grant; `lockkeeper grant list` shows them")
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	var file *os.File
	if o.passFile != "" {
		// Opened before the pass is made: a pass that cannot be written down would be lost.
		if file, err = os.OpenFile(o.passFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return refuse(fmt.Sprintf("writing %s: %v", o.passFile, pathCause(err)), "name a file that does not exist yet, in a folder that you may write")
		}
		defer func() { _ = file.Close() }()
	}
	caller, err := c.AddCaller(cmd.Context(), o.new)
	if err != nil {
		if file != nil {
			_ = os.Remove(o.passFile)
		}
		return err
	}
	status, err := c.Status(cmd.Context())
	if err != nil {
		return err
	}
	if file != nil {
		if _, err := fmt.Fprintln(file, caller.Pass); err != nil {
			return fmt.Errorf("writing the pass: %w", err)
		}
		caller.Pass = ""
	}
	return o.f.show(caller, func() {
		fmt.Fprintf(o.f.Out, "Let %q in.\n", caller.Name)
		if caller.Pass != "" {
			fmt.Fprintf(o.f.Out, "\n  pass     %s\n  gateway  %s\n\nThe pass is shown this once. Your software sends it as its access token, to the gateway in place of Amazon's host.\n", caller.Pass, status.Gateway)
		}
	})
}

// pathCause drops the path that os errors repeat.
func pathCause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
