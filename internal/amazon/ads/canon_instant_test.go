package ads_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// FuzzInstant holds the short way of reading instants against time.Parse, and what is copied as it stands against what would be written.
func FuzzInstant(f *testing.F) {
	for _, s := range []string{
		"2026-06-21T05:03:07Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2023-02-29T00:00:00Z", "2026-12-31T24:00:00Z", "2026-1:-21T05:03:07Z",
		"2026-06-21T05:03:07z", "2026-06-21T05:03:60Z", "2026-06-21T05:03:07.120Z", "2026-06-21T05:03:07.12Z", "2026-06-21T05:03:07+02:00", "2026-06-21t05:03:07Z", "2026-06-21T05:60:07Z", "2026-00-21T05:00:07Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { holdInstant(t, s) })
}

// What is nearly an instant is drawn more often than a fuzzer meets it.
func TestInstants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := []byte(time.Unix(rapid.Int64Range(-62135596800-1e8, 253402300799).Draw(r, "at"), 0).UTC().Format(time.RFC3339))
		for range rapid.IntRange(0, 2).Draw(r, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(r, "where")] = rapid.SampledFrom([]byte("0123456789:-TZ./ \x00\xb0")).Draw(r, "what")
		}
		holdInstant(t, string(b))
	})
}

func holdInstant(t rapid.TB, s string) {
	t.Helper()
	got, err := ads.Instant(s)
	want, wantErr := time.Parse(time.RFC3339, s)
	if s == "" {
		want, wantErr = time.Time{}, nil
	}
	if (err == nil) != (wantErr == nil) || err == nil && !got.Equal(want) {
		t.Fatalf("%q: %v %v, want %v %v", s, got, err, want, wantErr)
	}
	said := wantErr == nil && !want.IsZero() && want.UTC().Format(time.RFC3339Nano) == s
	if copied := ads.InstantAsSaid(s); copied && !said || said && !copied && want.Year() > 1 {
		t.Fatalf("%q: copied %v, said as it stands %v", s, copied, said)
	}
}
