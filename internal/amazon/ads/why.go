package ads

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Media types of the two lists that tell empty from empty (ads-lwa 2.6).
const (
	managersType = "application/vnd.getmanageraccountsresponse.v1+json"
	adsType      = "application/vnd.listaccountsresource.v1+json"
)

// whyNone finds out why the regions list no profile at all (ads-lwa 2.5). Other regions are asked first, then manager accounts, then
// whether the user has any advertising account. What those do not settle stays ads.no_profiles, which names all causes.
func (p *Program) whyNone(ctx context.Context, s amazon.Asker, asked []canon.Region) problem.Problem {
	var others []canon.Region
	for _, r := range canon.Regions() {
		if !slices.Contains(asked, r) {
			others = append(others, r)
		}
	}
	var found []string
	for _, l := range p.listAll(ctx, s, others) {
		if len(l.accounts) > 0 {
			found = append(found, fmt.Sprintf("%s lists %d", l.region, len(l.accounts)))
		}
	}
	if len(found) > 0 {
		return problem.New(problem.AdsNoProfilesOtherRegion).With("%s", strings.Join(found, ", "))
	}
	has, sure := false, true
	for _, region := range canon.Regions() {
		if name, linked := p.managers(ctx, s, region); linked > 0 {
			return problem.New(problem.AdsManagerOnly).With("%d accounts through the manager account %q", linked, name)
		}
		some, known := p.hasAccount(ctx, s, region)
		has, sure = has || some, sure && known
	}
	switch {
	case has:
		return problem.New(problem.AdsNoCampaignYet)
	case sure:
		return problem.New(problem.AdsWrongUser)
	}
	return problem.New(problem.AdsNoProfiles)
}

// managers asks which accounts the user has through manager accounts, and names one of those.
func (p *Program) managers(ctx context.Context, s amazon.Asker, region canon.Region) (name string, linked int) {
	answer, refusal := p.ask(ctx, s, region, amazon.Call{Method: http.MethodGet, Path: "/managerAccounts", Header: http.Header{"Accept": {managersType}}})
	if refusal != nil {
		return "", 0
	}
	var wire struct {
		ManagerAccounts []struct {
			Name   string            `json:"managerAccountName"`
			Linked []json.RawMessage `json:"linkedAccounts"`
		} `json:"managerAccounts"`
	}
	if json.Unmarshal(answer.Body, &wire) != nil {
		return "", 0
	}
	for _, m := range wire.ManagerAccounts {
		if len(m.Linked) > 0 && name == "" {
			name = m.Name
		}
		linked += len(m.Linked)
	}
	return name, linked
}

// hasAccount asks whether the user has any advertising account, with or without campaigns. It reports false for known where Amazon does not tell.
func (p *Program) hasAccount(ctx context.Context, s amazon.Asker, region canon.Region) (some, known bool) {
	answer, refusal := p.ask(ctx, s, region, amazon.Call{
		Method: http.MethodPost, Path: "/adsAccounts/list", Body: []byte("{}"),
		Header: http.Header{"Accept": {adsType}, "Content-Type": {adsType}},
	})
	if refusal != nil {
		return false, false
	}
	var wire struct {
		AdsAccounts *[]json.RawMessage `json:"adsAccounts"`
	}
	if json.Unmarshal(answer.Body, &wire) != nil || wire.AdsAccounts == nil {
		return false, false
	}
	return len(*wire.AdsAccounts) > 0, true
}
