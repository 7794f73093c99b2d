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
  lockkeeper caller add bidder --grant acme --account 1234567890 --lifetime 720h --pass-file pass.txt
  lockkeeper caller add shop-site --grant site --kind sigv4
  lockkeeper caller add worker --grant queue --vend --pass-file worker.pass`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.new.Name = args[0]
			return callerAddRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.new.Grants, "grant", nil, "grant that it may use; may be repeated")
	flags.StringSliceVar(&o.new.Accounts, "account", nil, "account of the grants that it may use (default all)")
	flags.StringSliceVar(&o.new.Effects, "effect", nil, "read, write or spend (default all)")
	flags.StringVar(&o.new.Kind, "kind", "bearer", "what its pass is: bearer, or sigv4 (a key id and a secret) for software that signs its requests")
	flags.DurationVar(&o.new.Lifetime, "lifetime", 0, "how long its pass is good (default until revoked)")
	flags.BoolVar(&o.new.Vend, "vend", false, "its pass may take short-lived AWS credentials of the grants' access keys")
	flags.StringVar(&o.passFile, "pass-file", "", "write the pass to this new file, readable by you alone, in place of printing it; sigv4 in the form of ~/.aws/credentials")
	return cmd
}

func callerAddRun(cmd *cobra.Command, o *callerAddOptions) error {
	if len(o.new.Grants) == 0 {
		return misuse("a caller must be told which grants it may use", "name one with --grant; `lockkeeper grant list` shows them")
	}
	if o.new.Kind != "bearer" && o.new.Kind != "sigv4" {
		return misuse("there is no such kind of pass", "a pass is bearer or sigv4")
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
		if _, err := fmt.Fprint(file, passText(caller, o.new.Vend)); err != nil {
			return fmt.Errorf("writing the pass: %w", err)
		}
		caller.Pass = ""
	}
	return o.f.show(caller, func() {
		fmt.Fprintf(o.f.Out, "Let %q in.\n", caller.Name)
		if o.new.Vend {
			o.vendHelp(status.Gateway)
		}
		switch {
		case caller.Pass == "":
		case caller.KeyID != "":
			fmt.Fprintf(o.f.Out, "\n  key id   %s\n  secret   %s\n  gateway  %s\n\nThe secret is shown this once. Your software signs with the two as with a key pair of Amazon's, and calls the gateway in place of Amazon's host.\n", caller.KeyID, caller.Pass, status.Gateway)
		default:
			fmt.Fprintf(o.f.Out, "\n  pass     %s\n  gateway  %s\n\nThe pass is shown this once. Your software sends it as its access token, to the gateway in place of Amazon's host.\n", caller.Pass, status.Gateway)
		}
	})
}

// vendHelp says how an AWS SDK finds its credentials here.
func (o *callerAddOptions) vendHelp(gateway string) {
	token := "AWS_CONTAINER_AUTHORIZATION_TOKEN=<the pass>"
	if o.passFile != "" {
		token = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + o.passFile
	}
	for _, g := range o.new.Grants {
		fmt.Fprintf(o.f.Out, "\nAWS's SDKs take short-lived credentials of %s with\n  AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/lk/aws/%s/credentials\n  %s\n", g, gateway, g, token)
	}
}

// passText is a pass as a file holds it: a key pair in the form that every AWS SDK reads.
func passText(c api.Caller, vend bool) string {
	switch {
	case c.KeyID == "" && vend:
		return c.Pass // without a newline: AWS's SDKs refuse a token file that ends in one (contract 6.3)
	case c.KeyID == "":
		return c.Pass + "\n"
	}
	return "[default]\naws_access_key_id = " + c.KeyID + "\naws_secret_access_key = " + c.Pass + "\n"
}

// pathCause drops the path that os errors repeat.
func pathCause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
