package adsfake_test

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A listedType is a type of report as the contract lists it.
type listedType struct {
	AdProduct                 string
	MaxRangeDays              int
	TimeUnit, GroupBy, Format []string
	BaseColumns               []string
	ColumnsByGroup            map[string][]string
	FiltersByGroup            map[string]map[string][]string
}

func listedTypes(t *testing.T) map[string]listedType {
	t.Helper()
	text, err := os.ReadFile(sharedtest.Path(t, "contracts", "ads-report-types.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]listedType
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEveryColumn asks for every type of report with every column that the contract gives it, in every time unit and format, and holds that
// each row has each column, in the order asked for.
func TestEveryColumn(t *testing.T) {
	t.Parallel()
	types := listedTypes(t)
	s := start(t)
	s.turn("ads.report_progress", "at_once")
	c := s.shop()
	for _, kind := range slices.Sorted(maps.Keys(types)) {
		want := types[kind]
		for _, group := range want.GroupBy {
			for _, unit := range want.TimeUnit {
				columns := slices.Clone(want.BaseColumns)
				columns = append(columns, want.ColumnsByGroup[group]...)
				slices.Sort(columns)
				columns = slices.DeleteFunc(slices.Compact(columns), func(name string) bool {
					return unit == "DAILY" && (name == "startDate" || name == "endDate") || unit == "SUMMARY" && name == "date"
				})
				text := c.fetched(t, c.order(kind, want.AdProduct, group, strings.Join(columns, " "), unit, "2026-03-01", last))
				var rows []map[string]json.RawMessage
				if err := json.Unmarshal([]byte(text), &rows); err != nil {
					t.Fatalf("%s %s: %v\n%s", kind, group, err, text)
				}
				for _, r := range rows {
					if len(r) != len(columns) {
						t.Fatalf("%s %s: a row has %d of %d columns", kind, group, len(r), len(columns))
					}
				}
				if len(rows) == 0 && traffic[want.AdProduct] && kind != "spAudiences" && kind != "sbAudiences" {
					t.Errorf("%s by %s has no rows", kind, group)
				}
				if !slices.Contains(want.Format, "CSV") {
					continue
				}
				table, err := csv.NewReader(strings.NewReader(c.fetched(t, c.order(kind, want.AdProduct, group, strings.Join(columns, " "), unit, "2026-03-01", last, "CSV")))).ReadAll()
				if err != nil || len(table) != len(rows)+1 || !slices.Equal(table[0], columns) {
					t.Errorf("%s as CSV: %d rows, %v", kind, len(table), err)
				}
			}
		}
		first, today := want.MaxRangeDays, "2026-03-06"
		if first == 31 {
			if w := c.order(kind, want.AdProduct, want.GroupBy[0], want.BaseColumns[0], "SUMMARY", "2026-02-03", today); w.Code != 400 {
				t.Errorf("%s takes 32 days: %d", kind, w.Code)
			}
		}
	}
}

// traffic tells which products the world advertises.
var traffic = map[string]bool{"SPONSORED_PRODUCTS": true, "SPONSORED_BRANDS": true, "SPONSORED_DISPLAY": true, "ALL": true}

func specReports(t *testing.T) {
	for _, media := range []string{
		reportRequest, "application/vnd.createasyncreportresponse.v3+json", "application/vnd.getasyncreportresponse.v3+json",
		"application/vnd.deleteasyncreportresponse.v3+json",
	} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.RegisteredBodyDecoder("application/json"))
	}
	router := oracle(t, "reporting-v3.json")
	s := start(t)
	s.turn("ads.report_progress", "polls")
	s.turn("ads.report_queue", "1")
	c := s.shop().with("Content-Type", reportRequest).with("Accept", "application/json")
	const body = `{"name":"spec","startDate":"2026-03-01","endDate":"2026-03-02","configuration":{"adProduct":"SPONSORED_PRODUCTS","groupBy":["campaign"],` +
		`"columns":["campaignId","cost"],"filters":[{"field":"campaignStatus","values":["ENABLED"]}],"reportTypeId":"spCampaigns","timeUnit":"SUMMARY","format":"GZIP_JSON"}}`
	id := read[wireReport](t, c.do("POST", "/reporting/reports", body)).ReportID
	list := []comparison{
		{c, "POST", "/reporting/reports", body, 425, ""},
		{c, "POST", "/reporting/reports", strings.Replace(body, "03-02", "03-03", 1), 429, ""},
		{c, "GET", "/reporting/reports/" + id, "", 200, ""},
		{c, "GET", "/reporting/reports/" + id, "", 200, ""},
		{c, "GET", "/reporting/reports/" + id, "", 200, ""},
		{c, "POST", "/reporting/reports", body, 200, ""},
		{c, "POST", "/reporting/reports", `{}`, 400, ""},
		{c, "GET", "/reporting/reports/none", "", 404, ""},
		{c, "DELETE", "/reporting/reports/" + id, "", 200, ""},
		{c, "DELETE", "/reporting/reports/" + id, "", 404, ""},
		{c.with("Authorization", "Bearer x"), "GET", "/reporting/reports/" + id, "", 401, ""},
		{c.with("Authorization", "x"), "POST", "/reporting/reports", body, 403, "D4"},
		{c.with("Content-Type", "text/plain"), "POST", "/reporting/reports", body, 415, "D8"},
		{s.as(kit.AgencyUser).on(s.profile(kit.AgencyUser, "US", "agency")).with("Content-Type", reportRequest), "POST", "/reporting/reports", body, 400, ""},
	}
	compare(t, router, list)
}

// FuzzReport holds that no configuration brings about a server error, and that what is taken ends in a file.
func FuzzReport(f *testing.F) {
	for _, seed := range []string{
		`{"startDate":"2026-03-01","endDate":"2026-03-02","configuration":{"adProduct":"SPONSORED_PRODUCTS","groupBy":["searchTerm"],"columns":["searchTerm","cost"],"reportTypeId":"spSearchTerm","timeUnit":"SUMMARY","format":"GZIP_JSON"}}`,
		`{"startDate":"0000-01-01","endDate":"9999-12-31","configuration":{"adProduct":"ALL","groupBy":["brandConversionPath"],"columns":["simplifiedPath","sales"],"filters":[{"field":"brandName","values":[""]}],"reportTypeId":"conversionPath","timeUnit":"SUMMARY","format":"CSV"}}`,
		`{"configuration":{"columns":null,"groupBy":[null],"filters":[null]}}`, `{"name":"\ud800","configuration":{}}`, `[]`, ``,
	} {
		f.Add(seed)
	}
	s := start(f)
	s.turn("ads.report_progress", "at_once")
	c := s.shop().with("Content-Type", reportRequest)
	f.Fuzz(func(t *testing.T, body string) {
		w := c.do("POST", "/reporting/reports", body)
		if (w.Code != 200 && w.Code != 400 && w.Code != 425) || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%q: %d %s", body, w.Code, w.Body)
		}
		if w.Code == 200 {
			c.fetched(t, w)
		}
	})
}
