package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

func newCmdCredentialRotate(f *Factory) *cobra.Command {
	return &cobra.Command{
		Use: "rotate GRANT", Short: "Replace an AWS access key by a new one, without a break", Args: wantArgs("GRANT"),
		Long: `Replace an AWS access key by a new one, without a break.

The new key is made, kept, and asked of AWS until it works; then the grant uses it. The old one is made inactive once it has been quiet for a
day, and deleted three days later. The server goes on with it by itself, also after a restart; both are never dead at once.`,
		RunE: func(cmd *cobra.Command, args []string) error { return credentialRotateRun(cmd, f, args[0]) },
	}
}

func credentialRotateRun(cmd *cobra.Command, f *Factory, grant string) error {
	c, err := f.client(cmd)
	if err != nil {
		return err
	}
	var r api.Rotation
	err = f.working("making the new key", func() error {
		r, err = c.RotateKey(cmd.Context(), grant)
		return err
	})
	if err != nil {
		return err
	}
	return f.show(r, func() { f.printRotation(r) })
}

// rotationWords say in a person's words how far a rotation is.
var rotationWords = map[string]string{
	"begun":     "nothing was changed yet",
	"asked":     "AWS is asked for a new key",
	"created":   "the new key is kept; AWS does not take it everywhere yet",
	"proved":    "the new key works; it is taken into use next",
	"published": "the new key is in use; the old one waits until nobody uses it",
	"retired":   "the old key is inactive, and could be made active again",
	"done":      "done: the old key is deleted",
	"stopped":   "stopped; the key in use is the one that works",
}

func (f *Factory) printRotation(r api.Rotation) {
	fmt.Fprintln(f.Out, rotationWords[r.Step])
	next := ""
	if !r.Next.IsZero() {
		next = at(r.Next)
	}
	f.pairs("user", r.User, "old key", r.Old, "new key", r.New, "begun", at(r.Begun)+" by "+dash(r.By), "next look", next)
	if p := r.Problem; p != nil {
		f.pairs("problem", fmt.Sprintf("%s (%s)", p.Error(), p.Code), "who must act", string(p.Whose), "fix", p.Fix)
	}
}
