package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

type appAddOptions struct {
	f          *Factory
	new        api.NewApp
	secretFile string
	sandbox    bool
}

func newCmdAppAdd(f *Factory) *cobra.Command {
	o := &appAddOptions{f: f}
	cmd := &cobra.Command{
		Use:   "add [NAME]",
		Short: "Keep a security profile or an application: its id and its secret",
		Long: `Keep a security profile of Login with Amazon: its client id and client secret.

You find both at developer.amazon.com, Login with Amazon, Show Client ID and Client Secret. What is not given by a flag
is asked for; the secret is never taken from the command line, where others could read it.

With --program creators it is an application of the Creators API: its Credential ID and Credential Secret, from Associates Central,
Tools, Creators API. Version and region need not be known: they are found out, by asking each of Amazon's token endpoints at most once.`,
		Example: `  lockkeeper app add
  lockkeeper app add shop --program creators --client-id amzn1.application-oa2-client.EXAMPLE
  lockkeeper app add ads-eu --region EU --client-id amzn1.application-oa2-client.EXAMPLE --secret-file secret.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wantArgs("NAME")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.new.Name = args[0]
			}
			return appAddRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.new.Program, "program", "ads", "the Amazon program that it is for")
	flags.StringVar(&o.new.Region, "region", "", "home region: NA, EU or FE (default NA)")
	flags.StringVar(&o.new.ClientID, "client-id", "", "client id, amzn1.application-oa2-client.…")
	flags.StringVar(&o.secretFile, "secret-file", "", "file that holds the client secret; - for standard input")
	flags.StringVar(&o.new.Version, "version", "", "version of a Creators API credential, such as 3.1 (default found out)")
	flags.StringVar(&o.new.SecurityProfileID, "security-profile-id", "", "Security Profile ID, amzn1.application.…, if you have it at hand")
	flags.BoolVar(&o.sandbox, "sandbox", false, "it is an app of the sandbox, not of Amazon")
	return cmd
}

func appAddRun(cmd *cobra.Command, o *appAddOptions) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	if o.sandbox {
		o.new.Realm = "sandbox"
	}
	if o.new.ClientID == "" {
		if o.new.ClientID, err = o.f.Prompter.Line("Client ID"); err != nil {
			return err
		}
	}
	value, err := o.f.secretFrom(o.secretFile, "Client secret")
	if err != nil {
		return err
	}
	o.new.ClientSecret = value.Reveal()
	var app api.App
	err = o.f.working("keeping the app", func() error {
		app, err = c.AddApp(cmd.Context(), o.new)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range app.Notes {
		o.f.say("lockkeeper: note: %s", n)
	}
	return o.f.show(app, func() {
		if app.Version != "" {
			fmt.Fprintf(o.f.Out, "Kept the application %q, sealed: version %s, region %s.\n\nNext: lockkeeper grant connect --app %s\n", app.Name, app.Version, app.Region, app.Name)
			return
		}
		fmt.Fprintf(o.f.Out, "Kept the security profile %q, sealed.\n\n", app.Name)
		fmt.Fprintf(o.f.Out, "Return URL  %s\n", app.ReturnURL)
		if app.Realm == "sandbox" {
			fmt.Fprintf(o.f.Out, "\nNext: lockkeeper grant connect --app %s --headless\n", app.Name)
			return
		}
		fmt.Fprintln(o.f.Out, "Paste it at developer.amazon.com: Login with Amazon > your security profile > Web Settings > Allowed Return URLs.")
		fmt.Fprintf(o.f.Out, "\nNext: lockkeeper grant connect --app %s\n", app.Name)
	})
}
