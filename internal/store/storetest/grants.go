package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

func addGrant(t *testing.T, s *store.Store, name string) broker.Grant {
	t.Helper()
	g := broker.Grant{
		ID: id.New[id.Grant](start()), Name: name, Program: "ads", Kind: broker.Consented, Realm: amazon.Sandbox, App: "app", ClientID: "client",
		Region: canon.EU, Scopes: []string{"profile"}, Created: start(), Credential: id.New[id.Credential](start()),
	}
	tokens := sealed(g, 1, 1)
	a := attempt(g.ID, broker.Granted)
	g.State = broker.State{
		Rev: 1, Generation: 1, Health: snapshot.OK, Since: start(), Obtained: tokens.Obtained, Expires: tokens.Expires, RefreshAt: tokens.RefreshAt,
		Version: 1, Presented: tokens.Fingerprint, Attempts: 1, LastGood: a.ID,
	}
	must(t, s.AddGrant(t.Context(), g, tokens, a))
	return g
}

// sealed are tokens of a generation; version 0 means that the refresh token is unchanged.
func sealed(g broker.Grant, generation, version int64) broker.SealedTokens {
	at := start().Add(time.Duration(generation) * time.Hour)
	s := broker.SealedTokens{
		Access: fmt.Appendf(nil, "access %d", generation), Generation: generation, Obtained: at, Expires: at.Add(time.Hour), RefreshAt: at.Add(55 * time.Minute), Credential: g.Credential,
		Use: vault.Use{Region: g.Region, Program: g.Program},
	}
	if version > 0 {
		s.Refresh, s.Fingerprint, s.Version = fmt.Appendf(nil, "refresh %d", version), fmt.Sprint("print ", version), version
	}
	return s
}

func attempt(g id.Grant, o broker.Outcome) broker.Attempt {
	return broker.Attempt{ID: id.New[id.Attempt](start()), Grant: g, At: start(), Kind: "refresh", Outcome: o, Status: 200, Took: 3 * time.Millisecond, Sent: 1}
}

func claim(t *testing.T, s *store.Store, g id.Grant, owner string, rev int64) (broker.Claim, broker.Claimed) {
	t.Helper()
	c := broker.Claim{Grant: g, Rev: rev, Owner: owner, Attempt: id.New[id.Attempt](start()), At: start(), Until: start().Add(time.Minute), Deadline: start().Add(30 * time.Second)}
	got, err := s.Claim(t.Context(), []broker.Claim{c})
	must(t, err)
	return c, got[0]
}

func settle(t *testing.T, s *store.Store, x broker.Settlement) broker.Settled {
	t.Helper()
	got, err := s.Settle(t.Context(), []broker.Settlement{x})
	must(t, err)
	return got[0]
}

// ended is a settlement of c.
func ended(c broker.Claim, got broker.Claimed, o broker.Outcome, tokens *broker.SealedTokens) broker.Settlement {
	a := attempt(c.Grant, o)
	a.ID = c.Attempt
	return broker.Settlement{Grant: c.Grant, Owner: c.Owner, Epoch: got.State.Lease.Epoch, Sent: got.State.Generation, Attempt: a, Tokens: tokens}
}

func grants(t *testing.T, open Open) {
	t.Run("what is stored comes back", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		want := addGrant(t, s, "shop")
		want.Accounts = []canon.Account{{ID: "1", Kind: canon.Seller, Region: canon.EU, Country: "UK", VerifiedAt: start()}}
		must(t, s.SetAccounts(t.Context(), want.ID, want.Accounts))
		want.ClientID, want.AmazonVersion = "another client", "3.1"
		must(t, s.SetClient(t.Context(), want.ID, want.ClientID, want.AmazonVersion))
		want.Eligibility = broker.Eligibility{Problem: problem.CreatorsNotEligible, Since: start(), Checked: start().Add(time.Hour)}
		must(t, s.SetEligibility(t.Context(), want.ID, want.Eligibility))
		got, access, err := s.GrantByID(t.Context(), want.ID)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || string(access) != "access 1" {
			t.Error(diff, string(access))
		}
		var all []broker.Grant
		must(t, s.Grants(t.Context(), func(g broker.Grant, _ []byte) error { all = append(all, g); return nil }))
		if diff := cmp.Diff([]broker.Grant{want}, all); diff != "" {
			t.Error(diff)
		}
		if _, _, err := s.GrantByID(t.Context(), "none"); !errors.Is(err, broker.ErrNoGrant) {
			t.Error(err)
		}
	})
	t.Run("a name is used once", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		g := addGrant(t, s, "shop")
		must(t, s.Revoke(t.Context(), g.ID, start()))
		again := g
		again.ID = id.New[id.Grant](start())
		if err := s.AddGrant(t.Context(), again, sealed(again, 1, 1), attempt(again.ID, broker.Granted)); !errors.Is(err, broker.ErrNameTaken) {
			t.Error(err)
		}
	})
	t.Run("claims", claims(open))
	t.Run("settlements", settlements(open))
	t.Run("consents", consents(open))
}

func claims(open Open) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		s := open(t)
		g := addGrant(t, s, "shop")
		c, first := claim(t, s, g.ID, "me", g.Rev)
		if !first.Won || string(first.Refresh) != "refresh 1" || first.State.Sends != 1 || first.State.Intent.Attempt != c.Attempt ||
			first.State.Intent.Fingerprint != "print 1" || first.State.Lease.Epoch != 1 || first.State.Rev != g.Rev+1 {
			t.Errorf("%+v", first)
		}
		if _, second := claim(t, s, g.ID, "peer", g.Rev); second.Won || second.State != first.State {
			t.Errorf("a stale claim: %+v", second)
		}
		again := c
		again.Retake, again.Rev = true, first.State.Rev
		got, err := s.Claim(t.Context(), []broker.Claim{again})
		must(t, err)
		if !got[0].Won || got[0].State.Sends != 1 {
			t.Errorf("a claim taken anew counts its send again: %+v", got[0].State)
		}
		st, err := s.SetHealth(t.Context(), g.ID, snapshot.Disabled, "broker.disabled", start())
		must(t, err)
		if _, third := claim(t, s, g.ID, "me", st.Rev); third.Won {
			t.Error("a disabled grant was claimed")
		}
		// What a kill leaves open is closed by what is known of it.
		for _, fate := range []struct {
			fate         broker.Fate
			sends, wrote int
		}{{broker.NeverSent, 0, 0}, {broker.SurelySent, 1, 1}, {broker.FateUnknown, 1, 0}} {
			g := addGrant(t, s, fmt.Sprint("shop", fate.fate))
			c, _ := claim(t, s, g.ID, "dead", g.Rev)
			open, err := s.Recover(t.Context(), func(a id.Attempt) broker.Fate {
				if a == c.Attempt {
					return fate.fate
				}
				return broker.NeverSent
			})
			must(t, err)
			now, _, err := s.GrantByID(t.Context(), g.ID)
			must(t, err)
			if open < 1 || now.Intent.Open() || now.Lease.Owner != "" || now.Sends != fate.sends || now.Wrote != fate.wrote || now.LostAt.IsZero() != (fate.fate == broker.NeverSent) {
				t.Errorf("%d: %d open, %+v", fate.fate, open, now.State)
			}
		}
	}
}

func settlements(open Open) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		s := open(t)
		g := addGrant(t, s, "shop")
		c, got := claim(t, s, g.ID, "me", g.Rev)
		two := sealed(g, 2, 2)
		won := settle(t, s, ended(c, got, broker.Granted, &two))
		if !won.Won || won.State.Generation != 2 || won.State.Version != 2 || won.State.Sends != 0 || won.State.Intent.Open() || won.State.Lease.Owner != "" || won.State.LastGood != c.Attempt {
			t.Errorf("%+v", won)
		}
		if again := settle(t, s, ended(c, got, broker.Granted, &two)); !again.Won || again.State.Generation != 2 {
			t.Errorf("the same commit twice, after the first was reported as failed: %+v", again)
		}

		// An older holder loses its compare-and-swap; its tokens are kept as previous, and the row stays.
		late := c
		late.Attempt = id.New[id.Attempt](start())
		lost := settle(t, s, ended(late, got, broker.Granted, &two))
		if lost.Won || lost.State.Generation != 2 || string(lost.Taken) != "access 2" {
			t.Errorf("%+v", lost)
		}
		refused := settle(t, s, ended(late, got, broker.BadGrant, nil))
		if refused.Won || refused.State.Health != snapshot.OK {
			t.Errorf("a refusal of an older token blocked the newer: %+v", refused)
		}

		// A block neither moves the generation nor stops the answer of who stalled.
		c, got = claim(t, s, g.ID, "me", refused.State.Rev)
		block := ended(c, got, broker.BadGrant, nil)
		block.Health, block.Problem = snapshot.Blocked, "lwa.consent_withdrawn"
		if b := settle(t, s, block); !b.Won || b.State.Health != snapshot.Blocked || b.State.Generation != 2 {
			t.Errorf("%+v", b)
		}
		three := sealed(g, 3, 0)
		if b := settle(t, s, ended(c, got, broker.Granted, &three)); !b.Won || b.State.Health != snapshot.OK || b.State.Generation != 3 || b.State.Version != 2 {
			t.Errorf("%+v", b)
		}
		attempts, err := s.Attempts(t.Context(), g.ID, 3)
		must(t, err)
		if len(attempts) != 3 || attempts[0].Outcome != broker.Granted || attempts[1].Outcome != broker.BadGrant || attempts[2].Outcome != broker.Superseded || attempts[0].Took != 3*time.Millisecond {
			t.Errorf("%+v", attempts)
		}
		credential, err := s.Credential(t.Context(), g.Credential)
		must(t, err)
		if v := credential.Versions; len(v) != 2 || v[0].Status != vault.Active || v[1].Status != vault.Previous ||
			!v[0].LastUsed.Equal(three.Obtained) || v[0].LastRegion != g.Region || !v[1].LastUsed.Equal(two.Obtained) || v[1].LastProgram != "ads" {
			t.Errorf("when each was last used counts by the tokens that it gave: %+v", v)
		}
		all, err := s.Credentials(t.Context())
		must(t, err)
		if diff := cmp.Diff([]vault.Credential{credential}, all); diff != "" {
			t.Error(diff)
		}

		// A new consent counts more than what is under way; a revoked grant takes no answer at all.
		now, _, err := s.GrantByID(t.Context(), g.ID)
		must(t, err)
		c, got = claim(t, s, g.ID, "me", now.Rev)
		if _, err := s.ReplaceTokens(t.Context(), now, sealed(g, 4, 3), attempt(g.ID, broker.Granted)); err != nil {
			t.Fatal(err)
		}
		four := sealed(g, 4, 9)
		if b := settle(t, s, ended(c, got, broker.Granted, &four)); b.Won || b.State.Version != 3 {
			t.Errorf("%+v", b)
		}
		now, _, err = s.GrantByID(t.Context(), g.ID)
		must(t, err)
		c, got = claim(t, s, g.ID, "me", now.Rev)
		must(t, s.Revoke(t.Context(), g.ID, start()))
		five := sealed(g, 5, 4)
		if b := settle(t, s, ended(c, got, broker.Granted, &five)); b.Won || b.Taken != nil {
			t.Errorf("%+v", b)
		}
	}
}

func consents(open Open) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		s := open(t)
		want := broker.PendingConsent{
			State: "print of a state", Binding: "print of a binding", Verifier: []byte{1, 2}, ID: "id", Name: "shop", App: "app", Program: "ads", Region: canon.FE,
			Scopes: []string{"profile"}, Return: "http://localhost:7070/oauth/callback", By: "ana", Created: start(), Expires: start().Add(10 * time.Minute),
		}
		must(t, s.AddConsent(t.Context(), want))
		got, err := s.PeekConsent(t.Context(), want.State)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if waiting, err := s.Waiting(t.Context(), start()); err != nil || len(waiting) != 1 {
			t.Errorf("%v %v", waiting, err)
		}
		for i, want := range []bool{true, false} {
			used, err := s.UseConsent(t.Context(), "print of a state", start())
			if err != nil || used != want {
				t.Errorf("use %d: %v %v", i, used, err)
			}
		}
		if _, err := s.PeekConsent(t.Context(), "none"); !errors.Is(err, broker.ErrNoConsent) {
			t.Error(err)
		}
		later := want
		later.State, later.Created, later.Expires = "another", start().Add(48*time.Hour), start().Add(49*time.Hour)
		must(t, s.AddConsent(t.Context(), later))
		if _, err := s.PeekConsent(t.Context(), want.State); !errors.Is(err, broker.ErrNoConsent) {
			t.Error("an old consent stays for ever")
		}
	}
}
