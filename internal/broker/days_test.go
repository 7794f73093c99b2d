package broker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Two virtual days of a hundred grants, with outages, revocations, a secret rotated at Amazon and a restart: whoever is not
// revoked has a good token at every minute, and nobody's refreshes run away.
func TestVirtual48HoursFor100Grants(t *testing.T) {
	t.Parallel()
	bubble(t, broker.Static, func(t *testing.T, h *house) {
		const n = 100
		chance := rand.New(rand.NewPCG(1, 2))
		grants := make([]broker.Grant, n)
		for i := range grants {
			grants[i] = h.connect(fmt.Sprintf("shop-%03d", i))
			time.Sleep(time.Duration(chance.IntN(30)) * time.Second)
		}
		revoked := map[int]bool{}
		began := time.Now()
		outage := map[int]bool{}
		for _, start := range []int{3, 17, 30} { // hours; four minutes each, inside the margin
			for m := range 4 {
				outage[start*60+m] = true
			}
		}
		for minute := range 48 * 60 {
			if outage[minute] {
				h.login.failAll(&fault{before: true, result: unreachable()})
			} else {
				h.login.failAll(nil)
			}
			switch minute {
			case 8*60 + 20:
				h.login.set(func(l *login) { l.good["sbx-secret-2"] = true })
				h.apps.rotate(2, "sbx-secret-2")
			case 15 * 60:
				h.login.set(func(l *login) { delete(l.good, "sbx-secret-1") })
			case 22 * 60:
				h.end()
				h.start()
			}
			if minute%500 == 250 {
				i := chance.IntN(n)
				revoked[i] = true
				h.login.set(func(l *login) { l.users[grants[i].Name].revoked = true })
			}
			time.Sleep(time.Minute)
			for i, g := range grants {
				token, ok := h.snap.Token(g.ID)
				switch {
				case revoked[i]:
				case !ok || !time.Now().Before(token.Expires):
					t.Fatalf("minute %d: %s has no good token: %+v", minute, g.Name, h.grant(g.ID).State)
				}
			}
		}
		if len(revoked) == 0 || time.Since(began) < 48*time.Hour {
			t.Fatal("the days did not pass as written")
		}
		for i, g := range grants {
			now := h.grant(g.ID)
			switch {
			case revoked[i] && (now.Health != snapshot.Blocked || now.Problem != problem.LWAConsentWithdrawn):
				t.Errorf("%s was revoked and is %s %s", g.Name, now.Health, now.Problem)
			case !revoked[i] && now.Health != snapshot.OK:
				t.Errorf("%s is %s %s", g.Name, now.Health, now.Problem)
			}
			if now.Attempts > 75 {
				t.Errorf("%s made %d exchanges in two days", g.Name, now.Attempts)
			}
			if all, err := h.broker.Attempts(context.Background(), g.ID, 1000); err != nil || int64(len(all)) != min(now.Attempts, 128) {
				t.Errorf("%s: %d attempts kept of %d, %v", g.Name, len(all), now.Attempts, err)
			}
		}
		if d := h.login.dead(); d != len(revoked) {
			t.Errorf("%d dead presentations for %d revocations", d, len(revoked))
		}
	})
}
