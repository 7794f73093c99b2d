package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

type adsListOptions struct {
	adsOptions
	values map[string]*string // of the flags that are parameters, by parameter
	desc   bool
	limit  int
	csv    bool
	raw    bool
}

func newCmdAdsList(f *Factory, n adsNoun) *cobra.Command {
	o := &adsListOptions{adsOptions: adsOptions{f: f, noun: n}, values: map[string]*string{}}
	cmd := &cobra.Command{
		Use: "list", Short: "List " + n.many,
		Long: "List " + n.many + `.

What is asked of several profiles comes from all of them side by side. A profile that could not be asked is named, and the exit
code is then 3: the list is not the whole.`,
		Example: "  lockkeeper ads " + n.use + " list\n  lockkeeper ads " + n.use + " list --all --csv > all.csv",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return adsListRun(cmd, o) },
	}
	o.flags(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVar(&o.all, "all", false, "through every grant of the Ads API")
	for _, l := range listFlags(n) {
		o.values[l.parameter] = flags.String(l.name, "", l.about)
	}
	flags.BoolVar(&o.desc, "desc", false, "sort downwards")
	flags.IntVar(&o.limit, "limit", 0, "at most so many (default all)")
	flags.BoolVar(&o.csv, "csv", false, "CSV with all columns")
	flags.BoolVar(&o.raw, "raw", false, "with Amazon's own object beside the model's; needs --json")
	return cmd
}

func (o *adsListOptions) query() url.Values {
	q := url.Values{}
	for name, v := range o.values {
		if *v != "" {
			q.Set(name, *v)
		}
	}
	if o.org != "" {
		q.Set("org_id", o.org)
	}
	if o.desc {
		q.Set("order", "desc")
	}
	if o.raw {
		q.Set("fields", "raw")
	}
	return q
}

func adsListRun(cmd *cobra.Command, o *adsListOptions) error {
	if o.csv && o.f.flags.json || o.raw && !o.f.flags.json {
		return misuse("--csv, --raw and --json do not go together like this", "--csv stands alone, --raw needs --json")
	}
	c, err := o.f.client(cmd)
	if err != nil {
		return err
	}
	grant, err := o.through(cmd, c)
	if err != nil {
		return err
	}
	var found adsFound
	if found, err = o.f.adsList(cmd.Context(), c, grant, o.noun, o.query(), o.limit); err != nil {
		return err
	}
	switch {
	case o.csv:
		err = o.f.csvAds(o.noun.kind, found.objects)
	default:
		err = o.f.show(found.objects, func() {
			o.f.printAds(o.noun.kind, found.objects)
			fmt.Fprintf(o.f.Out, "\n%d in all.\n", len(found.objects))
		})
	}
	if err != nil {
		return err
	}
	for _, m := range found.missing {
		o.f.say("not read: %s", m)
	}
	if len(found.missing) > 0 {
		return errFound
	}
	return nil
}

func newCmdAdsGet(f *Factory, n adsNoun) *cobra.Command {
	o := &adsOptions{f: f, noun: n}
	cmd := &cobra.Command{
		Use: "get ID", Short: "Show one of the " + n.many + " whole",
		Args: exactly(1, "the id is missing", "`lockkeeper ads "+n.use+" list` shows ids"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(cmd)
			if err != nil {
				return err
			}
			grant, err := o.through(cmd, c)
			if err != nil {
				return err
			}
			q := url.Values{}
			if o.org != "" {
				q.Set("org_id", o.org)
			}
			a, err := c.Ads(cmd.Context(), control.AdsAsk{Method: http.MethodGet, Grant: grant, Path: string(n.kind) + "/" + url.PathEscape(args[0]), Query: q})
			if err != nil {
				return err
			}
			defer func() { _ = a.Body.Close() }()
			var whole json.RawMessage
			if err := json.NewDecoder(a.Body).Decode(&whole); err != nil {
				return fmt.Errorf("reading the server's answer: %w", err)
			}
			enc := json.NewEncoder(f.Out)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			return enc.Encode(whole)
		},
	}
	o.flags(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVar(&o.all, "all", false, "look through every grant of the Ads API")
	return cmd
}
