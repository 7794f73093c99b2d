package report

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Bounds of a part.
const (
	mostTries  = 12               // of one step in a row without luck
	mostRemade = 3                // of reports that failed at Amazon, or whose file is broken
	twinWait   = 30 * time.Second // for a report that Amazon makes already, and does not name
	mostTwin   = 4 * time.Hour    // altogether: a report may take three (ads-lwa 5.1)
	busyWait   = 30 * time.Second // where Amazon has too many calls, and does not say until when
)

// Kinds are the durable work of reports.
func (s *Service) Kinds() []jobs.Kind {
	return []jobs.Kind{
		{
			Name: "report.part", Limit: s.cfg.Workers,
			Due: func(ctx context.Context, now time.Time) ([]string, time.Time, error) {
				due, next, err := s.cfg.Store.DueReportParts(ctx, now, func(at Lane, is Load) int { return s.lanes.room(at, is, now) })
				s.keepLanes(ctx)
				if room := s.lanes.next(now); next.IsZero() || !room.IsZero() && room.Before(next) {
					next = room
				}
				subjects := make([]string, len(due))
				for i, p := range due {
					subjects[i] = string(p)
				}
				return subjects, next, err
			},
			Work: func(ctx context.Context, subject string) error { return s.work(ctx, id.ReportPart(subject)) },
		},
		{
			Name: "report.restate",
			Due: func(ctx context.Context, now time.Time) ([]string, time.Time, error) {
				due, next, err := s.cfg.Store.DueSeries(ctx, now)
				if len(due) > 0 {
					return []string{"series"}, next, err
				}
				return nil, next, err
			},
			Work: func(ctx context.Context, _ string) error { return s.restate(ctx) },
		},
		s.drops(),
	}
}

// work takes a part one step further: it is asked for, looked at, or fetched. It waits for nothing but answers, so that a few workers do for
// many parts.
func (s *Service) work(ctx context.Context, subject id.ReportPart) error {
	before := s.cancels.Load()
	defer func() {
		if s.cancels.Load() != before { // what was cancelled meanwhile ended when it was saved, and may be to be deleted
			s.cfg.Poke()
		}
	}()
	p, won, err := s.cfg.Store.ClaimReportPart(ctx, subject, s.cfg.Owner)
	if err != nil || !won {
		return err
	}
	way := context.WithoutCancel(ctx) // what was begun is written down
	g, ok := s.cfg.Grants.Grant(p.Grant)
	if !ok {
		return s.fail(way, p, problem.New(problem.BrokerNoGrant))
	}
	at, ok := account(g.Accounts, p.Account)
	plan, has := s.plan(p.Source)
	if !ok || !has {
		return s.fail(way, p, problem.New(problem.ReportNoAccount).With("%s is not among what the grant opens", p.Account))
	}
	asker := s.cfg.Asker(g)
	if p.State == Waiting {
		return s.create(way, asker, at, plan, p)
	}
	return s.poll(ctx, way, asker, at, plan, p)
}

func account(all []canon.Account, want string) (canon.Account, bool) {
	for _, a := range all {
		if a.ID == want {
			return a, true
		}
	}
	return canon.Account{}, false
}

func (s *Service) plan(source Source) (amazon.AdsReportPlan, bool) {
	for _, p := range s.cfg.Program.AdsReportPlans(source.Level) {
		if p.Channel == source.Channel {
			return p, true
		}
	}
	return amazon.AdsReportPlan{}, false
}

// create asks Amazon for the report. Where the answer to an earlier try was lost, Amazon names the report that it made then as the twin.
func (s *Service) create(ctx context.Context, asker Asker, at canon.Account, plan amazon.AdsReportPlan, p Part) error {
	job, err := s.cfg.Program.AdsReportCreate(ctx, asker, at, plan, p.First, p.Last)
	now := s.cfg.Now()
	var refused *amazon.AdsRefusal
	switch {
	case err == nil:
		p.State, p.ReportID, p.Asked, p.Tries, p.Problem, p.Detail, p.Found = Asked, job.ID, now, 0, "", "", job.Twin
		if p.Next = s.lanes.look(p.lane(), now, now); job.Twin {
			p.Next = now // it may long be there
		}
		return s.cfg.Store.SaveReportPart(ctx, p)
	case errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests:
		p.Next = s.lanes.refused(p.lane(), now, refused.Problem.RetryAt)
		p.Problem, p.Detail = refused.Problem.Code, refused.Message
		s.keepLanes(ctx)
		return s.cfg.Store.SaveReportPart(ctx, p) // a full queue is no fault of the part: this is no try
	case errors.As(err, &refused) && refused.Status == http.StatusTooEarly:
		if p.Asked.IsZero() {
			p.Asked = now
		}
		if now.Sub(p.Asked) < mostTwin { // this is no try either
			p.Next, p.Problem, p.Detail = now.Add(twinWait), refused.Problem.Code, refused.Message
			return s.cfg.Store.SaveReportPart(ctx, p)
		}
	}
	return s.again(ctx, p, err)
}

// poll asks how the report fares, and fetches it once it is there.
func (s *Service) poll(ctx, way context.Context, asker Asker, at canon.Account, plan amazon.AdsReportPlan, p Part) error {
	job, err := s.cfg.Program.AdsReportPoll(way, asker, at, p.ReportID)
	now := s.cfg.Now()
	var refused *amazon.AdsRefusal
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
		return s.remake(way, p, refused.Problem) // Amazon knows nothing of it any more
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		p.Next = now.Add(time.Minute) // passes by itself (ads-lwa 8.2)
		return s.again(way, p, err)
	case err != nil:
		return s.again(way, p, err)
	case job.Failed:
		return s.remake(way, p, problem.New(problem.ReportFailedAtAmazon).With("Amazon says %.80q", job.Reason))
	case !job.Done:
		p.Next, p.Tries = s.lanes.look(p.lane(), p.Asked, now), 0
		return s.cfg.Store.SaveReportPart(way, p)
	}
	s.lanes.made(p.lane(), job.Took)
	return s.fetch(ctx, way, asker, at, plan, p, job)
}

// again has the step tried once more, later each time.
func (s *Service) again(ctx context.Context, p Part, err error) error {
	now := s.cfg.Now()
	known, ok := problem.Of(err)
	if !ok {
		known = problem.New(problem.AdsUnreachable)
	}
	var refused *amazon.AdsRefusal
	if errors.As(err, &refused) {
		known = refused.Problem
		if known.Detail == "" {
			known.Detail = refused.Message
		}
		if final(refused.Status) {
			return s.fail(ctx, p, known)
		}
	}
	p.Problem, p.Detail = known.Code, known.Detail
	if refused != nil && refused.Status == http.StatusTooManyRequests && !known.RetryAt.After(now) {
		known.RetryAt = now.Add(busyWait)
	}
	if known.RetryAt.After(now) { // a matter of when: it is no try
		p.Next = known.RetryAt
		return s.cfg.Store.SaveReportPart(ctx, p)
	}
	if p.Tries++; p.Tries >= mostTries {
		return s.fail(ctx, p, problem.New(problem.ReportGivenUp).With("%s", known.Error()))
	}
	if wait := min(time.Second<<min(p.Tries-1, 8), 5*time.Minute); p.Next.Before(now.Add(wait)) {
		p.Next = now.Add(wait)
	}
	return s.cfg.Store.SaveReportPart(ctx, p)
}

// final reports whether asking again would be refused again: what Amazon says of the request itself.
func final(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}

// remake has the report asked for anew.
func (s *Service) remake(ctx context.Context, p Part, why problem.Problem) error {
	if p.Remade++; p.Remade > mostRemade {
		return s.fail(ctx, p, why)
	}
	p.State, p.ReportID, p.Asked, p.Tries, p.Problem, p.Detail, p.Found = Waiting, "", time.Time{}, 0, why.Code, why.Detail, false
	p.Next = s.cfg.Now().Add(time.Second << min(p.Remade, 6))
	return s.cfg.Store.SaveReportPart(ctx, p)
}

func (s *Service) fail(ctx context.Context, p Part, why problem.Problem) error {
	p.State, p.Problem, p.Detail, p.Ended = Failed, why.Code, why.Detail, s.cfg.Now()
	s.cfg.Log.Warn("a report failed", "part", p.ID, "problem", why.Code)
	return s.cfg.Store.SaveReportPart(ctx, p)
}
