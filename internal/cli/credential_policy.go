package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

func newCmdCredentialPolicy(f *Factory) *cobra.Command {
	var resource string
	cmd := &cobra.Command{
		Use: "policy [PURPOSE]", Short: "Print the least IAM policy that a purpose needs", Args: cobra.MaximumNArgs(1),
		Example: `  lockkeeper credential policy rotate
  lockkeeper credential policy queue --resource arn:aws:sqs:eu-west-1:123456789012:stream`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return f.show(keypair.Purposes(), func() { fmt.Fprintln(f.Out, strings.Join(keypair.Purposes(), "\n")) })
			}
			text, err := keypair.Policy(args[0], resource)
			if p, ok := problem.Of(err); ok {
				return misuse(p.Error(), p.Fix)
			}
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
				return fmt.Errorf("writing the policy: %w", err)
			}
			fmt.Fprintln(f.Out, b.String())
			return nil
		},
	}
	cmd.Flags().StringVar(&resource, "resource", "", "ARN of the one thing that it is about")
	return cmd
}
