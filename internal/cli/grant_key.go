package cli

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

type grantKeyOptions struct {
	f          *Factory
	new        api.NewKeyPair
	secretFile string
	csvFile    string
	sandbox    bool
}

func newCmdGrantKey(f *Factory) *cobra.Command {
	o := &grantKeyOptions{f: f}
	cmd := &cobra.Command{
		Use: "key NAME", Short: "Keep an AWS access key: Access Key ID and Secret Access Key", Args: wantArgs("NAME"),
		Long: `Keep an AWS access key. AWS is asked once whose it is, which needs no permission and changes nothing.

A key of the account's root user is refused unless you say --root-anyway: it may do everything in the account, and no policy can
bound it. Keys of AWS's own console never worked for the Product Advertising API.`,
		Example: `  lockkeeper grant key queue --csv stream_accessKeys.csv --service sqs --aws-region eu-west-1
  lockkeeper grant key admin --key-id AKIAIOSFODNN7EXAMPLE --secret-file secret.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.new.Name = args[0]
			return grantKeyRun(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.new.KeyID, "key-id", "", "Access Key ID, AKIA…")
	flags.StringVar(&o.secretFile, "secret-file", "", "file that holds the Secret Access Key; - for standard input")
	flags.StringVar(&o.csvFile, "csv", "", "the .csv file that AWS's console gave, in place of both")
	flags.StringVar(&o.new.Service, "service", "", "what the gateway signs with it: iam, sts, sqs, sns or firehose (default sts)")
	flags.StringVar(&o.new.Region, "aws-region", "", "AWS's region of that service (default us-east-1)")
	flags.BoolVar(&o.new.RootAnyway, "root-anyway", false, "keep it although it is the root user's")
	flags.BoolVar(&o.sandbox, "sandbox", false, "it is a key of the sandbox, not of AWS")
	return cmd
}

func grantKeyRun(cmd *cobra.Command, o *grantKeyOptions) error {
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	if o.sandbox {
		o.new.Realm = "sandbox"
	}
	if err := o.pair(); err != nil {
		return err
	}
	var kept api.KeptKeyPair
	err = o.f.working("asking AWS whose key it is", func() error {
		kept, err = c.AddKey(cmd.Context(), o.new)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range kept.Notes {
		o.f.say("lockkeeper: note: %s", n.Error())
	}
	return o.f.show(kept, func() {
		fmt.Fprintf(o.f.Out, "Kept the access key %q, sealed.\n\n", kept.Grant.Name)
		for _, a := range kept.Grant.Accounts {
			o.f.pairs("account", a.ID, "as", a.Entity)
		}
		fmt.Fprintf(o.f.Out, "\nNext: lockkeeper credential keys %s\n", kept.Grant.Name)
	})
}

// pair finds id and secret where the person said they are.
func (o *grantKeyOptions) pair() error {
	if o.csvFile != "" {
		var err error
		o.new.KeyID, o.new.Secret, err = keyCSV(o.csvFile)
		return err
	}
	if o.new.KeyID == "" {
		var err error
		if o.new.KeyID, err = o.f.Prompter.Line("Access Key ID"); err != nil {
			return err
		}
	}
	var value secret.Value
	value, err := o.f.secretFrom(o.secretFile, "Secret Access Key")
	o.new.Secret = value.Reveal()
	return err
}

// keyCSV reads the file that AWS's console gives when a key is made: a head with "Access key ID" and "Secret access key", then one line.
func keyCSV(file string) (id, text string, err error) {
	no := refuse(file+" is not the file that AWS gives when a key is made", "it has a line with Access key ID and Secret access key, and one with both values")
	f, err := os.Open(file)
	if err != nil {
		return "", "", refuse(fmt.Sprintf("reading %s: %v", file, pathCause(err)), "check the path")
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return "", "", no
	}
	for i, name := range rows[0] {
		if i >= len(rows[1]) {
			break
		}
		switch strings.ToLower(strings.Trim(name, " \ufeff")) {
		case "access key id":
			id = strings.TrimSpace(rows[1][i])
		case "secret access key":
			text = strings.TrimSpace(rows[1][i])
		}
	}
	if id == "" || text == "" {
		return "", "", no
	}
	return id, text, nil
}
