package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
)

type appkeyFingerprintOptions struct {
	f            *Factory
	req          appcheck.Request
	passwordFile string
}

func newCmdAppkeyFingerprint(f *Factory) *cobra.Command {
	o := &appkeyFingerprintOptions{f: f}
	cmd := &cobra.Command{
		Use: "fingerprint FILE...", Short: "Print MD5, SHA-1 and SHA-256 as Amazon's console wants them typed",
		Long: `Print MD5, SHA-1 and SHA-256 of the certificates in an APK, AAB, keystore (JKS, PKCS12) or certificate, as Amazon's console wants
them typed: capital hex digits with colons. keytool of JDK 17 prints no MD5 any more. Of an app key it prints those that the key expects.

A JKS needs no password. For PKCS12 the password of Android's debug keystores is tried; another one is read from --password-file.`,
		Example: `  lockkeeper appkey fingerprint app-release.apk
  lockkeeper appkey fingerprint release.keystore --alias release --password-file password.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wantArgs("FILE")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return appkeyFingerprintRun(cmd, o, args) },
	}
	cmd.Flags().StringVar(&o.passwordFile, "password-file", "", "file that holds the keystore's password; - for standard input")
	cmd.Flags().StringVar(&o.req.Alias, "alias", "", "entry of the keystore (default all that can sign)")
	return cmd
}

func appkeyFingerprintRun(cmd *cobra.Command, o *appkeyFingerprintOptions, args []string) error {
	if o.passwordFile != "" {
		password, err := o.f.secretFrom(o.passwordFile, "Keystore password")
		if err != nil {
			return err
		}
		o.req.Password = password
	}
	s, err := o.f.openShown(args)
	if err != nil {
		return err
	}
	defer s.Close()
	o.req.Inputs = s.inputs
	seen, unread, err := appcheck.Look(cmd.Context(), o.req)
	if err != nil {
		return err
	}
	if len(unread) > 0 {
		return unread[0]
	}
	for _, x := range seen {
		if len(x.Certificates) == 0 && x.Key == nil {
			return refuse(x.Name+" holds no certificate", "give a signed APK or AAB, a keystore, a certificate, or an app key")
		}
	}
	return o.f.show(seen, func() {
		for i, x := range seen {
			if i > 0 {
				fmt.Fprintln(o.f.Out)
			}
			o.f.printPrints(x)
		}
	})
}

func (f *Factory) printPrints(s appcheck.Seen) {
	fmt.Fprintf(f.Out, "%s: %s\n", s.Name, s.Kind)
	for _, c := range s.Certificates {
		what := c.Name
		if c.Debug {
			what += " (a debug certificate)"
		}
		fmt.Fprintf(f.Out, "\n%s\n", what)
		f.pairs("certificate", c.Subject, "MD5", c.MD5, "SHA-1", c.SHA1, "SHA-256", c.SHA256)
	}
	if s.Key != nil {
		fmt.Fprint(f.Out, "\nexpected by the key\n")
		f.pairs("package", s.Key.Package, "MD5", s.Key.MD5, "SHA-256", s.Key.SHA256)
	}
}
