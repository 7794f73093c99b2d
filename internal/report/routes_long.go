package report

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

type unifiedGrant = *snapshot.Grant

// Bounds of the wait for a report that is asked for in Unified's way, which knows no waiting. They are of real time: somebody holds the line.
const (
	usualWait = 20 * time.Second
	mostWait  = 50 * time.Second
	lookEvery = 50 * time.Millisecond
)

// longParameters are those of Unified's GET, and ours. Those of every list of Unified's that a report has no use for are taken too.
func longParameters() []string {
	return []string{
		"org_id", "campaign_id", "group_id", "ad_id", "target_id", "start_gte", "end_lt", "type", "dimension", "level", "wait",
		"limit", "offset", "updated_gte", "sort", "order", "query", "fields", "raw",
	}
}

// serveLong answers Unified's GET: from what is kept, where all days are; else by a job, for whose end it waits a little.
func (s *Service) serveLong(ctx context.Context, q *unified.Request, places Places) (unified.Answer, error) {
	if err := only(q.Query, longParameters()...); err != nil {
		return unified.Answer{}, err
	}
	zone := time.UTC
	ask, err := readLong(q.Query.Get, func() canon.Day { return canon.DayOf(s.cfg.Now(), time.UTC) }, zone)
	if err != nil {
		return unified.Answer{}, err
	}
	at, err := s.allowed(q, places, ask.Organizations, "reports.get")
	if err != nil {
		return unified.Answer{}, err
	}
	zone = place(at[0].Account) // the days are those of the organization
	if ask, err = readLong(q.Query.Get, func() canon.Day { return canon.DayOf(s.cfg.Now(), zone) }, zone); err != nil {
		return unified.Answer{}, err
	}
	checked, err := ask.checked()
	if err != nil {
		return unified.Answer{}, err
	}
	ask.Ask = checked
	kept := s.keptJob(at, ask.Ask)
	if whole, err := s.covered(ctx, kept); err != nil {
		return unified.Answer{}, err
	} else if whole {
		return s.answerLong(ctx, kept, ask)
	}
	if at, err = s.allowed(q, places, ask.Organizations, "reports.create"); err != nil {
		return unified.Answer{}, err
	}
	j, err := s.Begin(ctx, q.By, at, ask.Ask)
	if err != nil {
		return unified.Answer{}, err
	}
	if j, err = s.wait(ctx, j, waitOf(q.Query.Get("wait"))); err != nil {
		return unified.Answer{}, err
	}
	switch j.State {
	case Done:
		return s.answerLong(ctx, j, ask)
	case Failed, Partial:
		return unified.Answer{}, s.why(j)
	}
	return s.accepted(ctx, q, j), nil
}

func waitOf(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return usualWait
	}
	return min(time.Duration(n)*time.Second, mostWait)
}

// keptJob is a job that was never begun: what it would be about.
func (s *Service) keptJob(at []Place, a Ask) Job {
	j := Job{Ask: a, State: Done}
	for _, p := range at {
		for _, plan := range s.plans(a, p.Account) {
			j.Sources = append(j.Sources, Source{p.Grant.Realm, p.Account.ID, plan.Channel, plan.Level})
			j.Grants = append(j.Grants, p.Grant.ID)
		}
	}
	return j
}

// covered reports whether every day of a job is kept.
func (s *Service) covered(ctx context.Context, j Job) (bool, error) {
	for i, source := range j.Sources {
		last := j.Ask.End
		if g, ok := s.cfg.Grants.Grant(j.Grants[i]); ok {
			if at, ok := account(g.Accounts, source.Account); ok {
				last = min(last, canon.DayOf(s.cfg.Now(), place(at))) // later ones cannot be kept
			}
		}
		want := 0
		for d := j.Ask.Start; d <= last; d = d.Add(1) {
			want++
		}
		if want == 0 {
			return false, nil
		}
		days, err := s.cfg.Store.ReportDays(ctx, source, j.Ask.Start, j.Ask.End)
		if err != nil || len(days) < want {
			return false, err
		}
	}
	return len(j.Sources) > 0, nil
}

func (s *Service) answerLong(ctx context.Context, j Job, a longAsk) (unified.Answer, error) {
	all, read, err := s.long(ctx, j, a)
	if err != nil {
		return unified.Answer{}, err
	}
	if all = all[min(a.offset, len(all)):]; a.limit > 0 {
		all = all[:min(a.limit, len(all))]
	}
	answer := unified.OK(all).With("X-Lockkeeper-Final", strconv.FormatBool(read.IsFinal))
	if !read.AsOf.IsZero() {
		answer = answer.With("X-Lockkeeper-As-Of", read.AsOf.UTC().Format(time.RFC3339))
	}
	if len(j.Missing) > 0 {
		answer = answer.With("X-Lockkeeper-Partial", "true")
	}
	return answer, nil
}

// wait returns a job as it is when it has ended, or when the time is over.
func (s *Service) wait(ctx context.Context, j Job, most time.Duration) (Job, error) {
	over := time.NewTimer(most)
	defer over.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for !j.State.Ended() {
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-over.C:
			return j, nil
		case <-look.C:
		}
		var err error
		if j, err = s.Job(ctx, j.ID); err != nil {
			return j, err
		}
	}
	return j, nil
}

// why is the problem of a job's first part that failed. A partial failure is never a success.
func (s *Service) why(j Job) error {
	failed := 0
	var first problem.Problem
	for _, p := range j.Parts {
		if p.State != Failed {
			continue
		}
		if known, ok := problem.Known(p.Problem); ok && failed == 0 {
			first = known
			first.Detail = p.Detail
		}
		failed++
	}
	if first.Code == "" {
		first = problem.New(problem.ReportGivenUp)
	}
	if first.Status == 0 || first.Status < 400 {
		first.Status = http.StatusBadGateway
	}
	return first.With("%d of %d reports failed; of the first: %s", failed, len(j.Parts), first.Detail)
}
