package server

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
)

// buildKeys makes what looks after AWS access keys.
func (s *Server) buildKeys() {
	client := &aws.Client{Sender: s.egress, Now: s.opt.Now}
	s.keys = keypair.New(keypair.Config{Store: s.store, Broker: s.broker, AWS: client, Audit: s.store, Now: s.opt.Now, Log: s.log})
	s.rotator = rotation.New(rotation.Config{
		Store: s.store, Broker: s.broker, Keys: s.keys, Sealer: s.sealer, AWS: client, Audit: s.store, Now: s.opt.Now, Log: s.log,
	})
}

// rotations is the work of replacing keys, for the jobs' runner.
func (s *Server) rotations() jobs.Kind {
	return jobs.Kind{Name: "key.rotation", Due: s.rotator.Due, Work: s.rotator.Work, Limit: 4}
}

// examineKey tells what AWS says of a grant's access key and of its user's others.
func (s *Server) examineKey(ctx context.Context, g broker.Grant) []api.Finding {
	var found []api.Finding
	for _, f := range s.keys.Examine(ctx, g.ID) {
		found = append(found, api.Finding{Check: "grant." + f.Name, Object: g.Name, OK: f.Problem == nil, Detail: f.Detail, Problem: f.Problem})
	}
	return found
}
