package keytest_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
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
	if s.Status != "running" || s.Parts == 0 || s.By != "numbers" || s.Level != "CAMPAIGN" {
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
	portfolios, orgs := level("PORTFOLIO", nil), level("ORG", object{"granularity": "SUMMARY"})
	ads, products := level("AD", nil), level("PRODUCT", nil)
	for name, pair := range map[string][2][]reportRow{"PORTFOLIO": {campaigns, portfolios}, "ORG": {campaigns, orgs}, "PRODUCT": {ads, products}} {
		for _, m := range []string{"impressions", "clicks", "conversions"} {
			if want, got := sum(pair[0], m), sum(pair[1], m); got != want || want == 0 && m == "impressions" {
				t.Errorf("%s: %s are %d, of its parts %d", name, m, got, want)
			}
		}
	}
	if len(orgs) != 1 || !slices.ContainsFunc(portfolios, func(r reportRow) bool { return r.PortfolioID != "" }) {
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

type longReport struct {
	OrganizationID string `json:"organization_id"`
	Currency       string
	StartAt        time.Time `json:"start_at"`
	Metrics        []longMetric
}

type longMetric struct {
	Type           string
	Value          json.Number
	Dimension      string
	DimensionValue string `json:"dimension_value"`
	Campaign       struct{ ID string }
}

// TestUnifiedsReportOverHTTP: not there in time, then there at once from what is kept, in the long form.
func TestUnifiedsReportOverHTTP(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	org := profileIn(t, r.grant, "DE")
	days := r.days(3)
	q := url.Values{
		"org_id": {org}, "type": {"CLICKS,COST"}, "dimension": {"DATE"}, "wait": {"0"},
		"start_gte": {fmt.Sprint(days["start_date"], "T00:00:00Z")}, "end_lt": {fmt.Sprint(days["end_date"].(canon.Day).Add(1), "T00:00:00Z")},
	}
	path := "shop/report?" + q.Encode()
	var s reportStatus
	resp, text := r.do("GET", path, nil, &s)
	if resp.StatusCode != http.StatusAccepted || s.Status != "running" || resp.Header.Get("Retry-After") == "" || resp.Header.Get("Location") == "" {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	if s = r.ended("shop", s); s.Status != "done" {
		t.Fatalf("%+v", s)
	}
	var all []longReport
	if resp, text = r.do("GET", path, nil, &all); resp.StatusCode != http.StatusOK || len(all) != 1 || all[0].OrganizationID != org || all[0].Currency != "EUR" {
		t.Fatalf("%d %.300s", resp.StatusCode, text)
	}
	asOf, err := time.Parse(time.RFC3339, resp.Header.Get("X-Lockkeeper-As-Of"))
	if err != nil || asOf.After(r.Sandbox.Now()) || resp.Header.Get("X-Lockkeeper-Final") != "false" {
		t.Errorf("%v %v", err, resp.Header)
	}
	seen := map[string]bool{}
	for _, m := range all[0].Metrics {
		seen[m.Type], seen[m.DimensionValue] = true, true
		if m.Dimension != "DATE" || m.Campaign.ID == "" || m.Value == "" {
			t.Fatalf("%+v", m)
		}
	}
	want := map[string]bool{"CLICKS": true, "COST": true}
	for d := days["start_date"].(canon.Day); d <= days["end_date"].(canon.Day); d = d.Add(1) {
		want[string(d)] = true
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Error(d)
	}
	campaign := all[0].Metrics[0].Campaign.ID
	q.Set("campaign_id", campaign)
	r.do("GET", "shop/report?"+q.Encode(), nil, &all)
	if len(all) != 1 || slices.ContainsFunc(all[0].Metrics, func(m longMetric) bool { return m.Campaign.ID != campaign }) {
		t.Errorf("of one campaign: %+v", all)
	}
	for _, bad := range []string{"type=HAPPINESS", "dimension=AGE", "start_gte=soon", "level=STREET"} {
		if resp, text := r.do("GET", "shop/report?"+bad, nil, nil); resp.StatusCode != 422 || resp.Header.Get("Lockkeeper-Problem") != "report.bad_request" {
			t.Errorf("%s: %d %s", bad, resp.StatusCode, text)
		}
	}
}

// TestReportsKeepToPolicy: what one pass may not read, it cannot find, end, or read of what others had fetched.
func TestReportsKeepToPolicy(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	own, other := r.grant.Accounts[0].ID, r.grant.Accounts[1].ID
	caller := func(name string, n api.NewCaller) *reader {
		n.Name, n.Grants = name, []string{"shop"}
		c, err := r.Client.AddCaller(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return r.as(c.Pass)
	}
	one := caller("one-account", api.NewCaller{Accounts: []string{own}})
	looks := caller("looks", api.NewCaller{Accounts: []string{own}, Effects: []string{"read"}})
	both := r.begin("shop", r.ask(2, object{"org_ids": []string{own, other}}))
	for _, grant := range []string{"shop", "-"} {
		for _, c := range [][2]string{{"GET", ""}, {"GET", "/rows"}, {"DELETE", ""}} {
			if resp, text := one.do(c[0], grant+"/report/"+both.ID+c[1], nil, nil); resp.StatusCode != 404 || resp.Header.Get("Lockkeeper-Problem") != "report.not_found" {
				t.Errorf("%s %s%s: %d %s", c[0], grant, c[1], resp.StatusCode, text)
			}
		}
		var jobs []reportStatus
		if one.do("GET", grant+"/report/jobs", nil, &jobs); len(jobs) > 0 {
			t.Errorf("%+v", jobs)
		}
	}
	if resp, text := one.do("POST", "shop/report", r.ask(2, object{"org_ids": []string{own, other}}), nil); resp.StatusCode < 400 {
		// The account that it may use is all that it gets, or nothing.
		var s reportStatus
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		var rows []reportRow
		one.do("GET", "shop/report/"+one.ended("shop", s).ID+"/rows", nil, &rows)
		for _, row := range rows {
			if row.OrganizationID != own {
				t.Fatalf("a row of %s", row.OrganizationID)
			}
		}
	}
	if both = r.ended("shop", both); both.Status != "done" {
		t.Fatalf("%+v", both)
	}
	for _, grant := range []string{"shop", "-"} {
		for _, row := range one.rows(grant, r.ask(2, nil)) {
			if row.OrganizationID != own {
				t.Fatalf("through %s, a row of %s", grant, row.OrganizationID)
			}
		}
		if resp, text := one.do("GET", grant+"/report?org_id="+other, nil, nil); resp.StatusCode != 404 || resp.Header.Get("Lockkeeper-Problem") != "unified.no_account" {
			t.Errorf("%d %s", resp.StatusCode, text)
		}
	}
	if resp, text := looks.do("POST", "shop/report", r.ask(2, nil), nil); resp.StatusCode != 403 || resp.Header.Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	days := r.days(2)
	kept := fmt.Sprintf("shop/report?start_gte=%s&end_lt=%s", days["start_date"], days["end_date"].(canon.Day).Add(1))
	var all []longReport
	if resp, text := looks.do("GET", kept, nil, &all); resp.StatusCode != 200 || len(all) != 1 || all[0].OrganizationID != own {
		t.Errorf("what is kept may be read: %d %.300s", resp.StatusCode, text)
	}
	if resp, text := looks.do("GET", "shop/report", nil, nil); resp.StatusCode != 403 || resp.Header.Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("what is not cannot be asked for: %d %s", resp.StatusCode, text)
	}
	mine := one.begin("-", r.ask(9, object{"org_ids": []string{own}}))
	if resp, text := looks.do("DELETE", "-/report/"+mine.ID, nil, nil); resp.StatusCode != 403 || resp.Header.Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("who may only look ended it: %d %s", resp.StatusCode, text)
	}
	if resp, _ := r.as("lkp_nobody").do("GET", "shop/report/jobs", nil, nil); resp.StatusCode != 401 {
		t.Errorf("without a pass: %d", resp.StatusCode)
	}
}

// TestReportsOfAllGrants: two grants that open the same accounts tell of each once; an operator reads the same by the control API.
func TestReportsOfAllGrants(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	second := r.Connect("second", r.grant.App, kit.Advertiser)
	r.pass = r.Pass("all", "shop", second.Name)
	ask := r.ask(2, object{"granularity": "SUMMARY", "level": "ORG"})
	rows := r.rows("-", ask)
	seen := map[string]bool{}
	for _, row := range rows {
		if key := row.OrganizationID + row.Channel; seen[key] {
			t.Errorf("%s is told twice", key)
		} else {
			seen[key] = true
		}
	}
	get := func(method, path string, in, out any) *control.AdsAnswer {
		t.Helper()
		a, err := r.Client.Ads(t.Context(), control.AdsAsk{Method: method, Grant: "-", Path: path, Body: in})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Body.Close() }()
		if err := json.NewDecoder(a.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
		return a
	}
	var s reportStatus
	if a := get("POST", "report", ask, &s); a.Header.Get("Location") != "/api/v1/ads/-/report/"+s.ID || s.By != keytest.Operator && s.By == "" {
		t.Errorf("%v %+v", a.Header, s)
	}
	r.until("it does not end", func() bool { get("GET", "report/"+s.ID, nil, &s); return s.Status != "running" })
	var again []reportRow
	if get("GET", "report/"+s.ID+"/rows", nil, &again); s.Status != "done" || sum(again, "impressions") != sum(rows, "impressions") || sum(rows, "impressions") == 0 {
		t.Errorf("%+v: %d impressions, want %d", s, sum(again, "impressions"), sum(rows, "impressions"))
	}
	var jobs []reportStatus
	if get("GET", "report/jobs", nil, &jobs); len(jobs) != 2 {
		t.Errorf("%+v", jobs)
	}
	if get("DELETE", "report/"+s.ID, nil, &s); s.Status != "done" {
		t.Errorf("%+v", s)
	}
}
