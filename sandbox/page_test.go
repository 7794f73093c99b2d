package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
)

// The page's files are for anybody on this machine, all that it asks for is for who holds the token, and no other web page gets in.
func TestPage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, c := range []struct {
		method, path, origin, token string
		want                        int
	}{
		{"GET", "/", "", "", 200},
		{"GET", "/page.js", "", "", 200},
		{"GET", "/page.css", "", "", 200},
		{"GET", "/world", "", "", 401},
		{"GET", "/page/index.html", "", s.ready.Token, 404},
		{"POST", "/", "", "", 401},
		{"POST", "/clock", s.ready.Control, s.ready.Token, 200},
		{"POST", "/clock", "http://evil.example", s.ready.Token, 403},
		{"GET", "/", "null", "", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, s.ready.Control+c.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if c.method == "POST" {
			r, err = http.NewRequestWithContext(t.Context(), c.method, s.ready.Control+c.path, strings.NewReader(`{"factor":0}`))
			if err != nil {
				t.Fatal(err)
			}
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		resp, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %s from %q: %d, want %d", c.method, c.path, c.origin, resp.StatusCode, c.want)
		}
		if c.path == "/" && c.want == 200 && resp.Header.Get("Content-Security-Policy") == "" {
			t.Error("the page has no Content-Security-Policy")
		}
	}
}
