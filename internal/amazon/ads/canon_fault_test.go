package ads_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A script answers calls one after the other, and counts them.
type script struct {
	steps []func() (*amazon.Answer, error)
	calls int
}

func (s *script) Ask(context.Context, canon.Region, amazon.Call, ...amazon.Field) (*amazon.Answer, error) {
	s.calls++
	return s.steps[min(s.calls, len(s.steps))-1]()
}

func says(status int, body string) func() (*amazon.Answer, error) {
	return func() (*amazon.Answer, error) {
		return &amazon.Answer{Status: status, Body: []byte(body), Header: http.Header{"X-Amzn-Requestid": {"r-1"}}}, nil
	}
}

func loses(err error) func() (*amazon.Answer, error) {
	return func() (*amazon.Answer, error) { return nil, err }
}

// TestNothingIsWrittenTwice breaks off writes of three requests at every place and holds what is said of each row: nothing is sent again, what
// may have been made is unknown, and a refusal that holds for all stops the rest.
func TestNothingIsWrittenTwice(t *testing.T) {
	t.Parallel()
	p := ads.New()
	var changes []amazon.AdsChange
	for i := range 2001 { // three requests of at most 1000
		before := &canon.AdsGroup{AdsCommon: canon.AdsCommon{ID: fmt.Sprint(1000 + i), Name: "old", Status: canon.StatusActive}, Channel: canon.SponsoredProducts}
		after := *before
		after.Name = "new"
		changes = append(changes, amazon.AdsChange{Before: before, After: &after})
	}
	done := says(207, `{"success":[{"index":0,"adGroup":{"adGroupId":"1000","name":"new","state":"ENABLED"}}],"error":[]}`)
	for _, tt := range []struct {
		name                 string
		second               func() (*amazon.Answer, error)
		calls                int
		unknown, refused, ok int
		code                 problem.Code // of row 1000, the first of the second request
		amazons              string       // Amazon's own
	}{
		{"reset after the effect", loses(&amazon.SendError{Wrote: true, Err: errors.New("reset")}), 3, 1000 + 999, 0, 2, problem.AdsOutcomeUnknown, ""},
		{"never left", loses(&amazon.SendError{Err: errors.New("refused")}), 2, 999, 1001, 1, problem.AdsUnreachable, ""},
		{"held back", loses(&amazon.SendError{Err: problem.New(problem.AdsThrottled)}), 2, 999, 1001, 1, problem.AdsThrottled, ""},
		{"not known whether it left", loses(errors.New("broken")), 3, 1999, 0, 2, problem.AdsOutcomeUnknown, ""},
		{"500", says(500, `{"code":"INTERNAL_ERROR","message":"Sorry"}`), 3, 1999, 0, 2, problem.AdsServerError, "INTERNAL_ERROR"},
		{"429", says(429, `{"code":"TOO_MANY_REQUESTS","message":"Slow"}`), 2, 999, 1001, 1, problem.AdsThrottledWithoutTime, "TOO_MANY_REQUESTS"},
		{"401", says(401, `{"code":"UNAUTHORIZED","details":"No matching advertiser found for scope"}`), 2, 999, 1001, 1, problem.AdsAccessLost, "UNAUTHORIZED"},
		{"400", says(400, `{"code":"BAD_REQUEST","message":"No"}`), 3, 999, 1000, 2, problem.AdsInvalidArgument, "BAD_REQUEST"},
		{"cut off", says(207, `{"success":[{"index":0,`), 3, 1999, 0, 2, problem.AdsOutcomeUnknown, ""},
		{"of other rows", says(207, `{"success":[{"index":1000,"adGroup":{}},{"index":-1},{}]}`), 3, 1999, 0, 2, problem.AdsOutcomeUnknown, ""},
		{"one of them", says(207, `{"error":[{"index":0,"errors":[{"code":"FIELD_VALUE_NOT_UNIQUE","message":"Taken","fieldLocation":"adGroups[0].name"}]}]}`), 3, 999 + 999, 1, 2, problem.AdsNameTaken, "FIELD_VALUE_NOT_UNIQUE"},
		{"in part", says(207, `{"partialSuccess":[{"index":0,"adGroup":{"adGroupId":"2000","state":"ENABLED"},"errors":[{"code":"DATE_TOO_SOON"}]}]}`), 3, 1998, 1, 2, problem.AdsDate, "DATE_TOO_SOON"},
	} {
		s := &script{steps: []func() (*amazon.Answer, error){done, tt.second, done}}
		results := p.AdsWrite(t.Context(), s, berlin(), changes)
		unknown, refused, ok := 0, 0, 0
		for i, r := range results {
			switch {
			case r.OK && r.Refusal == nil && !r.Unknown:
				ok++
			case r.Unknown && r.Refusal != nil:
				unknown++
			case r.Refusal != nil:
				refused++
			default:
				t.Errorf("%s: row %d says nothing: %+v", tt.name, i, r)
			}
			if r.ID == "" {
				t.Fatalf("%s: row %d has no id", tt.name, i)
			}
		}
		got := results[1000].Refusal
		if s.calls != tt.calls || unknown != tt.unknown || refused != tt.refused || ok != tt.ok || got.Problem.Code != tt.code || got.Code != tt.amazons {
			t.Errorf("%s: %d calls, %d unknown, %d refused, %d done, %s %q", tt.name, s.calls, unknown, refused, ok, got.Problem.Code, got.Code)
		}
	}
}

// TestGoneCallerSendsNothing holds that what is not yet sent when its caller goes away never is.
func TestGoneCallerSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &script{}
	results := ads.New().AdsWrite(ctx, s, berlin(), []amazon.AdsChange{{Before: &canon.AdsGroup{AdsCommon: canon.AdsCommon{ID: "1"}, Channel: canon.SponsoredProducts}}})
	if s.calls != 0 || results[0].Unknown || results[0].Refusal.Problem.Code != problem.AdsNotSent {
		t.Errorf("%d calls, %+v", s.calls, results[0])
	}
}

// TestRefusalsKeepAmazonsWords holds what is kept of a refused item, by either wire, from the sandbox itself.
func TestRefusalsKeepAmazonsWords(t *testing.T) {
	t.Parallel()
	for w, want := range map[ads.Wire][]string{
		ads.V1: {"FIELD_VALUE_IS_ABOVE_MAXIMUM_LIMIT", "budgets", "ARCHIVED_RESOURCE_CANNOT_EDIT"},
		ads.V3: {"BUDGET_TOO_HIGH", "budgets", "ARCHIVED_ENTITY_CANNOT_BE_MODIFIED"},
	} {
		m := newModel(t, ads.New().Speaking(w))
		c := &canon.AdsCampaign{
			AdsCommon: canon.AdsCommon{Name: "refused", Status: canon.StatusActive}, Channel: canon.SponsoredProducts, TargetingMode: "AUTO", StartDate: m.today(t),
			Budgets: []canon.AdsBudget{{Money: &canon.Money{Micros: 1e18, Currency: m.account.Currency}, Period: "DAILY"}},
		}
		r := m.AdsWrite(t.Context(), m.asker, m.account, []amazon.AdsChange{{After: c}})[0]
		if r.OK || r.Unknown || r.Refusal.Problem.Code != problem.AdsValueOutOfRange || r.Refusal.Code != want[0] || r.Refusal.Field != want[1] || r.Refusal.Message == "" || r.Refusal.RequestID == "" {
			t.Errorf("%s: %+v", w, r.Refusal)
		}
		q := campaigns(m)
		q.Statuses = []canon.AdsStatus{canon.StatusArchived}
		old := m.all(t, q)[0].(*canon.AdsCampaign)
		renamed := *old
		renamed.Name = "risen"
		r = m.AdsWrite(t.Context(), m.asker, m.account, []amazon.AdsChange{{Before: old, After: &renamed}})[0]
		if r.OK || r.Refusal.Problem.Code != problem.AdsArchived || r.Refusal.Code != want[2] || r.ID != old.ID {
			t.Errorf("%s, archived: %+v", w, r.Refusal)
		}
	}
}

// TestListRefusals holds that a list's error is both a problem and Amazon's refusal, and that a broken page is no short one.
func TestListRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		step   func() (*amazon.Answer, error)
		want   problem.Code
		status int
	}{
		{"403", says(403, `{"code":"ADVERTISER_SUSPENDED","message":"Gone"}`), problem.AdsAccountSuspended, 403},
		{"cut off", says(200, `{"campaigns":[{"campaignId":"1","state":"ENABLED"}`), problem.AdsBrokenAnswer, 0},
		{"no list", says(200, `{}`), problem.AdsBrokenAnswer, 0},
		{"an amount too fine", says(200, `{"campaigns":[{"budgets":[{"budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"value":0.12345678}}}}]}]}`), problem.AdsBrokenAnswer, 0},
		{"unreachable", loses(errors.New("no route")), problem.AdsUnreachable, 0},
	} {
		_, err := ads.New().AdsList(t.Context(), &script{steps: []func() (*amazon.Answer, error){tt.step}}, berlin(), amazon.AdsQuery{Kind: canon.KindCampaign, Channel: canon.SponsoredProducts})
		p, ok := problem.Of(err)
		if !ok || p.Code != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		var refusal *amazon.AdsRefusal
		if errors.As(err, &refusal) != (tt.status != 0) || refusal != nil && refusal.Status != tt.status {
			t.Errorf("%s: refusal %+v", tt.name, refusal)
		}
	}
	if _, err := ads.New().AdsList(t.Context(), nil, berlin(), amazon.AdsQuery{Kind: canon.KindCampaign, Channel: canon.SponsoredProducts, Page: "7.x"}); !errors.Is(err, problem.New(problem.AdsBadNextToken)) {
		t.Errorf("another's page: %v", err)
	}
	var got []string
	for _, c := range ads.New().AdsChannels(canon.KindCampaign) {
		got = append(got, string(c))
	}
	if diff := cmp.Diff("SPONSORED_PRODUCTS", got[0]); diff != "" {
		t.Error(diff)
	}
}
