package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

type appkeyCheckOptions struct {
	f            *Factory
	req          appcheck.Request
	apps         []string
	profile      string
	passwordFile string
}

func newCmdAppkeyCheck(f *Factory) *cobra.Command {
	o := &appkeyCheckOptions{f: f}
	cmd := &cobra.Command{
		Use: "check [FILE|KEY|-]...", Short: "Say why a device refuses an app key, and the one thing to do about it",
		Long: `Say why a device refuses an app key ("Invalid API Key", INVALID_SENDER), and the one thing to do about it.

Show it any mix of an api_key.txt or the key itself, an APK or AAB, a keystore (JKS, PKCS12) and a certificate: they are told apart by
content. The key in an APK is found by itself. It needs no server and no network, unless --app names a kept security profile, and unpacks
nothing. The exit code is 3 if a problem was found.`,
		Example: `  lockkeeper appkey check app-release.apk
  lockkeeper appkey check --apk app-release.apk api_key.txt
  lockkeeper appkey check api_key.txt release.keystore --package com.example.reader`,
		RunE: func(cmd *cobra.Command, args []string) error { return appkeyCheckRun(cmd, o, args) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.apps, "apk", nil, "an APK or AAB (the same as naming it alone)")
	flags.StringVar(&o.req.Package, "package", "", "the app's package, where no APK tells it")
	flags.StringVar(&o.profile, "app", "", "kept security profile that is to send to the app; its server must run")
	flags.StringVar(&o.req.ClientID, "client-id", "", "Client ID of the security profile that is to send to the app")
	flags.StringVar(&o.passwordFile, "password-file", "", "file that holds the keystore's password; - for standard input")
	flags.StringVar(&o.req.Alias, "alias", "", "entry of the keystore (default all that can sign)")
	flags.BoolVar(&o.req.IOS, "ios", false, "the key is for an app on iOS")
	flags.BoolVar(&o.req.Sandbox, "sandbox", false, "the key is the sandbox's, not Amazon's")
	return cmd
}

func appkeyCheckRun(cmd *cobra.Command, o *appkeyCheckOptions, args []string) error {
	if args = append(args, o.apps...); len(args) == 0 {
		if !o.f.Terminal.In {
			return misuse("there is nothing to check", "name an api_key.txt, APK, AAB, keystore or certificate, or give - and pipe the key in")
		}
		key, err := o.f.Prompter.Line("Paste the key, or name a file")
		if err != nil {
			return err
		}
		args = []string{strings.TrimSpace(key)}
	}
	if err := o.ready(cmd); err != nil {
		return err
	}
	s, err := o.f.openShown(args)
	if err != nil {
		return err
	}
	defer s.Close()
	o.req.Inputs = s.inputs
	var r appcheck.Report
	err = o.f.working("checking", func() error {
		r, err = appcheck.Check(cmd.Context(), o.req)
		return err
	})
	if err != nil {
		return err
	}
	if err := o.f.show(r, func() { o.f.printAppReport(r) }); err != nil {
		return err
	}
	if !r.OK {
		return errFound
	}
	return nil
}

// ready fills in what flags name: a kept profile, a password.
func (o *appkeyCheckOptions) ready(cmd *cobra.Command) error {
	if o.passwordFile != "" {
		password, err := o.f.secretFrom(o.passwordFile, "Keystore password")
		if err != nil {
			return err
		}
		o.req.Password = password
	}
	if o.profile == "" {
		return nil
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	app, err := c.App(cmd.Context(), o.profile)
	if err != nil {
		return err
	}
	o.req.Profile, o.req.ClientID = app.Name, app.ClientID
	return nil
}

func (f *Factory) printAppReport(r appcheck.Report) {
	for _, s := range r.Seen {
		f.printSeen(s)
	}
	if len(r.Problems)+len(r.Notes) > 0 {
		fmt.Fprintln(f.Out)
	}
	f.printMarked("FAIL", r.Problems)
	f.printMarked("note", r.Notes)
	fmt.Fprintf(f.Out, "\nNext: %s\n", r.Next)
}

// printSeen writes a line for what was shown, and below it what it holds.
func (f *Factory) printSeen(s appcheck.Seen) {
	about := []string{s.Kind}
	if s.Package != "" {
		about = append(about, s.Package)
	}
	if len(s.Signed) > 0 {
		about = append(about, "signed "+strings.Join(s.Signed, " "))
	}
	fmt.Fprintf(f.Out, "%s: %s\n", s.Name, strings.Join(about, ", "))
	if k := s.Key; k != nil {
		fmt.Fprintf(f.Out, "  key          %s\n", keyLine(k))
	}
	for _, c := range s.Certificates {
		fmt.Fprintf(f.Out, "  %-11s  %s\n", c.Name, dash(c.Subject))
	}
}

// keyLine says in one line what a key is.
func keyLine(k *appcheck.Key) string {
	var words []string
	if k.Where != "" {
		words = append(words, "in "+k.Where)
	}
	switch k.Signer {
	case "amazon":
		words = append(words, "issued by Amazon")
	case "sandbox":
		words = append(words, "issued by the sandbox")
	default:
		words = append(words, "issuer not known")
	}
	if !k.Issued.IsZero() {
		words = append(words, "on "+k.Issued.Format("2006-01-02"))
	}
	if k.Package != "" {
		words = append(words, "for "+oneLine(k.Package))
	}
	if k.Bundle != "" {
		words = append(words, "for iOS, "+oneLine(k.Bundle))
	}
	return strings.Join(words, ", ")
}

func (f *Factory) printMarked(mark string, ps []problem.Problem) {
	for _, p := range ps {
		fmt.Fprintf(f.Out, "%s  %s (%s)\n", mark, p.What, p.Code)
		if p.Detail != "" {
			fmt.Fprintf(f.Out, "      %s\n", oneLine(p.Detail))
		}
		fmt.Fprintf(f.Out, "      fix: %s\n", p.Fix)
	}
}
