//go:build unix

package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// BenchmarkReports makes reports of 31 days over 500 ad accounts with 100,000 keywords, one after the other, without the network: summed over the
// days, and by day.
func BenchmarkReports(b *testing.B) {
	file, err := sandbox.ParseScenario("[[security_profile]]\nkey = 'shop'\n\n[[user]]\nkey = 'advertiser'\nconsents = ['shop']\n\n[[ads.profile]]\nuser = 'advertiser'\ncount = 500\ncampaigns = 2\nkeywords = 200\n")
	if err != nil {
		b.Fatal(err)
	}
	s, err := sandbox.New(sandbox.Options{InMemory: true, World: file.World(), Switches: map[string]string{"ads.report_progress": "at_once"}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	token := s.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access
	ask := func(method, path, profile, body string, into any) {
		r := httptest.NewRequestWithContext(b.Context(), method, "http://advertising-api.amazon.com"+path, strings.NewReader(body))
		r.Header = http.Header{
			"Authorization": {"Bearer " + token}, "Amazon-Advertising-Api-Clientid": {s.World().Profile(kit.Shop).ClientID}, "Amazon-Advertising-Api-Scope": {profile},
			"Content-Type": {"application/vnd.createasyncreportrequest.v3+json"},
		}
		rec := httptest.NewRecorder()
		if s.Handler().ServeHTTP(rec, r); rec.Code != http.StatusOK {
			b.Fatal(rec.Code, rec.Body)
		}
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			b.Fatal(err)
		}
	}
	var profiles []struct{ ProfileID json.Number }
	ask(http.MethodGet, "/v2/profiles", "", "", &profiles)
	last := time.Now().UTC().AddDate(0, 0, -2)
	for unit, column := range map[string]string{"SUMMARY": "keyword", "DAILY": "date"} {
		body := `{"startDate":"` + last.AddDate(0, 0, -30).Format(time.DateOnly) + `","endDate":"` + last.Format(time.DateOnly) + `","configuration":{"adProduct":"SPONSORED_PRODUCTS",
			"groupBy":["targeting"],"columns":["` + column + `","keywordId","impressions","clicks","cost","purchases7d","sales7d"],"reportTypeId":"spTargeting","timeUnit":"` + unit + `","format":"GZIP_JSON"}}`
		b.Run(unit, func(b *testing.B) {
			b.ReportAllocs()
			used := usedCPU()
			defer func() { b.ReportMetric(float64((usedCPU()-used).Milliseconds())/float64(b.N), "cpu-ms/op") }()
			for b.Loop() {
				for _, p := range profiles {
					var made struct {
						ReportID, Status string
						FileSize         int
					}
					ask(http.MethodPost, "/reporting/reports", p.ProfileID.String(), body, &made)
					id := made.ReportID
					if ask(http.MethodGet, "/reporting/reports/"+id, p.ProfileID.String(), "", &made); made.Status != "COMPLETED" || made.FileSize < 1000 {
						b.Fatal(made)
					}
					ask(http.MethodDelete, "/reporting/reports/"+id, p.ProfileID.String(), "", &made)
				}
			}
		})
	}
}

// usedCPU is what the process has used of its cores: on a machine that does other things too, it says more than the time that has passed.
func usedCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for the process itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
