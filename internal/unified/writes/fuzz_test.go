package writes_test

import (
	"encoding/json"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// FuzzRow holds that whatever is asked of an object gets an answer: it is refused with a name, or what would become of it can be read again;
// and asking for what it then is changes nothing.
func FuzzRow(f *testing.F) {
	for _, s := range []string{
		`{"budget_amount":12.5}`, `{"budgets":[{"money":{"amount":"1e1"},"period":"DAILY"}]}`, `{"end_at":"2026-12-31T23:00:00Z","end_date":null}`,
		`{"budgets":[]}`, `{"budgets":[null]}`, `{"bid_adjustments":[{"percent":1e3}]}`, `{"ext":{"a":{"b":null}}}`, `{"status":"ARCHIVED"}`, `{"etag":3}`, `[]`, `null`, `{"name":null}`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, body string, whole bool) {
		b := newMemoryBench(t, campaign(t, "11", "1", "one", "10"))
		o := patch(canon.KindCampaign, row("1", body))
		o.DryRun, o.Force = true, true
		if whole {
			o.Verb = writes.Update
		}
		r := b.do(o).Results[0]
		if r.OK == (r.Refusal != nil) {
			t.Fatalf("neither done nor refused: %+v", r)
		}
		if !r.OK || r.Object == nil {
			return
		}
		text, err := json.Marshal(r.Object)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, canon.NewAds(canon.KindCampaign)); err != nil {
			t.Fatalf("what it would be cannot be read: %v", err)
		}
		if b.m.calls != 0 {
			t.Error("a dry run wrote")
		}
	})
}
