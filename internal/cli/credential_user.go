package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

type credentialUserOptions struct {
	f   *Factory
	by  string
	new api.NewUser
}

func newCmdCredentialUser(f *Factory) *cobra.Command {
	o := &credentialUserOptions{f: f}
	cmd := &cobra.Command{
		Use: "user USER --by GRANT --for PURPOSE", Short: "Make an IAM user that may do one thing, and keep its access key", Args: wantArgs("USER"),
		Long: `Make an IAM user that may do one thing, and keep its access key. The grant that --by names must be of a user that may make users.

The new user gets one inline policy: what its purpose needs on the one resource, and that it may replace its own keys.
` + "`lockkeeper credential policy`" + ` prints it beforehand.`,
		Example: `  lockkeeper credential user stream-reader --by admin --for queue --resource arn:aws:sqs:eu-west-1:123456789012:stream --service sqs --aws-region eu-west-1`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.new.User = args[0]
			return credentialUserRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.by, "by", "", "grant whose user may make users")
	flags.StringVar(&o.new.Purpose, "for", "", "queue, topic, delivery, bucket-read, bucket-upload, or rotate alone")
	flags.StringVar(&o.new.Resource, "resource", "", "ARN of the one thing that it is about")
	flags.StringVar(&o.new.Name, "name", "", "of the new grant (default the user's)")
	flags.StringVar(&o.new.Service, "service", "", "what the gateway signs with it (default sts)")
	flags.StringVar(&o.new.Region, "aws-region", "", "AWS's region of that service (default us-east-1)")
	return cmd
}

func credentialUserRun(cmd *cobra.Command, o *credentialUserOptions) error {
	if o.by == "" || o.new.Purpose == "" {
		return misuse("it is not said by whom and what for", "give --by with a grant of an administrator, and --for with a purpose")
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	var g api.Grant
	err = o.f.working("making the user", func() error {
		g, err = c.CreateUser(cmd.Context(), o.by, o.new)
		return err
	})
	if err != nil {
		return err
	}
	return o.f.show(g, func() {
		fmt.Fprintf(o.f.Out, "Made the IAM user %q for %s, and kept its access key as %q.\n", o.new.User, o.new.Purpose, g.Name)
	})
}
