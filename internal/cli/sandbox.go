package cli

import (
	"github.com/spf13/cobra"
)
