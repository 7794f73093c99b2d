package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
)

type initOptions struct {
	f            *Factory
	operator     string
	passwordFile string
}

func newCmdInit(f *Factory) *cobra.Command {
	o := &initOptions{f: f}
	cmd := &cobra.Command{
		Use: "init", Short: "Set up a data folder: its key, its store and the first operator", Args: noArgs,
		Long: `Set up a data folder: its key, its store and the first operator.

Everything that is kept will be sealed by the key. With --key passphrase it is wrapped by a passphrase that is asked for at each
start; with --key file, which is the default, by a file beside the data, so that the server starts by itself.
There is no sign-up over HTTP: the first operator is made here and nowhere else.`,
		Example: `  lockkeeper init
  lockkeeper init --operator ada --password-file password.txt --key passphrase-file:/etc/lockkeeper/passphrase`,
		RunE: func(cmd *cobra.Command, _ []string) error { return initRun(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.operator, "operator", "", "name of the first operator (default your user name)")
	flags.StringVar(&o.passwordFile, "password-file", "", "file that holds the operator's password; - for standard input (default asks)")
	flags.String("key", "", "key source: file[:PATH], passphrase, passphrase-file:PATH, passphrase-fd:N, credential:NAME")
	return cmd
}

func initRun(cmd *cobra.Command, o *initOptions) error {
	if err := o.f.Harden(); err != nil {
		return err
	}
	cfg, err := o.f.settings(cmd)
	if err != nil {
		return err
	}
	if err := server.CheckFresh(cfg.Data); err != nil {
		return err
	}
	if o.operator == "" {
		o.operator = o.f.Getenv("USER")
	}
	if o.operator == "" {
		if o.operator, err = o.f.Prompter.Line("Name of the first operator"); err != nil {
			return err
		}
	}
	password, err := o.password()
	if err != nil {
		return err
	}
	var made server.Made
	err = o.f.working("making keys", func() error {
		made, err = server.Init(cmd.Context(), server.Setup{Config: cfg, Operator: o.operator, Password: password, Ask: o.f.askTwice, Now: o.f.Now})
		return err
	})
	if err != nil {
		return err
	}
	o.f.warnRepository(cfg.Data)
	return o.f.show(made, func() {
		fmt.Fprintf(o.f.Out, "Set up %s.\n", made.Data)
		o.f.pairs("operator", made.Operator, "key", made.Key+", fingerprint "+made.Print, "note", made.Weak)
		fmt.Fprintln(o.f.Out, "\nNext: lockkeeper serve")
	})
}

// password asks twice at a terminal, once where it comes from a file or a pipe.
func (o *initOptions) password() (secret.Value, error) {
	question := "Password of " + o.operator + " (at least 12 characters)"
	if o.passwordFile != "" {
		return o.f.secretFrom(o.passwordFile, question)
	}
	return o.f.askTwice(question)
}

// askTwice asks for something new that is not shown, so that a slip of the finger locks nobody out.
func (f *Factory) askTwice(question string) (secret.Value, error) {
	first, err := f.Prompter.Secret(question)
	if err != nil || !f.Terminal.In {
		return first, err
	}
	second, err := f.Prompter.Secret("Once more")
	if err != nil {
		return secret.Value{}, err
	}
	if !first.Equal(second) {
		return secret.Value{}, refuse("the two were not the same", "run it again; nothing was made")
	}
	return first, nil
}

// warnRepository says so where the data folder lies in a git repository: sealed or not, it does not belong there.
func (f *Factory) warnRepository(data string) {
	for dir, i := data, 0; i < 40; i++ {
		if _, err := os.Stat(dir + "/.git"); err == nil {
			f.say("lockkeeper: note: the data folder lies in the git repository %s; keep it out of commits", dir)
			return
		}
		dir += "/.."
	}
}
