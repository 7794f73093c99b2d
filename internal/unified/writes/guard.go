package writes

import (
	"math/big"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// guard refuses a bid or a budget that grows by more than percent. The bid of a target that has none is its group's, where that is known.
func guard(before, after canon.AdsObject, groups *canon.Money, percent int64) *amazon.AdsRefusal {
	if percent <= 0 || before == nil || after == nil {
		return nil
	}
	switch b := before.(type) {
	case *canon.AdsCampaign:
		return guardBudgets(b.Budgets, after.(*canon.AdsCampaign).Budgets, "budgets", percent)
	case *canon.AdsPortfolio:
		return guardBudgets(listed(b.Budget), listed(after.(*canon.AdsPortfolio).Budget), "budget", percent)
	case *canon.AdsGroup:
		return guardAmount(b.DefaultBid, after.(*canon.AdsGroup).DefaultBid, "default_bid", percent)
	case *canon.AdsTarget:
		from, to := b.Bid, after.(*canon.AdsTarget).Bid
		if from == nil && to == nil {
			return nil
		}
		if from == nil {
			from = groups
		}
		if to == nil {
			to = groups
		}
		return guardAmount(from, to, "bid", percent)
	}
	return nil
}

func listed(b *canon.AdsBudget) []canon.AdsBudget {
	if b == nil || b.Money == nil {
		return nil
	}
	return []canon.AdsBudget{*b}
}

// guardBudgets compares each budget with the one that held for the same period and country. One that has gone, or has another period, leaves
// nothing to compare with, so it takes a person to say that it is meant.
func guardBudgets(before, after []canon.AdsBudget, field string, percent int64) *amazon.AdsRefusal {
	if len(before) == 0 {
		return nil // what was not limited cannot grow
	}
	for _, b := range before {
		if b.Money != nil && like(after, b) == nil {
			return refuse(problem.WritesSpendGuard, field, "the budget of %s %s is gone or has another period", b.Money, b.Period)
		}
	}
	for _, b := range after {
		if b.Money == nil {
			continue
		}
		was := like(before, b)
		if was == nil {
			return refuse(problem.WritesSpendGuard, field, "there was no %s budget to compare with", b.Period)
		}
		if no := guardAmount(was.Money, b.Money, field, percent); no != nil {
			return no
		}
	}
	return nil
}

func like(all []canon.AdsBudget, b canon.AdsBudget) *canon.AdsBudget {
	for i := range all {
		if all[i].Money != nil && all[i].Period == b.Period && all[i].Country == b.Country {
			return &all[i]
		}
	}
	return nil
}

func guardAmount(from, to *canon.Money, field string, percent int64) *amazon.AdsRefusal {
	if from == nil || to == nil || to.Micros <= from.Micros {
		return nil
	}
	grown := new(big.Int).Mul(big.NewInt(to.Micros), big.NewInt(100))
	allowed := new(big.Int).Mul(big.NewInt(from.Micros), big.NewInt(100+percent))
	if grown.Cmp(allowed) <= 0 {
		return nil
	}
	return refuse(problem.WritesSpendGuard, field, "from %s to %s is more than %d %%", from, to, percent)
}
