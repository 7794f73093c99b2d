package writes_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// TestMarkOfARow holds that a row's own mark counts before the one in its body, and that a star takes any.
func TestMarkOfARow(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	mark := canon.AdsETag(b.at(canon.KindTarget, "11", "70"))
	for _, c := range []struct{ mark, body, want string }{
		{"0123456789abcdef", `{"bid_amount":1.1}`, "writes.changed_meanwhile etag"},
		{"*", `{"bid_amount":1.1,"etag":"0123456789abcdef"}`, "ok"},
		{mark, `{"bid_amount":1.2}`, "writes.changed_meanwhile etag"}, // it is another by now
	} {
		one := row("70", c.body)
		one.IfMatch = c.mark
		if d := cmp.Diff([]string{c.want}, said(b.do(patch(canon.KindTarget, one)))); d != "" {
			t.Errorf("%s: %s", c.mark, d)
		}
	}
}

// TestHints holds that a hint saves looking elsewhere, and that a wrong one costs no more than the look.
func TestHints(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account string
		channel canon.Channel
		listed  int
	}{
		"right":           {"11", canon.SponsoredProducts, 1},
		"another channel": {"11", canon.SponsoredDisplay, 2},
		"another account": {"12", canon.SponsoredProducts, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, target(t, "70", "1"))
			b.place.Hint = func(_ canon.AdsKind, is string) (string, canon.Channel, bool) {
				return c.account, c.channel, is == "70"
			}
			if d := cmp.Diff([]string{"ok"}, said(b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`))))); d != "" {
				t.Error(d)
			}
			if b.m.listed != c.listed {
				t.Errorf("looked %d times", b.m.listed)
			}
			if d := cmp.Diff([]string{"writes.no_object id"}, said(b.do(patch(canon.KindTarget, row("404", `{"bid_amount":1.1}`))))); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestAuditSaysHowItEnded holds that an order of which a row failed is no success in the audit log either.
func TestAuditSaysHowItEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail *amazon.AdsResult
		end  string
		said string
	}{
		"all":     {nil, audit.Done, "1 done, 0 not, 0 unknown"},
		"none":    {&amazon.AdsResult{Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.AdsInvalidArgument)}}, audit.Failed, "0 done, 1 not, 0 unknown"},
		"perhaps": {&amazon.AdsResult{Unknown: true}, audit.Failed, "0 done, 0 not, 1 unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, target(t, "70", "1"))
			b.m.fail = func(int, amazon.AdsChange) *amazon.AdsResult { return c.fail }
			out := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`)))
			all, err := b.store.AuditEntries(t.Context(), string(out.Write), 0, 10)
			if err != nil || len(all) != 2 {
				t.Fatal(all, err)
			}
			if all[0].Outcome != c.end || all[0].Detail != c.said || all[1].Outcome != audit.Started || all[0].Actor != b.place.By {
				t.Errorf("%+v", all)
			}
		})
	}
}

// TestRepeatedAnswerIsTheSame holds that what was refused once is refused in the same words when the same order comes again.
func TestRepeatedAnswerIsTheSame(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"), target(t, "71", "1"))
	o := patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`), row("71", `{"bid_amount":9}`), row("404", `{}`))
	o.Key = "k"
	first := b.do(o)
	if at := first.Results[0].Object.Common().FetchedAt; !at.After(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("read at %v", at)
	}
	again := b.do(o)
	again.Replayed = false
	if d := cmp.Diff(asJSON(t, first), asJSON(t, again)); d != "" {
		t.Error(d)
	}
	if detail := again.Results[1].Refusal.Problem.Detail; !strings.Contains(detail, "from 1.00 EUR to 9.00 EUR") {
		t.Errorf("it says %q", detail)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestUndoManyGoesOn holds that one write that cannot be undone is told, and does not keep the older ones from being undone.
func TestUndoManyGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"), target(t, "71", "1"))
	older := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`))).Write
	middle := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.2}`), row("71", `{"bid_amount":1.2}`))).Write
	newer := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.3}`), row("71", `{"bid_amount":1.3}`))).Write
	out, err := b.w.UndoMany(t.Context(), b.place, writes.UndoOrder{Rows: []int{1}}, []id.AdsWrite{older, middle, newer})
	if err != nil || len(out) != 3 {
		t.Fatal(out, err)
	}
	if !out[0].Results[0].OK || !out[1].Results[0].OK || said(writes.Outcome{Results: out[2].Results})[0] != "writes.bad_order" {
		t.Errorf("%+v", out)
	}
	if bid := b.at(canon.KindTarget, "11", "71").(*canon.AdsTarget).Bid.Amount(); bid != "1.00" {
		t.Error(bid)
	}
	if out, err = b.w.UndoMany(t.Context(), b.place, writes.UndoOrder{}, nil); !errors.Is(err, problem.New(problem.WritesBadOrder)) {
		t.Error(out, err)
	}
}

// TestNewRowNamesItsAccount holds that a row for an account that the grant does not open is refused by itself, and the others are made.
func TestNewRowNamesItsAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	out := b.do(writes.Order{Kind: canon.KindCampaign, Verb: writes.Create, Rows: []writes.Row{
		row("", `{"organization_id":"99","name":"a","channel":"SPONSORED_PRODUCTS"}`), row("", `{"organization_id":"12","name":"b","channel":"SPONSORED_PRODUCTS"}`),
		row("", `{"organization_id":"12","name":"c","channel":"SPONSORED_DISPLAY"}`), row("", `{"organization_id":"12","name":"d","channel":"SPONSORED_PRODUCTS","targeting_mode":"AUTO"}`),
	}})
	if d := cmp.Diff([]string{"writes.no_account organization_id", "ok", "ok", "ok"}, said(out)); d != "" {
		t.Fatal(d)
	}
	for i, want := range map[int]string{1: "MANUAL", 2: "", 3: "AUTO"} {
		made := b.at(canon.KindCampaign, "12", out.Results[i].ID).(*canon.AdsCampaign)
		if made.TargetingMode != want || made.StartDate != "2026-11-22" {
			t.Errorf("%s is %q from %s", made.Name, made.TargetingMode, made.StartDate)
		}
	}
}

// TestUnderWay holds that an order whose first asking has not ended is neither made again nor answered.
func TestUnderWay(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	o := patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`))
	o.Key = "k"
	reached, release, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	b.m.block = func(int) { close(reached); <-release }
	go func() {
		_, err := b.w.Do(t.Context(), b.place, o)
		first <- err
	}()
	<-reached
	if _, err := b.w.Do(t.Context(), b.place, o); !errors.Is(err, problem.New(problem.WritesUnderWay)) {
		t.Errorf("the second was told %v", err)
	}
	close(release)
	if err := <-first; err != nil || b.m.made != 1 {
		t.Errorf("%v, %d effects", err, b.m.made)
	}
}

// TestGuardLooksAtEachBudget holds that the spend guard compares every budget with its own, not only the first.
func TestGuardLooksAtEachBudget(t *testing.T) {
	t.Parallel()
	c := campaign(t, "11", "1", "one", "10")
	c.Budgets = append(c.Budgets, canon.AdsBudget{Money: money(t, "100", "EUR"), Period: "LIFETIME"})
	b := newBench(t, c)
	for _, one := range []struct{ daily, lifetime, want string }{
		{"10", "201", "writes.spend_guard budgets"},
		{"21", "100", "writes.spend_guard budgets"},
		{"20", "200", "ok"},
	} {
		body := `{"budgets":[{"money":{"amount":"` + one.daily + `"},"period":"DAILY"},{"money":{"amount":"` + one.lifetime + `"},"period":"LIFETIME"}]}`
		if d := cmp.Diff([]string{one.want}, said(b.do(patch(canon.KindCampaign, row("1", body))))); d != "" {
			t.Errorf("%s and %s: %s", one.daily, one.lifetime, d)
		}
	}
}

// TestNothingComesBackFromTheArchive holds that what was archived since is left as it is, whatever is undone, and that a row without an id
// is named.
func TestNothingComesBackFromTheArchive(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	out := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`), row("", `{"bid_amount":1.1}`)))
	if d := cmp.Diff([]string{"ok", "writes.bad_order id"}, said(out)); d != "" {
		t.Error(d)
	}
	b.do(writes.Order{Kind: canon.KindTarget, Verb: writes.Remove, Rows: []writes.Row{{ID: "70"}}})
	if d := cmp.Diff([]string{"writes.archived_final", "same"}, said(b.undo(writes.UndoOrder{Write: out.Write}))); d != "" {
		t.Error(d)
	}
}
