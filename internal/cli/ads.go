package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
)

// An adsNoun is one kind of objects as the command line calls it.
type adsNoun struct {
	use, many string
	kind      canon.AdsKind
	filters   []string // names of the flags that narrow its list down
	amounts   bool     // what became of them is told with their bids or budgets
}

func adsNouns() []adsNoun {
	return []adsNoun{
		{use: "org", many: "advertising accounts (Ads profiles)", kind: canon.KindOrganization},
		{use: "portfolio", many: "portfolios", kind: canon.KindPortfolio, filters: []string{"status"}},
		{use: "campaign", many: "campaigns", kind: canon.KindCampaign, filters: []string{"status", "does", "channel", "portfolio"}},
		{use: "group", many: "ad groups", kind: canon.KindGroup, filters: []string{"status", "does", "channel", "campaign"}},
		{use: "ad", many: "ads", kind: canon.KindAd, filters: []string{"status", "does", "channel", "campaign", "group"}},
		{use: "target", many: "keywords, product targets and negatives", kind: canon.KindTarget, filters: []string{"status", "does", "channel", "campaign", "group", "type", "match", "negative"}},
		{use: "creative", many: "creatives", kind: canon.KindCreative, filters: []string{"status", "group"}},
		{use: "asset", many: "assets", kind: canon.KindAsset, filters: []string{"type"}},
		{use: "option", many: "what can be targeted", kind: canon.KindTargetOption, filters: []string{"type"}},
		{use: "product", many: "what can be advertised, and whether it may be", kind: canon.KindPromoted, filters: []string{"type"}},
	}
}

func newCmdAds(f *Factory) *cobra.Command {
	var all []*cobra.Command
	for _, n := range adsNouns() {
		children := []*cobra.Command{newCmdAdsList(f, n), newCmdAdsGet(f, n)}
		all = append(all, group(n.use, "Look at and change "+n.many, append(children, adsChanges(f, n)...)...))
	}
	all = append(all, newCmdAdsReport(f), newCmdAdsHistory(f), newCmdAdsUndo(f))
	return group("ads", "Campaigns, bids and reports of Amazon Ads, in one model over every profile", all...)
}

// adsOptions say through which grant, and for which account.
type adsOptions struct {
	f     *Factory
	noun  adsNoun
	grant string
	org   string
	all   bool
}

func (o *adsOptions) flags(flags *pflag.FlagSet) {
	flags.StringVar(&o.grant, "grant", "", "grant to go through (default the only one of the Ads API)")
	flags.StringVar(&o.org, "org", "", "id of the Ads profile (default all that the grant opens)")
}

// through finds the name of the grant to go through.
func (o *adsOptions) through(cmd *cobra.Command, c *control.Client) (string, error) {
	switch {
	case o.all && o.grant != "":
		return "", misuse("--all and --grant contradict each other", "give one of them")
	case o.all:
		return "-", nil
	case o.grant != "":
		return o.grant, nil
	}
	grants, err := c.Grants(cmd.Context())
	if err != nil {
		return "", err
	}
	var names []string
	for _, g := range grants {
		if g.Program == "ads" {
			names = append(names, g.Name)
		}
	}
	switch len(names) {
	case 0:
		return "", refuse("no grant of the Ads API is kept", "connect one: `lockkeeper grant connect NAME`")
	case 1:
		return names[0], nil
	}
	hint := "give --grant NAME"
	if cmd.Flags().Lookup("all") != nil {
		hint += ", or --all for all of them"
	}
	return "", misuse("several grants of the Ads API are kept: "+strings.Join(names, ", "), hint)
}

// listFlag is a flag that is a parameter of a list.
type listFlag struct{ name, parameter, about string }

func listFlags(n adsNoun) []listFlag {
	var out []listFlag
	for _, name := range n.filters {
		out = append(out, map[string]listFlag{
			"status":    {name, "status", "only with this status: ACTIVE, PAUSED, ARCHIVED"},
			"does":      {name, "effective_status", "only what does this: SERVING, PAUSED, OUT_OF_BUDGET, ENDED ..."},
			"campaign":  {name, "campaign_id", "only of this campaign"},
			"group":     {name, "group_id", "only of this ad group"},
			"channel":   {name, "channel", "only of this ad product: SPONSORED_PRODUCTS, SPONSORED_BRANDS or SPONSORED_DISPLAY"},
			"match":     {name, "match_type", "only of this match type: EXACT, PHRASE, BROAD ..."},
			"negative":  {name, "negative", "true for negatives only, false for all but those"},
			"portfolio": {name, "portfolio_id", "only of this portfolio"},
			"type":      {name, "type", "only of this type, such as " + cmp.Or(map[canon.AdsKind]string{canon.KindTarget: "KEYWORD", canon.KindPromoted: "ASIN"}[n.kind], "IMAGE")},
		}[name])
	}
	return append(out,
		listFlag{"name", "query", "only what has this in its name"},
		listFlag{"sort", "sort", "name, created_at or updated_at (default as Amazon lists them)"},
		listFlag{"since", "updated_gte", "only what changed since: 2026-11-01T00:00:00Z"})
}
