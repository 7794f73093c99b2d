package adsfake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const accountsList = "application/vnd.listaccountsresource.v1+json"

type wireAccount struct {
	ID        string `json:"adsAccountId"`
	Status    string `json:"status"`
	Alternate []struct {
		CountryCode string `json:"countryCode"`
		ProfileID   int64  `json:"profileId"`
		EntityID    string `json:"entityId"`
	} `json:"alternateIds"`
	Countries []string `json:"countryCodes"`
}

// TestAdsAccounts holds that the ads accounts tell an account without campaigns from a user who has none, both of whom
// /v2/profiles answers with an empty list.
func TestAdsAccounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	for user, want := range map[string]int{kit.Advertiser: 8, kit.NoCampaigns: 1, kit.SellerCentral: 0, kit.ViewOnly: 2, kit.AgencyUser: 0} {
		w := s.as(user).with("Content-Type", accountsList).do("POST", "/adsAccounts/list", `{"maxResults":100}`)
		if got := read[struct{ AdsAccounts *[]wireAccount }](t, w).AdsAccounts; w.Code != 200 || got == nil || len(*got) != want {
			t.Errorf("%s: %d %s, want %d accounts", user, w.Code, w.Body, want)
		}
	}
	c := s.as(kit.Advertiser).with("Content-Type", accountsList)
	all := *read[struct{ AdsAccounts *[]wireAccount }](t, c.do("POST", "/adsAccounts/list", "")).AdsAccounts
	first := all[0] // the merchant in the US and in Canada
	if diff := cmp.Diff([]string{"US", "CA"}, first.Countries); diff != "" || len(first.Alternate) != 4 || first.Status != "CREATED" || first.Alternate[0].ProfileID == 0 {
		t.Errorf("got %+v\n%s", first, diff)
	}
	if got := read[struct{ AdsAccount wireAccount }](t, c.get("/adsAccounts/"+first.ID)).AdsAccount; got.ID != first.ID {
		t.Errorf("by id: %+v", got)
	}
	for body, want := range map[string]int{`{"maxResults":0}`: 400, `{"nextToken":"x"}`: 400, `[]`: 400, `{"nextToken":null}`: 200} {
		if w := c.do("POST", "/adsAccounts/list", body); w.Code != want {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := s.as(kit.AgencyUser).get("/adsAccounts/" + first.ID); w.Code != 404 {
		t.Errorf("somebody else's: %d %s", w.Code, w.Body)
	}
	if w := s.as(kit.Advertiser).do("POST", "/adsAccounts/list", "{}"); w.Code != 415 {
		t.Errorf("no media type: %d %s", w.Code, w.Body)
	}
}

// TestAdsAccountsPage holds that pages of accounts neither lose nor repeat any, and that one user's nextToken is nothing to another.
func TestAdsAccountsPage(t *testing.T) {
	t.Parallel()
	type page struct {
		AdsAccounts []wireAccount
		NextToken   string
	}
	s := start(t)
	c := s.as(kit.Advertiser).with("Content-Type", accountsList)
	all := read[page](t, c.do("POST", "/adsAccounts/list", ""))
	if all.NextToken != "" {
		t.Errorf("a list that is whole goes on at %q", all.NextToken)
	}
	var got []wireAccount
	sizes, token := []int{}, ""
	for {
		p := read[page](t, c.do("POST", "/adsAccounts/list", `{"maxResults":3,"nextToken":"`+token+`"}`))
		got, sizes = append(got, p.AdsAccounts...), append(sizes, len(p.AdsAccounts))
		if token = p.NextToken; token == "" || len(sizes) > 10 {
			break
		}
		if w := s.as(kit.ViewOnly).with("Content-Type", accountsList).do("POST", "/adsAccounts/list", `{"nextToken":"`+token+`"}`); w.Code != 400 {
			t.Errorf("another user's token: %d %s", w.Code, w.Body)
		}
	}
	if diff := cmp.Diff([]int{3, 3, 2}, sizes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all.AdsAccounts, got); diff != "" {
		t.Error(diff)
	}
}
