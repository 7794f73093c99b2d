package amazon_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
		ok          bool
	}{
		{"missing", "", 0, false},
		{"seconds", "7", 7 * time.Second, true},
		{"spaces", "  7 ", 7 * time.Second, true},
		{"zero", "0", 0, true},
		{"fraction", "1.2", 2 * time.Second, true},
		{"whole fraction", "2.0", 2 * time.Second, true},
		{"absurd", "99999999999999999999999", amazon.MaxRetryAfter, true},
		{"negative", "-3", 0, false},
		{"signed", "+3", 0, false},
		{"unit", "3s", 0, false},
		{"bare dot", ".", 0, false},
		{"date", "Sun, 01 Mar 2026 12:00:30 GMT", 30 * time.Second, true},
		{"RFC 850 date", "Sunday, 01-Mar-26 12:00:30 GMT", 30 * time.Second, true},
		{"past date", "Sun, 01 Mar 2026 11:00:00 GMT", 0, true},
		{"far date", "Sun, 01 Mar 2099 11:00:00 GMT", amazon.MaxRetryAfter, true},
		{"text", "soon", 0, false},
		{"html", "<b>later</b>", 0, false},
	} {
		h := http.Header{}
		if c.value != "" {
			h.Set("Retry-After", c.value)
		}
		got, ok := amazon.RetryAfter(h, now)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: RetryAfter(%q) = %v, %v; want %v, %v", c.name, c.value, got, ok, c.want, c.ok)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "1", "1.5", "Sun, 01 Mar 2026 12:00:30 GMT", "99999999999999999999", "-1", "\x00", "１"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, v string) {
		d, ok := amazon.RetryAfter(http.Header{"Retry-After": {v}}, now)
		if d < 0 || d > amazon.MaxRetryAfter || (!ok && d != 0) {
			t.Errorf("RetryAfter(%q) = %v, %v", v, d, ok)
		}
	})
}
