package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

func aWrite(key string, after time.Duration) writes.Write {
	return writes.Write{
		ID: id.New[id.AdsWrite](start().Add(after)), Grant: "01JD0000000000000000000GRA", Kind: canon.KindTarget, Verb: writes.Patch,
		By: audit.Actor{Kind: audit.Caller, ID: "01JD0000000000000000000CAL", Name: "bids"}, At: start().Add(after), Key: key, Digest: "d-" + key,
		Changes: []writes.Change{
			{Row: 0, Account: "11", Channel: canon.SponsoredProducts, Object: "701", Action: writes.Update, Before: json.RawMessage(`{"id":"701"}`), After: json.RawMessage(`{"id":"701","name":"x"}`), State: writes.Waiting},
			{Row: 1, Account: "11", Channel: canon.SponsoredProducts, Object: "702", Action: writes.Update, State: writes.Waiting},
			{Row: 2, Account: "12", Channel: canon.SponsoredBrands, Action: writes.Create, After: json.RawMessage(`{"name":"y"}`), State: writes.Refused, Refusal: &writes.Refusal{Problem: "ads.invalid_argument", Field: "bid"}},
			{Row: 3, Account: "12", Channel: canon.SponsoredBrands, Object: "704", Action: writes.Update, State: writes.Done, Same: true},
		},
	}
}

// adsWrites holds that the ledger gives back what was written down, that a key stands for one order, and that what a kill left is not taken
// for done.
func adsWrites(t *testing.T, open Open) {
	begin := func(t *testing.T, s *store.Store, w writes.Write) {
		t.Helper()
		must(t, s.BeginAdsWrite(t.Context(), w, did("ads.write", string(w.ID))))
	}
	read := func(t *testing.T, s *store.Store, w id.AdsWrite) writes.Write {
		t.Helper()
		got, err := s.AdsWrite(t.Context(), w)
		must(t, err)
		return got
	}
	t.Run("what was written down comes back, then what came of it", func(t *testing.T) {
		t.Parallel()
		s, w := open(t), aWrite("k", 0)
		begin(t, s, w)
		w.Counts = map[writes.State]int{writes.Waiting: 2, writes.Refused: 1, writes.Done: 1}
		if d := cmp.Diff(w, read(t, s, w.ID)); d != "" {
			t.Error(d)
		}
		must(t, s.SendAdsChanges(t.Context(), w.ID, []int{0, 1}))
		if err := s.SendAdsChanges(t.Context(), w.ID, []int{0}); err == nil {
			t.Error("a change was sent twice")
		}
		w.Changes[0].State, w.Changes[0].After = writes.Done, json.RawMessage(`{"id":"701","name":"z"}`)
		w.Changes[1].State, w.Changes[1].Refusal = writes.Refused, &writes.Refusal{Problem: "ads.throttled", Status: 429, RequestID: "r"}
		must(t, s.SettleAdsChanges(t.Context(), w.ID, w.Changes[:2]))
		must(t, s.EndAdsWrite(t.Context(), w.ID, start().Add(time.Second), did("ads.write", string(w.ID))))
		w.Ended, w.Counts = start().Add(time.Second), map[writes.State]int{writes.Done: 2, writes.Refused: 2}
		byKey, err := s.AdsWriteByKey(t.Context(), w.Grant, w.By.ID, "k")
		must(t, err)
		if d := cmp.Diff(w, byKey); d != "" {
			t.Error(d)
		}
		if n := entries(t, s); n != 2 {
			t.Errorf("%d audit entries, want one for each end", n)
		}
	})
	t.Run("a key stands for one order of one caller", func(t *testing.T) {
		t.Parallel()
		s, first, second, other := open(t), aWrite("k", 0), aWrite("k", time.Second), aWrite("k", 2*time.Second)
		begin(t, s, first)
		if err := s.BeginAdsWrite(t.Context(), second, did("ads.write", "2")); !errors.Is(err, writes.ErrKeyUsed) {
			t.Errorf("the same key: %v", err)
		}
		if _, err := s.AdsWrite(t.Context(), second.ID); !errors.Is(err, writes.ErrNotFound) {
			t.Errorf("a refused one left something: %v", err)
		}
		other.By.ID = "01JD0000000000000000000CA2"
		begin(t, s, other)
		begin(t, s, aWrite("", 3*time.Second))
		begin(t, s, aWrite("", 4*time.Second))
		if _, err := s.AdsWriteByKey(t.Context(), first.Grant, first.By.ID, ""); !errors.Is(err, writes.ErrNotFound) {
			t.Errorf("an order without a key was found by it: %v", err)
		}
	})
	t.Run("what a kill left is unknown, or was not sent", func(t *testing.T) {
		t.Parallel()
		s, w, ended := open(t), aWrite("", 0), aWrite("", time.Second)
		begin(t, s, w)
		begin(t, s, ended)
		must(t, s.SendAdsChanges(t.Context(), w.ID, []int{1}))
		must(t, s.EndAdsWrite(t.Context(), ended.ID, start(), did("ads.write", string(ended.ID))))
		n, err := s.LoseAdsWrites(t.Context(), start().Add(time.Minute))
		if err != nil || n != 1 {
			t.Errorf("%d lost, %v", n, err)
		}
		got := read(t, s, w.ID)
		if d := cmp.Diff(map[writes.State]int{writes.NotSent: 1, writes.Unknown: 1, writes.Refused: 1, writes.Done: 1}, got.Counts); d != "" || got.Ended.IsZero() {
			t.Error(d, got.Ended)
		}
		if d := cmp.Diff(map[writes.State]int{writes.Waiting: 2, writes.Refused: 1, writes.Done: 1}, read(t, s, ended.ID).Counts); d != "" {
			t.Error(d)
		}
	})
	t.Run("an undoing marks what it undid", func(t *testing.T) {
		t.Parallel()
		s, w, undo := open(t), aWrite("", 0), aWrite("", time.Second)
		begin(t, s, w)
		undo.Verb, undo.Undoes, undo.Changes = writes.Undo, w.ID, undo.Changes[:2]
		undo.Changes[0].Undoes, undo.Changes[1].Undoes = 1, 0
		begin(t, s, undo)
		undo.Changes[0].State, undo.Changes[1].State = writes.Done, writes.Unknown
		must(t, s.SettleAdsChanges(t.Context(), undo.ID, undo.Changes))
		got := read(t, s, w.ID)
		if got.Changes[1].UndoneBy != undo.ID || got.Changes[0].UndoneBy != "" {
			t.Errorf("%+v", got.Changes)
		}
		if again := read(t, s, undo.ID); again.Changes[0].Undoes != 1 || again.Undoes != w.ID {
			t.Errorf("%+v", again)
		}
	})
	t.Run("lists", func(t *testing.T) {
		t.Parallel()
		s, a, b, c := open(t), aWrite("", 0), aWrite("", time.Second), aWrite("", 2*time.Second)
		b.Kind, b.Changes, c.Grant = canon.KindCampaign, b.Changes[:1], "01JD0000000000000000000GR2"
		b.Changes[0].Object = "9"
		for _, w := range []writes.Write{a, b, c} {
			begin(t, s, w)
		}
		for name, x := range map[string]struct {
			f    writes.Filter
			want []id.AdsWrite
		}{
			"newest first": {writes.Filter{Limit: 9}, []id.AdsWrite{b.ID, a.ID}},
			"so many":      {writes.Filter{Limit: 1}, []id.AdsWrite{b.ID}},
			"further":      {writes.Filter{Limit: 9, Before: b.ID}, []id.AdsWrite{a.ID}},
			"of a kind":    {writes.Filter{Limit: 9, Kind: "target"}, []id.AdsWrite{a.ID}},
			"of an object": {writes.Filter{Limit: 9, Object: "9"}, []id.AdsWrite{b.ID}},
			"since":        {writes.Filter{Limit: 9, Since: b.At}, []id.AdsWrite{b.ID}},
			"none":         {writes.Filter{Limit: 9, Object: "10"}, nil},
		} {
			x.f.Grant = a.Grant
			all, err := s.AdsWrites(t.Context(), x.f)
			must(t, err)
			var got []id.AdsWrite
			for _, w := range all {
				got = append(got, w.ID)
			}
			if d := cmp.Diff(x.want, got); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	})
}
