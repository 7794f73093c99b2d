package keytest_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

type reportStatus struct {
	ID         string
	Status     string
	Level      string
	Parts      int
	PartsDone  int   `json:"parts_done"`
	Rows       int64 `json:"rows_fetched"`
	RetryAfter *int  `json:"retry_after"`
	By         string

	Granularity         string
	Metrics, Dimensions []string
}

type reportRow struct {
	Date           string
	OrganizationID string `json:"organization_id"`
	Channel        string
	CampaignID     string `json:"campaign_id"`
	PortfolioID    string `json:"portfolio_id"`
	ProductID      string `json:"product_id"`
	Placement      string
	Metrics        map[string]json.RawMessage
	Attribution    struct {
		WindowDays  int  `json:"window_days"`
		DefaultUsed bool `json:"default_used"`
	}
}

// number is a metric of a row as it is written.
func (r reportRow) number(name string) string { return strings.Trim(string(r.Metrics[name]), `"`) }

// A reader is software that asks for reports, and the whole Lockkeeper that it asks.
type reader struct {
	*keytest.Key
	t     *testing.T
	grant api.Grant
	pass  string
}

func newReader(t *testing.T) *reader {
	t.Helper()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	return &reader{k, t, g, k.Pass("numbers", "shop")}
}

// as is the same with another pass.
func (r *reader) as(pass string) *reader { return &reader{r.Key, r.t, r.grant, pass} }

// days are that many, ending three days ago, as an object's fields.
func (r *reader) days(n int) object {
	last := canon.DayOf(r.Sandbox.Now(), time.UTC).Add(-3)
	return object{"start_date": last.Add(1 - n), "end_date": last}
}

func (r *reader) ask(n int, more object) object {
	all := r.days(n)
	for name, v := range more {
		all[name] = v
	}
	return all
}

// do sends a request below /lk/v1/ads and reads the answer into out, if that is not nil.
func (r *reader) do(method, path string, in, out any) (*http.Response, []byte) {
	r.t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			r.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.Status.Gateway+"/lk/v1/ads/"+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.pass)
	resp, err := r.HTTP().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if out != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, out); err != nil {
			r.t.Fatalf("%s %s: %d %.300s: %v", method, path, resp.StatusCode, text, err)
		}
	}
	return resp, text
}

// begin begins a report through a grant, or "-".
func (r *reader) begin(grant string, ask object) reportStatus {
	r.t.Helper()
	var s reportStatus
	resp, text := r.do("POST", grant+"/report", ask, &s)
	if resp.StatusCode != http.StatusAccepted || s.ID == "" || resp.Header.Get("Location") != "/lk/v1/ads/"+grant+"/report/"+s.ID {
		r.t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, text)
	}
	if (s.Status == "running") != (resp.Header.Get("Retry-After") != "") || (s.Status == "running") != (s.RetryAfter != nil) {
		r.t.Errorf("when to ask again: %v %s", resp.Header, text)
	}
	return s
}

// ended lets the clock run until a report has ended.
func (r *reader) ended(grant string, s reportStatus) reportStatus {
	r.t.Helper()
	r.until("it does not end", func() bool {
		s = reportStatus{ID: s.ID}
		if resp, text := r.do("GET", grant+"/report/"+s.ID, nil, &s); resp.StatusCode != http.StatusOK {
			r.t.Fatalf("%d %s", resp.StatusCode, text)
		}
		return s.Status != "running"
	})
	return s
}

// until moves the clock on until something is so.
func (r *reader) until(otherwise string, so func() bool) {
	r.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for !so() {
		select {
		case <-tick.C:
			r.Sandbox.Advance(5 * time.Second)
		case <-limit:
			r.t.Fatal(otherwise)
		}
	}
}

// rows are those of a report that is done.
func (r *reader) rows(grant string, ask object) (all []reportRow) {
	r.t.Helper()
	s := r.ended(grant, r.begin(grant, ask))
	if s.Status != "done" {
		r.t.Fatalf("%+v", s)
	}
	if resp, text := r.do("GET", grant+"/report/"+s.ID+"/rows", nil, &all); resp.StatusCode != http.StatusOK || resp.Header.Get("X-Lockkeeper-Partial") != "" {
		r.t.Fatalf("%d %v %.300s", resp.StatusCode, resp.Header, text)
	}
	if len(all) == 0 {
		r.t.Fatal("there are no rows")
	}
	return all
}

func sum(rows []reportRow, metric string) (n int64) {
	for _, r := range rows {
		var one int64
		_, _ = fmt.Sscan(r.number(metric), &one) // a metric that is not told is zero
		n += one
	}
	return n
}

// TestReportsOverHTTP: begun, told of, read in three forms, listed and ended.
func TestReportsOverHTTP(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	org := profileIn(t, r.grant, "DE")
	s := r.begin("shop", r.ask(3, object{"org_ids": []string{org}, "metrics": []string{"clicks", "cost"}}))
	if s.Status != "running" || s.Parts == 0 || s.By != "numbers" || s.Level != "CAMPAIGN" || s.Granularity != "DAY" ||
		!slices.Equal(s.Metrics, []string{"clicks", "cost"}) || !slices.Equal(s.Dimensions, []string{"date", "organization_id", "channel", "campaign_id", "campaign_name"}) {
		t.Errorf("%+v", s)
	}
	if resp, text := r.do("GET", "shop/report/"+s.ID+"/rows", nil, nil); resp.StatusCode != http.StatusConflict || resp.Header.Get("Lockkeeper-Problem") != "report.not_done" {
		t.Errorf("rows before the end: %d %s", resp.StatusCode, text)
	}
	if s = r.ended("shop", s); s.Status != "done" || s.PartsDone != s.Parts || s.Rows == 0 || s.RetryAfter != nil {
		t.Fatalf("%+v", s)
	}
	var rows []reportRow
	path := "shop/report/" + s.ID + "/rows"
	if resp, _ := r.do("GET", path, nil, &rows); resp.Header.Get("Content-Type") != "application/json" || len(rows) == 0 || sum(rows, "clicks") == 0 {
		t.Fatalf("%d rows, %v", len(rows), resp.Header)
	}
	for _, row := range rows {
		if row.OrganizationID != org || row.CampaignID == "" || row.Date == "" || row.Attribution.WindowDays == 0 || !row.Attribution.DefaultUsed {
			t.Fatalf("%+v", row)
		}
	}
	resp, text := r.do("GET", path+"?format=csv", nil, nil)
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records)-1 != len(rows) || resp.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(resp.Header.Get("Content-Disposition"), s.ID+".csv") {
		t.Errorf("%d records, %v, %v", len(records), err, resp.Header)
	}
	resp, text = r.do("GET", path+"?format=parquet", nil, nil)
	file, err := parquet.OpenFile(bytes.NewReader(text), int64(len(text)))
	if err != nil || file.NumRows() != int64(len(rows)) || resp.Header.Get("Content-Type") != "application/vnd.apache.parquet" {
		t.Errorf("%v %v", err, resp.Header)
	}
	for _, c := range []struct {
		method, path string
		in           any
		status       int
		code         string
	}{
		{"GET", path + "?format=xlsx", nil, 422, "report.bad_request"},
		{"GET", path + "?fromat=csv", nil, 422, "report.bad_request"},
		{"GET", "shop/report/jobs?most=1", nil, 422, "report.bad_request"},
		{"GET", "shop/report/kept?campaign_id=1", nil, 422, "report.bad_request"},
		{"POST", "shop/report", r.ask(3, object{"filters": object{"target_ids": []string{"1"}}}), 422, "report.bad_request"},
		{"GET", path + "/more", nil, 404, "unified.route_unknown"},
		{"GET", "shop/report/" + s.ID + "/columns", nil, 404, "unified.route_unknown"},
		{"GET", "shop/report/01JD0000000000000000000000", nil, 404, "report.not_found"},
		{"PUT", "shop/report/" + s.ID, object{}, 405, "unified.method_refused"},
		{"POST", "shop/report", "a text", 422, "report.bad_request"},
		{"POST", "shop/report", object{"colour": "red"}, 422, "report.bad_request"},
		{"POST", "shop/report", r.ask(3, object{"level": "STREET"}), 422, "report.bad_request"},
		{"POST", "shop/report", r.ask(3, object{"metrics": []string{"happiness"}}), 422, "report.bad_request"},
		{"POST", "shop/report", r.ask(3, object{"granularity": "HOUR"}), 422, "report.bad_request"},
		{"POST", "shop/report", r.ask(3, object{"org_ids": []string{"1"}}), 404, "unified.no_account"},
		{"POST", "other/report", r.ask(3, nil), 404, "gateway.grant_unknown"},
	} {
		if resp, text := r.do(c.method, c.path, c.in, nil); resp.StatusCode != c.status || resp.Header.Get("Lockkeeper-Problem") != c.code || !bytes.Contains(text, []byte(`"fix":"`)) {
			t.Errorf("%s %s %v: %d %s", c.method, c.path, c.in, resp.StatusCode, text)
		}
	}
	second := r.begin("shop", r.ask(20, object{"org_ids": []string{org}}))
	if resp, text := r.do("DELETE", "shop/report/"+second.ID, nil, &second); resp.StatusCode != http.StatusOK || second.Status != "cancelled" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	if resp, text := r.do("DELETE", "shop/report/"+s.ID, nil, &s); resp.StatusCode != http.StatusOK || s.Status != "done" {
		t.Errorf("what has ended stays so: %d %s", resp.StatusCode, text)
	}
	var jobs []reportStatus
	r.do("GET", "shop/report/jobs", nil, &jobs)
	if len(jobs) != 2 || jobs[0].ID != second.ID || jobs[1].ID != s.ID || jobs[1].Rows != s.Rows {
		t.Errorf("%+v", jobs)
	}
	r.do("GET", "-/report/jobs?limit=1", nil, &jobs)
	if len(jobs) != 1 || jobs[0].ID != second.ID {
		t.Errorf("%+v", jobs)
	}
}

// TestReportLevelsOverHTTP: sums of campaigns and of ads are those of their parts, placements are told, and windows are chosen.
func TestReportLevelsOverHTTP(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	org := profileIn(t, r.grant, "DE")
	level := func(name string, more object) []reportRow {
		ask := r.ask(3, object{"level": name, "org_ids": []string{org}, "channels": []string{"SPONSORED_PRODUCTS"}, "metrics": []string{"impressions", "clicks", "conversions", "purchases_14d"}})
		for k, v := range more {
			ask[k] = v
		}
		return r.rows("shop", ask)
	}
	campaigns := level("CAMPAIGN", nil)
	var folios []struct{ ID string }
	if r.do("GET", "shop/portfolio?org_id="+org, nil, &folios); len(folios) == 0 {
		t.Fatal("there are no portfolios")
	}
	if resp, text := r.do("PATCH", "shop/campaign/"+campaigns[0].CampaignID, object{"portfolio_id": folios[0].ID}, nil); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	portfolios, orgs := level("PORTFOLIO", nil), level("ORG", object{"granularity": "SUMMARY"})
	ads, products := level("AD", nil), level("PRODUCT", nil)
	for name, pair := range map[string][2][]reportRow{"PORTFOLIO": {campaigns, portfolios}, "ORG": {campaigns, orgs}, "PRODUCT": {ads, products}} {
		for _, m := range []string{"impressions", "clicks", "conversions"} {
			if want, got := sum(pair[0], m), sum(pair[1], m); got != want || want == 0 && m == "impressions" {
				t.Errorf("%s: %s are %d, of its parts %d", name, m, got, want)
			}
		}
	}
	if len(orgs) != 1 || !slices.ContainsFunc(portfolios, func(r reportRow) bool { return r.PortfolioID == folios[0].ID }) {
		t.Errorf("%d organizations; portfolios: %+v", len(orgs), portfolios)
	}
	for _, p := range products {
		if p.ProductID == "" || p.CampaignID != "" {
			t.Fatalf("%+v", p)
		}
	}
	placements := map[string]bool{}
	for _, p := range level("PLACEMENT", nil) {
		placements[p.Placement] = true
	}
	if len(placements) < 2 || placements[""] {
		t.Errorf("placements: %v", placements)
	}
	for _, row := range level("CAMPAIGN", object{"attribution": object{"window_days": 14}}) {
		if row.Attribution.WindowDays != 14 || row.Attribution.DefaultUsed || row.number("conversions") != row.number("purchases_14d") {
			t.Fatalf("%+v", row)
		}
	}
	if resp, text := r.do("POST", "shop/report", r.ask(3, object{"channels": []string{"SPONSORED_DISPLAY"}, "attribution": object{"window_days": 7}}), nil); resp.StatusCode < 400 ||
		resp.Header.Get("Lockkeeper-Problem") != "report.attribution_unavailable" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
