package adsfake_test

import (
	"strings"
	"testing"
)

// TestChildQuota holds that an ad group takes a thousand keywords that are not archived and not one more, whether they come in one write or in two, and that
// archiving one makes room.
func TestChildQuota(t *testing.T) {
	t.Parallel()
	c := start(t).shop()
	u := find(t, "keywords")
	campaign, group := c.campaign(t, "full", "MANUAL")
	items := make([]string, 1000)
	for i := range items {
		items[i] = u.good(campaign, group, i)
	}
	if w := u.post(c, items[:998]...); strings.Contains(w.Body.String(), "errorType") {
		t.Fatalf("%d %.300s", w.Code, w.Body)
	}
	const full = `"errorType":"entityQuotaError","errorValue":{"entityQuotaError":{"reason":"NON_ARCHIVED_QUOTA_EXCEEDED"`
	more := u.good(campaign, group, 1000)
	w := u.post(c, append(items[998:], more)...)
	if got := w.Body.String(); strings.Count(got, full) != 1 || !strings.Contains(got, `"index":2,"errors"`) {
		t.Fatalf("the keyword after a thousand: %.600s", got)
	}
	id, _, _ := strings.Cut(strings.SplitN(w.Body.String(), `"keywordId":"`, 2)[1], `"`)
	if w := u.post(c, more); !strings.Contains(w.Body.String(), full) {
		t.Errorf("one more in a write of its own: %.300s", w.Body)
	}
	u.remove(c, id)
	if w := u.post(c, more); strings.Contains(w.Body.String(), "errorType") {
		t.Errorf("after one was archived: %.300s", w.Body)
	}
}
