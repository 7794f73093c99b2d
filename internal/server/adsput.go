package server

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Put implements amazon.Putter. No token is needed, since the address itself is what allows it.
func (l *lender) Put(ctx context.Context, region canon.Region, address, contentType string, content []byte) (*amazon.Answer, error) {
	way, err := l.tokenless()
	if err != nil {
		return nil, err
	}
	putter, ok := way.(amazon.Putter)
	if !ok {
		return nil, &amazon.SendError{Err: problem.New(problem.GatewayInternal)}
	}
	return putter.Put(ctx, region, address, contentType, content)
}

// tokenless is the way out of the grant for what addresses of Amazon's allow by themselves.
func (l *lender) tokenless() (amazon.Asker, error) {
	s := l.server
	g, ok := s.snapshot.Grant(l.grant)
	switch {
	case !ok:
		return nil, &amazon.SendError{Err: problem.New(problem.BrokerNoGrant)}
	case g.Health == snapshot.Disabled:
		return nil, &amazon.SendError{Err: problem.New(problem.GatewayGrantDisabled)}
	}
	return s.egress.For(*g, s.programs[g.Program], func() (snapshot.Token, bool) { return snapshot.Token{}, false }), nil
}
