package push

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// SendGroup sends to a group's members.
func (p *Push) SendGroup(ctx context.Context, grant, group string, m adm.Message) (Sent, error) {
	return p.many(ctx, grant, group, func(way context.Context, a amazon.Asker) adm.Result {
		return p.program.SendGroup(way, a, group, m, p.cfg.Now())
	})
}

// SendTopic sends to those who subscribed to a topic.
func (p *Push) SendTopic(ctx context.Context, grant, topic string, m adm.Message) (Sent, error) {
	return p.many(ctx, grant, topic, func(way context.Context, a amazon.Asker) adm.Result {
		return p.program.SendTopic(way, a, topic, m, p.cfg.Now())
	})
}

// ChangeGroup creates a group, adds registrations to it or removes them, by Amazon's id or by name.
func (p *Push) ChangeGroup(ctx context.Context, grant, operation, group string, to []string) (adm.GroupChange, error) {
	g, err := p.grant(grant)
	if err != nil {
		return adm.GroupChange{}, err
	}
	names, err := p.resolve(ctx, g.ID, to)
	if err != nil {
		return adm.GroupChange{}, err
	}
	way := context.WithoutCancel(ctx)
	var out adm.GroupChange
	p.line(way, g).do(way, func(a amazon.Asker) adm.Result {
		out = p.program.ChangeGroup(way, a, operation, group, names, p.cfg.Now())
		return out.Result
	})
	if out.Outcome != adm.Accepted {
		return out, out.Problem
	}
	return out, nil
}

func (p *Push) many(ctx context.Context, grant, name string, call func(context.Context, amazon.Asker) adm.Result) (Sent, error) {
	g, err := p.grant(grant)
	if err != nil {
		return Sent{}, err
	}
	way := context.WithoutCancel(ctx)
	r := p.line(way, g).do(way, func(a amazon.Asker) adm.Result { return call(way, a) })
	if r.Outcome != adm.Accepted {
		return Sent{}, r.Problem
	}
	return Sent{Registration: name, Outcome: string(r.Outcome), Tries: 1}, nil
}

// RegisterTopics registers the security profile for topics, with its stored client secret, which only egress sees.
func (p *Push) RegisterTopics(ctx context.Context, grant string) error {
	g, err := p.grant(grant)
	if err != nil {
		return err
	}
	if p.cfg.Secret == nil {
		return problem.New(problem.PushNoGrant)
	}
	secret, err := p.cfg.Secret(ctx, g.App)
	if err != nil {
		return err
	}
	way := context.WithoutCancel(ctx)
	r := p.line(way, g).do(way, func(a amazon.Asker) adm.Result { return p.program.RegisterTopics(way, a, secret, p.cfg.Now()) })
	if r.Outcome != adm.Accepted {
		return r.Problem
	}
	return nil
}
