package aws

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

var _ amazon.Prober = (*Program)(nil)

// Probes implements amazon.Prober: GetCallerIdentity needs no permission, cannot be denied and changes nothing (creators-paapi-aws 5.3).
func (p *Program) Probes(k amazon.Pair) []amazon.Probe {
	if k.Kind != "access-key" {
		return nil
	}
	return []amazon.Probe{{Order: 10, Host: stsHost, Program: "aws", Ask: func(ctx context.Context, s amazon.Sender, now func() time.Time) amazon.Probed {
		client := Client{Sender: s, Now: now}
		who, err := client.CallerIdentity(ctx, Key{Realm: k.Realm, ID: k.ID, Secret: k.Secret, Session: k.Session})
		if err == nil {
			return identified(who)
		}
		out := amazon.Probed{Outcome: amazon.Silent}
		if known, ok := problem.Of(err); ok {
			out.Problem = known
			switch known.Code {
			case problem.AWSKeyRefused, problem.AWSSecretWrong, problem.AWSSessionExpired, problem.AWSKeyPending:
				out.Outcome = amazon.Refused
			}
		}
		return out
	}}}
}

// identified tells whose a key is, and warns of a root user's.
func identified(who Identity) amazon.Probed {
	out := amazon.Probed{Outcome: amazon.Works, Detail: "AWS account " + who.Account}
	switch {
	case who.Root():
		root := problem.New(problem.AWSRootKey).With("account %s", who.Account)
		out.Detail, out.Careful = out.Detail+", its root user", &root
	case who.User() != "":
		out.Detail += ", user " + who.User()
	}
	return out
}
