package server

import (
	"context"
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// newReports makes what asks Amazon for reports and keeps them.
func (s *Server) newReports() (*report.Service, error) {
	program, ok := s.programs[unified.ProgramCode].(report.Program)
	if !ok {
		return nil, errors.New("building reports: the program makes none")
	}
	return report.New(report.Config{
		Store: s.store, Program: program, Grants: s.snapshot, Asker: func(g *snapshot.Grant) report.Asker { return &lender{s, g.ID} },
		Poke: func() { s.jobs.Poke() }, Now: s.opt.Now, Log: s.log,
	})
}

// Fetch implements amazon.Fetcher. No token is needed, since the address itself is what allows it.
func (l *lender) Fetch(ctx context.Context, region canon.Region, address string) (*amazon.File, error) {
	way, err := l.tokenless()
	if err != nil {
		return nil, err
	}
	fetcher, ok := way.(amazon.Fetcher)
	if !ok {
		return nil, &amazon.SendError{Err: problem.New(problem.GatewayInternal)}
	}
	return fetcher.Fetch(ctx, region, address)
}
