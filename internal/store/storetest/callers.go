package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

func sampleCaller(name string) policy.Caller {
	return policy.Caller{
		ID: id.New[id.Caller](start()), Name: name, Created: start(),
		Passes: []policy.Pass{{
			ID: id.New[id.Pass](start()), Kind: policy.Bearer, Hash: [32]byte{1, 2, byte(len(name))}, Created: start(), Expires: start().Add(time.Hour), Vend: true,
		}},
		Rules: []policy.Rule{
			{Grants: []id.Grant{"01JD0000000000000000000GRA"}, Accounts: []string{"1"}, Regions: []string{"EU"}, Operations: []string{"ads.*"}, Effects: []string{"read"}},
			{Deny: true, Grants: []id.Grant{"01JD0000000000000000000GRA"}},
		},
	}
}

func callers(t *testing.T, open Open) {
	t.Run("what was added comes back", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		b, a := sampleCaller("bb"), sampleCaller("a")
		a.Passes = append(a.Passes, policy.Pass{
			ID: id.New[id.Pass](start().Add(time.Second)), Kind: policy.SigV4, Hash: [32]byte{3}, Created: start().Add(time.Second), KeyID: "AKIALOCKEXAMPLE", Sealed: []byte("sealed"),
		})
		must(t, s.AddCaller(t.Context(), b, did("caller.add", "b")))
		must(t, s.AddCaller(t.Context(), a, did("caller.add", "a")))
		got, err := s.Callers(t.Context())
		must(t, err)
		if d := cmp.Diff([]policy.Caller{a, b}, got); d != "" {
			t.Error(d)
		}
		if entries, err := s.AuditEntries(t.Context(), "a", 0, 10); err != nil || len(entries) != 1 {
			t.Errorf("%d audit entries, %v", len(entries), err)
		}
	})
	t.Run("a name is not used twice, even after it was revoked", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		c := sampleCaller("one")
		must(t, s.AddCaller(t.Context(), c, did("caller.add", "1")))
		must(t, s.RevokeCaller(t.Context(), c.ID, start(), did("caller.revoke", "1")))
		again := sampleCaller("one")
		again.Passes[0].Hash = [32]byte{9}
		if err := s.AddCaller(t.Context(), again, did("caller.add", "2")); !errors.Is(err, policy.ErrTaken) {
			t.Errorf("got %v", err)
		}
		if entries, err := s.AuditEntries(t.Context(), "2", 0, 10); err != nil || len(entries) != 0 {
			t.Errorf("what did not happen was audited: %v, %v", entries, err)
		}
	})
	t.Run("rules and passes change", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		c := sampleCaller("one")
		must(t, s.AddCaller(t.Context(), c, did("caller.add", "1")))
		second := policy.Pass{ID: id.New[id.Pass](start()), Kind: policy.Bearer, Hash: [32]byte{7}, Created: start().Add(time.Minute)}
		must(t, s.AddPass(t.Context(), c.ID, second, did("pass.add", "1")))
		must(t, s.RevokePass(t.Context(), c.Passes[0].ID, start().Add(time.Hour), did("pass.revoke", "1")))
		must(t, s.SetRules(t.Context(), c.ID, c.Rules[:1], did("caller.rules", "1")))
		c.Rules = c.Rules[:1]
		c.Passes[0].Revoked = start().Add(time.Hour)
		c.Passes = append(c.Passes, second)
		got, err := s.Callers(t.Context())
		must(t, err)
		if d := cmp.Diff([]policy.Caller{c}, got); d != "" {
			t.Error(d)
		}
		must(t, s.RevokeCaller(t.Context(), c.ID, start().Add(2*time.Hour), did("caller.revoke", "1")))
		got, err = s.Callers(t.Context())
		must(t, err)
		if !got[0].Passes[0].Revoked.Equal(start().Add(time.Hour)) || !got[0].Passes[1].Revoked.Equal(start().Add(2*time.Hour)) || got[0].Revoked.IsZero() {
			t.Errorf("%+v", got[0])
		}
		if err := s.RevokePass(t.Context(), second.ID, start(), did("pass.revoke", "1")); err == nil {
			t.Error("a revoked pass was revoked once more")
		}
	})
	t.Run("use is added up by the minute", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		row := policy.Usage{Minute: start(), Pass: "p1", Grant: "g1", Operation: "ads.profiles.list", Status: 200, Count: 3}
		other := row
		other.Minute, other.Pass, other.Count = start().Add(time.Minute), "p2", 1
		must(t, s.AddUsage(t.Context(), []policy.Usage{row, other}))
		must(t, s.AddUsage(t.Context(), []policy.Usage{row}))
		row.Count = 6
		got, err := s.Usage(t.Context(), "", start())
		must(t, err)
		if d := cmp.Diff([]policy.Usage{row, other}, got); d != "" {
			t.Error(d)
		}
		got, err = s.Usage(t.Context(), "p2", start())
		must(t, err)
		if d := cmp.Diff([]policy.Usage{other}, got); d != "" {
			t.Error(d)
		}
		got, err = s.Usage(t.Context(), "p1", start().Add(time.Minute))
		must(t, err)
		if len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}
