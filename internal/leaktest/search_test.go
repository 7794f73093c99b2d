package leaktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/leaktest"
)

// planted are the ways in which a secret gets into a text.
var planted = map[string]func(before, secret, after string) string{
	"raw":             func(b, s, a string) string { return b + s + a },
	"base64":          func(b, s, a string) string { return base64.StdEncoding.EncodeToString([]byte(b + s + a)) },
	"base64 url":      func(b, s, a string) string { return base64.URLEncoding.EncodeToString([]byte(b + s + a)) },
	"base64 unpadded": func(b, s, a string) string { return base64.RawStdEncoding.EncodeToString([]byte(b + s + a)) },
	"query":           func(b, s, a string) string { return url.Values{"b": {b}, "s": {b + s + a}}.Encode() },
	"path":            func(b, s, a string) string { return "/" + url.PathEscape(b+s+a) },
	"hex":             func(b, s, a string) string { return hex.EncodeToString([]byte(b + s + a)) },
	"HEX":             func(b, s, a string) string { return strings.ToUpper(hex.EncodeToString([]byte(b + s + a))) },
	"json": func(b, s, a string) string {
		text, _ := json.Marshal(map[string]string{"x": b + s + a})
		return string(text)
	},
	"json twice": func(b, s, a string) string {
		text, _ := json.Marshal(s)
		text, _ = json.Marshal(b + string(text) + a)
		return string(text)
	},
	"html":      func(b, s, a string) string { return template.HTMLEscapeString(b + s + a) },
	"cut short": func(b, s, a string) string { return b + s[:len(s)-(len(s)-min(len(s), 24))/2] + a },
}

// TestSearchFindsPlanted plants a secret in every encoding, between whatever, and holds that it is found: a search that finds
// nothing because it cannot proves nothing.
func TestSearchFindsPlanted(t *testing.T) {
	t.Parallel()
	for name, plant := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				secret := rapid.StringMatching(`(Atzr\|sbx|canary/)[A-Za-z0-9+/=_-]{12,60}`).Draw(t, "secret")
				before, after := rapid.StringN(0, 7, 20).Draw(t, "before"), rapid.StringN(0, 7, 20).Draw(t, "after")
				text := plant(before, secret, after)
				if hits := leaktest.New(leaktest.Canary{Name: "it", Text: secret}).In("here", []byte(text)); len(hits) == 0 {
					t.Fatalf("not found in %q", text)
				}
			})
		})
	}
}

// TestSearchFindsNothingElse holds that another secret of the same form is no hit.
func TestSearchFindsNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		form := `Atza\|sbx[A-Za-z0-9_-]{40}`
		secret, other := rapid.StringMatching(form).Draw(t, "secret"), rapid.StringMatching(form).Draw(t, "other")
		if secret[8:] == other[8:] {
			return
		}
		search := leaktest.New(leaktest.Canary{Name: "it", Text: "canary-" + secret[8:] + "-end"})
		for name, plant := range planted {
			if name == "cut short" || strings.Contains(other, secret[18:38]) {
				continue
			}
			if hits := search.In(name, []byte(plant("x", other, "y"))); len(hits) > 0 {
				t.Fatalf("found what is not there: %v", hits)
			}
		}
	})
}
