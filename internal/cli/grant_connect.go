package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

type grantConnectOptions struct {
	f        *Factory
	connect  api.Connect
	headless bool
	user     string
	paste    bool
	refresh  string
}

func newCmdGrantConnect(f *Factory) *cobra.Command {
	o := &grantConnectOptions{f: f}
	cmd := &cobra.Command{
		Use:   "connect [NAME]",
		Short: "Have an Amazon account authorised, in the browser",
		Long: `Have an Amazon account authorised: its owner signs in at Amazon and says yes.

On a desktop this opens the browser, which comes back by itself. Over ssh, or with --paste, it prints Amazon's address; open it
anywhere, and paste the address at which the browser ends up, even if the page there cannot be shown.
The name of an existing grant authorises that grant again. If you already have a refresh token of this app, from software that used
it before, --refresh-token-file takes it over without anybody signing in.`,
		Example: `  lockkeeper grant connect
  lockkeeper grant connect acme --app ads --region EU
  lockkeeper grant connect demo --headless        # sandbox only: walks the consent by itself`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wantArgs("NAME")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.connect.Name = args[0]
			}
			return grantConnectRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.connect.App, "app", "", "the app through which to connect (default the only one)")
	flags.StringVar(&o.connect.Region, "region", "", "where the owner signs in: NA, EU or FE (default the app's)")
	flags.StringSliceVar(&o.connect.Scopes, "scope", nil, "scope to ask for (default the program's)")
	flags.BoolVar(&o.headless, "headless", false, "walk the sandbox's consent without a browser")
	flags.StringVar(&o.user, "user", "", "with --headless: which of the sandbox's people says yes")
	flags.StringVar(&o.refresh, "refresh-token-file", "", "take over the refresh token in this file (- for standard input) in place of asking anybody")
	flags.BoolVar(&o.paste, "paste", false, "do not open a browser here; paste the returned address")
	return cmd
}

func grantConnectRun(cmd *cobra.Command, o *grantConnectOptions) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	if o.refresh != "" {
		g, err := o.adopt(ctx, c)
		if err != nil {
			return err
		}
		return o.show(g)
	}
	consent, err := c.Connect(ctx, o.connect)
	if err != nil {
		return err
	}
	var g api.Grant
	switch {
	case consent.Grant != nil: // the app works on its own authority
		g = *consent.Grant
	case o.headless:
		err = o.f.working("walking the sandbox's consent", func() error {
			g, err = walkConsent(ctx, c, consent, o.user)
			return err
		})
	case !o.paste && o.f.OpenBrowser(consent.Start) == nil:
		o.f.say("Opened your browser at %s", consent.Start)
		o.f.say("Sign in there as the owner of the Amazon account. ^C is safe; run this again with --paste if the browser is elsewhere.")
		err = o.f.working("waiting for the browser to come back", func() error {
			g, err = awaitConsent(ctx, c, consent)
			return err
		})
	default:
		g, err = o.pasted(ctx, c, consent)
	}
	if err != nil {
		return err
	}
	return o.show(g)
}

// adopt takes over a refresh token that the person has.
func (o *grantConnectOptions) adopt(ctx context.Context, c *control.Client) (g api.Grant, err error) {
	token, err := o.f.secretFrom(o.refresh, "Refresh token")
	if err != nil {
		return g, err
	}
	in := api.Adopt{Name: o.connect.Name, App: o.connect.App, Region: o.connect.Region, Scopes: o.connect.Scopes, RefreshToken: token.Reveal()}
	err = o.f.working("trying the refresh token", func() error {
		g, err = c.Adopt(ctx, in)
		return err
	})
	for _, n := range g.Notes {
		o.f.say("lockkeeper: note: %s", n)
	}
	return g, err
}

func (o *grantConnectOptions) show(g api.Grant) error {
	return o.f.show(g, func() {
		if g.Health == "pending" {
			fmt.Fprintf(o.f.Out, "Kept %q, which has no token yet. %s\n%s\n", g.Name, g.Problem.What, g.Problem.Fix)
			return
		}
		fmt.Fprintf(o.f.Out, "Connected %q: %s. It is refreshed by itself from now on, next at %s.\n", g.Name, accounts(len(g.Accounts)), at(g.RefreshAt))
		if g.Problem != nil {
			fmt.Fprintf(o.f.Out, "But: %s %s\n", g.Problem.What, g.Problem.Fix)
		}
		if g.Version != "" {
			fmt.Fprintf(o.f.Out, "\nNext: lockkeeper product search KEYWORDS --tag YOUR-SITE-ID --marketplace %s\n", firstAccount(g))
			return
		}
		fmt.Fprintf(o.f.Out, "\nNext: lockkeeper call %s GET %s --grant %s\n", g.Program, firstPath(g.Program), g.Name)
	})
}

// pasted asks for the address at which a browser elsewhere ended up. An address on one line is never wrapped by us (users, 27).
func (o *grantConnectOptions) pasted(ctx context.Context, c *control.Client, consent api.Consent) (api.Grant, error) {
	o.f.say("Open this address in a browser, anywhere, and sign in as the owner of the Amazon account:\n\n%s\n", consent.URL)
	o.f.say("The browser ends at an address that begins with %s. The page need not be shown there: copy the whole address.", returnBase(consent.URL))
	returned, err := o.f.Prompter.Line("Address")
	if err != nil {
		return api.Grant{}, err
	}
	var g api.Grant
	err = o.f.working("exchanging the code", func() error {
		g, err = c.Finish(ctx, consent.ID, api.Returned{URL: returned, Binding: consent.Binding})
		return err
	})
	return g, err
}

// awaitConsent asks twice a second how the consent fares, until it is decided.
func awaitConsent(ctx context.Context, c *control.Client, consent api.Consent) (api.Grant, error) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := c.Consent(ctx, consent.ID)
		if err != nil {
			return api.Grant{}, err
		}
		if g, err, decided := decided(state); decided {
			return g, err
		}
		select {
		case <-ctx.Done():
			return api.Grant{}, ctx.Err()
		case <-tick.C:
		}
	}
}

func decided(s api.ConsentState) (api.Grant, error, bool) {
	switch {
	case s.State == "done" && s.Grant != nil:
		return *s.Grant, nil, true
	case s.State == "failed" && s.Problem != nil:
		return api.Grant{}, *s.Problem, true
	case s.State == "expired":
		return api.Grant{}, refuse("nobody came back from Amazon in time", "run `lockkeeper grant connect` again; the page is good for ten minutes"), true
	}
	return api.Grant{}, nil, false
}

// firstAccount is one of the accounts that a grant opens, to be shown as an example.
func firstAccount(g api.Grant) string {
	if len(g.Accounts) == 0 {
		return "www.amazon.com"
	}
	return g.Accounts[0].ID
}
