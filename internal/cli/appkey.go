package cli

import "github.com/spf13/cobra"

func newCmdAppkey(f *Factory) *cobra.Command {
	return group("appkey", "App keys for Amazon's devices (api_key.txt): why one is refused, what to type into the console, where it goes",
		newCmdAppkeyCheck(f), newCmdAppkeyFingerprint(f), newCmdAppkeyInstall(f))
}
