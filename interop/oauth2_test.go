//go:build interop

package interop_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// TestXOAuth2 drives golang.org/x/oauth2 as Go programs use it: a TokenSource behind an http.Client. Its default style is used, which tries Basic
// first and the body after it.
func TestXOAuth2(t *testing.T) {
	worlds(t, "golang.org/x/oauth2", func(t *testing.T, w *world) {
		before := w.amazon.Journal().Last()
		defer drove(t, w, w.driver, before)
		config := oauth2.Config{ClientID: w.client, ClientSecret: w.secret, Endpoint: oauth2.Endpoint{TokenURL: w.token}}
		// The client's own clock does not follow the sandbox's: an expired token is one that says so.
		expired := &oauth2.Token{RefreshToken: w.refresh, Expiry: time.Now().Add(-time.Hour)}
		source := config.TokenSource(t.Context(), expired)
		first, err := source.Token()
		if err != nil {
			t.Fatalf("the first refresh: %v", err)
		}
		if left := time.Until(first.Expiry); left < 50*time.Minute || left > time.Hour {
			t.Errorf("the token lives %v, want an hour", left)
		}
		get := func(token *oauth2.Token) int {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.ads+"/v2/profiles", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Amazon-Advertising-API-ClientId", w.client)
			resp, err := oauth2.NewClient(t.Context(), oauth2.StaticTokenSource(token)).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			return resp.StatusCode
		}
		want := func(what string, got, status int) {
			t.Helper()
			if got != status {
				t.Errorf("%s: status %d, want %d", what, got, status)
			}
		}
		want("read", get(first), 200)
		w.amazon.Advance(61 * time.Minute)
		want("expired", get(first), 401)
		second, err := config.TokenSource(t.Context(), expired).Token()
		if err != nil {
			t.Fatalf("the refresh after expiry: %v", err)
		}
		want("after expiry", get(second), 200)
		want("wrong token", get(&oauth2.Token{AccessToken: "Atza|sbx-EXAMPLE-wrong"}), 401)
		w.throttleAll(true)
		want("throttled", get(second), 429)
		w.throttleAll(false)
		w.revoke()
		want("revoked call", get(second), 401)
		var refused *oauth2.RetrieveError
		if _, err := config.TokenSource(t.Context(), expired).Token(); !errors.As(err, &refused) {
			t.Errorf("a revoked refresh: %v, want a refusal", err)
		}
	})
}
