package egress_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// TestAFileIsFetchedWithoutTheGrantAndOnlyWhereFilesAre: the address comes out of an answer, so that it may name anything.
func TestAFileIsFetchedWithoutTheGrantAndOnlyWhereFilesAre(t *testing.T) {
	t.Parallel()
	var seen http.Header
	amz := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		_, _ = io.WriteString(w, r.Host+" "+r.URL.RequestURI())
	}))
	t.Cleanup(amz.Close)
	door, err := egress.New(egress.Config{Programs: []amazon.Program{ads.New()}, SandboxURL: amz.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	fetcher := func(realm amazon.Realm) amazon.Fetcher {
		return door.For(snapshot.Grant{Name: "g", Program: "ads", Realm: realm}, ads.New(), func() (snapshot.Token, bool) {
			return snapshot.Token{Access: secret.New(canaryAccess), Expires: time.Now().Add(time.Hour)}, true
		}).(amazon.Fetcher)
	}
	files := ads.New().Descriptor().Files[canon.EU]
	for _, address := range []string{amz.URL + "/a%20b?X-Amz-Signature=x%2By", "https://" + files + "/a%20b?X-Amz-Signature=x%2By"} {
		file, err := fetcher(amazon.Sandbox).Fetch(t.Context(), canon.EU, address)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		body, err := io.ReadAll(file.Body)
		if want := files + " /a%20b?X-Amz-Signature=x%2By"; err != nil || string(body) != want {
			t.Errorf("got %q, %v, want %q", body, err, want)
		}
		if err := file.Body.Close(); err != nil {
			t.Error(err)
		}
		for name, values := range seen {
			if strings.Contains(strings.Join(values, " "), "sbx") || name == "Authorization" {
				t.Errorf("the download carries %s", name)
			}
		}
	}
	for name, c := range map[string]struct {
		realm   amazon.Realm
		address string
	}{
		"another host":             {amazon.Sandbox, "https://evil.example/report"},
		"the API itself":           {amazon.Sandbox, "https://" + adsHost + "/v2/profiles"},
		"a lookalike":              {amazon.Real, "https://" + files + ".evil.example/report"},
		"the sandbox, for real":    {amazon.Real, amz.URL + "/report"},
		"without TLS":              {amazon.Real, "http://" + files + "/report"},
		"with a user":              {amazon.Real, "https://a@" + files + "/report"},
		"no address":               {amazon.Sandbox, "::"},
		"no host":                  {amazon.Sandbox, "/report"},
		"another port of the host": {amazon.Real, "https://" + files + ":8443/report"},
	} {
		_, err := fetcher(c.realm).Fetch(t.Context(), canon.EU, c.address)
		var sent *amazon.SendError
		if !errors.As(err, &sent) || sent.Wrote {
			t.Errorf("%s: got %v", name, err)
		} else if strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: the error repeats the address: %v", name, err)
		}
	}
}
