package adsfake_test

import (
	"fmt"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// specCollections compares all of the collections below campaigns with Amazon's specification.
func specCollections(t *testing.T) {
	router := oracle(t, "sponsored-products-v3.json")
	s := start(t)
	c := s.shop()
	for i, u := range collections {
		campaign, group := c.campaign(t, fmt.Sprintf("spec %d", i), "MANUAL")
		good := u.good(campaign, group, 10)
		whole := c.of(u).with("Prefer", "return=representation")
		id := u.id(t, u.post(c, u.good(campaign, group, 11)), 0)
		body := func(items string) string { return fmt.Sprintf(`{%q:[%s]}`, u.list, items) }
		ids := func(id string) string { return fmt.Sprintf(`{%q:{"include":[%q]}}`, u.deletes, id) }
		compare(t, router, []comparison{
			{whole, "POST", u.path, body(good + "," + u.good(campaign, group, 10) + "," + u.good("1", "1", 1)), 207, ""},
			{whole, "PUT", u.path, body(fmt.Sprintf(`{%q:%q,"state":"PAUSED"},{%q:"1"}`, u.key, id, u.key)), 207, ""},
			{whole, "POST", u.path + "/list", "{" + everything + "}", 200, ""},
			{whole, "POST", u.path + "/list", `{"maxResults":1}`, 200, ""},
			{whole, "POST", u.path + "/list", `{"maxResults":0}`, 400, ""},
			{whole, "POST", u.path + "/list", `{"nextToken":"x"}`, 400, ""},
			{whole, "POST", u.path + "/delete", ids("1"), 207, ""},
			{whole, "POST", u.path + "/delete", ids(id), 207, ""},
			{whole, "POST", u.path + "/delete", `{}`, 400, ""},
			{whole, "POST", u.path, `{}`, 400, ""},
			{c.of(u).with("Content-Type", "text/html"), "POST", u.path, `{}`, 415, ""},
			{whole.with("Authorization", "Bearer x"), "POST", u.path + "/list", `{}`, 401, "D2"},
		})
		for _, p := range s.profiles() {
			if p.Users[0] == kit.Advertiser {
				compare(t, router, []comparison{{s.as(kit.Advertiser).on(p).of(u), "POST", u.path + "/list", "{" + everything + "}", 200, ""}})
			}
		}
	}
}

func specPortfolios(t *testing.T) {
	router := oracle(t, "portfolios-v3.json")
	s := start(t)
	c := s.shop().of(under{media: spPortfolio})
	usage := s.shop().of(under{media: portfolioUsage})
	whole := c.with("Prefer", "return=representation")
	id := portfolios.id(t, portfolios.post(c, `{"name":"spec","state":"ENABLED"}`), 0)
	const dates = `{"name":"dated","state":"ENABLED","budget":{"amount":100,"currencyCode":"USD","policy":"DATE_RANGE","startDate":"2026-03-07","endDate":"2026-04-01"},` +
		`"budgetControls":{"campaignUnspentBudgetSharing":{"featureState":"ENABLED"}}}`
	compare(t, router, []comparison{
		{c, "POST", "/portfolios/list", `{}`, 200, ""},
		{c, "POST", "/portfolios/list", `{"includeExtendedDataFields":true,"stateFilter":{"include":["ENABLED"]},"nameFilter":{"include":["US"],"queryTermMatchType":"BROAD_MATCH"}}`, 200, ""},
		{c, "POST", "/portfolios/list", `{"nextToken":"x"}`, 400, ""},
		{whole, "POST", "/portfolios", `{"portfolios":[` + dates + `,` + dates + `,{"name":"later","state":"ENABLED","budget":{}}]}`, 207, ""},
		{whole, "PUT", "/portfolios", `{"portfolios":[{"portfolioId":"` + id + `","name":"other"},{"portfolioId":"1"}]}`, 207, ""},
		{c, "POST", "/portfolios", `{"portfolios":[]}`, 400, ""},
		{c, "POST", "/portfolios/list", `{"includeExtendedDataFields":true}`, 200, ""},
		{c.with("Content-Type", "text/html"), "POST", "/portfolios", `{}`, 415, ""},
		{c.with("Authorization", "Bearer x"), "POST", "/portfolios/list", `{}`, 401, "D2"},
		{usage, "POST", "/portfolios/budget/usage", `{"portfolioIds":["` + id + `","1"]}`, 207, ""},
		{usage, "POST", "/portfolios/budget/usage", `{"portfolioIds":[]}`, 400, ""},
	})
}
