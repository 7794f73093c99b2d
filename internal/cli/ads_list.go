package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
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
	if o.limit > 0 {
		q.Set("limit", strconv.Itoa(o.limit))
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
	err = o.f.working("asking Amazon", func() error {
		found, err = adsListAll(cmd, c, grant, o.noun.kind, o.query(), o.limit)
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case o.csv:
		err = o.f.csvAds(o.noun.kind, found.objects)
	default:
		err = o.f.show(found.objects, func() {
			o.f.printAds(o.noun.kind, found.objects)
			fmt.Fprintf(o.f.Out, "\n%d %s.\n", len(found.objects), o.noun.many)
		})
	}
	if err != nil {
		return err
	}
	if found.missing != "" {
		o.f.say("not the whole: %s", found.missing)
		return errFound
	}
	return nil
}

// adsFound is a whole list, and what it lacks.
type adsFound struct {
	objects []canon.AdsObject
	missing string
}

// adsListAll follows a list to its end, or to limit where that is not 0.
func adsListAll(cmd *cobra.Command, c *control.Client, grant string, kind canon.AdsKind, q url.Values, limit int) (adsFound, error) {
	found := adsFound{objects: []canon.AdsObject{}}
	for {
		a, err := c.Ads(cmd.Context(), control.AdsAsk{Method: http.MethodGet, Grant: grant, Path: string(kind), Query: q})
		if err != nil {
			return found, err
		}
		page, err := readAds(a.Body, kind)
		if err != nil {
			return found, err
		}
		found.objects = append(found.objects, page...)
		if m := a.Header.Get("Lockkeeper-Partial"); m != "" {
			found.missing = m
		}
		next := a.Header.Get("Lockkeeper-Next")
		if next == "" || limit > 0 && len(found.objects) >= limit {
			return found, nil
		}
		q.Set("cursor", next)
		if limit > 0 {
			q.Set("limit", strconv.Itoa(limit-len(found.objects)))
		}
	}
}

// readAds reads an array of objects one by one.
func readAds(body io.ReadCloser, kind canon.AdsKind) ([]canon.AdsObject, error) {
	defer func() { _ = body.Close() }()
	d := json.NewDecoder(body)
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("reading the server's list: %w", err)
	}
	var all []canon.AdsObject
	for d.More() {
		o := canon.NewAds(kind)
		if err := d.Decode(o); err != nil {
			return nil, fmt.Errorf("reading the server's list: %w", err)
		}
		all = append(all, o)
	}
	return all, nil
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
