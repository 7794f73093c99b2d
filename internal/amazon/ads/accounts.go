package ads

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Up to 5000 profiles come in one answer without pages (ads-lwa 2.5), at some 350 bytes each.
const profilesLimit = 8 << 20

// EmptyList is the fact that Amazon answered 200 with an empty list, which is a refusal in all but name.
const EmptyList amazon.Fact = "empty_list"

// ReportPoll is the fact that a call asked how a report fares that the same grant created. A 401 to it passes by itself (ads-lwa 8.2).
const ReportPoll amazon.Fact = "report_poll"

// A listing is what one region answered.
type listing struct {
	region   canon.Region
	accounts []canon.Account
	problem  *problem.Problem // the region refused, or part of its answer could not be read
}

// Accounts implements amazon.AccountLister. Each region is asked twice, since Amazon lists profiles that the user may only look at
// nowhere but under accessLevel=view, and answers without it may be an empty list or a 403 (ads-lwa 2.5, 8.2). Where no region lists
// anything, further questions find out why. VerifiedAt and FirstSeen
// are left to the broker, which has the clock and the list before.
func (p *Program) Accounts(ctx context.Context, s amazon.Asker, regions []canon.Region) ([]canon.Account, []problem.Problem, error) {
	listings := p.listAll(ctx, s, regions)
	var accounts []canon.Account
	var problems []problem.Problem
	for _, l := range listings {
		accounts = append(accounts, l.accounts...)
		if l.problem != nil {
			problems = append(problems, l.problem.With("region %s%s", l.region, also(l.problem.Detail)))
		}
	}
	if len(accounts) == 0 {
		if len(problems) == len(listings) && len(problems) > 0 {
			return nil, problems, problems[0]
		}
		problems = append(problems, p.whyNone(ctx, s, regions))
	}
	return accounts, problems, nil
}

func also(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}

// listAll asks the regions side by side and returns their answers in the order asked.
func (p *Program) listAll(ctx context.Context, s amazon.Asker, regions []canon.Region) []listing {
	listings := make([]listing, len(regions))
	var wait sync.WaitGroup
	for i, region := range regions {
		wait.Go(func() { listings[i] = p.list(ctx, s, region) })
	}
	wait.Wait()
	return listings
}

// list asks one region for the profiles that may be changed, then for those that may be looked at. What only the second knows is view-only.
func (p *Program) list(ctx context.Context, s amazon.Asker, region canon.Region) listing {
	l := listing{region: region}
	edit, refusal, status := p.profiles(ctx, s, region, "")
	if refusal != nil && status != http.StatusForbidden && status != http.StatusOK {
		l.problem = refusal
		return l
	}
	l.accounts, l.problem = edit, refusal
	view, viewRefusal, _ := p.profiles(ctx, s, region, "view")
	for _, a := range view {
		if !slices.ContainsFunc(edit, func(b canon.Account) bool { return a.ID == b.ID }) {
			a.ViewOnly = true
			l.accounts = append(l.accounts, a)
		}
	}
	switch {
	case viewRefusal != nil && l.problem == nil:
		l.problem = viewRefusal // what may be changed is known all the same
	case viewRefusal == nil && status == http.StatusForbidden:
		l.problem = nil // the 403 only meant that nothing may be changed
	}
	return l
}

// profiles asks for one list. The problem is nil where the answer could be read whole.
func (p *Program) profiles(ctx context.Context, s amazon.Asker, region canon.Region, level string) ([]canon.Account, *problem.Problem, int) {
	query := url.Values{}
	if level != "" {
		query.Set("accessLevel", level)
	}
	answer, refusal := p.ask(ctx, s, region, amazon.Call{Method: http.MethodGet, Path: "/v2/profiles", Query: query, Limit: profilesLimit})
	if refusal != nil {
		status := 0
		if answer != nil {
			status = answer.Status
		}
		return nil, refusal, status
	}
	accounts, bad, ok := readProfiles(answer.Body, region)
	if !ok || answer.Truncated || bad > 0 {
		broken := problem.New(problem.AdsBrokenAnswer)
		if ok && !answer.Truncated {
			broken = broken.With("%d profiles could not be read", bad)
		}
		return accounts, &broken, answer.Status
	}
	return accounts, nil, answer.Status
}

// ask sends one call without a selector and turns a failure or refusal into a problem.
func (p *Program) ask(ctx context.Context, s amazon.Asker, region canon.Region, call amazon.Call) (*amazon.Answer, *problem.Problem) {
	if call.Header == nil {
		call.Header = http.Header{}
	}
	if call.Header.Get("Accept") == "" {
		call.Header.Set("Accept", "application/json")
	}
	answer, err := s.Ask(ctx, region, call)
	if err != nil {
		if known, ok := problem.Of(err); ok {
			return nil, &known
		}
		lost := problem.New(problem.AdsUnreachable).Because(err)
		return nil, &lost
	}
	if answer.Status != http.StatusOK {
		refusal := p.Refusal(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body})
		return answer, &refusal
	}
	return answer, nil
}
