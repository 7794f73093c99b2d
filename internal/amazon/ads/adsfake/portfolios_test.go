package adsfake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var portfolios = under{path: "/portfolios", media: spPortfolio, list: "portfolios", key: "portfolioId", success: "portfolioId", object: "portfolio"}

// TestPortfolioErrors goes through the errorTypes and reasons of portfolios v3 that a write can bring about.
func TestPortfolioErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	const at = "$.portfolios[0]"
	for budget, want := range map[string]string{
		`{}`:                             "budgetError MISSING_BUDGETING_POLICY " + at + ".budget.policy",
		`{"policy":"OTHER"}`:             "budgetError BUDGETING_POLICY_INVALID " + at + ".budget.policy",
		`{"policy":"NO_CAP"}`:            "",
		`{"policy":"NO_CAP","amount":5}`: "budgetError BUDGET_AMOUNT_INVALID " + at + ".budget.amount",
		`{"policy":"MONTHLY_RECURRING"}`: "missingValueError MISSING_VALUE " + at + ".budget.amount",
		`{"policy":"MONTHLY_RECURRING","amount":0.5}`:                                        "budgetError BUDGET_TOO_LOW " + at + ".budget.amount",
		`{"policy":"MONTHLY_RECURRING","amount":1e12}`:                                       "budgetError BUDGET_TOO_HIGH " + at + ".budget.amount",
		`{"policy":"MONTHLY_RECURRING","amount":9,"currencyCode":"EUR"}`:                     "budgetError BUDGET_CURRENCY_DOES_NOT_MATCH_MARKETPLACE_SETTINGS " + at + ".budget.currencyCode",
		`{"policy":"MONTHLY_RECURRING","amount":9,"startDate":"2026-03-07"}`:                 "dateError START_DATE_NOT_NULL " + at + ".budget.startDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-07"}`:                        "missingValueError MISSING_VALUE " + at + ".budget.endDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-07","endDate":"x"}`:          "dateError INVALID_DATE " + at + ".budget.endDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-05","endDate":"2026-03-09"}`: "dateError START_DATE_EARLIER_THAN_TODAY " + at + ".budget.startDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-07","endDate":"2026-03-01"}`: "dateError END_DATE_EARLIER_THAN_TODAY " + at + ".budget.endDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-07","endDate":"2026-03-07"}`: "dateError START_DATE_EQUAL_END_DATE " + at + ".budget.startDate",
		`{"policy":"DATE_RANGE","amount":9,"startDate":"2026-03-09","endDate":"2026-03-07"}`: "dateError START_DATE_AFTER_END_DATE " + at + ".budget.startDate",
	} {
		got := strings.Join(portfolios.result(t, portfolios.post(c, `{"name":"N`+strings.ReplaceAll(budget, `"`, "'")+`","state":"ENABLED","budget":`+budget+`}`)).errors(), " ")
		if got != want {
			t.Errorf("%s: %q, want %q", budget, got, want)
		}
	}
	for body, want := range map[string]string{
		`{}`: "missingValueError MISSING_VALUE " + at + ".name missingValueError MISSING_VALUE " + at + ".state",
		`{"name":"US portfolio 1","state":"ENABLED"}`:                   "duplicateValueError DUPLICATE_VALUE " + at + ".name",
		`{"name":"x","state":"PAUSED"}`:                                 "rangeError INVALID_ENUM_VALUE " + at + ".state",
		`{"name":" ","state":"ENABLED"}`:                                "malformedValueError TOO_SHORT " + at + ".name",
		`{"name":"` + strings.Repeat("x", 256) + `","state":"ENABLED"}`: "malformedValueError TOO_LONG " + at + ".name",
	} {
		if got := strings.Join(portfolios.result(t, portfolios.post(c, body)).errors(), " "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	var many []string
	for i := range 100 {
		many = append(many, `{"name":"many `+strings.Repeat("i", i+1)+`","state":"ENABLED"}`)
	}
	got := portfolios.result(t, portfolios.post(c, many...))
	if len(got.Error) == 0 || got.errors()[0] != "entityQuotaError QUOTA_EXCEEDED $.portfolios[97]" {
		t.Errorf("quota: %d errors, %.200v", len(got.Error), got.errors())
	}
}

// TestPortfolioReachesCampaigns holds that a campaign can be put into a new portfolio, and that the portfolio's days
// decide whether its ads are shown.
func TestPortfolioReachesCampaigns(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	id := portfolios.id(t, portfolios.post(c, `{"name":"days","state":"ENABLED","budget":{"amount":9,"policy":"DATE_RANGE","startDate":"2026-03-08","endDate":"2026-03-09"}}`), 0)
	campaign, _ := c.campaign(t, "in it", "MANUAL")
	if w := c.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+campaign+`","portfolioId":"`+id+`"}]}`); !strings.Contains(w.Body.String(), `"error":[]`) {
		t.Fatal(w.Body)
	}
	var got []string
	for range 3 {
		got = append(got, collections[0].listed(t, c, `{"includeExtendedDataFields":true,"campaignIdFilter":{"include":["`+campaign+`"]}}`).items[0].ExtendedData.ServingStatus)
		s.world.Clock.Advance(48 * time.Hour)
		c = s.shop()
	}
	if diff := cmp.Diff([]string{"PORTFOLIO_PENDING_START_DATE", "AD_GROUP_STATUS_ENABLED", "PORTFOLIO_ENDED"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
