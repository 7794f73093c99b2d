package unified_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// FuzzAsk: no path and no query is answered with a mistake of ours, and none loses the caller's own words for what was wrong.
func FuzzAsk(f *testing.F) {
	for _, seed := range [][2]string{
		{"/shop/campaign", "limit=2&sort=name&order=desc"},
		{"/-/campaign", "raw=channel%3DSPONSORED_BRANDS%26envelope%3Dtrue"},
		{"/shop/campaign/10011000", "fields=raw"},
		{"/shop/target", "kind=option"},
		{"/shop/campaign", "cursor=eyJtIjoiIn0"},
		{"/shop/campaign", "updated_gte=2026-11-22&limit=1.0"},
		{"/support", ""},
		{"/openapi.json", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	w := small()
	u := w.ads(f)
	f.Fuzz(func(t *testing.T, path, text string) {
		query, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		r := httptest.NewRecorder()
		a := unified.Ask{Method: http.MethodGet, Base: "/lk/v1/ads", Path: path, Query: query, Header: http.Header{}, Body: strings.NewReader(""), Access: w}
		if err := u.Serve(t.Context(), a).WriteTo(r, false); err != nil || r.Code >= 500 {
			t.Errorf("%d %s: %v", r.Code, r.Body, err)
		}
	})
}
