package fakelwa_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestPolicies presents refresh tokens by generation under each policy. A step is the generation presented and what
// comes of it; "+d" before a step moves the clock first.
func TestPolicies(t *testing.T) {
	t.Parallel()
	type step struct {
		advance time.Duration
		present int64
		effect  string // of the journal
		given   int64
	}
	for _, test := range []struct {
		policy string
		steps  []step
	}{
		{"static", []step{{0, 1, "issued", 1}, {400 * 24 * time.Hour, 1, "issued", 1}}},
		{"strict", []step{{0, 1, "rotated", 2}, {0, 1, "refused", 0}, {0, 2, "rotated", 3}, {0, 2, "refused", 0}, {0, 3, "rotated", 4}}},
		{"grace", []step{
			{0, 1, "rotated", 2},
			{59 * time.Second, 1, "issued", 2},
			{time.Second, 1, "refused", 0},
			{0, 2, "rotated", 3},
			{0, 1, "refused", 0},
			{0, 2, "issued", 3},
			{0, 3, "rotated", 4},
		}},
		{"family-revoke", []step{{0, 1, "rotated", 2}, {0, 2, "rotated", 3}, {0, 1, "refused", 0}, {0, 3, "refused", 0}}},
		{"expiring", []step{{0, 1, "issued", 1}, {365*24*time.Hour - time.Second, 1, "issued", 1}, {time.Second, 1, "refused", 0}}},
	} {
		t.Run(test.policy, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Options{Policy: test.policy})
			c := s.Consent(kit.Shop, kit.Advertiser)
			refresh := map[int64]string{1: c.RefreshToken()}
			for i, step := range test.steps {
				s.Advance(step.advance)
				resp, body := post(t, s, client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh[step.present]))
				if resp.StatusCode == 200 {
					refresh[step.given] = parse(t, body).Refresh
				} else if !strings.Contains(body, `"invalid_grant"`) {
					t.Errorf("step %d is refused with %s", i, body)
				}
				e := s.Journal().Entries(kit.Filter{})[i]
				got := step
				got.present, got.effect, got.given = e.Generation, e.Effect, e.Given
				if got != step || e.Grant != c.ID || e.User != kit.Advertiser || e.Client != kit.Shop || e.Delivered != len(body) {
					t.Errorf("step %d: journal has %+v, want %+v", i, got, step)
				}
			}
		})
	}
}

// TestRevokedConsent: after a withdrawal refreshes fail, and access tokens as the switch says.
func TestRevokedConsent(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := s.Consent(kit.Shop, kit.Advertiser)
	other := s.Consent(kit.Shop, kit.ViewOnly)
	access := c.Issue("NA").Access
	if n := s.World().Tokens.Revoke(s.World().Profile(kit.Shop), s.World().User(kit.Advertiser)); n != 1 {
		t.Errorf("%d consents withdrawn", n)
	}
	if _, err := s.World().Tokens.Check(access); err != kit.ErrRevoked {
		t.Errorf("access token: %v", err)
	}
	if err := s.Switch("lwa.revoked_access", "alive"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.World().Tokens.Check(access); err != nil {
		t.Errorf("access token: %v", err)
	}
	s.Advance(time.Hour)
	if _, err := s.World().Tokens.Check(access); err != kit.ErrExpired {
		t.Errorf("access token after its hour: %v", err)
	}
	if resp, _ := post(t, s, client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", c.RefreshToken())); resp.StatusCode != 400 {
		t.Errorf("refresh: %d", resp.StatusCode)
	}
	if resp, _ := post(t, s, client(s, kit.Shop, "grant_type", "refresh_token", "refresh_token", other.RefreshToken())); resp.StatusCode != 200 {
		t.Errorf("another user's refresh: %d", resp.StatusCode)
	}
}

// TestSecretRotation: the old secret works for as long as it was given (ads-lwa 1.7).
func TestSecretRotation(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	old := client(s, kit.Shop, "grant_type", "client_credentials", "scope", "messaging:push")
	s.World().Profile(kit.Shop).RotateSecret(7 * 24 * time.Hour)
	var got []int
	for _, advance := range []time.Duration{0, 7*24*time.Hour - time.Second, time.Second} {
		s.Advance(advance)
		resp, _ := post(t, s, old)
		got = append(got, resp.StatusCode)
	}
	resp, _ := post(t, s, client(s, kit.Shop, "grant_type", "client_credentials", "scope", "messaging:push"))
	if diff := cmp.Diff([]int{200, 200, 401, 200}, append(got, resp.StatusCode)); diff != "" {
		t.Error(diff)
	}
}

// TestRestart: a sandbox started again with the same seed takes the refresh tokens of the one before.
func TestRestart(t *testing.T) {
	t.Parallel()
	first := start(t, sandbox.Options{Seed: 3})
	refresh := first.Consent(kit.Shop, kit.Advertiser).RefreshToken()
	for _, test := range []struct {
		seed   int64
		status int
	}{{3, 200}, {4, 400}} {
		again := start(t, sandbox.Options{Seed: test.seed})
		resp, _ := post(t, again, client(again, kit.Shop, "grant_type", "refresh_token", "refresh_token", refresh))
		if resp.StatusCode != test.status {
			t.Errorf("seed %d: status %d, want %d", test.seed, resp.StatusCode, test.status)
		}
	}
}
