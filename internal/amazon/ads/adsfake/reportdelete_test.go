package adsfake_test

import (
	"net/http/httptest"
	"testing"
	"time"
)

// TestReportDelete holds that a report of any state is deleted with its file, and gives its place in the queue free at once.
func TestReportDelete(t *testing.T) {
	t.Parallel()
	takes := 20 * time.Second
	for name, c := range map[string]struct {
		which string
		after time.Duration
		want  int
	}{
		"pending": {"any", 0, 200}, "processing": {"any", takes / 2, 200}, "finished": {"any", takes, 200},
		"pending, where that is wanted": {"pending", 0, 200}, "processing, where it is not taken": {"pending", takes / 2, 400}, "finished, where it is not taken": {"pending", takes, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.turn("ads.report_queue", "1")
			s.turn("ads.report_delete", c.which)
			ask := func() *httptest.ResponseRecorder {
				return s.shop().order("spCampaigns", products, "campaign", "campaignId cost", "SUMMARY", first, last)
			}
			made := read[wireReport](t, ask())
			s.world.Clock.Advance(c.after)
			address := ""
			if c.after == takes {
				address = *s.shop().report(t, made.ReportID).URL
			}
			if w := s.shop().do("DELETE", "/reporting/reports/"+made.ReportID, ""); w.Code != c.want {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			gone := c.want == 200
			if w := s.shop().do("GET", "/reporting/reports/"+made.ReportID, ""); (w.Code == 404) != gone {
				t.Errorf("afterwards: %d %s", w.Code, w.Body)
			}
			if w := ask(); (w.Code == 200) != (gone || c.after == takes) {
				t.Errorf("the same once more: %d %s", w.Code, w.Body)
			}
			if address != "" {
				if w := s.download(address, nil); (w.Code == 200) == gone {
					t.Errorf("its file: %d", w.Code)
				}
			}
			if w := s.shop().do("DELETE", "/reporting/reports/"+made.ReportID, ""); gone && w.Code != 404 {
				t.Errorf("a second time: %d", w.Code)
			}
		})
	}
}
