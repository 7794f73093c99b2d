package canon_test

import (
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func TestParseMarketplace(t *testing.T) {
	t.Parallel()
	all := canon.Marketplaces()
	if len(all) != 22 {
		t.Fatalf("%d marketplaces, want 22", len(all))
	}
	for _, m := range all {
		for _, name := range []string{m.Country, strings.ToLower(m.Country), m.Site, strings.TrimPrefix(m.Site, "www."), "https://" + m.Site + "/dp/B000000000", m.ID} {
			if got, ok := canon.ParseMarketplace(name); !ok || got.Site != m.Site {
				t.Errorf("%q is %q, want %q", name, got.Site, m.Site)
			}
		}
	}
	if got, ok := canon.ParseMarketplace("GB"); !ok || got.Country != "UK" {
		t.Errorf("GB is %q", got.Country)
	}
	for _, name := range []string{"", "www.", "amazon.com.evil.example", "ZA", "www.amazon.co"} {
		if got, ok := canon.ParseMarketplace(name); ok {
			t.Errorf("%q is %s", name, got.Site)
		}
	}
}
