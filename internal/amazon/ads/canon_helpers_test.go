package ads_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// written is what of an object somebody can write, as JSON.
func written(t testing.TB, o canon.AdsObject) map[string]any {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	for key := range out {
		if slices.Contains([]string{"id", "provider", "organization_id", "effective_status", "effective_reasons", "created_at", "updated_at", "timezone", "raw"}, key) {
			delete(out, key)
		}
	}
	return out
}

func place(t testing.TB, a canon.Account) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(a.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
