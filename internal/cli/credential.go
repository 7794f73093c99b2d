package cli

import "github.com/spf13/cobra"

func newCmdCredential(f *Factory) *cobra.Command {
	return group("credential", "Stored secrets and their versions",
		newCmdCredentialList(f), newCmdCredentialShow(f), newCmdCredentialReveal(f),
		newCmdCredentialKeys(f), newCmdCredentialRotate(f), newCmdCredentialRotation(f), newCmdCredentialActivate(f), newCmdCredentialDeactivate(f),
		newCmdCredentialDelete(f), newCmdCredentialUser(f), newCmdCredentialPolicy(f), newCmdCredentialProcess(f))
}
