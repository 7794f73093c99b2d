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

// TestAFileIsPutWithoutTheGrantAndOnlyWhereFilesAreTaken: as with what is fetched, and no redirect is followed.
func TestAFileIsPutWithoutTheGrantAndOnlyWhereFilesAreTaken(t *testing.T) {
	t.Parallel()
	type seen struct {
		header http.Header
		body   string
	}
	var got []seen
	answer := http.StatusOK
	amz := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, seen{r.Header.Clone(), r.Method + " " + r.Host + " " + r.URL.RequestURI() + " " + string(body)})
		w.Header().Set("Location", "https://evil.example/")
		w.WriteHeader(answer)
		_, _ = io.WriteString(w, strings.Repeat("x", 70<<10))
	}))
	t.Cleanup(amz.Close)
	door, err := egress.New(egress.Config{Programs: []amazon.Program{ads.New()}, SandboxURL: amz.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Close)
	putter := func(realm amazon.Realm) amazon.Putter {
		return door.For(snapshot.Grant{Name: "g", Program: "ads", Realm: realm}, ads.New(), func() (snapshot.Token, bool) {
			return snapshot.Token{Access: secret.New(canaryAccess), Expires: time.Now().Add(time.Hour)}, true
		}).(amazon.Putter)
	}
	places := ads.New().Descriptor().Uploads[canon.NA]
	for i, address := range []string{amz.URL, "https://" + places[0], "https://" + places[1]} {
		answer = []int{http.StatusOK, http.StatusTemporaryRedirect, http.StatusForbidden}[i]
		a, err := putter(amazon.Sandbox).Put(t.Context(), canon.NA, address+"/a%20b?X-Amz-Signature=x%2By", "image/png", []byte("a picture"))
		if err != nil || a.Status != answer || len(a.Body) != 64<<10 || !a.Truncated {
			t.Fatalf("%s: %+v, %v", address, a, err)
		}
		if want := "PUT " + places[max(0, i-1)] + " /a%20b?X-Amz-Signature=x%2By a picture"; len(got) != i+1 || got[i].body != want {
			t.Errorf("%d calls, the last %q, want %q", len(got), got[len(got)-1].body, want)
		}
		for name, values := range got[i].header {
			if strings.Contains(strings.Join(values, " "), "sbx") || name == "Authorization" || name == "Content-Type" && values[0] != "image/png" {
				t.Errorf("the upload carries %s: %v", name, values)
			}
		}
	}
	for name, c := range map[string]struct {
		realm   amazon.Realm
		address string
	}{
		"another bucket":        {amazon.Real, "https://al-na-00000000-0000.s3.amazonaws.com/x"},
		"where reports are":     {amazon.Real, "https://" + ads.New().Descriptor().Files[canon.NA] + "/x"},
		"the API itself":        {amazon.Sandbox, "https://" + adsHost + "/assets/register"},
		"the sandbox, for real": {amazon.Real, amz.URL + "/x"},
		"without TLS":           {amazon.Sandbox, "http://" + places[0] + "/x"},
		"no address":            {amazon.Sandbox, "::"},
	} {
		_, err := putter(c.realm).Put(t.Context(), canon.NA, c.address, "image/png", []byte("x"))
		var sent *amazon.SendError
		if !errors.As(err, &sent) || sent.Wrote || codeOf(err) != "egress.host" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d calls", len(got))
	}
}
