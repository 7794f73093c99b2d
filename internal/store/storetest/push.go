package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

const fire = id.Grant("01JD000000000000000000FIRE")

// withDevices opens a store with a grant of Device Messaging and so many registrations of it.
func withDevices(t *testing.T, open Open, n int) (*store.Store, []push.Registration) {
	t.Helper()
	s := open(t)
	must(t, s.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO grants (id, name, program, kind, realm, app, client_id, region, scopes, credential, created_at)
			VALUES ($1, 'fire', 'adm', 'client_credentials', 'sandbox', 'a', 'c', 'NA', '', '', 1)`, string(fire))
		return err
	}))
	all := make([]push.Registration, n)
	for i := range all {
		all[i] = push.Registration{
			ID: id.Registration(fmt.Sprintf("01JD0000000000000000000%03d", i)), Grant: fire, Registration: fmt.Sprintf("amzn1.adm-registration.sbx%d", i),
			Name: fmt.Sprintf("device %d", i), Tags: []string{"all", []string{"even", "odd"}[i%2]}, Added: start(),
		}
	}
	added, err := s.PutRegistrations(t.Context(), all)
	must(t, err)
	if added != n {
		t.Fatalf("%d of %d are new", added, n)
	}
	return s, all
}

func registrations(t *testing.T, open Open) {
	t.Run("kept, found and counted", func(t *testing.T) {
		t.Parallel()
		s, all := withDevices(t, open, 6)
		ctx := t.Context()
		for name, tt := range map[string]struct {
			filter push.Filter
			want   []push.Registration
		}{
			"all":        {push.Filter{Limit: 10}, all},
			"two tags":   {push.Filter{Tags: []string{"odd", "all"}, Limit: 10}, []push.Registration{all[1], all[3], all[5]}},
			"next page":  {push.Filter{After: all[3].ID, Limit: 1}, all[4:5]},
			"half a tag": {push.Filter{Tags: []string{"od"}, Limit: 10}, nil},
		} {
			tt.filter.Grant = fire
			got, err := s.Registrations(ctx, tt.filter)
			must(t, err)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
		got, err := s.RegistrationsNamed(ctx, fire, []string{all[0].Registration, "device 5", "nobody"})
		must(t, err)
		if d := cmp.Diff([]push.Registration{all[0], all[5]}, got); d != "" {
			t.Error(d)
		}
		again := all[2]
		again.ID, again.Name, again.Tags = id.Registration("01JD0000000000000000000999"), "renamed", nil
		added, err := s.PutRegistrations(ctx, []push.Registration{again})
		must(t, err)
		got, err = s.RegistrationsNamed(ctx, fire, []string{"renamed"})
		must(t, err)
		if added != 0 || len(got) != 1 || got[0].ID != all[2].ID || len(got[0].Tags) != 0 {
			t.Errorf("%d new, %+v: one that is known keeps its id, and gets its new name and tags", added, got)
		}
	})
	t.Run("moved and gone", func(t *testing.T) {
		t.Parallel()
		s, all := withDevices(t, open, 4)
		ctx, at := t.Context(), start().Add(time.Hour)
		must(t, s.NoteRegistrations(ctx, fire, []push.Note{
			{Registration: all[0].Registration, New: "amzn1.adm-registration.sbxnew", At: at},
			{Registration: all[1].Registration, New: all[2].Registration, At: at}, // which is kept already
			{Registration: all[3].Registration, Retire: "adm.unregistered", At: at},
			{Registration: "nobody", Retire: "adm.unregistered", At: at},
		}))
		all[0].Registration, all[0].Moved = "amzn1.adm-registration.sbxnew", at
		all[1].Retired, all[1].Reason = at, "replaced"
		all[3].Retired, all[3].Reason = at, "adm.unregistered"
		got, err := s.Registrations(ctx, push.Filter{Grant: fire, Retired: true, Limit: 10})
		must(t, err)
		if d := cmp.Diff(all, got); d != "" {
			t.Error(d)
		}
		count, err := s.CountRegistrations(ctx, fire)
		must(t, err)
		if d := cmp.Diff(push.Count{Live: 2, Moved: 1, Retired: map[string]int{"replaced": 1, "adm.unregistered": 1}}, count); d != "" {
			t.Error(d)
		}
		back := all[3]
		back.Retired, back.Reason = time.Time{}, ""
		_, err = s.PutRegistrations(ctx, []push.Registration{back})
		must(t, err)
		if got, err = s.Registrations(ctx, push.Filter{Grant: fire, After: all[2].ID, Limit: 10}); err != nil || len(got) != 1 {
			t.Errorf("one that comes back does not live again: %+v, %v", got, err)
		}
	})
}

func broadcasts(t *testing.T, open Open) {
	t.Run("one owner at a time", func(t *testing.T) {
		t.Parallel()
		s, _ := withDevices(t, open, 3)
		ctx := t.Context()
		b := begun(t, s)
		if _, won, err := s.ClaimBroadcast(ctx, b, "one"); err != nil || !won {
			t.Fatalf("%t, %v", won, err)
		}
		if _, won, err := s.ClaimBroadcast(ctx, b, "two"); err != nil || won {
			t.Errorf("another owner has the lease and still it was won: %t, %v", won, err)
		}
		held := start().Add(time.Minute)
		must(t, s.EndBroadcast(ctx, b, push.Held, problem.PushNoGrant, start(), held))
		due, next, err := s.DueBroadcasts(ctx, start())
		must(t, err)
		if len(due) != 0 || !next.Equal(held) {
			t.Errorf("%v is due, next %v", due, next)
		}
		if due, _, err = s.DueBroadcasts(ctx, held); err != nil || len(due) != 1 {
			t.Errorf("%v, %v", due, err)
		}
		if got, won, err := s.ClaimBroadcast(ctx, b, "two"); err != nil || !won || got.Problem != "" {
			t.Errorf("%+v, %t, %v", got, won, err)
		}
		must(t, s.FreeBroadcasts(ctx))
		if _, won, err := s.ClaimBroadcast(ctx, b, "three"); err != nil || !won {
			t.Errorf("what was freed cannot be claimed: %t, %v", won, err)
		}
		must(t, s.CancelBroadcast(ctx, b, start()))
		must(t, s.EndBroadcast(ctx, b, push.Done, "", start(), time.Time{}))
		if got, err := s.Broadcast(ctx, b); err != nil || got.State != push.Cancelled {
			t.Errorf("%s, %v: one that was cancelled stays so", got.State, err)
		}
		if _, won, _ := s.ClaimBroadcast(ctx, b, "three"); won {
			t.Error("one that has ended was claimed")
		}
		if _, err := s.Broadcast(ctx, "01JD000000000000000000NONE"); !errors.Is(err, push.ErrNotFound) {
			t.Error(err)
		}
	})
	t.Run("listed in steps, and nobody who came later", func(t *testing.T) {
		t.Parallel()
		s, all := withDevices(t, open, 5)
		ctx := t.Context()
		b := begun(t, s)
		late := all[0]
		late.ID, late.Registration = "01JD0000000000000000000888", "amzn1.adm-registration.sbxlate"
		_, err := s.PutRegistrations(ctx, []push.Registration{late})
		must(t, err)
		for _, want := range []push.State{push.Listing, push.Listing, push.Sending} {
			got, err := s.ListTargets(ctx, b, 2)
			must(t, err)
			if got.State != want {
				t.Errorf("%s, want %s", got.State, want)
			}
		}
		got, err := s.Broadcast(ctx, b)
		must(t, err)
		if d := cmp.Diff(map[string]int{push.Waiting: 5}, got.Counts); d != "" {
			t.Error(d)
		}
	})
	t.Run("settled once", settledOnce(open))
	t.Run("taken up again", takenUpAgain(open))
}

// begun begins a broadcast to all.
func begun(t *testing.T, s *store.Store) id.Broadcast {
	t.Helper()
	b := id.New[id.Broadcast](start())
	must(t, s.AddBroadcast(t.Context(), push.Broadcast{ID: b, Grant: fire, Message: adm.Message{Data: map[string]string{"k": "v"}}, State: push.Listing, By: "ana", Created: start()}))
	return b
}

// listed begins a broadcast and lists it.
func listed(t *testing.T, s *store.Store) id.Broadcast {
	t.Helper()
	b := begun(t, s)
	if got, err := s.ListTargets(t.Context(), b, 1000); err != nil || got.State != push.Sending {
		t.Fatalf("%s, %v", got.State, err)
	}
	return b
}

// settledOnce holds that a fate that is known stays, that spans leave out whom they must, and that registrations and counts follow.
func settledOnce(open Open) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		s, all := withDevices(t, open, 10)
		ctx, at := t.Context(), start().Add(time.Minute)
		b := listed(t, s)
		again := push.Target{Device: all[2].ID, Fate: push.Waiting, Tries: 1, Next: at.Add(time.Hour), Status: 503, Problem: problem.ADMUnavailable, At: at}
		moved := push.Target{Device: all[3].ID, Fate: push.Moved, Tries: 1, Status: 200, At: at, New: "amzn1.adm-registration.sbxnew"}
		gone := push.Target{Device: all[9].ID, Fate: string(adm.Unregistered), Tries: 1, Status: 400, Problem: problem.ADMUnregistered, At: at}
		_, counts, err := s.SettleTargets(ctx, b, nil, []push.Target{again, moved, gone})
		must(t, err)
		if d := cmp.Diff(map[string]int{push.Waiting: 8, push.Moved: 1, "unregistered": 1}, counts); d != "" {
			t.Error(d)
		}
		span := push.Span{From: all[0].ID, To: all[7].ID, At: at}
		for range 2 { // as after a kill
			_, counts, err = s.SettleTargets(ctx, b, []push.Span{span}, []push.Target{moved, gone})
			must(t, err)
			if d := cmp.Diff(map[string]int{push.Waiting: 2, "accepted": 6, push.Moved: 1, "unregistered": 1}, counts); d != "" {
				t.Error(d)
			}
		}
		got, err := s.Results(ctx, b, "", 100)
		must(t, err)
		fates := map[string]string{}
		for _, r := range got {
			fates[r.Name] = fmt.Sprintf("%s %d %d", r.Fate, r.Tries, r.Status)
		}
		want := map[string]string{"device 2": " 1 503", "device 3": "moved 1 200", "device 8": " 0 0", "device 9": "unregistered 1 400"}
		for _, n := range []int{0, 1, 4, 5, 6, 7} {
			want[fmt.Sprintf("device %d", n)] = "accepted 1 200"
		}
		if d := cmp.Diff(want, fates); d != "" {
			t.Error(d)
		}
		if after, err := s.Results(ctx, b, all[7].ID, 1); err != nil || len(after) != 1 || after[0].Device != all[8].ID {
			t.Errorf("%+v, %v", after, err)
		}
		count, err := s.CountRegistrations(ctx, fire)
		must(t, err)
		if count.Live != 9 || count.Moved != 1 {
			t.Errorf("%+v", count)
		}
	}
}

// takenUpAgain holds in which order devices are given out, and whom the mark covers.
func takenUpAgain(open Open) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		s, all := withDevices(t, open, 6)
		ctx, at := t.Context(), start()
		b := listed(t, s)
		devices := func(after id.Registration, now time.Time, limit int) (got []id.Registration, due time.Time) {
			t.Helper()
			page, due, err := s.Targets(ctx, b, after, now, limit)
			must(t, err)
			for _, p := range page {
				got = append(got, p.Device)
			}
			return got, due
		}
		check := func(what string, got []id.Registration, want ...int) {
			t.Helper()
			var ids []id.Registration
			for _, n := range want {
				ids = append(ids, all[n].ID)
			}
			if d := cmp.Diff(ids, got); d != "" {
				t.Errorf("%s: %s", what, d)
			}
		}
		got, _ := devices("", at, 4)
		check("the first page", got, 0, 1, 2, 3)
		must(t, s.MarkBroadcast(ctx, b, push.Mark{Device: all[3].ID}))
		wait := func(n int, next time.Time) push.Target {
			return push.Target{Device: all[n].ID, Fate: push.Waiting, Tries: 1, Next: next, Status: 429, At: at}
		}
		_, _, err := s.SettleTargets(ctx, b, []push.Span{{From: all[2].ID, To: all[2].ID, At: at}}, []push.Target{wait(0, at.Add(2*time.Second)), wait(1, at.Add(time.Second))})
		must(t, err)
		got, _ = devices(all[3].ID, at, 4)
		check("the page after it", got, 4, 5)
		_, _, err = s.SettleTargets(ctx, b, []push.Span{{From: all[4].ID, To: all[5].ID, At: at}}, nil)
		must(t, err)
		got, due := devices(all[5].ID, at, 4)
		if check("nobody is due", got); !due.Equal(at.Add(time.Second)) {
			t.Errorf("the next is due at %v", due)
		}
		got, _ = devices(all[5].ID, at.Add(time.Minute), 4)
		check("those who were to wait, as they are due", got, 1, 0)
		unmarked, err := s.Unmarked(ctx, b, push.Mark{Device: all[3].ID, Retry: at.Add(time.Second)})
		must(t, err)
		got = nil
		for _, u := range unmarked {
			got = append(got, u.Device)
		}
		check("those who may have been sent to", got, 1, 3)
		_, _, err = s.SettleTargets(ctx, b, nil, []push.Target{
			{Device: all[0].ID, Fate: push.GivenUp, Tries: 6, Status: 503, At: at}, {Device: all[1].ID, Fate: push.GivenUp, Tries: 6, Status: 503, At: at},
		})
		must(t, err)
		got, _ = devices(all[5].ID, at, 4)
		check("the one that was passed over", got, 3)
	}
}
