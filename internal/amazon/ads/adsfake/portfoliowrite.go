package adsfake

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A portfolioInput is one item of a write to portfolios. A nil pointer is a field that was not sent.
type portfolioInput struct {
	row
	name    *string
	state   *string
	budget  *folioInput
	sharing *string
}

type folioInput struct {
	amount                       *float64
	currency, policy, start, end *string
}

func parsePortfolio(o object, at row) (*portfolioInput, error) {
	in := &portfolioInput{row: at}
	var err error
	if in.name, err = optional[string](o, "name", in.at); err != nil {
		return nil, err
	}
	if in.state, err = optional[string](o, "state", in.at); err != nil {
		return nil, err
	}
	if g, ok, err := readObject(o, "budget", in.at); err != nil {
		return nil, err
	} else if ok {
		if in.budget, err = parseFolioBudget(g, in.at+".budget"); err != nil {
			return nil, err
		}
	}
	controls, _, err := readObject(o, "budgetControls", in.at)
	if err != nil {
		return nil, err
	}
	sharing, ok, err := readObject(controls, "campaignUnspentBudgetSharing", in.at+".budgetControls")
	if err != nil || !ok {
		return in, err
	}
	in.sharing, err = optional[string](sharing, "featureState", in.at+".budgetControls.campaignUnspentBudgetSharing")
	return in, err
}

func parseFolioBudget(o object, at string) (*folioInput, error) {
	in := &folioInput{}
	var err error
	if in.amount, err = optional[float64](o, "amount", at); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		key string
		to  **string
	}{{"currencyCode", &in.currency}, {"policy", &in.policy}, {"startDate", &in.start}, {"endDate", &in.end}} {
		if *f.to, err = optional[string](o, f.key, at); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (f *fake) createPortfolio(b *batch, in *portfolioInput) (*portfolio, []itemError) {
	k := &folioCheck{b: b, in: in}
	if in.name == nil {
		k.fail(missing(in.at + ".name"))
	}
	if in.state == nil {
		k.fail(missing(in.at + ".state"))
	}
	p := &portfolio{head: head{created: b.now}}
	k.check(p)
	if len(k.errors) == 0 && b.live("", markPortfolio) >= mostPortfolios {
		e := overQuota(portfolioEntity, "ACCOUNT", in.at, mostPortfolios)
		e.reason = "QUOTA_EXCEEDED"
		k.fail(e)
	}
	if len(k.errors) > 0 {
		return nil, k.errors
	}
	p.seq = f.things.Add(1)
	p.id = f.thingID(p.seq)
	b.p.portfolios.put(b, p)
	return p, nil
}

func updatePortfolio(b *batch, old *portfolio, in *portfolioInput) (*portfolio, []itemError) {
	k := &folioCheck{b: b, in: in}
	p := *old
	k.check(&p)
	if len(k.errors) > 0 {
		return nil, k.errors
	}
	b.p.portfolios.put(b, &p)
	return &p, nil
}

// A folioCheck gathers what is wrong with one item, and sets what is right.
type folioCheck struct {
	findings
	b  *batch
	in *portfolioInput
}

func (k *folioCheck) check(p *portfolio) {
	in := k.in
	p.updated = k.b.now
	k.name()
	if in.name != nil {
		if !k.b.p.portfolios.free(*in.name, p.id) {
			k.fail(duplicate("DUPLICATE_VALUE", in.at+".name", *in.name, "Another portfolio has this name"))
		}
		p.name = *in.name
	}
	k.enum(in.state, in.at+".state", []string{enabled})
	if in.state != nil {
		p.state = *in.state
	}
	k.enum(in.sharing, in.at+".budgetControls.campaignUnspentBudgetSharing.featureState", []string{"DISABLED", enabled})
	if in.sharing != nil {
		p.sharing = *in.sharing
	}
	if in.budget != nil {
		p.budget = k.budget(p.budget)
	}
}

// name checks a portfolio's name; its errors know no BLANK (OAS).
func (k *folioCheck) name() {
	if k.in.name == nil {
		return
	}
	s, at := *k.in.name, k.in.at+".name"
	switch {
	case strings.TrimSpace(s) == "":
		k.fail(malformed("TOO_SHORT", at, s, "The name is blank"))
	case strings.TrimSpace(s) != s:
		k.fail(malformed("PATTERN_NOT_MATCHED", at, s, "The name begins or ends with white space"))
	case utf8.RuneCountInString(s) > groupNameLong:
		k.fail(malformed("TOO_LONG", at, s, fmt.Sprintf("The name has more than %d characters", groupNameLong)))
	default:
		k.clean(s, at, unicode.IsControl)
	}
}

func (k *folioCheck) wrong(reason, key, value, message string) {
	k.fail(itemError{kind: "budgetError", reason: reason, message: message, at: k.in.at + ".budget" + key, trigger: value})
}

// budget checks a budget, which replaces the old one whole but for an unchanged start.
func (k *folioCheck) budget(old *folioBudget) *folioBudget {
	in, c, at := k.in.budget, k.b.p.country, k.in.at+".budget"
	g := &folioBudget{amount: in.amount, currency: c.currency}
	if in.policy == nil {
		k.wrong("MISSING_BUDGETING_POLICY", ".policy", "", "A budget needs a policy")
		return g
	}
	g.policy = *in.policy
	if g.policy != "DATE_RANGE" && g.policy != "MONTHLY_RECURRING" && g.policy != "NO_CAP" {
		k.wrong("BUDGETING_POLICY_INVALID", ".policy", g.policy, "There is no such policy")
		return g
	}
	if in.currency != nil && *in.currency != c.currency {
		k.wrong("BUDGET_CURRENCY_DOES_NOT_MATCH_MARKETPLACE_SETTINGS", ".currencyCode", *in.currency, "The marketplace has another currency")
	}
	switch {
	case g.policy == "NO_CAP" && in.amount != nil:
		k.wrong("BUDGET_AMOUNT_INVALID", ".amount", plain(*in.amount), "Without a cap there is no amount")
	case g.policy != "NO_CAP" && in.amount == nil:
		k.fail(missing(at + ".amount"))
	case in.amount != nil && *in.amount < c.minBudget:
		k.fail(bounded("budgetError", "BUDGET_TOO_LOW", at+".amount", *in.amount, c.minBudget, folioCap(c)))
	case in.amount != nil && *in.amount > folioCap(c):
		k.fail(bounded("budgetError", "BUDGET_TOO_HIGH", at+".amount", *in.amount, c.minBudget, folioCap(c)))
	}
	k.days(g, old)
	return g
}

// folioCap is the most that a portfolio may spend: a thousand days of the highest daily budget, which is a guess.
func folioCap(c *country) float64 { return 1000 * c.maxBudget }

func (k *folioCheck) days(g, old *folioBudget) {
	in, today := k.in.budget, k.b.today
	startAt, endAt := k.in.at+".budget.startDate", k.in.at+".budget.endDate"
	if in.start != nil && g.policy != "DATE_RANGE" {
		k.fail(badDate("START_DATE_NOT_NULL", startAt, *in.start, "Only a range of dates has a start"))
		return
	}
	if g.policy == "DATE_RANGE" && in.start == nil {
		k.fail(missing(startAt))
	}
	if g.policy == "DATE_RANGE" && in.end == nil {
		k.fail(missing(endAt))
	}
	before := len(k.errors)
	if in.start != nil {
		g.start = *in.start
		if same := old != nil && old.start == g.start; !validDay(g.start) {
			k.fail(badDate("INVALID_DATE", startAt, g.start, "The date is not of the form YYYY-MM-DD"))
		} else if g.start < today && !same {
			k.fail(badDate("START_DATE_EARLIER_THAN_TODAY", startAt, g.start, "Start date is in the past"))
		}
	}
	if in.end != nil {
		g.end = *in.end
		if !validDay(g.end) {
			k.fail(badDate("INVALID_DATE", endAt, g.end, "The date is not of the form YYYY-MM-DD"))
		} else if g.end < today {
			k.fail(badDate("END_DATE_EARLIER_THAN_TODAY", endAt, g.end, "End date is in the past"))
		}
	}
	if len(k.errors) > before || g.start == "" || g.end == "" {
		return
	}
	switch {
	case g.start == g.end:
		k.fail(badDate("START_DATE_EQUAL_END_DATE", startAt, g.start, "Start and end are the same day"))
	case g.start > g.end:
		k.fail(badDate("START_DATE_AFTER_END_DATE", startAt, g.start, "Start date is after end date"))
	}
}
