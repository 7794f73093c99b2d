package cli

import (
	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
)

// A runningSandbox is how a command is told which one it is about.
type runningSandbox struct{ control, ready string }

const startSandboxHint = "start one with `lockkeeper sandbox`, or name its control side with --control"

func (r *runningSandbox) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.control, "control", "http://"+sandboxControl, "address of the sandbox's control side")
	cmd.Flags().StringVar(&r.ready, "ready-file", "", "the sandbox's ready file, in place of --control")
}

func (r *runningSandbox) find() (sandbox.Ready, error) {
	find, at := sandbox.Running, r.control
	if r.ready != "" {
		find, at = sandbox.ReadReady, r.ready
	}
	ready, err := find(at)
	if err != nil {
		return ready, refuse(err.Error(), startSandboxHint)
	}
	return ready, nil
}
