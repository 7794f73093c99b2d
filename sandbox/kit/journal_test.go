package kit_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// front mounts a fake of two routes; the path /b/... takes effect.
func front(t *testing.T, ring int) *kit.Front {
	t.Helper()
	w := kit.DefaultWorld(1, kit.FrozenClock(time.Unix(1_795_000_000, 0)))
	f, err := kit.NewFront(kit.FrontConfig{World: w, Journal: ring, Fakes: []kit.Fake{{
		Program: "toy", Hosts: []kit.Host{{Name: "toy.amazon.com", Region: "EU"}}, Roots: []string{"/toy"},
		Identify: func(x *kit.Exchange) { x.Client = x.Header.Get("Client") },
		Unknown:  func(*kit.Exchange) kit.Response { return kit.Text(404, "text/plain", "toy knows no such path") },
		Routes: []kit.Route{
			{Operation: "a", Method: "GET", Pattern: "/a", Handle: func(x *kit.Exchange) kit.Response {
				return kit.JSON(200, map[string]string{"region": x.Region, "base": x.Base})
			}},
			{Operation: "b", Method: "POST", Pattern: "/b/{id}/c/{more}", Handle: func(x *kit.Exchange) kit.Response {
				x.Effect = "made"
				x.Note("token", "Atza|sbxSECRETSECRET")
				return kit.Text(200, "text/plain", x.Var("id")+" "+x.Var("more")+x.Var("none"))
			}},
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func call(t *testing.T, f *kit.Front, method, target string, header ...string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// TestRouting: by Amazon's host, by the region segment, by patterns; what nobody has goes to who owns the root.
func TestRouting(t *testing.T) {
	t.Parallel()
	f := front(t, 100)
	for _, test := range []struct {
		method, target string
		status         int
		body           string
	}{
		{"GET", "http://toy.amazon.com/a", 200, `{"base":"","region":"EU"}`},
		{"GET", "http://localhost/a", 200, `{"base":"","region":"NA"}`},
		{"GET", "http://localhost/fe/a", 200, `{"base":"/fe","region":"FE"}`},
		{"GET", "http://localhost/EU/a", 200, `{"base":"/EU","region":"EU"}`},
		{"GET", "http://toy.amazon.com/fe/a", 404, ""},
		{"POST", "http://localhost/b/1%2F2/c/x%20y", 200, "1/2 x y"},
		{"POST", "http://localhost/b/1/c/", 404, ""},
		{"POST", "http://localhost/b//c/1", 404, ""},
		{"POST", "http://localhost/b/1/c/2/d", 404, ""},
		{"GET", "http://localhost/b/1/c/2", 404, ""},
		{"GET", "http://localhost/toy/x", 404, "toy knows no such path"},
		{"GET", "http://localhost/toyx", 404, "lockkeeper sandbox"},
		{"GET", "http://localhost/eu", 404, "lockkeeper sandbox"},
		{"GET", "http://toy.example.test/a", 421, ""},
	} {
		status, body := call(t, f, test.method, test.target)
		if status != test.status || !strings.Contains(body, test.body) {
			t.Errorf("%s %s: %d %s", test.method, test.target, status, body)
		}
	}
}

// TestMountRefuses holds what cannot be mounted.
func TestMountRefuses(t *testing.T) {
	t.Parallel()
	handle := func(*kit.Exchange) kit.Response { return kit.Response{Status: 200} }
	route := kit.Route{Method: "GET", Pattern: "/a", Handle: handle}
	for name, fakes := range map[string][]kit.Fake{
		"two of a name": {{Program: "a"}, {Program: "a"}},
		"two routes":    {{Program: "a", Routes: []kit.Route{route, route}}},
		"no handler":    {{Program: "a", Routes: []kit.Route{{Pattern: "/a"}}}},
		"no path":       {{Program: "a", Routes: []kit.Route{{Pattern: "a", Handle: handle}}}},
		"two regions":   {{Program: "a", Hosts: []kit.Host{{Name: "h", Region: "NA"}, {Name: "h", Region: "EU"}}}},
	} {
		if _, err := kit.NewFront(kit.FrontConfig{World: kit.NewWorld(1, nil), Fakes: fakes}); err == nil {
			t.Errorf("%s: mounted", name)
		}
	}
}

// TestVerify holds each expectation, met and not met.
func TestVerify(t *testing.T) {
	t.Parallel()
	f := front(t, 100)
	call(t, f, "GET", "http://localhost/a")
	call(t, f, "POST", "http://localhost/b/1/c/2", "Client", f.World.Profile(kit.Shop).ClientID, "User-Agent", "toy-client/1.0")
	call(t, f, "GET", "http://localhost/a")
	a, b := kit.Filter{Match: kit.Match{Operation: "a"}}, kit.Filter{Match: kit.Match{Operation: "b"}}
	shop := kit.Filter{Match: kit.Match{Client: kit.Shop, Program: "toy", Method: "POST", Path: "/B/*"}, Status: 200, Effect: "made", Agent: "toy-client"}
	for _, test := range []struct {
		name string
		e    kit.Expectation
		met  bool
	}{
		{"exactly", kit.Exactly(2, a), true},
		{"exactly, fewer", kit.Exactly(3, a), false},
		{"exactly, more", kit.Exactly(1, a), false},
		{"at least", kit.AtLeast(1, a), true},
		{"at least, fewer", kit.AtLeast(3, a), false},
		{"never", kit.Never(kit.Filter{Status: 500}), true},
		{"never, but once", kit.Never(shop), false},
		{"in order", kit.InOrder(a, b, a), true},
		{"not in order", kit.InOrder(b, a, b), false},
		{"nonsense", kit.Expectation{Times: "often"}, false},
		{"after", kit.Exactly(1, kit.Filter{Match: a.Match, After: 1}), true},
		{"other client", kit.Never(kit.Filter{Match: kit.Match{Client: kit.Agency}}), true},
	} {
		if err := f.Journal.Verify(test.e); (err == nil) != test.met {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	e := f.Journal.Entries(shop)[0]
	if diff := cmp.Diff([]kit.Note{{Name: "token", Value: "Atza|sbx...[redacted]"}}, e.Notes); diff != "" {
		t.Error(diff)
	}
	if e.Client != kit.Shop || e.Seq != 2 || e.Ended <= e.Began {
		t.Errorf("%+v", e)
	}
	f.Journal.Clear()
	if err := f.Journal.Verify(kit.Never(kit.Filter{})); err != nil {
		t.Error(err)
	}
}

// TestRing: counts stay exact when the ring has gone round, and what it no longer knows is an error, not a guess.
func TestRing(t *testing.T) {
	t.Parallel()
	f := front(t, 64)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 125 {
				call(t, f, "GET", "http://localhost/a", "Client", kit.Shop)
			}
		})
	}
	all.Wait()
	if n := len(f.Journal.Entries(kit.Filter{})); n != 64 || f.Journal.Dropped(0) != 1000-64 || f.Journal.Dropped(990) != 0 {
		t.Errorf("%d entries kept, %d dropped", n, f.Journal.Dropped(0))
	}
	if err := f.Journal.Verify(kit.Exactly(1000, kit.Filter{Match: kit.Match{Program: "toy", Client: kit.Shop}, Status: 200}),
		kit.Never(kit.Filter{Status: 500})); err != nil {
		t.Error(err)
	}
	if err := f.Journal.Verify(kit.Never(kit.Filter{Agent: "x"})); !errors.Is(err, kit.ErrDropped) {
		t.Errorf("told what it cannot know: %v", err)
	}
	if err := f.Journal.Verify(kit.Exactly(10, kit.Filter{After: 990, Generation: 0})); err != nil {
		t.Error(err)
	}
}

// TestAwait waits for an entry that comes later, and gives up with its context.
func TestAwait(t *testing.T) {
	t.Parallel()
	f := front(t, 10)
	done := make(chan error, 1)
	go func() { done <- f.Journal.Await(t.Context(), 2, kit.Filter{Status: 200}) }()
	call(t, f, "GET", "http://localhost/a")
	call(t, f, "GET", "http://localhost/nothing")
	call(t, f, "GET", "http://localhost/a")
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Journal.Await(ctx, 9, kit.Filter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
