package sandbox_test

import (
	"context"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

type outcome struct {
	status int
	err    error
}

// TestBarrier holds a refresh at each point, sees what has taken effect by then, and lets it go.
func TestBarrier(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		at         kit.Point
		generation int64 // while held
		delivered  bool  // something of the body, while held
	}{{kit.BeforeEffect, 1, false}, {kit.AfterEffect, 2, false}, {kit.MidBody, 2, true}} {
		t.Run(string(test.at), func(t *testing.T) {
			t.Parallel()
			b := start(t, sandbox.Options{Policy: "strict"})
			a := b.Fault(kit.Fault{Match: token, At: test.at, Do: kit.Hold})
			done := make(chan outcome, 1)
			go func() {
				status, _, err := b.refresh(t.Context(), b.consent.RefreshToken())
				done <- outcome{status, err}
			}()
			if err := a.Wait(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			e := b.Journal().Entries(kit.Filter{})[0]
			if b.consent.Generation() != test.generation || (e.Delivered > 0) != test.delivered || e.Ended != 0 || a.Held() != 1 || e.Fault != a.ID {
				t.Errorf("held at generation %d, delivered %d, ended %d, held %d", b.consent.Generation(), e.Delivered, e.Ended, a.Held())
			}
			a.Release()
			if got := <-done; got.status != 200 || got.err != nil {
				t.Errorf("released: %+v", got)
			}
			if e := b.last(t); e.Delivered != e.Length || e.Gone || e.Effect != "rotated" {
				t.Errorf("journal after the release: %+v", e)
			}
		})
	}
}

// TestClientGone: the client goes away while it is held. The exchange has then ended for it; what the server does with it
// depends on where it was, and before the effect on Drop.
func TestClientGone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		at    kit.Point
		drop  bool
		first bool // the exchange that was held took effect in the end
	}{
		{"before, served all the same", kit.BeforeEffect, false, true},
		{"before, dropped", kit.BeforeEffect, true, false},
		{"after", kit.AfterEffect, false, true},
		{"in the body", kit.MidBody, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, sandbox.Options{Policy: "strict"})
			a := b.Fault(kit.Fault{Match: token, At: test.at, Do: kit.Hold, Drop: test.drop})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan outcome, 1)
			go func() {
				status, _, err := b.refresh(ctx, b.consent.RefreshToken())
				done <- outcome{status, err}
			}()
			if err := a.Wait(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			cancel()
			if got := <-done; got.err == nil {
				t.Errorf("the client did not go away: %+v", got)
			}
			first := b.last(t)
			if !first.Gone {
				t.Errorf("the journal does not know that the client is gone: %+v", first)
			}
			a.Release()
			if status, _, err := b.refresh(t.Context(), b.consent.RefreshToken()); status == 0 || err != nil {
				t.Errorf("the next exchange: %d, %v", status, err)
			}
			second := b.last(t)
			if second.Began < first.Ended {
				t.Errorf("the exchanges overlap: the first ended at %d, the second began at %d", first.Ended, second.Began)
			}
			b.Faults().Clear()
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			e := b.Journal().Entries(kit.Filter{})[0]
			if took := e.Effect == "rotated"; took != test.first || !e.Gone {
				t.Errorf("in the end: effect %q, gone %v", e.Effect, e.Gone)
			}
		})
	}
}

// TestCloseLetsGo: a sandbox that ends does not wait for who it holds.
func TestCloseLetsGo(t *testing.T) {
	t.Parallel()
	b := start(t, sandbox.Options{})
	a := b.Fault(kit.Fault{Do: kit.Hold, Times: -1})
	done := make(chan outcome, 3)
	for range 3 {
		go func() {
			status, _, err := b.refresh(t.Context(), b.consent.RefreshToken())
			done <- outcome{status, err}
		}()
	}
	if err := a.Wait(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := <-done; got.err == nil {
			t.Errorf("a held request was answered: %+v", got)
		}
	}
}
