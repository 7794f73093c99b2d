package adsfake_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const reportRequest = "application/vnd.createasyncreportrequest.v3+json"

// order asks for a report; the columns stand with blanks between them.
func (c *caller) order(kind, product, groups, columns, unit, first, last string, more ...string) *httptest.ResponseRecorder {
	list := func(s string) string {
		text, _ := json.Marshal(strings.Fields(s))
		return string(text)
	}
	format, filters := "GZIP_JSON", ""
	for _, m := range more {
		if m == "CSV" {
			format = m
		} else {
			filters = `,"filters":` + m
		}
	}
	return c.with("Content-Type", reportRequest).with("Accept", "application/json").do("POST", "/reporting/reports", fmt.Sprintf(
		`{"name":"r","startDate":%q,"endDate":%q,"configuration":{"adProduct":%q,"groupBy":%s,"columns":%s,"reportTypeId":%q,"timeUnit":%q,"format":%q%s}}`,
		first, last, product, list(groups), list(columns), kind, unit, format, filters))
}

// A wireReport is what the answers tell of a report.
type wireReport struct {
	ReportID, Status, UpdatedAt                                 string
	URL, URLExpiresAt, GeneratedAt, FailureReason, Code, Detail *string
	FileSize                                                    *int
	Configuration                                               map[string]any
}

func (c *caller) report(t testing.TB, id string) wireReport {
	t.Helper()
	return read[wireReport](t, c.get("/reporting/reports/"+id))
}

// download follows a report's URL, as a client without credentials.
func (s *sbx) download(address string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	s.front.ServeHTTP(w, r)
	return w
}

// fetched is a finished report's file.
func (c *caller) fetched(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	made := read[wireReport](t, w)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	r := c.report(t, made.ReportID)
	if r.Status != "COMPLETED" || r.URL == nil {
		t.Fatalf("%+v", r)
	}
	file := c.s.download(*r.URL, nil)
	if file.Code != 200 || file.Body.Len() != *r.FileSize {
		t.Fatalf("%d %s", file.Code, file.Body)
	}
	if strings.HasSuffix(strings.Split(*r.URL, "?")[0], ".csv") {
		return file.Body.String()
	}
	return unpacked(t, file)
}

// unpacked is a file as it was before it was compressed.
func unpacked(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	r, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows is a report made at once.
func (c *caller) rows(t testing.TB, kind, product, groups, columns, unit, first, last string, more ...string) []map[string]any {
	t.Helper()
	text := c.fetched(t, c.order(kind, product, groups, columns, unit, first, last, more...))
	var rows []map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&rows); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows
}

const (
	first, last = "2026-02-03", "2026-03-05"
	products    = "SPONSORED_PRODUCTS"
)

// TestReportLife holds that a report is PENDING, PROCESSING, then COMPLETED or FAILED, by the clock, by polls or at once (ads-lwa 5.1).
func TestReportLife(t *testing.T) {
	t.Parallel()
	for how, states := range map[string][]string{
		"clock": {"PENDING", "PROCESSING", "PROCESSING", "COMPLETED"}, "polls": {"PENDING", "PROCESSING", "COMPLETED", "COMPLETED"},
		"at_once": {"COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED"},
	} {
		for _, end := range []string{"completed", "failed"} {
			s := start(t)
			s.turn("ads.report_progress", how)
			s.turn("ads.report_time", "9m")
			s.turn("ads.report_end", end)
			c := s.shop()
			made := read[wireReport](t, c.order("spCampaigns", products, "campaign", "date campaignId cost", "DAILY", first, last))
			if made.Status != "PENDING" || made.URL != nil || made.Configuration["filters"] != nil {
				t.Fatalf("%+v", made)
			}
			for i, want := range states {
				if want == "COMPLETED" && end == "failed" {
					want = "FAILED"
				}
				got := c.report(t, made.ReportID)
				if got.Status != want || (got.URL != nil) != (want == "COMPLETED") || (got.FailureReason != nil) != (want == "FAILED") {
					t.Errorf("%s %s: poll %d is %+v, want %s", how, end, i, got, want)
				}
				s.world.Clock.Advance(3*time.Minute + time.Second)
			}
		}
	}
}

// TestReportFile holds that the URL refuses an Authorization header, a changed signature and anything after an hour, and that asking again
// gives a new URL to the same file.
func TestReportFile(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	made := read[wireReport](t, c.order("spCampaigns", products, "campaign", "date campaignId cost", "DAILY", first, last))
	address := *c.report(t, made.ReportID).URL
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Query().Get("X-Amz-Expires") != "3600" {
		t.Fatal(address, err)
	}
	good := s.download(address, nil)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"InvalidArgument":       s.download(address, http.Header{"Authorization": c.header["Authorization"]}),
		"SignatureDoesNotMatch": s.download(strings.Replace(address, "X-Amz-Signature=", "X-Amz-Signature=0", 1), nil),
		"AccessDenied":          s.download(strings.Split(address, "?")[0], nil),
	} {
		if w.Code < 400 || !strings.Contains(w.Body.String(), "<Code>"+name+"</Code>") || strings.Contains(w.Body.String(), "Atza") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	s.world.Clock.Advance(time.Hour - time.Second)
	if w := s.download(address, nil); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), good.Body.Bytes()) {
		t.Errorf("a second before the hour: %d", w.Code)
	}
	s.world.Clock.Advance(time.Second)
	if w := s.download(address, nil); w.Code != 403 || !strings.Contains(w.Body.String(), "Request has expired") {
		t.Errorf("after an hour: %d %s", w.Code, w.Body)
	}
	again := s.download(*s.shop().report(t, made.ReportID).URL, nil)
	if again.Code != 200 || !bytes.Equal(again.Body.Bytes(), good.Body.Bytes()) {
		t.Errorf("a new URL: %d", again.Code)
	}
	c = s.shop()
	if w := c.do("DELETE", "/reporting/reports/"+made.ReportID, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"detail":"Report deleted"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.download(address, nil); w.Code == 200 {
		t.Error("the file outlives its report and its URL")
	}
}

// TestReportQueue holds 425 with the id of the report that is under way, and 429 when the region's queue is full.
func TestReportQueue(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_queue", "1")
	c := s.shop()
	ask := func(last string) *httptest.ResponseRecorder {
		return c.order("spCampaigns", products, "campaign", "campaignId cost", "SUMMARY", first, last)
	}
	made := read[wireReport](t, ask(last))
	if w := ask(last); w.Code != 425 || w.Body.String() != `{"code":"425","detail":"The Request is a duplicate of : `+made.ReportID+`"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask("2026-03-04"); w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"detail"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	other := s.as(kit.Advertiser).on(s.profile(kit.Advertiser, "DE", "seller"))
	if w := other.order("spCampaigns", products, "campaign", "campaignId cost", "SUMMARY", first, last); w.Code != 200 {
		t.Errorf("another region's queue: %d %s", w.Code, w.Body)
	}
	if w := other.get("/reporting/reports/" + made.ReportID); w.Code != 404 {
		t.Errorf("another profile's report: %d", w.Code)
	}
	s.world.Clock.Advance(time.Minute)
	if w := ask(last); w.Code != 200 {
		t.Errorf("once the first is finished: %d %s", w.Code, w.Body)
	}
}

// TestReportRefusals holds the rules of configurations (ads-lwa 5.1).
func TestReportRefusals(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	for name, w := range map[string]*httptest.ResponseRecorder{
		"unknown type":      c.order("spNothing", products, "campaign", "cost", "SUMMARY", first, last),
		"other product":     c.order("spCampaigns", "SPONSORED_BRANDS", "campaign", "cost", "SUMMARY", first, last),
		"unknown group":     c.order("spCampaigns", products, "targeting", "cost", "SUMMARY", first, last),
		"unknown column":    c.order("spCampaigns", products, "campaign", "cost adId", "SUMMARY", first, last),
		"column of a group": c.order("spCampaigns", products, "adGroup", "campaignId", "SUMMARY", first, last),
		"daily, startDate":  c.order("spCampaigns", products, "campaign", "startDate cost", "DAILY", first, last),
		"daily, no date":    c.order("spCampaigns", products, "campaign", "cost", "DAILY", first, last),
		"summary, date":     c.order("spCampaigns", products, "campaign", "date cost", "SUMMARY", first, last),
		"too long":          c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", "2026-02-02", last),
		"too old":           c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", "2025-11-30", "2025-12-02"),
		"future":            c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", last, "2026-03-07"),
		"turned":            c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", last, first),
		"no date":           c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", "2026-02-30", last),
		"hourly":            c.order("spCampaigns", products, "campaign", "cost", "HOURLY", first, last),
		"path by day":       c.order("conversionPath", "ALL", "brandConversionPath", "sales", "DAILY", first, last),
		"filter of another": c.order("spCampaigns", products, "campaign adGroup", "cost", "SUMMARY", first, last, `[{"field":"adStatus","values":["ENABLED"]}]`),
		"value of a filter": c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", first, last, `[{"field":"campaignStatus","values":["LIVE"]}]`),
		"CSV":               c.order("spCampaigns", products, "campaign", "cost", "SUMMARY", first, last, "CSV"),
		"no columns":        c.order("spCampaigns", products, "campaign", "", "SUMMARY", first, last),
		"a number":          c.with("Content-Type", reportRequest).do("POST", "/reporting/reports", `{"configuration":5}`),
	} {
		if w.Code != 400 || !strings.HasPrefix(w.Body.String(), `{"code":"400","detail":"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := c.order("spGrossAndInvalids", products, "campaign", "date campaignName clicks", "DAILY", "2025-03-07", last); w.Code != 200 {
		t.Errorf("a year of traffic: %d %s", w.Code, w.Body)
	}
	plain := func() *httptest.ResponseRecorder {
		return c.with("Content-Type", "application/json").do("POST", "/reporting/reports", `{}`)
	}
	if w := plain(); w.Code != 400 {
		t.Errorf("plain JSON, which is taken: %d %s", w.Code, w.Body)
	}
	c.s.turn("ads.plain_json", "refuse")
	if w := plain(); w.Code != 415 || !strings.Contains(w.Body.String(), `"detail"`) {
		t.Errorf("media type: %d %s", w.Code, w.Body)
	}
}

// sum adds up a column of rows that pass.
func sum(t *testing.T, rows []map[string]any, column string, keep ...func(map[string]any) bool) int64 {
	t.Helper()
	var total int64
	for _, r := range rows {
		if len(keep) > 0 && !keep[0](r) {
			continue
		}
		n, ok := r[column].(json.Number)
		if !ok {
			t.Fatalf("%s is %v", column, r[column])
		}
		f, err := n.Float64()
		if err != nil {
			t.Fatal(err)
		}
		total += int64(f*100 + 0.5)
	}
	return total
}

// TestReportsAddUp holds that all types and grains of Sponsored Products tell of the same traffic.
func TestReportsAddUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	const metrics = " clicks cost purchases1d purchases30d sales7d sales30d unitsSoldClicks14d purchasesSameSku30d"
	for _, p := range s.profiles() {
		if p.Users[0] != kit.Advertiser {
			continue
		}
		c := s.as(kit.Advertiser).on(p)
		day := c.rows(t, "spCampaigns", products, "campaign", "date campaignId impressions"+metrics, "DAILY", first, last)
		if len(day) == 0 {
			t.Errorf("%s has no traffic", p.ID)
		}
		all := map[string][]map[string]any{
			"summary":   c.rows(t, "spCampaigns", products, "campaign", "campaignId impressions"+metrics, "SUMMARY", first, last),
			"groups":    c.rows(t, "spCampaigns", products, "adGroup", "adGroupId impressions"+metrics, "SUMMARY", first, last),
			"both":      c.rows(t, "spCampaigns", products, "campaign adGroup", "date campaignId adGroupId impressions"+metrics, "DAILY", first, last),
			"placement": c.rows(t, "spCampaigns", products, "campaignPlacement", "campaignId placementClassification impressions"+metrics, "SUMMARY", first, last),
			"targeting": c.rows(t, "spTargeting", products, "targeting", "date keywordId impressions"+metrics, "DAILY", first, last),
			"ads":       c.rows(t, "spAdvertisedProduct", products, "advertiser", "adId impressions"+metrics, "SUMMARY", first, last),
			"terms":     c.rows(t, "spSearchTerm", products, "searchTerm", "date keywordId searchTerm impressions"+metrics, "DAILY", first, last),
		}
		for name, rows := range all {
			for _, m := range strings.Fields("impressions" + metrics) {
				want, got := sum(t, day, m), sum(t, rows, m)
				if name == "terms" && m == "impressions" {
					if got >= want && want > 5000 {
						t.Errorf("%s: terms that were not clicked are told of", p.ID)
					}
					continue
				}
				if got != want {
					t.Errorf("%s: %s of %s are %d, want %d", p.ID, m, name, got, want)
				}
			}
		}
		bought := c.rows(t, "spPurchasedProduct", products, "asin", "keywordId purchasedAsin purchases30d sales30d purchasesOtherSku30d", "SUMMARY", first, last)
		if got, want := sum(t, bought, "purchases30d"), sum(t, day, "purchases30d")-sum(t, day, "purchasesSameSku30d"); got != want || sum(t, bought, "purchasesOtherSku30d") != want {
			t.Errorf("%s: %d orders of other products, want %d", p.ID, got, want)
		}
	}
}

// TestDaysDiffer holds that no two days are alike, that ninety of them are there, that orders keep coming in for thirty days, that what is
// paused is not shown, and that the same seed gives the same bytes.
func TestDaysDiffer(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	var days []map[string]any
	for _, r := range [][2]string{{"2025-12-07", "2026-01-05"}, {"2026-01-06", "2026-02-04"}, {"2026-02-05", last}} {
		days = append(days, c.rows(t, "spCampaigns", products, "campaign", "date impressions clicks cost campaignStatus", "DAILY", r[0], r[1])...)
	}
	byDay := map[string]string{}
	for _, r := range days {
		date := r["date"].(string)
		byDay[date] += fmt.Sprint(r["impressions"], r["clicks"], r["cost"], ";")
	}
	alike := map[string]bool{}
	for _, v := range byDay {
		alike[v] = true
	}
	if len(byDay) != 89 || len(alike) != 89 {
		t.Errorf("%d days, %d of them unlike", len(byDay), len(alike))
	}
	const window = "2026-02-20" // and the week after, so that orders are many
	text := func(s *sbx) string {
		c := s.shop()
		return c.fetched(t, c.order("spCampaigns", products, "campaign", "date campaignId clicks purchases30d", "DAILY", window, "2026-02-27"))
	}
	other := start(t)
	other.turn("ads.report_progress", "at_once")
	before := text(s)
	if again := text(other); again != before {
		t.Errorf("%s and %s", before, again)
	}
	s.world.Clock.Advance(30 * 24 * time.Hour)
	later := text(s)
	var a, b []map[string]any
	for text, to := range map[string]*[]map[string]any{before: &a, later: &b} {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(to); err != nil {
			t.Fatal(err)
		}
	}
	if sum(t, a, "clicks") != sum(t, b, "clicks") || sum(t, a, "purchases30d") >= sum(t, b, "purchases30d") {
		t.Errorf("a month later %s became %s", before, later)
	}
}

// TestPausedIsNotShown holds that a campaign's traffic ends when it is paused, that what was stays as it was, and that a new campaign brings
// traffic when it has ads and keywords.
func TestPausedIsNotShown(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	dates := func(c *caller, id, from, to string) []string {
		var all []string
		for _, r := range c.rows(t, "spCampaigns", products, "campaign", "date campaignId impressions", "DAILY", from, to) {
			if fmt.Sprint(r["campaignId"]) == id {
				all = append(all, r["date"].(string)+" "+fmt.Sprint(r["impressions"]))
			}
		}
		return all
	}
	campaign, group := c.campaign(t, "traffic", "MANUAL")
	for _, u := range collections {
		if u.list == "productAds" || u.list == "keywords" {
			var items []string
			for n := range 12 {
				items = append(items, u.good(campaign, group, n))
			}
			u.post(c, items...)
		}
	}
	s.world.Clock.Advance(5 * 24 * time.Hour)
	c = s.shop()
	before := dates(c, campaign, "2026-03-01", "2026-03-10")
	if len(before) < 3 || before[0] < "2026-03-06" {
		t.Fatalf("%v", before)
	}
	c.do("PUT", "/sp/campaigns", `{"campaigns":[{"campaignId":"`+campaign+`","state":"PAUSED"}]}`)
	s.world.Clock.Advance(5 * 24 * time.Hour)
	c = s.shop()
	after := dates(c, campaign, "2026-03-01", "2026-03-16")
	if len(after) < len(before) || !slices.Equal(after[:len(before)], before) || after[len(after)-1] > "2026-03-12" {
		t.Errorf("%v became %v", before, after)
	}
	if got := c.rows(t, "spCampaigns", products, "campaign", "campaignId", "SUMMARY", "2026-03-01", "2026-03-16", `[{"field":"campaignStatus","values":["PAUSED"]}]`); len(got) == 0 {
		t.Error("the filter finds no paused campaign")
	}
}

// TestReportVerdicts holds that a client which polls in a loop, or sends its token to the download URL, is told on.
func TestReportVerdicts(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop()
	made := read[wireReport](t, c.order("spCampaigns", products, "campaign", "campaignId cost", "SUMMARY", first, last))
	rules := func() (all []string) {
		for _, v := range s.front.Journal.Verdicts(kit.Filter{}, 0) {
			all = append(all, v.Rule)
		}
		return all
	}
	for range 3 {
		c.report(t, made.ReportID)
		s.world.Clock.Advance(10 * time.Second)
	}
	if got := rules(); got != nil {
		t.Errorf("a patient client: %v", got)
	}
	if got := s.front.Journal.Verdicts(kit.Filter{}, 30*time.Second); len(got) != 2 || got[0].Rule != kit.RulePolledFast {
		t.Errorf("one who should wait half a minute: %v", got)
	}
	address := *c.report(t, made.ReportID).URL
	c.report(t, made.ReportID)
	s.download(address, http.Header{"Authorization": c.header["Authorization"]})
	if got := rules(); !slices.Equal(got, []string{kit.RulePolledFast, kit.RuleDownloadToken}) {
		t.Errorf("an impatient one: %v", got)
	}
}
