package writes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// ten is an order about ten targets, which leaves in parts of four.
func ten(t *testing.T) (objects []canon.AdsObject, o writes.Order) {
	t.Helper()
	o = patch(canon.KindTarget)
	for i := range 10 {
		is := fmt.Sprint(70 + i)
		objects = append(objects, target(t, is, "1"))
		o.Rows = append(o.Rows, row(is, `{"bid_amount":1.5}`))
	}
	return objects, o
}

func throttle() *amazon.AdsResult {
	return &amazon.AdsResult{Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.AdsThrottled), Status: 429}}
}

// TestAnswerLostAfterTheEffect resets the connection after the second part of ten was made: those rows are unknown, whatever is asked
// again with the same key, and none is made twice.
func TestAnswerLostAfterTheEffect(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	b.m.fail = func(call int, _ amazon.AdsChange) *amazon.AdsResult {
		if call == 2 {
			return &amazon.AdsResult{ID: "after", Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.WritesOutcomeUnknown)}}
		}
		return nil
	}
	o.Key = "raise"
	out := b.do(o)
	lost := "unknown writes.outcome_unknown"
	want := []string{"ok", "ok", "ok", "ok", lost, lost, lost, lost, "ok", "ok"}
	if d := cmp.Diff(want, said(out)); d != "" {
		t.Error(d)
	}
	b.restart()
	again := b.do(o)
	if d := cmp.Diff(want, said(again)); d != "" || !again.Replayed || again.Write != out.Write || b.m.made != 10 {
		t.Errorf("%s replayed %v, %d effects", d, again.Replayed, b.m.made)
	}
	// The ledger still knows what they were: undoing looks at each, and takes back what was made.
	back, err := b.w.Undo(t.Context(), b.place, writes.UndoOrder{Write: out.Write})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slices.Repeat([]string{"ok"}, 10), said(back)); d != "" {
		t.Error(d)
	}
	for _, x := range objects {
		if bid := b.at(canon.KindTarget, "11", x.Common().ID).(*canon.AdsTarget).Bid; bid.Amount() != "1.00" {
			t.Errorf("%s has %s", x.Common().ID, bid)
		}
	}
}

func TestStormOf429(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until int // calls that are turned away
		want  string
		made  int
	}{
		"it passes":          {3, "ok", 10},
		"it outlasts us all": {1000, "ads.throttled", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				objects, o := ten(t)
				b := newMemoryBench(t, objects...)
				b.m.fail = func(call int, _ amazon.AdsChange) *amazon.AdsResult {
					if call <= c.until {
						return throttle()
					}
					return nil
				}
				began := time.Now()
				out := b.do(o)
				if d := cmp.Diff(slices.Repeat([]string{c.want}, 10), said(out)); d != "" || b.m.made != c.made {
					t.Errorf("%s %d effects", d, b.m.made)
				}
				if took := time.Since(began); took > time.Minute || took < time.Second {
					t.Errorf("it waited %v", took)
				}
			})
		})
	}
}

// TestHalfOfABatchIsThrottled holds that what was made before the storm is not sent once more.
func TestHalfOfABatchIsThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		objects, o := ten(t)
		b := newMemoryBench(t, objects...)
		sent := map[string]int{}
		b.m.fail = func(call int, c amazon.AdsChange) *amazon.AdsResult {
			if is := c.After.Common().ID; call == 1 && is > "71" {
				return throttle()
			} else {
				sent[is]++
			}
			return nil
		}
		if d := cmp.Diff(slices.Repeat([]string{"ok"}, 10), said(b.do(o))); d != "" {
			t.Error(d)
		}
		for is, n := range sent {
			if n != 1 {
				t.Errorf("%s was made %d times", is, n)
			}
		}
		if b.m.made != 10 {
			t.Errorf("%d effects", b.m.made)
		}
	})
}

// TestKilledInTheMiddle ends the store while the second of three parts is under way, as a kill does. Afterwards the first is done, the
// second unknown and the third not sent; the same key gets that answer and sends nothing.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	reached, killed := make(chan struct{}), make(chan struct{})
	b.m.block = func(call int) {
		if call == 2 {
			close(reached)
			<-killed
		}
	}
	o.Key = "raise"
	ended := make(chan struct{})
	w := b.w
	go func() {
		defer close(ended)
		_, _ = w.Do(context.Background(), b.place, o)
	}()
	<-reached
	if out, err := b.w.Do(t.Context(), b.place, o); !errors.Is(err, problem.New(problem.WritesUnderWay)) {
		t.Errorf("while it is under way: %v %v", out, err)
	}
	b.restart()
	close(killed)
	<-ended
	lost, left := "unknown writes.outcome_unknown", "writes.not_sent"
	again := b.do(o)
	if d := cmp.Diff([]string{"ok", "ok", "ok", "ok", lost, lost, lost, lost, left, left}, said(again)); d != "" || !again.Replayed {
		t.Error(d, again.Replayed)
	}
	if b.m.calls != 2 || b.m.made != 8 {
		t.Errorf("%d writes with %d effects", b.m.calls, b.m.made)
	}
	other := o
	other.Rows = slices.Clone(o.Rows)
	other.Rows[9].Body = json.RawMessage(`{"bid_amount":1.6}`)
	if _, err := b.w.Do(t.Context(), b.place, other); !errors.Is(err, problem.New(problem.WritesKeyReused)) {
		t.Errorf("another order with the key: %v", err)
	}
}

// TestWhoAskedMayGo holds that an order is brought to its end though its caller hung up.
func TestWhoAskedMayGo(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	ctx, cancel := context.WithCancel(t.Context())
	b.m.block = func(call int) {
		if call == 1 {
			cancel()
		}
	}
	out, err := b.w.Do(ctx, b.place, o)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slices.Repeat([]string{"ok"}, 10), said(out)); d != "" {
		t.Error(d)
	}
}

// TestTheSameOrderAtTheSameTime holds that of many askings with one key one is made.
func TestTheSameOrderAtTheSameTime(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	b.w = writes.New(writes.Config{Store: b.store})
	o.Key = "once"
	done := make(chan error, 8)
	for range 8 {
		go func() {
			_, err := b.w.Do(context.Background(), b.place, o)
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil && !errors.Is(err, problem.New(problem.WritesUnderWay)) {
			t.Error(err)
		}
	}
	if b.m.made != 10 {
		t.Errorf("%d effects", b.m.made)
	}
}

func TestAModelThatLosesRows(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	b.place.Model = forgetful{b.m}
	out := b.do(o)
	if done, failed, unknown := out.Count(); done != 7 || failed != 0 || unknown != 3 {
		t.Errorf("%d done, %d not, %d unknown", done, failed, unknown)
	}
}

type forgetful struct{ *model }

func (f forgetful) AdsWrite(ctx context.Context, s amazon.Asker, a canon.Account, changes []amazon.AdsChange) []amazon.AdsResult {
	all := f.model.AdsWrite(ctx, s, a, changes)
	return all[:len(all)-1]
}
