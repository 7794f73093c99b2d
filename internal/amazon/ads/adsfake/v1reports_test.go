package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// account is the id of the caller's ads account that has a profile.
func (c *caller) account(t testing.TB, p profile) string {
	t.Helper()
	const media = "application/vnd.listaccountsresource.v1+json"
	list := read[struct {
		AdsAccounts []struct {
			AdsAccountID string
			AlternateIDs []struct{ ProfileID json.Number }
		}
	}](t, c.with("Content-Type", media).with("Accept", media).do("POST", "/adsAccounts/list", `{}`))
	for _, a := range list.AdsAccounts {
		for _, id := range a.AlternateIDs {
			if id.ProfileID.String() == p.ID {
				return a.AdsAccountID
			}
		}
	}
	t.Fatalf("no account has %s", p.ID)
	return ""
}

func v1Report(account, fields, rest string) string {
	names, _ := json.Marshal(strings.Fields(fields))
	return fmt.Sprintf(`{"accessRequestedAccounts":[{"advertiserAccountId":%q}],"reports":[{"format":"GZIP_JSON","periods":[{"datePeriod":{"startDate":%q,"endDate":%q}}],"query":{"fields":%s%s}}]}`,
		account, first, last, names, rest)
}

type wireV1Report struct {
	ReportID, Status     string
	CompletedReportParts []struct{ URL string }
}

func (c *caller) v1Report(t testing.TB, w *httptest.ResponseRecorder) wireV1Report {
	t.Helper()
	r := read[v1Result](t, w)
	if w.Code != 207 || len(r.Success) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return read2[wireV1Report](t, r.Success[0]["report"])
}

// TestV1Reports holds that reports of v1 tell of the same traffic as those of v3, over all of an account's profiles in the region and all ad products.
func TestV1Reports(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_time", "9m")
	us, ca := s.profile(kit.Advertiser, "US", "seller"), s.profile(kit.Advertiser, "CA", "seller")
	c := s.as(kit.Advertiser).on(us)
	account := c.account(t, us)
	if other := c.account(t, ca); other != account {
		t.Fatalf("%s and %s: one merchant has two accounts", account, other)
	}
	made := c.v1Report(t, c.v1("create", "reports", v1Report(account, "campaign.id date.value metric.clicks", "")))
	get := func(c *caller) wireV1Report {
		return c.v1Report(t, c.v1("retrieve", "reports", `{"reportIds":["`+made.ReportID+`"]}`))
	}
	if made.Status != "PENDING" || get(c).Status != "PENDING" {
		t.Errorf("%+v", made)
	}
	s.world.Clock.Advance(4 * time.Minute)
	if got := get(c); got.Status != "PROCESSING" || len(got.CompletedReportParts) != 0 {
		t.Errorf("%+v", got)
	}
	s.world.Clock.Advance(5 * time.Minute)
	rows := func(r wireV1Report) (all []map[string]any) {
		d := json.NewDecoder(strings.NewReader(unpacked(t, s.download(r.CompletedReportParts[0].URL, nil))))
		d.UseNumber()
		if err := d.Decode(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	var want int64
	s.turn("ads.report_progress", "at_once")
	for _, p := range []profile{us, ca} {
		for product, kind := range map[string]string{products: "spCampaigns", "SPONSORED_BRANDS": "sbCampaigns", "SPONSORED_DISPLAY": "sdCampaigns"} {
			want += sum(t, c.on(p).rows(t, kind, product, "campaign", "clicks", "SUMMARY", first, last), "clicks")
		}
	}
	all := rows(get(c))
	if got := sum(t, all, "metric.clicks"); got != want || want == 0 {
		t.Errorf("%d clicks, want %d", got, want)
	}
	id := fmt.Sprint(all[0]["campaign.id"])
	filter := `,"filter":{"and":{"filters":[{"on":{"field":"campaign.id","comparisonOperator":"IN","not":false,"values":["` + id + `"]}}]}}`
	made = c.v1Report(t, c.v1("create", "reports", v1Report(account, "campaign.id searchTerm.value metric.clicks", filter)))
	some := rows(get(c))
	for _, r := range some {
		if fmt.Sprint(r["campaign.id"]) != id || r["searchTerm.value"] == "" {
			t.Errorf("%v", r)
		}
	}
	if got, want := sum(t, some, "metric.clicks"), sum(t, all, "metric.clicks", func(r map[string]any) bool { return fmt.Sprint(r["campaign.id"]) == id }); got != want {
		t.Errorf("%d clicks of search terms, want %d", got, want)
	}
	for name, body := range map[string]string{
		"no such field": v1Report(account, "campaign.nothing", ""), "filter by a metric": v1Report(account, "campaign.id", `,"filter":{"on":{"field":"metric.clicks","comparisonOperator":"IN","not":false,"values":["1"]}}`),
		"dates": strings.Replace(v1Report(account, "campaign.id", ""), first, "2020-01-01", 1), "format": strings.Replace(v1Report(account, "campaign.id", ""), "GZIP_JSON", "XLSX", 1),
	} {
		if w := c.v1("create", "reports", body); w.Code != 207 || !strings.Contains(w.Body.String(), `"error":[{"index":0,"errors":[{"code":"FIELD_VALUE_IS_INVALID"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := s.as(kit.AgencyUser).v1("create", "reports", v1Report(account, "campaign.id", "")); w.Code != 403 {
		t.Errorf("another's account: %d %s", w.Code, w.Body)
	}
	if w := s.as(kit.AgencyUser).v1("retrieve", "reports", `{"reportIds":["`+made.ReportID+`"]}`); !strings.Contains(w.Body.String(), "RESOURCE_ID_NOT_FOUND") {
		t.Errorf("another's report: %d %s", w.Code, w.Body)
	}
}

func specV1Reports(t *testing.T) {
	router := oracle(t, "ads-v1-all.json")
	s := start(t)
	s.turn("ads.report_progress", "polls")
	us := s.profile(kit.Advertiser, "US", "seller")
	c := s.as(kit.Advertiser).plain().with("Amazon-Ads-Clientid", s.world.Profile(kit.Shop).ClientID)
	account := s.as(kit.Advertiser).on(us).account(t, us)
	body := v1Report(account, "campaign.id date.value metric.clicks", "")
	id := c.v1Report(t, c.v1("create", "reports", body)).ReportID
	one := `{"reportIds":["` + id + `"]}`
	compare(t, router, []comparison{
		{c, "POST", "/adsApi/v1/create/reports", body, 207, ""},
		{c, "POST", "/adsApi/v1/create/reports", v1Report(account, "campaign.nothing", ""), 207, ""},
		{c, "POST", "/adsApi/v1/create/reports", v1Report("amzn1.ads-account.g.other", "campaign.id", ""), 403, ""},
		{c, "POST", "/adsApi/v1/create/reports", `{}`, 400, ""},
		{c, "POST", "/adsApi/v1/retrieve/reports", one, 207, ""},
		{c, "POST", "/adsApi/v1/retrieve/reports", one, 207, ""},
		{c, "POST", "/adsApi/v1/retrieve/reports", one, 207, ""},
		{c, "POST", "/adsApi/v1/delete/reports", one, 207, ""},
		{c, "POST", "/adsApi/v1/delete/reports", one, 207, ""},
	})
}

// FuzzV1Report holds that no request for a report brings about a server error in v1.
func FuzzV1Report(f *testing.F) {
	s := start(f)
	s.turn("ads.report_progress", "at_once")
	us := s.profile(kit.Advertiser, "US", "seller")
	c := s.as(kit.Advertiser).on(us)
	account := c.account(f, us)
	for _, seed := range []string{
		`{"format":"CSV","periods":[{"datePeriod":{"startDate":"2026-03-05","endDate":"2026-03-05"}}],"query":{"fields":["ad.id","target.value","placement.value","metric.roas"]}}`,
		`{"format":"GZIP_JSON","query":{"fields":["date.value"],"filter":{"and":{"filters":[{"on":{}}]}}}}`, `null`, `{"periods":5,"query":[]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, item string) {
		w := c.v1("create", "reports", `{"accessRequestedAccounts":[{"advertiserAccountId":"`+account+`"}],"reports":[`+item+`]}`)
		if (w.Code != 207 && w.Code != 400) || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%q: %d %s", item, w.Code, w.Body)
		}
		if r := read[v1Result](t, w); len(r.Success) == 1 {
			w := c.v1("retrieve", "reports", `{"reportIds":["`+read2[wireV1Report](t, r.Success[0]["report"]).ReportID+`"]}`)
			if got := c.v1Report(t, w); got.Status != "COMPLETED" || s.download(got.CompletedReportParts[0].URL, nil).Code != 200 {
				t.Errorf("%q: %s", item, w.Body)
			}
		}
	})
}
