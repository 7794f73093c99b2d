package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// rules names the rules that a client broke.
func (b *bench) rules() []string {
	rules := []string{}
	for _, v := range b.Journal().Verdicts(kit.Filter{}, 0) {
		rules = append(rules, v.Rule)
	}
	return rules
}

// TestVerdicts has a client break each rule, and one that keeps them all.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	get := func(t *testing.T, b *bench, url, bearer string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+bearer)
		r.Header.Set("Amazon-Advertising-API-ClientId", b.World().Profile(kit.Shop).ClientID)
		resp, err := b.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, b *bench)
		want []string
	}{
		{"a good one", func(t *testing.T, b *bench) {
			b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 429, RetryAfter: "5"})
			b.statuses(t, 1)
			b.Advance(5 * time.Second)
			b.statuses(t, 3)
			get(t, b, "https://advertising-api.amazon.com/v2/profiles", b.consent.Issue("NA").Access)
		}, []string{}},
		{"early, in seconds", func(t *testing.T, b *bench) {
			b.Fault(kit.Fault{Match: token, Do: kit.Status, Status: 429, RetryAfter: "5"})
			b.statuses(t, 1)
			b.Advance(4 * time.Second)
			b.statuses(t, 1)
		}, []string{kit.RuleCameBackEarly}},
		{"early, by date", func(t *testing.T, b *bench) {
			b.Fault(kit.Fault{Match: token, Do: kit.HTML, At: kit.BeforeEffect, Status: 503, RetryAfter: b.Now().Add(time.Minute).Format(http.TimeFormat)})
			b.statuses(t, 2)
		}, []string{kit.RuleCameBackEarly}},
		{"expired", func(t *testing.T, b *bench) {
			token := b.consent.Issue("NA").Access
			b.Advance(2 * time.Hour)
			get(t, b, "https://advertising-api.amazon.com/v2/profiles", token)
		}, []string{kit.RuleExpiredToken}},
		{"a secret in the URL", func(t *testing.T, b *bench) {
			get(t, b, "https://advertising-api.amazon.com/v2/profiles?access_token=Atza%7CsbxEXAMPLE", b.consent.Issue("NA").Access)
		}, []string{kit.RuleSecretInURL}},
		{"an old refresh token", func(t *testing.T, b *bench) {
			old := b.consent.RefreshToken()
			for range 2 {
				if _, _, err := b.refresh(t.Context(), old); err != nil {
					t.Fatal(err)
				}
			}
		}, []string{kit.RuleOldRefreshToken}},
		{"two refreshes at once", func(t *testing.T, b *bench) {
			held := b.Fault(kit.Fault{Match: token, Do: kit.Hold})
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _, _ = b.refresh(t.Context(), b.consent.RefreshToken())
			}()
			if err := held.Wait(t.Context(), 1); err != nil {
				t.Error(err)
			}
			b.statuses(t, 1)
			held.Release()
			<-done
		}, []string{kit.RuleTwoRefreshes}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, sandbox.Options{Policy: "grace"})
			c.do(t, b)
			if diff := cmp.Diff(c.want, b.rules()); diff != "" {
				t.Errorf("verdicts differ: %s", diff)
			}
			for _, v := range b.Journal().Verdicts(kit.Filter{}, 0) {
				if v.Client == "" || v.Seq == 0 || !strings.HasSuffix(v.What, ".") {
					t.Errorf("a verdict that says too little: %+v", v)
				}
			}
		})
	}
}
