package unified_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

var secondPage = url.Values{"sort": {"name"}, "limit": {"4"}, "offset": {"4"}}

// TestReadingsEndWithAWrite holds that after a write no page is told of a reading that began before it, whether that had ended or not.
func TestReadingsEndWithAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := small()
		u := w.ads(t)
		w.takes = time.Second
		first := url.Values{"sort": {"name"}, "limit": {"4"}}
		pageReads := func() bool {
			before := w.calls.Load()
			w.ask(t, u, "/-/campaign", secondPage)
			return w.calls.Load() != before
		}
		w.ask(t, u, "/-/campaign", first)
		if pageReads() {
			t.Error("nothing was written, and the second page was read anew")
		}
		for _, c := range []struct {
			method, path string
			body         any
		}{
			{"PATCH", "/shop/campaign", []row{{"id": "no such one", "name": "x"}}},
			{"PATCH", "/-/campaign", []row{{"id": "no such one", "organization_id": "1001", "name": "x"}}},
			{"POST", "/shop/undo/no-such-one", nil},
			{"POST", "/shop/undo", row{"ids": []string{"no-such-one"}}},
		} {
			w.send(t, u, c.method, c.path, nil, c.body)
			if !pageReads() {
				t.Errorf("after %s %s the second page is of a reading before it", c.method, c.path)
			}
		}
		u = w.ads(t)
		var wait sync.WaitGroup
		wait.Go(func() { w.ask(t, u, "/-/campaign", first) })
		synctest.Wait() // its calls are under way
		w.send(t, u, "PATCH", "/shop/campaign", nil, []row{})
		wait.Wait()
		if !pageReads() {
			t.Error("the second page is of a reading that was under way while something was written")
		}
	})
}

// TestReadingsThatNobodyWaitedFor holds that what was read of a list when its asker went away is told to nobody.
func TestReadingsThatNobodyWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := small()
		for i := range 10 {
			w.account("shop", "20"+string(rune('A'+i)), "NA", 3, 0)
		}
		w.takes = time.Second
		u := w.ads(t)
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		a := unified.Ask{By: audit.Actor{Kind: audit.Caller, Name: "shop"}, Method: "GET", Base: "/lk/v1/ads", Path: "/-/campaign", Query: url.Values{"sort": {"name"}, "limit": {"4"}}, Header: http.Header{}, Body: strings.NewReader(""), Access: w}
		if err := u.Serve(ctx, a).WriteTo(httptest.NewRecorder(), false); err != nil {
			t.Fatal(err)
		}
		if r := w.ask(t, u, "/-/campaign", secondPage); r.Code != http.StatusOK {
			t.Errorf("the next asker was told %d %s", r.Code, r.Header().Get(unified.HeaderMissing))
		}
	})
}

// TestCursorsAreNotBelieved holds that a cursor that somebody wrote himself leads past the end at most.
func TestCursorsAreNotBelieved(t *testing.T) {
	t.Parallel()
	w := small()
	u := w.ads(t)
	next := w.ask(t, u, "/-/campaign", url.Values{"sort": {"name"}, "limit": {"4"}}).Header().Get(unified.HeaderNext)
	text, err := base64.RawURLEncoding.DecodeString(next)
	if err != nil {
		t.Fatal(err)
	}
	far := strings.Replace(string(text), `"o":4`, `"o":9223372036854775807`, 1)
	if far == string(text) {
		t.Fatalf("%s tells no offset", text)
	}
	r := w.ask(t, u, "/-/campaign", url.Values{"sort": {"name"}, "limit": {"4"}, "offset": {"5"}, "cursor": {base64.RawURLEncoding.EncodeToString([]byte(far))}})
	if got := objects(t, r); len(got) != 0 {
		t.Errorf("behind the end there are %v", got)
	}
}
