package server

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// newPush makes what sends push messages.
func (s *Server) newPush() *push.Push {
	return push.New(push.Config{
		Store: s.store, Door: s.egress, Grants: s.snapshot, Tokens: s.broker, Dir: s.cfg.Data, Secret: s.appSecret,
		Poke: func() { s.jobs.Poke() }, Audit: s.store, Now: s.opt.Now, Log: s.log,
	})
}

// appSecret is an app's newest client secret.
func (s *Server) appSecret(ctx context.Context, app id.App) (secret.Value, error) {
	all, err := s.vault.AppSecrets(ctx, app, vault.Use{Program: "adm"})
	if err != nil {
		return secret.Value{}, err
	}
	if len(all) == 0 {
		return secret.Value{}, problem.New(problem.BrokerNoSecret)
	}
	return all[0].Value, nil
}

// pushServices are the gateway's paths by which software sends push messages: in Amazon's words, and in OneSignal's.
func (s *Server) pushServices() []gateway.Service {
	serve := func(do func(ctx context.Context, by audit.Actor, choose push.Choose, body []byte) (int, any, error)) func(context.Context, gateway.ServiceAsk) (int, any, error) {
		return func(ctx context.Context, a gateway.ServiceAsk) (int, any, error) {
			return do(ctx, audit.Actor{Kind: audit.Caller, Name: a.Caller}, func(name, operation string) (string, error) {
				g, err := a.Grant(name, operation)
				if err != nil {
					return "", err
				}
				return g.Name, nil
			}, a.Body)
		}
	}
	post := func(ctx context.Context, by audit.Actor, choose push.Choose, body []byte) (int, any, error) {
		in, err := push.ReadPost(body)
		if err != nil {
			return 0, nil, err
		}
		return s.push.Post(ctx, by, choose, in)
	}
	return []gateway.Service{
		{Path: "/lk/v1/push", Program: "adm", Serve: serve(post)},
		{Path: "/lk/onesignal/notifications", Program: "adm", Serve: serve(s.push.OneSignal)},
	}
}
