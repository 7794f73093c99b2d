package report

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// TestWordsThatAreMeant: each word that is known from elsewhere stands for one that is there.
func TestWordsThatAreMeant(t *testing.T) {
	t.Parallel()
	there := slices.Concat(metricNames(), wordsOf(canon.ReportLevels()), wordsOf(canon.Channels()), fields(), longParameters())
	for _, k := range keys() {
		there = append(there, k.name)
	}
	for name := range longTypes() {
		there = append(there, name)
	}
	for word, meant := range known() {
		if !slices.Contains(there, meant) {
			t.Errorf("%s stands for %s, which is nothing", word, meant)
		}
		if strings.IndexFunc(word, unicode.IsSpace) >= 0 {
			t.Errorf("%q is no word", word)
		}
	}
	for _, c := range []struct {
		kind, word string
		there      []string
		want       string
	}{
		{"metric", "sales", metricNames(), `there is no metric "sales": did you mean conversion_value?`},
		{"metric", "impression", metricNames(), `there is no metric "impression": did you mean impressions?`},
		{"colour", "blue", []string{"red", "green"}, `there is no colour "blue", but red, green`},
		{"field", "start", fields(), `there is no field "start": did you mean start_date?`},
	} {
		if got := none(c.kind, c.word, c.there); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
