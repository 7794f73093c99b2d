package adsfake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type wireError struct {
	ErrorType  string `json:"errorType"`
	ErrorValue map[string]struct {
		Reason string `json:"reason"`
		Cause  struct {
			Location string `json:"location"`
			Trigger  string `json:"trigger"`
		} `json:"cause"`
		LowerLimit, UpperLimit, EntityID string
	} `json:"errorValue"`
}

// String gives "budgetError BUDGET_TOO_LOW $.campaigns[0].budget.budget".
func (e wireError) String() string {
	v := e.ErrorValue[e.ErrorType]
	return e.ErrorType + " " + v.Reason + " " + v.Cause.Location
}

type multiStatus struct {
	Campaigns struct {
		Success []struct {
			Index      int           `json:"index"`
			CampaignID string        `json:"campaignId"`
			Campaign   *wireCampaign `json:"campaign"`
		} `json:"success"`
		Error []struct {
			Index  int         `json:"index"`
			Errors []wireError `json:"errors"`
		} `json:"error"`
	} `json:"campaigns"`
}

type wireCampaign struct {
	CampaignID  string `json:"campaignId"`
	Name        string `json:"name"`
	State       string `json:"state"`
	PortfolioID string `json:"portfolioId"`
	StartDate   string `json:"startDate"`
	EndDate     string `json:"endDate"`
	Budget      struct {
		Budget float64 `json:"budget"`
	} `json:"budget"`
	Tags         map[string]string `json:"tags"`
	ExtendedData *struct {
		ServingStatus string `json:"servingStatus"`
	} `json:"extendedData"`
}

// errorsOf lists every item's errors as text.
func (m multiStatus) errorsOf() []string {
	var all []string
	for _, e := range m.Campaigns.Error {
		for _, x := range e.Errors {
			all = append(all, x.String())
		}
	}
	return all
}

const good = `"name":"N","state":"ENABLED","targetingType":"AUTO","budget":{"budget":10,"budgetType":"DAILY"}`

// item is a good item of a create request in which the given fields are replaced or added; "name:" leaves name out.
func item(fields ...string) string {
	set := map[string]string{"name": `"N"`, "state": `"ENABLED"`, "targetingType": `"AUTO"`, "budget": `{"budget":10,"budgetType":"DAILY"}`}
	for _, f := range fields {
		key, value, _ := strings.Cut(f, ":")
		if set[key] = value; value == "" {
			delete(set, key)
		}
	}
	var parts []string
	for k, v := range set {
		parts = append(parts, fmt.Sprintf("%q:%s", k, v))
	}
	return `{"campaigns":[{` + strings.Join(parts, ",") + `}]}`
}

// TestCreateErrors goes through the errorTypes and reasons of ads-lwa 3.2 that a create can bring about. Today is
// 2026-03-06 in Los Angeles.
func TestCreateErrors(t *testing.T) {
	t.Parallel()
	const at = "$.campaigns[0]"
	for _, tt := range []struct {
		body string
		want []string
	}{
		{item(), nil},
		{item("name:"), []string{"missingValueError MISSING_VALUE " + at + ".name"}},
		{item("name:null"), []string{"missingValueError MISSING_VALUE " + at + ".name"}},
		{`{"campaigns":[{}]}`, []string{
			"missingValueError MISSING_VALUE " + at + ".name", "missingValueError MISSING_VALUE " + at + ".state",
			"missingValueError MISSING_VALUE " + at + ".targetingType", "missingValueError MISSING_VALUE " + at + ".budget",
		}},
		{item(`name:"  "`), []string{"malformedValueError BLANK " + at + ".name"}},
		{item(`name:" x"`), []string{"malformedValueError LEADING_OR_TRAILING_WHITESPACE " + at + ".name"}},
		{item(`name:"a\u0007b"`), []string{"malformedValueError FORBIDDEN_CHARS " + at + ".name"}},
		{item(`name:"` + strings.Repeat("é", 128) + `"`), nil},
		{item(`name:"` + strings.Repeat("é", 129) + `"`), []string{"malformedValueError TOO_LONG " + at + ".name"}},
		{item(`name:"US Lamps exact 1"`), []string{"duplicateValueError NAME_NOT_UNIQUE " + at + ".name"}},
		{item(`state:"ON"`), []string{"rangeError INVALID_ENUM_VALUE " + at + ".state"}},
		{item(`state:"ARCHIVED"`), []string{"entityStateError INVALID_TARGET_STATE " + at + ".state"}},
		{item(`state:"PROPOSED"`), []string{"entityStateError INVALID_TARGET_STATE " + at + ".state"}},
		{item(`targetingType:"auto"`), []string{"rangeError INVALID_ENUM_VALUE " + at + ".targetingType"}},
		{item(`budget:{"budget":0.99,"budgetType":"DAILY"}`), []string{"budgetError BUDGET_TOO_LOW " + at + ".budget.budget"}},
		{item(`budget:{"budget":1000000.5,"budgetType":"DAILY"}`), []string{"budgetError BUDGET_TOO_HIGH " + at + ".budget.budget"}},
		{item(`budget:{"budget":5}`), []string{"missingValueError MISSING_VALUE " + at + ".budget.budgetType"}},
		{item(`budget:{"budgetType":"LIFETIME"}`), []string{
			"rangeError INVALID_ENUM_VALUE " + at + ".budget.budgetType",
			"missingValueError MISSING_VALUE " + at + ".budget.budget",
		}},
		{item(`startDate:"2026-03-05"`), []string{"dateError START_DATE_EARLIER_THAN_TODAY " + at + ".startDate"}},
		{item(`startDate:"20260307"`), []string{"dateError INVALID_DATE " + at + ".startDate"}},
		{item(`endDate:"2026-02-30"`), []string{"dateError INVALID_DATE " + at + ".endDate"}},
		{item(`endDate:"2026-03-05"`), []string{"dateError END_DATE_EARLIER_THAN_TODAY " + at + ".endDate"}},
		{item(`startDate:"2026-04-02"`, `endDate:"2026-04-01"`), []string{"dateError START_DATE_AFTER_END_DATE " + at + ".startDate"}},
		{item(`startDate:"2026-03-06"`, `endDate:null`), nil},
		{item(`dynamicBidding:{"strategy":"X"}`), []string{"rangeError INVALID_ENUM_VALUE " + at + ".dynamicBidding.strategy"}},
		{
			item(`dynamicBidding:{"placementBidding":[{"placement":"TOP","percentage":5},{"placement":"PLACEMENT_TOP","percentage":901},{"placement":"PLACEMENT_TOP"},{}]}`),
			[]string{
				"biddingError BID_INVALID_PLACEMENT " + at + ".dynamicBidding.placementBidding[0].placement",
				"rangeError TOO_HIGH " + at + ".dynamicBidding.placementBidding[1].percentage",
				"duplicateValueError DUPLICATE_VALUE " + at + ".dynamicBidding.placementBidding[2].placement",
				"missingValueError MISSING_VALUE " + at + ".dynamicBidding.placementBidding[3].placement",
			},
		},
		{
			item(`dynamicBidding:{"shopperCohortBidding":[{"shopperCohortType":"AUDIENCE_SEGMENT","percentage":-1,"audienceSegments":[{"audienceId":""},{"audienceId":"1","audienceSegmentType":"X"}]},{"shopperCohortType":"Y"}]}`),
			[]string{
				"biddingError BID_SHOPPER_COHORTS_MORE_THAN_ALLOWED " + at + ".dynamicBidding.shopperCohortBidding",
				"rangeError TOO_LOW " + at + ".dynamicBidding.shopperCohortBidding[0].percentage",
				"biddingError BID_AUDIENCES_MORE_THAN_ALLOWED " + at + ".dynamicBidding.shopperCohortBidding[0].audienceSegments",
				"biddingError BID_INVALID_AUDIENCE_ID " + at + ".dynamicBidding.shopperCohortBidding[0].audienceSegments[0].audienceId",
				"biddingError BID_INVALID_AUDIENCE_SEGMENT_TYPE " + at + ".dynamicBidding.shopperCohortBidding[0].audienceSegments[1].audienceSegmentType",
				"biddingError BID_INVALID_SHOPPER_COHORT_TYPE " + at + ".dynamicBidding.shopperCohortBidding[1].shopperCohortType",
				"biddingError BID_MISSING_AUDIENCES " + at + ".dynamicBidding.shopperCohortBidding[1].audienceSegments",
			},
		},
		{item(`portfolioId:"5"`), []string{"parentEntityError PARENT_ENTITY_NOT_FOUND " + at + ".portfolioId"}},
		{item(`siteRestrictions:["AMAZON_BUSINESS","MARS"]`), []string{
			"rangeError TOO_HIGH " + at + ".siteRestrictions",
			"rangeError INVALID_ENUM_VALUE " + at + ".siteRestrictions[1]",
		}},
		{item(`siteRestrictions:[]`), []string{"rangeError TOO_LOW " + at + ".siteRestrictions"}},
		{
			item(`offAmazonSettings:{"offAmazonBudgetControlStrategy":"X"}`),
			[]string{"rangeError INVALID_ENUM_VALUE " + at + ".offAmazonSettings.offAmazonBudgetControlStrategy"},
		},
		{`{"campaigns":[{` + good + `},{` + good + `}]}`, []string{"duplicateValueError NAME_NOT_UNIQUE $.campaigns[1].name"}},
	} {
		w := start(t).shop().do("POST", "/sp/campaigns", tt.body)
		if diff := cmp.Diff(tt.want, read[multiStatus](t, w).errorsOf()); diff != "" || w.Code != 207 {
			t.Errorf("%s: %d (-want +got)\n%s", tt.body, w.Code, diff)
		}
	}
}

// TestWholeRequestErrors holds what refuses a request as a whole: shapes and sizes.
func TestWholeRequestErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	many := `{"campaigns":[` + strings.TrimSuffix(strings.Repeat("{},", 1001), ",") + `]}`
	ids := `{"campaignIdFilter":{"include":[` + strings.TrimSuffix(strings.Repeat(`"1",`, 1001), ",") + `]}}`
	for _, tt := range [][3]string{
		{"POST", "/sp/campaigns", ""},
		{"POST", "/sp/campaigns", "[]"},
		{"POST", "/sp/campaigns", "null"},
		{"POST", "/sp/campaigns", "{}"},
		{"POST", "/sp/campaigns", `{"campaigns":{}}`},
		{"POST", "/sp/campaigns", `{"campaigns":[1]}`},
		{"POST", "/sp/campaigns", `{"campaigns":[null]}`},
		{"POST", "/sp/campaigns", item("name:5")},
		{"POST", "/sp/campaigns", item(`budget:"10"`)},
		{"POST", "/sp/campaigns", item(`budget:{"budget":"10"}`)},
		{"POST", "/sp/campaigns", item(`budget:{"budget":1e999}`)},
		{"POST", "/sp/campaigns", item(`tags:{"a":1}`)},
		{"POST", "/sp/campaigns", item(`tags:[]`)},
		{"POST", "/sp/campaigns", item(`dynamicBidding:{"placementBidding":[{"percentage":1.5}]}`)},
		{"POST", "/sp/campaigns", many},
		{"PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":5}]}`},
		{"PUT", "/sp/campaigns", many},
		{"POST", "/sp/campaigns/delete", `{}`},
		{"POST", "/sp/campaigns/delete", `{"campaignIdFilter":{}}`},
		{"POST", "/sp/campaigns/delete", ids},
		{"POST", "/sp/campaigns/delete", `{"campaignIdFilter":{"include":[5]}}`},
		{"POST", "/sp/campaigns/delete", ""},
	} {
		w := c.do(tt[0], tt[1], tt[2])
		if got := read[struct{ Code, Message string }](t, w); w.Code != 400 || got.Code != "INVALID_ARGUMENT" || got.Message == "" {
			t.Errorf("%s %s %.60s: %d %s", tt[0], tt[1], tt[2], w.Code, w.Body)
		}
	}
	if w := c.do("POST", "/sp/campaigns", item(`colour:"red"`)); w.Code != 207 {
		t.Errorf("an unknown field is ignored by default: %d %s", w.Code, w.Body)
	}
	s.turn("ads.unknown_fields", "refuse")
	if w := c.do("POST", "/sp/campaigns", item(`Name:"x"`)); w.Code != 400 || !strings.Contains(w.Body.String(), "$.campaigns[0].Name") {
		t.Errorf("an unknown field is refused with the switch: %d %s", w.Code, w.Body)
	}
}

// TestLife takes one campaign from creation to its archive.
func TestLife(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	whole := c.with("Prefer", "respond-async, return=representation")
	w := whole.do("POST", "/sp/campaigns", item(`name:"Äpfel \"1\""`, `tags:{"b":"2","a":"1"}`, `budget:{"budget":25,"budgetType":"DAILY"}`))
	made := read[multiStatus](t, w).Campaigns.Success[0]
	want := `{"campaigns":{"success":[{"index":0,"campaignId":"` + made.CampaignID + `","campaign":{"campaignId":"` + made.CampaignID +
		`","name":"Äpfel \"1\"","state":"ENABLED","targetingType":"AUTO","startDate":"2026-03-06",` +
		`"budget":{"budget":25.0,"budgetType":"DAILY","effectiveBudget":25.0},"dynamicBidding":{"strategy":"LEGACY_FOR_SALES"},"tags":{"a":"1","b":"2"}}}],"error":[]}}`
	if w.Code != 207 || w.Body.String() != want || w.Header().Get("Preference-Applied") != "return=representation" {
		t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, want)
	}
	if h := w.Header(); h.Get("Content-Type") != "application/json" || h.Get("X-Amzn-Requestid") == "" || h.Get("X-Amz-Apigw-Id") == "" ||
		h.Get("X-Amz-Request-Id") != "" || !strings.HasPrefix(h.Get("X-Amzn-Trace-Id"), "Root=1-") || h.Get("X-Amzn-Remapped-Content-Type") != spCampaign {
		t.Errorf("headers %v", h)
	}
	id := made.CampaignID
	put := func(fields string) multiStatus {
		return read[multiStatus](t, whole.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+id+`"`+fields+`}]}`))
	}
	m := put(`,"state":"PAUSED","budget":{"budget":30,"budgetType":"DAILY"},"endDate":"2026-05-01","name":"Apples"`)
	if got := m.Campaigns.Success[0].Campaign; got.State != "PAUSED" || got.Budget.Budget != 30 || got.EndDate != "2026-05-01" || got.Tags["a"] != "1" {
		t.Errorf("updated to %+v", got)
	}
	if w := c.do("POST", "/sp/campaigns", item(`name:"Äpfel \"1\""`)); len(read[multiStatus](t, w).Campaigns.Success) != 1 {
		t.Errorf("the old name is not free: %s", w.Body)
	}
	for fields, want := range map[string]string{
		`,"name":"US Lamps exact 1"`:                 "duplicateValueError NAME_NOT_UNIQUE $.campaigns[0].name",
		`,"targetingType":"MANUAL"`:                  "otherError OTHER_ERROR $.campaigns[0].targetingType",
		`,"startDate":"2026-04-01"`:                  "dateError UPDATING_READ_ONLY_START_DATE $.campaigns[0].startDate",
		`,"state":"ARCHIVED"`:                        "entityStateError INVALID_TARGET_STATE $.campaigns[0].state",
		`,"siteRestrictions":["AMAZON_BUSINESS"]`:    "otherError OTHER_ERROR $.campaigns[0].siteRestrictions",
		`},{"campaignId":"` + id + `"`:               "duplicateValueError DUPLICATE_VALUE $.campaigns[1].campaignId",
		`},{"campaignId":"42"`:                       "entityNotFoundError ENTITY_NOT_FOUND $.campaigns[1].campaignId",
		`},{"name":"x"`:                              "missingValueError MISSING_VALUE $.campaigns[1].campaignId",
		`,"budget":{"budget":1,"budgetType":"OFF"}`:  "rangeError INVALID_ENUM_VALUE $.campaigns[0].budget.budgetType",
		`,"dynamicBidding":{"strategy":"RULE_BASE"}`: "rangeError INVALID_ENUM_VALUE $.campaigns[0].dynamicBidding.strategy",
	} {
		if got := put(fields).errorsOf(); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %s", fields, got, want)
		}
	}
	s.world.Clock.Advance(70 * 24 * time.Hour) // past its end
	c = s.shop()
	whole = c.with("Prefer", "return=representation")
	if got := put(`,"name":"Pears"`).errorsOf(); len(got) != 1 || got[0] != "dateError UPDATING_ENDED_CAMPAIGN_WITHOUT_EXTENSION $.campaigns[0].endDate" {
		t.Errorf("an ended campaign: %v", got)
	}
	if m := put(`,"name":"Pears","endDate":null`); len(m.errorsOf()) > 0 || m.Campaigns.Success[0].Campaign.EndDate != "" {
		t.Errorf("extended: %+v", m)
	}
	del := `{"campaignIdFilter":{"include":["` + id + `","43"]}}`
	if got := read[multiStatus](t, c.do("POST", "/sp/campaigns/delete", del)); len(got.Campaigns.Success) != 1 ||
		cmp.Diff(got.errorsOf(), []string{"entityNotFoundError ENTITY_NOT_FOUND $.campaignIdFilter.include[1]"}) != "" {
		t.Errorf("archived: %+v", got)
	}
	if got := read[multiStatus](t, c.do("POST", "/sp/campaigns/delete", del)); len(got.errorsOf()) != 2 || got.Campaigns.Success == nil ||
		got.errorsOf()[0] != "entityStateError ARCHIVED_ENTITY_CANNOT_BE_MODIFIED $.campaignIdFilter.include[0]" {
		t.Errorf("archived twice: %+v", got)
	}
	if got := put(`,"state":"ENABLED"`).errorsOf(); len(got) != 1 || !strings.HasPrefix(got[0], "entityStateError ARCHIVED_ENTITY_CANNOT_BE_MODIFIED") {
		t.Errorf("changed in the archive: %v", got)
	}
	listed := read[wireList](t, c.list(`{"campaignIdFilter":{"include":["`+id+`"]},"stateFilter":{"include":["ARCHIVED"]},"includeExtendedDataFields":true}`))
	if len(listed.Campaigns) != 1 || listed.Campaigns[0].State != "ARCHIVED" || listed.Campaigns[0].ExtendedData.ServingStatus != "CAMPAIGN_ARCHIVED" {
		t.Errorf("the archive lists %+v", listed)
	}
}

// TestMarkets holds the rules that depend on the account: budgets by country, names by kind, payment.
func TestMarkets(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tt := range []struct{ country, kind, body, want string }{
		{"JP", "seller", item(`budget:{"budget":99,"budgetType":"DAILY"}`), "budgetError BUDGET_TOO_LOW $.campaigns[0].budget.budget"},
		{"JP", "seller", item(`budget:{"budget":21000000,"budgetType":"DAILY"}`), ""},
		{"AU", "seller", item(`budget:{"budget":1.39,"budgetType":"DAILY"}`), "budgetError BUDGET_TOO_LOW $.campaigns[0].budget.budget"},
		{"DE", "vendor", item(`name:"` + strings.Repeat("x", 117) + `"`), "malformedValueError TOO_LONG $.campaigns[0].name"},
		{"DE", "seller", item(`name:"` + strings.Repeat("x", 117) + `"`), ""},
		{"MX", "vendor", item(), "billingError ADVERTISER_BILLING_SETUP_INCOMPLETE $.campaigns[0]"},
		{"MX", "vendor", item(`state:"PAUSED"`), ""},
		// 17:03 UTC on 6 March is 02:03 on 7 March in Tokyo: the day begins in the profile's zone.
		{"JP", "vendor", item(`budget:{"budget":100,"budgetType":"DAILY"}`, `startDate:"2026-03-06"`), "dateError START_DATE_EARLIER_THAN_TODAY $.campaigns[0].startDate"},
	} {
		w := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, tt.country, tt.kind)).do("POST", "/sp/campaigns", tt.body)
		if got := strings.Join(read[multiStatus](t, w).errorsOf(), "; "); got != tt.want {
			t.Errorf("%s %s %.80s: %s, want %s", tt.country, tt.kind, tt.body, got, tt.want)
		}
	}
}
