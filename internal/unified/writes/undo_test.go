package writes_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

func (b *bench) undo(o writes.UndoOrder) writes.Outcome {
	b.t.Helper()
	out, err := b.w.Undo(b.t.Context(), b.place, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestUndo(t *testing.T) {
	t.Parallel()
	b := newBench(t, campaign(t, "11", "1", "one", "10"), campaign(t, "11", "2", "two", "10"), campaign(t, "11", "3", "three", "10"), campaign(t, "11", "4", "four", "10"))
	before := b.at(canon.KindCampaign, "11", "1")
	out := b.do(patch(canon.KindCampaign, row("1", `{"budget_amount":15,"name":"uno","status":"PAUSED","end_date":"2026-12-31"}`), row("2", `{"budget_amount":15}`),
		row("3", `{"budget_amount":99}`), row("4", `{"status":"ARCHIVED"}`)))
	if d := cmp.Diff([]string{"ok", "ok", "writes.spend_guard budgets", "ok"}, said(out)); d != "" {
		t.Fatal(d)
	}
	b.do(patch(canon.KindCampaign, row("2", `{"budget_amount":16,"name":"due"}`))) // somebody else's

	dry := b.undo(writes.UndoOrder{Write: out.Write, DryRun: true})
	want := []string{"ok", "writes.changed_since budgets", "same", "writes.not_undoable status"}
	if d := cmp.Diff(want, said(dry)); d != "" || len(dry.Requests) != 1 || b.m.made != 4 {
		t.Errorf("%s %d requests, %d effects", d, len(dry.Requests), b.m.made)
	}
	back := b.undo(writes.UndoOrder{Write: out.Write})
	if d := cmp.Diff(want, said(back)); d != "" {
		t.Error(d)
	}
	before.Common().ConnectionID = "shop"
	if d := cmp.Diff(before, b.at(canon.KindCampaign, "11", "1")); d != "" {
		t.Errorf("it is not as it was: %s", d)
	}
	if d := cmp.Diff([]string{"writes.undone", "writes.changed_since budgets", "same", "writes.not_undoable status"}, said(b.undo(writes.UndoOrder{Write: out.Write}))); d != "" {
		t.Error(d)
	}
	forced := b.undo(writes.UndoOrder{Write: out.Write, Rows: []int{1}, Force: true})
	if d := cmp.Diff(1, forced.Results[0].Index); d != "" || !forced.Results[0].OK {
		t.Errorf("%+v", forced)
	}
	two := b.at(canon.KindCampaign, "11", "2").(*canon.AdsCampaign)
	if two.Budgets[0].Money.Amount() != "10.00" || two.Name != "due" {
		t.Errorf("only what the write changed is taken back: %s %s", two.Budgets[0].Money, two.Name)
	}
	again := b.undo(writes.UndoOrder{Write: back.Write}) // undoing the undoing
	if d := cmp.Diff("ok", said(again)[0]); d != "" {
		t.Error(d)
	}
	if one := b.at(canon.KindCampaign, "11", "1").(*canon.AdsCampaign); one.Name != "uno" || one.Status != canon.StatusPaused || one.EndDate != "2026-12-31" {
		t.Errorf("%+v", one)
	}
}

// TestUndoIsNotGuarded holds that a bid that was lowered comes back however far that is.
func TestUndoIsNotGuarded(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "9"), target(t, "71", ""))
	out := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":0.02}`), row("71", `{"bid_amount":0.02}`)))
	if d := cmp.Diff([]string{"ok", "ok"}, said(b.undo(writes.UndoOrder{Write: out.Write}))); d != "" {
		t.Error(d)
	}
	if x := b.at(canon.KindTarget, "11", "70").(*canon.AdsTarget); x.Bid.Amount() != "9.00" {
		t.Error(x.Bid)
	}
	if x := b.at(canon.KindTarget, "11", "71").(*canon.AdsTarget); x.Bid != nil {
		t.Error(x.Bid)
	}
}

func TestUndoOfWhatWasMade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	out := b.do(writes.Order{Kind: canon.KindCampaign, Verb: writes.Create, Rows: []writes.Row{row("", `{"organization_id":"11","name":"new","channel":"SPONSORED_PRODUCTS","budget_amount":5}`)}})
	made := out.Results[0].ID
	if d := cmp.Diff([]string{"writes.not_undoable"}, said(b.undo(writes.UndoOrder{Write: out.Write}))); d != "" {
		t.Error(d)
	}
	back := b.undo(writes.UndoOrder{Write: out.Write, ArchiveCreated: true})
	if d := cmp.Diff([]string{"ok"}, said(back)); d != "" || !back.Results[0].Final || b.at(canon.KindCampaign, "11", made).Common().Status != canon.StatusArchived {
		t.Errorf("%s %+v", d, back)
	}
}

// TestUndoPartly holds that a row that fails stays to be undone, and that the whole is no success.
func TestUndoPartly(t *testing.T) {
	t.Parallel()
	objects, o := ten(t)
	b := newBench(t, objects...)
	out := b.do(o)
	b.m.fail = func(_ int, c amazon.AdsChange) *amazon.AdsResult {
		switch c.Before.Common().ID {
		case "71":
			return &amazon.AdsResult{Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.AdsInvalidArgument)}}
		case "72":
			return &amazon.AdsResult{ID: "after", Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.WritesOutcomeUnknown)}}
		}
		return nil
	}
	if done, failed, unknown := b.undo(writes.UndoOrder{Write: out.Write}).Count(); done != 8 || failed != 1 || unknown != 1 {
		t.Errorf("%d done, %d not, %d unknown", done, failed, unknown)
	}
	b.m.fail = nil
	want := slices.Repeat([]string{"writes.undone"}, 10)
	want[1], want[2] = "ok", "same" // the lost answer's row is as it was
	if d := cmp.Diff(want, said(b.undo(writes.UndoOrder{Write: out.Write}))); d != "" {
		t.Error(d)
	}
}

func TestUndoMany(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	var of []id.AdsWrite
	for _, bid := range []string{"1.1", "1.2", "1.3"} {
		of = append(of, b.do(patch(canon.KindTarget, row("70", `{"bid_amount":`+bid+`}`))).Write)
	}
	out, err := b.w.UndoMany(t.Context(), b.place, writes.UndoOrder{Key: "all"}, of)
	if err != nil || len(out) != 3 {
		t.Fatal(out, err)
	}
	for _, one := range out {
		if d := cmp.Diff([]string{"ok"}, said(one)); d != "" {
			t.Error(d)
		}
	}
	if x := b.at(canon.KindTarget, "11", "70").(*canon.AdsTarget); x.Bid.Amount() != "1.00" {
		t.Error(x.Bid)
	}
	again, err := b.w.UndoMany(t.Context(), b.place, writes.UndoOrder{Key: "all"}, of)
	if err != nil || !again[0].Replayed || !again[2].Replayed || b.m.made != 6 {
		t.Errorf("%+v %v, %d effects", again, err, b.m.made)
	}
	list, err := b.w.Writes(t.Context(), writes.Filter{Grant: b.place.Grant, Object: "70"})
	if err != nil || len(list) != 6 || list[0].Verb != writes.Undo || list[5].ID != of[0] {
		t.Errorf("%+v %v", list, err)
	}
}

func TestUndoOfNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	out := b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`)))
	other := b.place
	other.Grant = "01JD0000000000000000000GR2"
	for name, c := range map[string]struct {
		p    writes.Place
		o    writes.UndoOrder
		want problem.Code
	}{
		"no such write":           {b.place, writes.UndoOrder{Write: "01JD0000000000000000000WRI"}, problem.WritesNoWrite},
		"of another grant":        {other, writes.UndoOrder{Write: out.Write}, problem.WritesNoWrite},
		"a row that is not in it": {b.place, writes.UndoOrder{Write: out.Write, Rows: []int{0, 7}}, problem.WritesBadOrder},
	} {
		if _, err := b.w.Undo(t.Context(), c.p, c.o); !errors.Is(err, problem.New(c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := b.place
	gone.Accounts = gone.Accounts[1:]
	got, err := b.w.Undo(t.Context(), gone, writes.UndoOrder{Write: out.Write})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"writes.no_account organization_id"}, said(got)); d != "" {
		t.Error(d)
	}
}
