package creators

import (
	"context"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// MarketplaceHeader says which shop a call is for. Amazon wants it with every call (creators-paapi-aws 3.3).
const MarketplaceHeader = "x-marketplace"

// Accounts implements amazon.AccountLister: the marketplaces of the regions asked, each as an account. The API has no list of stores, so
// one call per region proves that Amazon takes the token there; whether a partner tag belongs to the account is told only by a call with
// it. An account that is not eligible for now keeps its marketplaces: it may be so again tomorrow.
func (p *Program) Accounts(ctx context.Context, s amazon.Asker, regions []canon.Region) ([]canon.Account, []problem.Problem, error) {
	var accounts []canon.Account
	var problems []problem.Problem
	for _, region := range regions {
		why, err := p.Eligible(ctx, s, region)
		if err != nil {
			lost, known := problem.Of(err)
			if !known {
				lost = problem.New(problem.CreatorsUnreachable).Because(err)
			}
			problems = append(problems, lost.With("region %s", region))
			continue
		}
		if why != nil {
			problems = append(problems, *why)
		}
		accounts = append(accounts, marketplaces(region)...)
	}
	if len(accounts) == 0 && len(problems) > 0 {
		return nil, problems, problems[0]
	}
	return accounts, problems, nil
}

func marketplaces(region canon.Region) []canon.Account {
	var all []canon.Account
	for _, m := range canon.Marketplaces() {
		if m.Region == region {
			all = append(all, canon.Account{
				ID: m.Site, Kind: canon.Associate, Name: "Amazon " + m.Country, Region: region, Country: m.Country, Marketplace: m.ID, Currency: m.Currency,
			})
		}
	}
	return all
}

// Eligible implements amazon.EligibilityChecker. It lists the feeds, which needs no partner tag and changes nothing. That Amazon checks
// eligibility there as it does everywhere is likely but not recorded (creators-paapi-aws 11); the calls of software tell for certain.
func (p *Program) Eligible(ctx context.Context, s amazon.Asker, region canon.Region) (*problem.Problem, error) {
	site := ""
	for _, m := range canon.Marketplaces() {
		if m.Region == region {
			site = m.Site
			break
		}
	}
	answer, err := s.Ask(ctx, region, amazon.Call{
		Method: http.MethodPost, Path: "/catalog/v1/listFeeds", Body: []byte("{}"),
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Accept": {"application/json"}},
	}, amazon.Plain(MarketplaceHeader, site))
	if err != nil {
		return nil, err
	}
	if answer.Status < http.StatusMultipleChoices {
		return nil, nil
	}
	refusal := p.Refusal(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body})
	switch {
	case amazon.NotEligible(refusal.Code):
		return &refusal, nil
	case refusal.Code == problem.CreatorsNothingFound:
		return nil, nil // no feeds: Amazon answered all the same
	}
	return nil, refusal
}

// CheckSelector implements amazon.SelectorChecker: a credential works for the marketplaces of its own region alone.
func (p *Program) CheckSelector(header, value string, region canon.Region) *problem.Problem {
	if http.CanonicalHeaderKey(header) != http.CanonicalHeaderKey(MarketplaceHeader) {
		return nil
	}
	m, ok := canon.ParseMarketplace(value)
	var wrong problem.Problem
	switch {
	case !ok || m.Site != value:
		wrong = problem.New(problem.CreatorsMarketplaceUnknown)
	case m.Region != region:
		wrong = problem.New(problem.CreatorsMarketplaceOtherRegion).With("%s is of region %s, the grant of %s", m.Site, m.Region, region)
	default:
		return nil
	}
	return &wrong
}
