package cli

import (
	"bytes"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// Tree is the whole tree of commands, for tests that hold the documentation against it. Nothing in it is run.
func Tree() *cobra.Command {
	root := newRoot(&Factory{
		In: &bytes.Reader{}, Out: io.Discard, Err: io.Discard,
		Getenv: func(string) string { return "" }, Now: time.Now, Version: "(devel)",
	})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}
