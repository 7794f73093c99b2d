package kit_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestTokensSayWhatTheyAre: what is sealed into a token is read back, and any change of a character makes it foreign.
func TestTokensSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := kit.DefaultWorld(9, kit.FrozenClock(time.Unix(1_795_000_000, 0)))
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(w.Profiles()).Draw(t, "profile")
		u := rapid.SampledFrom(w.Users()).Draw(t, "user")
		scopes := rapid.SliceOfDistinct(rapid.SampledFrom(kit.UserScopes()), rapid.ID[string]).Draw(t, "scopes")
		region := rapid.SampledFrom([]string{"NA", "EU", "FE"}).Draw(t, "region")
		c := w.Tokens.Consent(p, u, scopes, region)
		got := c.Issue(region)
		for _, token := range []string{got.Access, got.Refresh} {
			claims, err := w.Tokens.Inspect(token)
			if err != nil || claims.Profile != p || claims.User != u || strings.Join(claims.Scopes, " ") != strings.Join(scopes, " ") ||
				claims.Region != region || claims.Consent != c.ID || claims.Generation != 1 || len(token) > 2048 {
				t.Fatalf("%+v, %v", claims, err)
			}
			at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
			other := rapid.SampledFrom([]byte("ABCabc019-_|z")).Filter(func(b byte) bool { return b != token[at] }).Draw(t, "other")
			if _, err := w.Tokens.Inspect(token[:at] + string(other) + token[at+1:]); err == nil {
				t.Fatalf("a changed token is still one")
			}
			if _, err := w.Tokens.Inspect(token[:at]); err == nil {
				t.Fatalf("a token cut short is still one")
			}
		}
		if _, err := w.Tokens.Check(got.Refresh); err == nil {
			t.Fatal("a refresh token is taken as access token")
		}
		if _, err := w.Tokens.Check(got.Access); err != nil {
			t.Fatal(err)
		}
		if again := c.Issue(region); again.Access == got.Access || again.Refresh != got.Refresh {
			t.Fatal("access tokens must differ, static refresh tokens must not")
		}
	})
}

// TestDefaultWorld holds the forms of ads-lwa 1.11.
func TestDefaultWorld(t *testing.T) {
	t.Parallel()
	w := kit.DefaultWorld(0, nil)
	for _, p := range w.Profiles() {
		if len(p.ClientID) != len("amzn1.application-oa2-client.")+32 || len(p.ID) != len("amzn1.application.")+32 ||
			len(p.Secret()) != len("amzn1.oa2-cs.v1.")+64 || p.Linked() == (p.Key == kit.Unlinked) || w.ProfileByClient(p.ClientID) != p {
			t.Errorf("profile %s: %s, linked %v", p.Key, p.ClientID, p.Linked())
		}
	}
	if old := w.AddProfile(kit.NewProfile{Key: "old", OldSecret: true}); len(old.Secret()) != 64 {
		t.Error("an old secret is 64 hex digits")
	}
	for _, u := range w.Users() {
		if !strings.HasPrefix(u.ID, "amzn1.account.A") || w.User(u.ID) != u || w.User(u.Key) != u {
			t.Errorf("user %+v", u)
		}
	}
}

// TestSwitch holds that a switch takes what it knows and nothing else.
func TestSwitch(t *testing.T) {
	t.Parallel()
	s, d := kit.NewSwitch("a.b", "about", "one", "two"), kit.NewDurationSwitch("a.c", "about", time.Minute)
	if err := s.Set("two"); err != nil || !s.Is("two") || s.Default != "one" {
		t.Errorf("%v, %s", err, s.Get())
	}
	if err := s.Set("three"); err == nil || !s.Is("two") {
		t.Errorf("%v, %s", err, s.Get())
	}
	if err := d.Set("90s"); err != nil || d.Duration() != 90*time.Second || d.Get() != "90s" {
		t.Errorf("%v, %s", err, d.Get())
	}
	for _, bad := range []string{"", "soon", "-1s"} {
		if err := d.Set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
