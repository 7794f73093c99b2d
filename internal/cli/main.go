// Package cli is the command line.
//
// One file a command: an options struct, a NewCmd function that reads arguments into it, and a run function that works. What
// a command needs from outside (streams, settings, the way to a server, the browser) comes from a Factory, so that tests can
// replace it. The rules of the surface: what was asked for goes to standard output, everything else to standard error;
// a refusal is "lockkeeper: what" and then "lockkeeper: hint: what to do"; a prompt goes to the terminal and never into a pipe.
//
// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found a problem, 4 not allowed.
package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Main runs the program and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGXFSZ) // a limit on file sizes is a full disk: the write fails, and the process goes on
	return Run(ctx, systemFactory(), os.Args[1:])
}

// Run runs one command line and returns the exit code.
func Run(ctx context.Context, f *Factory, args []string) int {
	if err := f.execute(ctx, args); err != nil {
		return f.report(err)
	}
	return exitDone
}

// execute runs one command line.
func (f *Factory) execute(ctx context.Context, args []string) error {
	root := newRoot(f)
	root.SetArgs(args)
	root.SetIn(f.In)
	root.SetOut(f.Out)
	root.SetErr(f.Err)
	return root.ExecuteContext(ctx)
}
