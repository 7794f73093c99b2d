package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// newCmdAdsAmount makes the command that sets a bid or a budget.
func newCmdAdsAmount(f *Factory, n adsNoun, use string) *cobra.Command {
	o := &adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}
	o.noun.amounts = true
	thing := strings.TrimPrefix(use, "set-")
	cmd := &cobra.Command{
		Use: use + " AMOUNT ID...", Short: "Set the " + thing + " of " + n.many,
		Long: "Set the " + thing + " of " + n.many + ` to an amount of the account's currency, or raise or lower it by a percentage of what it is now.

A percentage is rounded to the currency's smallest coin. One that lowers stands behind "--", as it looks like a flag.`,
		Example: fmt.Sprintf("  lockkeeper ads %[1]s %[2]s 0.85 1234567890\n  lockkeeper ads %[1]s %[2]s +10%% 1234567890\n  lockkeeper ads %[1]s list --csv | tail -n +2 | cut -d, -f1 | lockkeeper ads %[1]s %[2]s -- -5%% -", n.use, use),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return misuse("an amount and at least one id are wanted", "such as `"+cmd.CommandPath()+" 0.85 1234567890`")
			}
			_, err := parseChange(args[0])
			if _, last := parseChange(args[len(args)-1]); err != nil && last == nil {
				return misuse(fmt.Sprintf("%q is no amount, and %q is no id", args[0], args[len(args)-1]), "the amount comes first, then the ids")
			}
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error { return adsAmountRun(cmd, o, args) },
	}
	o.flags(cmd.Flags(), true)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if strings.Contains(err.Error(), "unknown shorthand flag") && strings.ContainsFunc(err.Error(), func(r rune) bool { return r >= '0' && r <= '9' }) {
			return misuse("a percentage that lowers looks like a flag", "put -- before it: `"+cmd.CommandPath()+" -- -5% 1234567890`")
		}
		return cmd.Parent().FlagErrorFunc()(cmd, err)
	})
	return cmd
}

// An amountChange is a new amount, or a percentage of the old one in millionths.
type amountChange struct {
	to      canon.Money
	percent int64
	isRatio bool
}

func parseChange(s string) (amountChange, error) {
	bad := misuse(fmt.Sprintf("%q is no amount", s), "give one such as 0.85, or a percentage such as +10% or -5%")
	if ratio, ok := strings.CutSuffix(s, "%"); ok {
		sign := strings.HasPrefix(ratio, "+")
		m, err := canon.ParseMoney(strings.TrimPrefix(ratio, "+"), "")
		if err != nil || !sign && m.Micros >= 0 || m.Micros <= -100_000_000 || m.Micros > 100_000_000_000 {
			return amountChange{}, bad
		}
		return amountChange{percent: m.Micros, isRatio: true}, nil
	}
	m, err := canon.ParseMoney(s, "")
	if err != nil || m.Micros <= 0 {
		return amountChange{}, bad
	}
	return amountChange{to: m}, nil
}

// of is the new amount of something that was old, rounded to the smallest coin.
func (c amountChange) of(old canon.Money) canon.Money {
	if !c.isRatio {
		return canon.Money{Micros: c.to.Micros, Currency: old.Currency}
	}
	coin := int64(10_000)
	if old.Currency == "JPY" {
		coin = 1_000_000 // ISO 4217: the yen has no smaller coin
	}
	const whole = 100_000_000 // 100 % in millionths
	coins := old.Micros / coin
	exact := coins * (whole + c.percent) // 10^13 coins and a thousandfold raise fit
	rounded := (exact + whole/2) / whole
	return canon.Money{Micros: max(rounded, 1) * coin, Currency: old.Currency}
}

func adsAmountRun(cmd *cobra.Command, o *adsChangeOptions, args []string) error {
	change, err := parseChange(args[0])
	if err != nil {
		return err
	}
	ids, err := adsIDs(o.f, args[1:])
	if err != nil {
		return err
	}
	rows, refused := make([]map[string]any, len(ids)), map[int]adsRow{}
	for i, is := range ids {
		rows[i] = amountPatch(o.noun.kind, is, change.to)
	}
	if change.isRatio {
		if refused, err = adsRatio(cmd, o, change, ids, rows); err != nil {
			return err
		}
	}
	return adsSend(cmd, o, http.MethodPatch, rows, refused)
}

// adsRatio fills in rows from what objects have now, which must be so still when they are changed. What has no amount is refused, and keeps no
// other from its own.
func adsRatio(cmd *cobra.Command, o *adsChangeOptions, change amountChange, ids []string, rows []map[string]any) (map[int]adsRow, error) {
	c, grant, err := o.reach(cmd)
	if err != nil {
		return nil, err
	}
	now, err := adsNow(cmd, c, grant, o, ids)
	if err != nil {
		return nil, err
	}
	refused := map[int]adsRow{}
	for i, is := range ids {
		object, there := now[is]
		if !there {
			refused[i] = adsRefusedHere(i, is, problem.WritesNoObject, "")
			continue
		}
		m := amountOf(object)
		if m == nil {
			refused[i] = adsRefusedHere(i, is, problem.WritesFieldWrong, "it has no amount of its own that a percentage could be taken of; give one, such as 0.85")
			continue
		}
		rows[i] = amountPatch(o.noun.kind, is, change.of(*m))
		rows[i]["etag"] = object.Common().ETag
	}
	return refused, nil
}

// amountPatch sets a bid or a budget and nothing else.
func amountPatch(kind canon.AdsKind, is string, to canon.Money) map[string]any {
	switch kind {
	case canon.KindPortfolio:
		return map[string]any{"id": is, "budget": map[string]any{"money": map[string]any{"amount": to.Amount()}}}
	case canon.KindCampaign:
		return map[string]any{"id": is, "budget_amount": to.Number()}
	}
	return map[string]any{"id": is, "bid_amount": to.Number()}
}

// idsAtOnce is how many objects are asked for by one list, so that an address stays below 4 KB.
const idsAtOnce = 100

// adsNow reads objects as they are. Where an account could not be read, nothing is changed.
func adsNow(cmd *cobra.Command, c *control.Client, grant string, o *adsChangeOptions, ids []string) (map[string]canon.AdsObject, error) {
	now := map[string]canon.AdsObject{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		q := url.Values{"id": {strings.Join(some, ",")}, "status": {"ACTIVE,PAUSED,ARCHIVED,DRAFT"}}
		if o.org != "" {
			q.Set("org_id", o.org)
		}
		found, err := o.f.adsList(cmd.Context(), c, grant, o.noun, q, 0)
		if err != nil {
			return nil, err
		}
		for _, object := range found.objects {
			now[object.Common().ID] = object
		}
		for _, is := range some {
			if _, ok := now[is]; !ok && len(found.missing) > 0 {
				return nil, refuse(fmt.Sprintf("what %s has now could not be read: %s", is, found.missing[0]), "give --org with its account")
			}
		}
	}
	return now, nil
}

// amountOf is the bid or budget of an object; nil where it has none.
func amountOf(object canon.AdsObject) *canon.Money {
	switch t := object.(type) {
	case *canon.AdsCampaign:
		if len(t.Budgets) > 0 {
			return t.Budgets[0].Money
		}
	case *canon.AdsPortfolio:
		if t.Budget != nil {
			return t.Budget.Money
		}
	case *canon.AdsGroup:
		return t.DefaultBid
	case *canon.AdsTarget:
		return t.Bid
	}
	return nil
}
