package adsfake

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Portfolios v3 (ads-lwa 4.1).
const (
	spPortfolio     = "application/vnd.spPortfolio.v3+json"
	portfolioUsage  = "application/vnd.portfoliobudgetusage.v1+json"
	portfolioEntity = "PORTFOLIO"
	portfolioServes = "PORTFOLIO_STATUS_ENABLED"
	mostPortfolios  = 100 // items of a write, and portfolios of a profile
)

// A portfolio is a group of campaigns with a budget over them. It cannot be paused or removed.
type portfolio struct {
	head
	budget  *folioBudget
	sharing string // budgetControls.campaignUnspentBudgetSharing.featureState
}

type folioBudget struct {
	amount   *float64
	currency string
	policy   string
	start    string
	end      string
}

func (p *portfolio) value(f field) string {
	if f == byName {
		return p.name
	}
	return ""
}

func (p *portfolio) tally() tally { return tally{mark: markPortfolio} }

func (p *portfolio) unique() string { return p.name }

// seal writes the portfolio's JSON.
func (p *portfolio) seal() {
	b := appendString([]byte(`{"portfolioId":`), p.id)
	b = appendString(append(b, `,"name":`...), p.name)
	b = appendString(append(b, `,"state":`...), p.state)
	if g := p.budget; g != nil {
		b = append(b, `,"budget":{"amount":`...)
		if g.amount != nil {
			b = appendDouble(b, *g.amount)
		} else {
			b = append(b, `null`...)
		}
		b = appendString(append(b, `,"currencyCode":`...), g.currency)
		b = appendString(append(b, `,"policy":`...), g.policy)
		b = appendDay(append(b, `,"startDate":`...), g.start)
		b = append(appendDay(append(b, `,"endDate":`...), g.end), '}')
	}
	if p.sharing != "" {
		b = appendString(append(b, `,"budgetControls":{"campaignUnspentBudgetSharing":{"featureState":`...), p.sharing)
		b = append(b, '}', '}')
	}
	p.wire = slices.Clip(append(b, `,"inBudget":true`...))
}

func appendDay(b []byte, s string) []byte {
	if s == "" {
		return append(b, `null`...)
	}
	return appendString(b, s)
}

// portfolio says whether a portfolio's campaigns may be shown now and, if not, why.
func (s *prospect) portfolio(p *portfolio) string {
	switch {
	case s.p.payment == unpaid:
		return "ADVERTISER_PAYMENT_FAILURE"
	case p.budget != nil && p.budget.end != "" && p.budget.end < s.today:
		return "PORTFOLIO_ENDED"
	case p.budget != nil && p.budget.start > s.today:
		return "PORTFOLIO_PENDING_START_DATE"
	}
	return portfolioServes
}

// portfolios is the collection of portfolios.
func (f *fake) portfolios() *collection[*portfolio, *portfolioInput] {
	return &collection[*portfolio, *portfolioInput]{
		shape: &shape{
			operation: "portfolios", path: "/portfolios", media: spPortfolio, list: "portfolios", key: "portfolioId",
			success: "portfolioId", object: "portfolio", entity: portfolioEntity,
			keys:  []string{"portfolioId", "name", "state", "budget", "budgetControls"},
			least: 1, most: mostPortfolios,
			filters: []filterKey{
				{key: "stateFilter", most: 1, allowed: []string{enabled}},
				{key: "portfolioIdFilter", ownID: true, most: mostIDs},
				{key: "nameFilter", form: texts, by: byName, most: mostIDs},
			},
		},
		f: f, of: func(p *profile) *store[*portfolio] { return &p.portfolios }, parse: parsePortfolio,
		create: f.createPortfolio, update: updatePortfolio, serves: (*prospect).portfolio,
		status: func(b []byte, status string) []byte {
			return append(append(append(b, `,"statusReasons":["`...), status...), `_DETAIL"]`...)
		},
	}
}

// usage serves POST /portfolios/budget/usage. Nothing is spent in this world yet, so that all of every budget is left.
func (f *fake) usage(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return usageRefusal(v.x, err.Error())
	}
	ids, _, err := read[[]string](o, "portfolioIds", "$")
	if err != nil {
		return usageRefusal(v.x, err.Error())
	}
	if len(ids) < 1 || len(ids) > mostPortfolios {
		return usageRefusal(v.x, "portfolioIds must hold 1 to 100 ids")
	}
	all := map[string]*portfolio{}
	for _, p := range v.profile.portfolios.all() {
		all[p.id] = p
	}
	var done, failed []byte
	for i, id := range ids {
		p := all[id]
		if p == nil {
			if failed != nil {
				failed = append(failed, ',')
			}
			failed = appendString(append(failed, `{"portfolioId":`...), id)
			failed = strconv.AppendInt(append(failed, `,"index":`...), int64(i), 10)
			failed = append(failed, `,"code":"INVALID_ARGUMENT","details":"No portfolio has this id"}`...)
			continue
		}
		if done != nil {
			done = append(done, ',')
		}
		done = appendString(append(done, `{"portfolioId":`...), id)
		done = strconv.AppendInt(append(done, `,"index":`...), int64(i), 10)
		if p.budget != nil && p.budget.amount != nil {
			done = appendDouble(append(done, `,"budget":`...), *p.budget.amount)
		}
		done = append(done, `,"budgetUsagePercent":0.0,"usageUpdatedTimestamp":"`...)
		done = append(v.x.Now.UTC().AppendFormat(done, instant), '"', '}')
	}
	b := append(append([]byte(`{"success":[`), done...), `],"error":[`...)
	return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(portfolioUsage), Body: append(append(b, failed...), ']', '}')}
}

// usageRefusal refuses as the budget usage does, whose document has other names than the portfolios'.
func usageRefusal(x *kit.Exchange, details string) kit.Response {
	x.Error, x.Effect = "INVALID_ARGUMENT", "refused"
	return answer(x, http.StatusBadRequest, gatewayBody{Code: "INVALID_ARGUMENT", Details: details}, true)
}
