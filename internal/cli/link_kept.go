package cli

import (
	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// kept asks a running server for the ids that it keeps.
func (o *linkOptions) kept(cmd *cobra.Command) ([]associates.Store, error) {
	_, err := o.f.client(cmd)
	return nil, err
}
