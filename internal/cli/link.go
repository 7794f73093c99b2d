package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

type linkOptions struct {
	f       *Factory
	stores  []string
	replace bool
	check   bool
	write   bool
	format  string
}

func newCmdLink(f *Factory) *cobra.Command {
	o := &linkOptions{f: f}
	cmd := &cobra.Command{
		Use: "link [--store [COUNTRY=]ID]... {URL | FILE | -}...", Short: "Put your Site ID on links to Amazon, or find the links that lack it",
		Long: `Put your Site ID or a Tracking ID on links to Amazon. It needs no server and asks nobody.

Nothing but the id changes. An id that is on a link already stays, unless --replace is given. A link that Amazon's API made is never
touched: changing it loses the credit. An id of another country is refused, since it would earn nothing there. Of several --store the
one of the link's own country is taken; an ending that several countries share (-21) is made certain by naming one, as in DE=mysite-21.

A FILE is a list, a text, a table (.csv) or a page (.html); a folder is all of these in it. The tagged text goes to standard output, or
with --write back into the file. With --check nothing changes, and links without an id, with a wrong one, or in a setting that costs
the credit are listed; the exit code is 3 if there are any.`,
		Example: `  lockkeeper link --store mysite-20 https://www.amazon.com/dp/B08N5WRWNW
  lockkeeper link --store mysite-20 --store DE=meine-21 --write links.csv
  lockkeeper link --check --store mysite-20 public/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("there is no link", "give an address, a file, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return linkRun(cmd, o, args) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.stores, "store", nil, "Site ID or Tracking ID, perhaps with its country: mysite-20, DE=mysite-21 (default: those that a running server keeps)")
	flags.BoolVar(&o.replace, "replace", false, "put it in the place of another id that is on a link")
	flags.BoolVar(&o.check, "check", false, "change nothing, and list what is wrong")
	flags.BoolVar(&o.write, "write", false, "write the tagged text back into the files")
	flags.StringVar(&o.format, "format", "", "what a file or standard input is: text, csv or html (default by its name)")
	return cmd
}

func linkRun(cmd *cobra.Command, o *linkOptions, args []string) error {
	switch o.format {
	case "", string(associates.Plain), string(associates.Cells), string(associates.Markup):
	default:
		return misuse(fmt.Sprintf("%q is no format", o.format), "the formats are text, csv and html")
	}
	if o.check && (o.replace || o.write) {
		return misuse("--check changes nothing, so --replace and --write do not go with it", "run it once with --check and once without")
	}
	urls, files, err := sortArgs(args)
	if err != nil {
		return err
	}
	if o.write && len(urls) > 0 {
		return misuse("--write is for files, and an address was given", "put addresses into a file, or leave out --write")
	}
	tagger, err := o.tagger(cmd)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return o.addresses(tagger, urls)
	}
	if len(urls) > 0 {
		return misuse("addresses and files were given together", "give the ones, then the others")
	}
	return o.files(cmd.Context(), tagger, files)
}

// sortArgs tells addresses from files. What has a scheme is an address; what is there is a file.
func sortArgs(args []string) (urls, files []string, err error) {
	for _, a := range args {
		if a == "-" {
			files = append(files, a)
			continue
		}
		if strings.Contains(a, "://") || strings.HasPrefix(a, "//") {
			urls = append(urls, a)
			continue
		}
		if _, err := os.Stat(a); err == nil {
			files = append(files, a)
			continue
		}
		if _, code := associates.Parse(a); code == problem.AssociatesNotALink || code == problem.AssociatesNotAmazon && !strings.Contains(a, "/") {
			return nil, nil, misuse(fmt.Sprintf("%q is no web address, and there is no such file", oneLine(a)), "give an address that begins with https://, a file, or - for standard input")
		}
		urls = append(urls, a)
	}
	return urls, files, nil
}

// tagger makes the Tagger that the flags ask for.
func (o *linkOptions) tagger(cmd *cobra.Command) (*associates.Tagger, error) {
	t := &associates.Tagger{Replace: o.replace, Check: o.check}
	for _, text := range o.stores {
		s, notes := associates.ParseStore(text)
		for _, n := range notes {
			p := n.Problem()
			if !n.Minor {
				return nil, misuse(strings.TrimSuffix(p.What, ".")+": "+text+with(p.Detail), p.Fix)
			}
			o.f.say("lockkeeper: note: %s%s %s", strings.TrimSuffix(p.What, "."), with(p.Detail)+".", p.Fix)
		}
		t.Stores = append(t.Stores, s)
	}
	if len(t.Stores) > 0 {
		return t, nil
	}
	kept, err := o.kept(cmd)
	if err != nil && !o.check {
		return nil, misuse("no id was given, and no Lockkeeper runs that could know one", "give one with --store, such as --store mysite-20")
	}
	t.Stores = kept
	if len(t.Stores) == 0 && !o.check {
		return nil, misuse("no id was given, and none is kept", "give one with --store, such as --store mysite-20, or keep it with `lockkeeper site add`")
	}
	return t, nil
}

func with(detail string) string {
	if detail == "" {
		return ""
	}
	return " (" + detail + ")"
}
