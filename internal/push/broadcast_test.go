package push_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestEveryDeviceIsAccountedFor sends to a crowd in which each kind of trouble has its share.
func TestEveryDeviceIsAccountedFor(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"seconds", "date", "none"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			w := start(t, map[string]string{"adm.retry_after": form})
			w.devices(2000, map[string]int{"moved": 20, "unregistered": 20, "throttled": 20, "flaky": 20, "reset": 20})
			w.run()
			b := w.begin(push.NewBroadcast{})
			p := w.await(b, ended)
			want := map[string]int{"": 0, "accepted": 1940, "moved": 20, "unregistered": 20, "lost": 20}
			if d := cmp.Diff(want, p.Counts); p.State != push.Done || d != "" {
				t.Errorf("%s: %s", p.State, d)
			}
			r := w.receipts(true)
			if r.Accepted != 1980 || r.Answered != 1960 || len(r.Twice) != 0 {
				t.Errorf("the devices took %d messages, their sender was told of %d, twice: %v", r.Accepted, r.Answered, r.Twice)
			}
			for _, d := range r.Each {
				if d.Accepted > 1 {
					t.Errorf("%s took %d messages", d.Key, d.Accepted)
				}
			}
			count, err := w.Count(t.Context(), "fire")
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(push.Count{Live: 1980, Moved: 20, Retired: map[string]int{"adm.unregistered": 20}}, count); d != "" {
				t.Error(d)
			}
			results, err := w.Results(t.Context(), b, "", 5000)
			if err != nil || len(results) != 2000 {
				t.Fatalf("%d results, %v", len(results), err)
			}
		})
	}
}

// TestASecondBroadcastKnowsWhatTheFirstLearned holds that gone devices are left out and moved ones reached under their new ids.
func TestASecondBroadcastKnowsWhatTheFirstLearned(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	made := w.devices(50, map[string]int{"moved": 5, "unregistered": 5})
	w.run()
	w.await(w.begin(push.NewBroadcast{}), ended)
	second := w.await(w.begin(push.NewBroadcast{}), ended)
	if d := cmp.Diff(map[string]int{"": 0, "accepted": 45}, second.Counts); d != "" {
		t.Error(d)
	}
	all, err := w.Registrations(t.Context(), "fire", push.Filter{Retired: true})
	if err != nil || len(all) != 50 {
		t.Fatalf("%d, %v", len(all), err)
	}
	byName := map[string]push.Registration{}
	for _, r := range all {
		byName[r.Name] = r
	}
	for _, d := range made {
		r := byName[d.Key]
		switch {
		case d.State == "moved" && (r.Registration != d.NewID || r.Moved.IsZero()):
			t.Errorf("%s is not kept under its new id", d.Key)
		case d.State == "unregistered" && (r.Retired.IsZero() || r.Reason != string(problem.ADMUnregistered)):
			t.Errorf("%s is not retired: %+v", d.Key, r)
		}
	}
}

// TestSegments holds that a broadcast goes to those who have all its tags, and to nobody who came later.
func TestSegments(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.amz.Clock().Scale(1) // who waits for an answer waits ten seconds at most
	w.retryAfter = "0s"
	made := w.devices(6, nil, "fire-tv")
	_, err := w.Import(t.Context(), "fire", []push.Row{
		{Registration: made[0].ID, Name: "d-1", Tags: []string{"fire-tv", "lang:de"}}, {Registration: made[1].ID, Name: "d-2", Tags: []string{"fire-tv-2", "lang:de"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.run()
	p := w.await(w.begin(push.NewBroadcast{Tags: []string{"lang:de", "fire-tv"}}), ended)
	if d := cmp.Diff(map[string]int{"": 0, "accepted": 1}, p.Counts); d != "" {
		t.Error(d)
	}
	_, err = w.Begin(t.Context(), operator, push.NewBroadcast{Grant: "fire", Message: hello, Tags: []string{"nobody"}})
	if known, _ := problem.Of(err); known.Code != problem.PushNobody {
		t.Errorf("%v", err)
	}
}

// TestOneRefreshForAll holds that many 401s at once bring one new token, and no device is lost over it.
func TestOneRefreshForAll(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(300, nil)
	w.amz.Fault(kit.Fault{Match: kit.Match{Program: "adm"}, Skip: 50, Times: 20, Do: kit.Status, Status: 401})
	w.run()
	p := w.await(w.begin(push.NewBroadcast{}), ended)
	if p.Counts["accepted"] != 300 {
		t.Errorf("%v", p.Counts)
	}
	if got, _ := w.tokens.snapshot.Token(grantID); got.Generation > 3 {
		t.Errorf("%d tokens were fetched", got.Generation)
	}
}

// TestABadSecretHoldsAndHealingGoesOn holds that without a token nothing is given up: the broadcast waits, and goes on by itself.
func TestABadSecretHoldsAndHealingGoesOn(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(100, nil)
	w.tokens.refused = true
	refusing := w.amz.Fault(kit.Fault{Match: kit.Match{Program: "adm"}, Times: -1, Do: kit.Status, Status: 401})
	stop := w.run()
	b := w.begin(push.NewBroadcast{})
	p := w.await(b, func(p push.Progress) bool { return p.State == push.Held })
	if p.Problem != problem.LWAInvalidClient || p.Counts[push.Waiting] != 100 {
		t.Errorf("%q, %v", p.Problem, p.Counts)
	}
	stop()
	refusing.Remove()
	w.tokens.refused = false
	w.run()
	if p = w.await(b, ended); p.State != push.Done || p.Counts["accepted"] != 100 {
		t.Errorf("%s, %v", p.State, p.Counts)
	}
}

// TestAMessageAtFaultStops holds that a refusal of the message itself ends the broadcast at once.
func TestAMessageAtFaultStops(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"adm.size_limit": "6000"})
	w.devices(2000, nil)
	big := make([]byte, 6050)
	for i := range big {
		big[i] = 'x'
	}
	m := hello
	m.Data = map[string]string{"t": string(big)}
	w.run()
	p := w.await(w.begin(push.NewBroadcast{Message: m}), ended)
	if p.State != push.Stopped || p.Problem != problem.ADMMessageTooLarge || p.Counts["refused"] > 100 {
		t.Errorf("%s, %q, %v", p.State, p.Problem, p.Counts)
	}
}

// TestThePaceIsFound holds that a broadcast stays within what Amazon takes, and is done nevertheless.
func TestThePaceIsFound(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]string{"adm.pace": "10s"}) // a hundred in a real second
	w.devices(300, nil)
	w.run()
	p := w.await(w.begin(push.NewBroadcast{}), ended)
	if p.Counts["accepted"] != 300 {
		t.Errorf("%v", p.Counts)
	}
	refused, err := w.amz.Journal().Number(kit.Filter{Match: kit.Match{Program: "adm"}, Status: 429})
	if err != nil || refused == 0 || refused > 900 {
		t.Errorf("%d answers said that it was too fast, for 300 messages (%v)", refused, err)
	}
}

// TestCancel holds that nothing leaves after it.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(3000, nil)
	stop := w.run()
	b := w.begin(push.NewBroadcast{Rate: 1}) // a thousand in a real second
	w.await(b, func(p push.Progress) bool { return p.Counts["accepted"] > 0 })
	if err := w.Cancel(t.Context(), operator, b); err != nil {
		t.Fatal(err)
	}
	stop()
	p, err := w.Broadcast(t.Context(), b)
	if err != nil || p.State != push.Cancelled || p.Counts["accepted"] >= 3000 {
		t.Errorf("%s, %v, %v", p.State, p.Counts, err)
	}
	if got := w.receipts(false); got.Accepted != p.Counts["accepted"] {
		t.Errorf("devices took %d, %d are told", got.Accepted, p.Counts["accepted"])
	}
	err = w.Cancel(t.Context(), operator, b)
	if known, _ := problem.Of(err); known.Code != problem.PushEnded {
		t.Errorf("%v", err)
	}
}

// TestAStopOfTheServerLosesNothing stops the jobs in the middle and starts them again.
func TestAStopOfTheServerLosesNothing(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.devices(3000, map[string]int{"flaky": 30})
	b := w.begin(push.NewBroadcast{})
	for range 3 {
		stop := w.run()
		seen := w.amz.Journal().Last()
		w.await(b, func(push.Progress) bool {
			return w.amz.Journal().Last() > seen+200 || w.receipts(false).Accepted == 3000
		})
		stop()
	}
	w.run()
	p := w.await(b, ended)
	if d := cmp.Diff(map[string]int{"": 0, "accepted": 3000}, p.Counts); d != "" {
		t.Error(d)
	}
	if r := w.receipts(false); r.Accepted != 3000 || len(r.Twice) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestDirect sends to a few, all at once on a cold start, by id and by name.
func TestDirect(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.amz.Clock().Scale(1) // who waits for an answer waits ten seconds at most
	w.retryAfter = "0s"
	made := w.devices(6, map[string]int{"moved": 1, "throttled": 1, "flaky": 1})
	var to []string
	for _, d := range made[:5] {
		to = append(to, d.ID)
	}
	to = append(to, "d-6")
	got, err := w.Send(t.Context(), "fire", hello, to)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range got.Sent {
		if s.Outcome != "accepted" && s.Outcome != "moved" || s.Registration != to[i] {
			t.Errorf("%+v", s)
		}
	}
	if r := w.receipts(false); r.Accepted != 6 {
		t.Errorf("%+v", r)
	}
	if c, err := w.Count(t.Context(), "fire"); err != nil || c.Moved != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}
