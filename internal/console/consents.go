package console

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A consent is one that was begun. It is kept in memory only: after a restart the person begins again.
type consent struct {
	id      string
	begun   broker.Consent
	started bool // a browser has been bound to it
	grant   *broker.Grant
	failed  *problem.Problem
}

type consents struct {
	mu   sync.Mutex
	byID map[string]*consent
}

// State tells how a consent fares.
type State struct {
	State   string // waiting, done, failed or expired
	Started bool   // a browser went on to Amazon
	Expires time.Time
	Grant   *broker.Grant
	Problem *problem.Problem
}

// kept is how long a decided consent can still be asked about after it would have expired.
const kept = 10 * time.Minute

// Begin takes a consent that the broker began and returns the ticket under which a browser may start it, once.
func (c *Console) Begin(begun broker.Consent) (ticket string) {
	now := c.cfg.Now()
	c.consents.mu.Lock()
	defer c.consents.mu.Unlock()
	for id, old := range c.consents.byID {
		if now.Sub(old.begun.Expires) > kept {
			delete(c.consents.byID, id)
		}
	}
	ticket = rand.Text()
	c.consents.byID[ticket] = &consent{id: ticket, begun: begun}
	return ticket
}

// Consent tells how the consent of a ticket fares.
func (c *Console) Consent(ticket string) (State, bool) {
	c.consents.mu.Lock()
	defer c.consents.mu.Unlock()
	k, ok := c.consents.byID[ticket]
	if !ok {
		return State{}, false
	}
	switch {
	case k.grant != nil:
		return State{State: "done", Grant: k.grant}, true
	case k.failed != nil:
		return State{State: "failed", Problem: k.failed}, true
	case !c.cfg.Now().Before(k.begun.Expires):
		return State{State: "expired"}, true
	}
	return State{State: "waiting", Started: k.started, Expires: k.begun.Expires}, true
}

// take gives a ticket's consent to the first browser that asks, and to no second one.
func (c *Console) take(ticket string) (broker.Consent, bool) {
	c.consents.mu.Lock()
	defer c.consents.mu.Unlock()
	k, ok := c.consents.byID[ticket]
	if !ok || k.started || k.grant != nil || k.failed != nil || !c.cfg.Now().Before(k.begun.Expires) {
		return broker.Consent{}, false
	}
	k.started = true
	return k.begun, true
}

// decided notes how the consent of a state ended. A refusal counts only if the browser was the right one: nobody else shall be
// able to spoil a consent that is under way.
func (c *Console) decided(state string, binding secret.Value, g *broker.Grant, err error) {
	c.consents.mu.Lock()
	defer c.consents.mu.Unlock()
	for _, k := range c.consents.byID {
		if !secret.New(k.begun.State).Equal(secret.New(state)) || k.grant != nil {
			continue
		}
		switch {
		case err == nil:
			k.grant, k.failed = g, nil
		case k.begun.Binding.Equal(binding) && k.failed == nil:
			p := asProblem(err)
			k.failed = &p
		}
	}
}

// asProblem finds the problem in err. What is none is a failure of ours, whose words are not shown.
func asProblem(err error) problem.Problem {
	switch {
	case errors.Is(err, operator.ErrDenied):
		return problem.New(problem.OperatorDenied)
	case errors.Is(err, operator.ErrTooMany):
		return problem.New(problem.OperatorTooMany)
	}
	if p, ok := problem.Of(err); ok {
		return p
	}
	return problem.New(problem.APIInternal).Because(err)
}
