package snapshot_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

func grant(g id.Grant, name string, accounts ...string) snapshot.Grant {
	out := snapshot.Grant{ID: g, Name: name, Program: "ads"}
	for _, a := range accounts {
		out.Accounts = append(out.Accounts, canon.Account{ID: a, Region: canon.EU})
	}
	return out
}

func opening(s *snapshot.Snapshot, account string) map[id.Grant]bool {
	out := map[id.Grant]bool{}
	for g, a := range s.AccountsFor("ads", account) {
		if a.ID == account {
			out[g.ID] = true
		}
	}
	return out
}

func TestGrants(t *testing.T) {
	t.Parallel()
	s := snapshot.New()
	s.PublishGrant(grant("g1", "one", "a", "b"))
	s.PublishGrant(grant("g2", "two", "b"))
	if d := cmp.Diff(map[id.Grant]bool{"g1": true, "g2": true}, opening(s, "b")); d != "" {
		t.Error(d)
	}
	s.PublishGrant(grant("g1", "first", "a", "c"))
	if d := cmp.Diff(map[id.Grant]bool{"g2": true}, opening(s, "b")); d != "" {
		t.Error(d)
	}
	if g, ok := s.GrantNamed("first"); !ok || g.ID != "g1" {
		t.Error(g, ok)
	}
	if _, ok := s.GrantNamed("one"); ok {
		t.Error("the old name still leads somewhere")
	}
	for range s.AccountsFor("adm", "a") {
		t.Error("another program's account was found")
	}
	s.RemoveGrant("g1")
	s.RemoveGrant("g1")
	if _, ok := s.Grant("g1"); ok || len(opening(s, "a")) != 0 {
		t.Error("the grant is still there")
	}
	n := 0
	for range s.Grants() {
		n++
	}
	if n != 1 {
		t.Errorf("%d grants", n)
	}
}

// A late publisher never takes the gateway back.
func TestTokensNeverGoBack(t *testing.T) {
	t.Parallel()
	s := snapshot.New()
	s.PublishToken("g1", snapshot.Token{Generation: 1})
	if _, ok := s.Token("g1"); ok {
		t.Error("a token of no grant was kept")
	}
	s.PublishGrant(grant("g1", "one"))
	var all sync.WaitGroup
	for gen := range int64(50) {
		all.Go(func() {
			s.PublishToken("g1", snapshot.Token{Generation: gen + 1, Access: secret.New(fmt.Sprint("sbx", gen+1))})
		})
	}
	all.Wait()
	s.PublishToken("g1", snapshot.Token{Generation: 7})
	s.PublishGrant(grant("g1", "one", "a"))
	if got, _ := s.Token("g1"); got.Generation != 50 || got.Access.Reveal() != "sbx50" {
		t.Errorf("generation %d", got.Generation)
	}
	s.RemoveGrant("g1")
	if _, ok := s.Token("g1"); ok {
		t.Error("the token outlived its grant")
	}
}

// After any sequence of changes, every index says what the last publications say.
func TestIndexesAgree(t *testing.T) {
	t.Parallel()
	ids := []id.Grant{"g1", "g2", "g3"}
	accounts := []string{"a", "b", "c"}
	rapid.Check(t, func(r *rapid.T) {
		s := snapshot.New()
		want := map[id.Grant]snapshot.Grant{}
		for range rapid.IntRange(1, 20).Draw(r, "steps") {
			g := rapid.SampledFrom(ids).Draw(r, "grant")
			if rapid.IntRange(0, 4).Draw(r, "remove") == 0 {
				s.RemoveGrant(g)
				delete(want, g)
				continue
			}
			name := string(g) + rapid.SampledFrom([]string{"-x", "-y"}).Draw(r, "name")
			next := grant(g, name, rapid.SliceOfNDistinct(rapid.SampledFrom(accounts), 0, 3, rapid.ID[string]).Draw(r, "accounts")...)
			s.PublishGrant(next)
			want[g] = next
		}
		for _, a := range accounts {
			expect := map[id.Grant]bool{}
			for g, w := range want {
				if w.Account(a) != nil {
					expect[g] = true
				}
			}
			if d := cmp.Diff(expect, opening(s, a)); d != "" {
				r.Fatal(d)
			}
		}
		for _, g := range ids {
			for _, name := range []string{string(g) + "-x", string(g) + "-y"} {
				got, ok := s.GrantNamed(name)
				if w, there := want[g]; ok != (there && w.Name == name) || (ok && got.ID != g) {
					r.Fatalf("%s: %v %v", name, got, ok)
				}
			}
		}
	})
}

func TestCallers(t *testing.T) {
	t.Parallel()
	s := snapshot.New()
	hash := func(text string) [32]byte { return sha256.Sum256([]byte(text)) }
	c := policy.Caller{ID: "c1", Name: "reporter", Passes: []policy.Pass{
		{ID: "p1", Kind: policy.Bearer, Hash: hash("one")}, {ID: "p2", Kind: policy.SigV4},
	}}
	s.PublishCaller(c)
	h, ok := s.PassByHash(hash("one"))
	if !ok || h.Pass.ID != "p1" || h.Caller.Name != "reporter" {
		t.Error(h, ok)
	}
	if _, ok := s.PassByHash([32]byte{}); ok {
		t.Error("a pass of another kind is found by its empty hash")
	}
	c.Passes = []policy.Pass{{ID: "p1", Kind: policy.Bearer, Hash: hash("one"), Revoked: time.Unix(1, 0)}, {ID: "p3", Kind: policy.Bearer, Hash: hash("three")}}
	c.Name = "renamed"
	s.PublishCaller(c)
	if h, _ := s.PassByHash(hash("one")); h.Caller.Live(h.Pass, time.Unix(2, 0)) {
		t.Error("a revoked pass is good")
	}
	if _, ok := s.Pass("p2"); ok {
		t.Error("a pass that is gone is found")
	}
	if _, ok := s.CallerNamed("reporter"); ok {
		t.Error("the old name still leads somewhere")
	}
	s.RemoveCaller("c1")
	if _, ok := s.PassByHash(hash("three")); ok {
		t.Error("the pass outlived its caller")
	}
	if _, ok := s.Caller("c1"); ok {
		t.Error("the caller is still there")
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	s := snapshot.New()
	s.PublishApp(snapshot.App{ID: "a1", ClientID: "x"})
	if a, ok := s.App("a1"); !ok || a.ClientID != "x" {
		t.Error(a, ok)
	}
	s.RemoveApp("a1")
	if _, ok := s.App("a1"); ok {
		t.Error("the app is still there")
	}
}

// BenchmarkPassCheck is the pass check of the hot path: one hash, one look-up, no lock.
func BenchmarkPassCheck(b *testing.B) {
	s := snapshot.New()
	for i := range 1000 {
		c := policy.Caller{ID: id.Caller(fmt.Sprint("c", i)), Name: fmt.Sprint("n", i)}
		c.Passes = []policy.Pass{{ID: id.Pass(fmt.Sprint("p", i)), Kind: policy.Bearer, Hash: sha256.Sum256(fmt.Append(nil, "lkp_EXAMPLE", i))}}
		s.PublishCaller(c)
	}
	text := "lkp_EXAMPLE500"
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h, ok := s.PassByHash(sha256.Sum256([]byte(text)))
			if !ok || !h.Caller.Live(h.Pass, time.Time{}) {
				b.Error("not found")
				return
			}
		}
	})
}
