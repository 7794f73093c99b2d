package report

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Bounds of the deleting of reports that nobody wants any more.
const (
	dropWorkers = 4
	mostDrops   = 6             // tries without luck
	mostDropped = 3 * time.Hour // altogether: by then Amazon has made any report (ads-lwa 5.1), so that its place in the queue is free
)

// drops is the deleting at Amazon: of a part that was asked for, and whose jobs were all cancelled. Amazon's queue of a region is short, and a
// report that nobody fetches holds its place there for as long as others do.
func (s *Service) drops() jobs.Kind {
	return jobs.Kind{
		Name: "report.drop", Limit: dropWorkers,
		Due: func(ctx context.Context, now time.Time) ([]string, time.Time, error) {
			due, next, err := s.cfg.Store.DueReportDrops(ctx, now)
			subjects := make([]string, len(due))
			for i, p := range due {
				subjects[i] = string(p)
			}
			return subjects, next, err
		},
		Work: func(ctx context.Context, subject string) error { return s.drop(ctx, id.ReportPart(subject)) },
	}
}

// drop has Amazon delete a part's report. It is done as well as can be: what Amazon does not delete, it drops by itself one day.
func (s *Service) drop(ctx context.Context, subject id.ReportPart) error {
	p, won, err := s.cfg.Store.ClaimReportDrop(ctx, subject, s.cfg.Owner)
	if err != nil || !won {
		return err
	}
	way := context.WithoutCancel(ctx) // what was begun is written down
	g, ok := s.cfg.Grants.Grant(p.Grant)
	if !ok {
		return s.left(way, p, problem.New(problem.BrokerNoGrant))
	}
	at, ok := account(g.Accounts, p.Account)
	if !ok {
		return s.left(way, p, problem.New(problem.ReportNoAccount).With("%s is not among what the grant opens", p.Account))
	}
	err = s.cfg.Program.AdsReportDelete(way, s.cfg.Asker(g), at, p.ReportID)
	now := s.cfg.Now()
	var refused *amazon.AdsRefusal
	asked := errors.As(err, &refused)
	if err == nil || asked && refused.Status == http.StatusNotFound { // an answer to an earlier try was lost, or others have deleted it
		p.AtAmazon, p.Problem, p.Detail, p.Next = Deleted, "", "", time.Time{}
		return s.cfg.Store.SaveReportPart(way, p)
	}
	known, ok := problem.Of(err)
	if !ok {
		known = problem.New(problem.AdsUnreachable)
	}
	if asked {
		known = refused.Problem
		if known.Detail == "" {
			known.Detail = refused.Message
		}
	}
	busy := asked && refused.Status == http.StatusTooManyRequests
	if busy && !known.RetryAt.After(now) {
		known.RetryAt = now.Add(busyWait)
	}
	if p.Next = known.RetryAt; !known.RetryAt.After(now) {
		p.Tries++
		p.Next = now.Add(time.Second << p.Tries)
	}
	if asked && final(refused.Status) || p.Tries >= mostDrops || p.Next.Sub(p.Ended) > mostDropped {
		return s.left(way, p, known)
	}
	p.Problem, p.Detail = known.Code, known.Detail
	return s.cfg.Store.SaveReportPart(way, p)
}

// left notes that a report stays at Amazon, and why.
func (s *Service) left(ctx context.Context, p Part, why problem.Problem) error {
	stays := problem.New(problem.ReportNotDeleted).With("%s", why.Error())
	p.AtAmazon, p.Problem, p.Detail, p.Next = Left, stays.Code, stays.Detail, time.Time{}
	s.cfg.Log.Warn("a report that is wanted no more stays at Amazon", "part", p.ID, "problem", why.Code)
	return s.cfg.Store.SaveReportPart(ctx, p)
}
