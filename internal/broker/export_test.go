package broker

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// Mark writes what a process that was killed during its send ("begun") or after it ("sent") has left.
func Mark(dir, how string, a id.Attempt) error {
	l, err := startSent(dir)
	if err != nil {
		return err
	}
	defer l.close()
	l.mark(a, begunMark)
	if how == "sent" {
		l.mark(a, sentMark)
	}
	return nil
}

// Pause and Pauses show the retry table.
func Pause(failures int, jitter float64) time.Duration { return pause(failures, jitter) }

// RefreshAt shows when a token is replaced.
func RefreshAt(obtained, expires time.Time, configured time.Duration, jitter float64) time.Time {
	return refreshAt(obtained, expires, configured, jitter)
}

// Steps of a plan.
const (
	Send   = send
	Check  = check
	GiveUp = giveUp
	Rest   = rest
	Wait   = wait
)

// Next shows what a state allows.
func Next(p ServerPolicy, shared bool, g Grant, now time.Time) step {
	s, _ := reader{owner: "me", shared: shared, skew: time.Second, policy: p}.next(&g, now)
	return s
}

// ConnectForTest makes a grant as a consent does, without its walk.
func (b *Broker) ConnectForTest(ctx context.Context, name string) (Grant, error) {
	app, err := b.cfg.Apps.App(ctx, "")
	if err != nil {
		return Grant{}, err
	}
	return b.consented(PendingConsent{Name: name, App: app.ID, Program: "ads", Region: app.Region}, app, lwa.Code{})
}
