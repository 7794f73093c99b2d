package keytest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

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
	for query, want := range map[string]int{"limit=1": 1, "offset=1": 0, "limit=0&raw=true&fields=metrics": 1} {
		if resp, text := r.do("GET", "shop/report?"+q.Encode()+"&"+query, nil, &all); resp.StatusCode != 200 || len(all) != want {
			t.Errorf("%s: %d reports, want %d: %d %.300s", query, len(all), want, resp.StatusCode, text)
		}
	}
	for _, bad := range []string{"type=HAPPINESS", "dimension=AGE", "start_gte=soon", "level=STREET", "start=2026-11-01", "limit=many", "level=CAMPAIGN&ad_id=7"} {
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
	var shelves []struct {
		OrganizationID string `json:"organization_id"`
		Keep           bool
	}
	if resp, text := looks.do("GET", "shop/report/kept", nil, &shelves); resp.StatusCode != 200 || len(shelves) == 0 {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	for _, k := range shelves {
		if k.OrganizationID != own {
			t.Errorf("what is kept of another is told: %+v", k)
		}
	}
	one.ended("shop", one.begin("shop", r.ask(2, object{"org_ids": []string{own}, "keep": true})))
	r.ended("shop", r.begin("shop", r.ask(2, object{"org_ids": []string{other}, "keep": true})))
	if resp, text := looks.do("DELETE", "shop/report/kept", nil, nil); resp.StatusCode != 403 || resp.Header.Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("who may only look ended it: %d %s", resp.StatusCode, text)
	}
	if resp, text := one.do("DELETE", "shop/report/kept?org_id="+other, nil, nil); resp.StatusCode != 404 || resp.Header.Get("Lockkeeper-Problem") != "unified.no_account" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	if resp, text := one.do("DELETE", "-/report/kept", nil, &shelves); resp.StatusCode != 200 || len(shelves) == 0 {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	left := 0
	r.do("GET", "shop/report/kept", nil, &shelves)
	for _, k := range shelves {
		if k.Keep && k.OrganizationID != other {
			t.Errorf("it was not ended: %+v", k)
		} else if k.Keep {
			left++
		}
	}
	if left == 0 {
		t.Error("another's was ended")
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
