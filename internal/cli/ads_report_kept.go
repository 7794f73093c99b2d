package cli

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// keptOptions say which of what is kept is meant.
type keptOptions struct {
	adsOptions
	channels []string
	levels   []string
}

// ask makes the request of the flags.
func (o *keptOptions) ask(method string) (control.AdsAsk, error) {
	channels, err := channelsOf(o.channels)
	if err != nil {
		return control.AdsAsk{}, err
	}
	words := make([]string, len(channels))
	for i, c := range channels {
		words[i] = string(c)
	}
	a := control.AdsAsk{Method: method, Grant: cmp.Or(o.grant, "-"), Path: "report/kept", Query: url.Values{}}
	for name, value := range map[string]string{"channel": strings.Join(words, ","), "level": strings.Join(o.levels, ","), "org_id": o.org} {
		if value != "" {
			a.Query.Set(name, value)
		}
	}
	return a, nil
}

func newCmdAdsReportKept(f *Factory) *cobra.Command {
	return newCmdKept(f, http.MethodGet, &cobra.Command{
		Use: "kept", Short: "Show which days of reports are kept",
		Long: `Show which days of reports are kept, of which Ads profile, channel and level.

Levels are those that Amazon makes reports of: an org or a portfolio is read from campaigns, a product from ads. Days that are not final are
read again every night. Where KEEP is yes, each day to come is fetched too; that begins with ` + "`lockkeeper ads report get --keep`" + `.`,
		Args: noArgs,
	}, func(all []report.Shelved) {
		if len(all) == 0 {
			fmt.Fprintln(f.Out, "Nothing is kept of that. `lockkeeper ads report get --keep` begins.")
			return
		}
		var rows [][]string
		for _, k := range all {
			keep := "no"
			if k.Keep {
				keep = "yes"
			}
			rows = append(rows, []string{
				k.Organization, string(k.Channel), string(k.Level), dash(string(k.First)), dash(string(k.Last)), strconv.Itoa(k.Days), strconv.Itoa(k.Final),
				strconv.FormatInt(k.Rows, 10), keep, at(k.Next),
			})
		}
		f.table([]string{"ORG", "CHANNEL", "LEVEL", "FROM", "TO", "DAYS", "FINAL", "ROWS", "KEEP", "NEXT LOOK"}, rows)
	})
}

func newCmdAdsReportStop(f *Factory) *cobra.Command {
	return newCmdKept(f, http.MethodDelete, &cobra.Command{
		Use: "stop", Short: "Fetch the days to come no more",
		Long: `Fetch the days to come no more, of all that --keep once began or of what is named.

What is kept stays, and is read again until it is final.`,
		Example: "  lockkeeper ads report stop --level search_term",
		Args:    noArgs,
	}, func(all []report.Shelved) {
		if len(all) == 0 {
			fmt.Fprintln(f.Out, "No days to come were fetched of that.")
			return
		}
		for _, k := range all {
			fmt.Fprintf(f.Out, "%s of %s, %s: no more days. %d are kept.\n", k.Channel, k.Organization, k.Level, k.Days)
		}
	})
}

func newCmdKept(f *Factory, method string, cmd *cobra.Command, say func([]report.Shelved)) *cobra.Command {
	o := &keptOptions{adsOptions: adsOptions{f: f}}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ask, err := o.ask(method)
		if err != nil {
			return err
		}
		c, err := f.client(cmd)
		if err != nil {
			return err
		}
		all, err := readReport[[]report.Shelved](cmd.Context(), c, ask)
		if err != nil {
			return err
		}
		return f.show(all, func() { say(all) })
	}
	flags := cmd.Flags()
	flags.StringVar(&o.grant, "grant", "", "only what this grant opens")
	flags.StringVar(&o.org, "org", "", "only of the Ads profile with this id")
	flags.StringSliceVar(&o.channels, "channel", nil, "only of sp, sb or sd")
	flags.StringSliceVar(&o.levels, "level", nil, "only of this level")
	return cmd
}
