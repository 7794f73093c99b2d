package ads_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// regions is an Asker that answers by "<region> <path>" or "<region> <path>?view"; what it does not know is an empty list, and a 404 elsewhere.
type regions struct {
	mu      sync.Mutex
	answers map[string]any // string (a 200 body), *amazon.Answer or error
	asked   []string
}

func (r *regions) Ask(_ context.Context, region canon.Region, c amazon.Call, selectors ...amazon.Field) (*amazon.Answer, error) {
	key := fmt.Sprintf("%s %s", region, c.Path)
	if c.Query.Get("accessLevel") == "view" {
		key += "?view"
	}
	r.mu.Lock()
	r.asked = append(r.asked, key)
	r.mu.Unlock()
	if len(selectors) > 0 || c.Host != "" {
		return nil, errors.New("listing takes no selector and no host")
	}
	switch a := r.answers[key].(type) {
	case string:
		return &amazon.Answer{Status: 200, Body: []byte(a)}, nil
	case *amazon.Answer:
		return a, nil
	case error:
		return nil, a
	}
	if c.Path == "/v2/profiles" {
		return &amazon.Answer{Status: 200, Body: []byte("[]")}, nil
	}
	return &amazon.Answer{Status: 404, Body: []byte(`{"code":"NOT_FOUND","details":"Could not find resource for full path: x"}`)}, nil
}

func item(id, country, kind string) string {
	c, _ := ads.CountryOf(country)
	return fmt.Sprintf(`{"profileId":%s,"countryCode":%q,"currencyCode":%q,"dailyBudget":999999999.0,"timezone":%q,"accountInfo":{"marketplaceStringId":%q,"id":"A1EXAMPLESELLER","type":%q,"name":"Example Shop","validPaymentMethod":true}}`,
		id, country, c.Currency, c.Timezone, c.Marketplace, kind)
}

func refused(status int, body string) *amazon.Answer {
	return &amazon.Answer{Status: status, Body: []byte(body)}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	us, uk, jp, it := item("1111222233334444", "US", "seller"), item("2222333344445555", "UK", "vendor"), item("3333444455556666", "JP", "seller"), item("4444555566667777", "IT", "agency")
	for _, c := range []struct {
		name    string
		answers map[string]any
		ask     []canon.Region
		want    []string // region country id, with ! for view-only
		codes   []problem.Code
		err     problem.Code
	}{
		{
			"three regions merged",
			map[string]any{"NA /v2/profiles": "[" + us + "]", "NA /v2/profiles?view": "[" + us + "]", "EU /v2/profiles": "[" + uk + "," + it + "]", "EU /v2/profiles?view": "[" + uk + "," + it + "]", "FE /v2/profiles": "[" + jp + "]", "FE /v2/profiles?view": "[" + jp + "]"},
			canon.Regions(),
			[]string{"NA US 1111222233334444", "EU UK 2222333344445555", "EU IT 4444555566667777", "FE JP 3333444455556666"},
			nil, "",
		},
		{"one region", map[string]any{"EU /v2/profiles": "[" + uk + "]", "EU /v2/profiles?view": "[" + uk + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555"}, nil, ""},
		{"view-only behind an empty list", map[string]any{"EU /v2/profiles?view": "[" + uk + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555!"}, nil, ""},
		{"view-only behind a 403", map[string]any{"EU /v2/profiles": refused(403, `{"code":"403","details":"Forbidden"}`), "EU /v2/profiles?view": "[" + uk + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555!"}, nil, ""},
		{"viewer of one, editor of another", map[string]any{"EU /v2/profiles": "[" + uk + "]", "EU /v2/profiles?view": "[" + uk + "," + it + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555", "EU IT 4444555566667777!"}, nil, ""},
		{
			"one region refuses, the others show",
			map[string]any{"NA /v2/profiles": "[" + us + "]", "NA /v2/profiles?view": "[" + us + "]", "EU /v2/profiles": refused(429, htmlTooMany)},
			canon.Regions(),
			[]string{"NA US 1111222233334444"},
			[]problem.Code{problem.AdsThrottledWithoutTime},
			"",
		},
		{
			"all refuse",
			map[string]any{"NA /v2/profiles": refused(401, authFailed), "EU /v2/profiles": refused(401, authFailed), "FE /v2/profiles": refused(401, authFailed)},
			canon.Regions(), nil,
			[]problem.Code{problem.AdsTokenRefused, problem.AdsTokenRefused, problem.AdsTokenRefused},
			problem.AdsTokenRefused,
		},
		{"unreachable", map[string]any{"EU /v2/profiles": &amazon.SendError{Err: errors.New("no route")}}, []canon.Region{canon.EU}, nil, []problem.Code{problem.AdsUnreachable}, problem.AdsUnreachable},
		{"HTML for a list", map[string]any{"EU /v2/profiles": "<html>"}, []canon.Region{canon.EU}, nil, []problem.Code{problem.AdsBrokenAnswer}, problem.AdsBrokenAnswer},
		{"an item that makes no sense", map[string]any{"EU /v2/profiles": "[" + uk + `,{"profileId":"x"}]`, "EU /v2/profiles?view": "[" + uk + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555"}, []problem.Code{problem.AdsBrokenAnswer}, ""},
		{"an id as text", map[string]any{"EU /v2/profiles": "[" + strings.Replace(uk, "2222333344445555", `"2222333344445555"`, 1) + "]"}, []canon.Region{canon.EU}, []string{"EU UK 2222333344445555"}, nil, ""},
		{"empty: another region has them", map[string]any{"NA /v2/profiles": "[" + us + "]", "NA /v2/profiles?view": "[" + us + "]"}, []canon.Region{canon.EU}, nil, []problem.Code{problem.AdsNoProfilesOtherRegion}, ""},
		{
			"empty: only through a manager",
			map[string]any{"EU /managerAccounts": `{"managerAccounts":[{"managerAccountId":"amzn1.ads1.ma1.x","managerAccountName":"Agency Ltd","linkedAccounts":[{"accountId":"ENTITYX","profileId":"4444333322221111"}]}]}`},
			canon.Regions(), nil,
			[]problem.Code{problem.AdsManagerOnly},
			"",
		},
		{"empty: a manager without accounts says nothing", map[string]any{"EU /managerAccounts": `{"managerAccounts":[{"managerAccountName":"Agency Ltd","linkedAccounts":[]}]}`}, canon.Regions(), nil, []problem.Code{problem.AdsNoProfiles}, ""},
		{"empty: no campaign yet", map[string]any{"NA /adsAccounts/list": `{"adsAccounts":[{"adsAccountId":"amzn1.ads-account.g.x","status":"CREATED"}]}`}, canon.Regions(), nil, []problem.Code{problem.AdsNoCampaignYet}, ""},
		{"empty: wrong user", map[string]any{"NA /adsAccounts/list": `{"adsAccounts":[]}`, "EU /adsAccounts/list": `{"adsAccounts":[]}`, "FE /adsAccounts/list": `{"adsAccounts":[]}`}, canon.Regions(), nil, []problem.Code{problem.AdsWrongUser}, ""},
		{"empty: Amazon does not tell", nil, canon.Regions(), nil, []problem.Code{problem.AdsNoProfiles}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			accounts, problems, err := ads.New().Accounts(t.Context(), &regions{answers: c.answers}, c.ask)
			var got []string
			for _, a := range accounts {
				text := fmt.Sprintf("%s %s %s", a.Region, a.Country, a.ID)
				if a.ViewOnly {
					text += "!"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
			var codes []problem.Code
			for _, p := range problems {
				codes = append(codes, p.Code)
			}
			if !slices.Equal(codes, c.codes) {
				t.Errorf("problems %v, want %v", codes, c.codes)
			}
			if p, _ := problem.Of(err); p.Code != c.err {
				t.Errorf("error %v, want %s", err, c.err)
			}
		})
	}
}

// TestAccountFields holds the translation of one profile, every field of it.
func TestAccountFields(t *testing.T) {
	t.Parallel()
	s := &regions{answers: map[string]any{"EU /v2/profiles": "[" + item("2222333344445555", "UK", "vendor") + "]"}}
	accounts, _, err := ads.New().Accounts(t.Context(), s, []canon.Region{canon.EU})
	yes := true
	want := []canon.Account{{
		ID: "2222333344445555", Kind: canon.Vendor, Name: "Example Shop", Region: canon.EU, Country: "UK", Marketplace: "A1F83G8C2ARO7P",
		Currency: "GBP", Timezone: "Europe/London", Entity: "A1EXAMPLESELLER", PaymentValid: &yes,
	}}
	if diff := cmp.Diff(want, accounts); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if !slices.Equal(s.asked, []string{"EU /v2/profiles", "EU /v2/profiles?view"}) {
		t.Errorf("asked %v", s.asked)
	}
}

// FuzzProfiles: no answer of /v2/profiles makes the list fail, and no account comes out with an id that is no number.
func FuzzProfiles(f *testing.F) {
	for _, s := range []string{"[]", "null", "{}", "[" + item("1", "US", "seller") + "]", `[{"profileId":1e3}]`, `[{"profileId":-1}]`, "[[]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		accounts, problems, _ := ads.New().Accounts(t.Context(), &regions{answers: map[string]any{"NA /v2/profiles": body}}, []canon.Region{canon.NA})
		for _, a := range accounts {
			if a.ID == "" || strings.Trim(a.ID, "0123456789") != "" {
				t.Errorf("account id %q", a.ID)
			}
		}
		if len(accounts) == 0 && len(problems) == 0 {
			t.Error("nothing listed and no reason given")
		}
	})
}
