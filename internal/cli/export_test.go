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

// Screen is a factory whose person types what in holds and sees everything on one screen. Nothing of the environment is seen but the data folder.
func Screen(in io.Reader, screen io.Writer, data string) *Factory {
	f := &Factory{In: in, Out: screen, Err: screen, Now: time.Now, Version: "(devel)", Getenv: func(name string) string {
		if name == "LOCKKEEPER_DATA" {
			return data
		}
		return ""
	}}
	f.OpenBrowser = openBrowser(f.Getenv)
	f.Terminal.In, f.Terminal.Out, f.Terminal.Err = true, true, true
	f.Prompter = &terminal{in: in, err: screen, isTerminal: true}
	return f
}
