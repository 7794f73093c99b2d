package cli

import "github.com/spf13/cobra"

func newCmdCredentialRotation(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "rotation GRANT", Short: "Show how far the replacement of an access key is", Args: wantArgs("GRANT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			r, err := c.Rotation(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return f.show(r, func() { f.printRotation(r) })
		},
	}
}
