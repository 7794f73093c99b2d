package adsfake

import (
	"net/http"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types of the ads accounts (ads-lwa 2.6).
const (
	accountsList  = "application/vnd.listaccountsresource.v1+json"
	accountSingle = "application/vnd.accountresource.v1+json"
)

// adsAccount is a global advertising account: the profiles of one merchant or vendor. It is there whether or not the
// account ever had a campaign, and so tells an account without campaigns from a user without account.
type adsAccount struct {
	ID        string        `json:"adsAccountId"`
	Name      string        `json:"accountName"`
	Status    string        `json:"status"`
	Alternate []alternateID `json:"alternateIds"`
	Countries []string      `json:"countryCodes"`
}

// alternateID is one older name of the account in one country; the profile's is a number.
type alternateID struct {
	CountryCode string `json:"countryCode"`
	ProfileID   int64  `json:"profileId,omitempty"`
	EntityID    string `json:"entityId,omitempty"`
}

// adsAccounts gathers the accounts that a user may see, in the order of their profiles, whatever the region.
func (f *fake) adsAccounts(user string) []*adsAccount {
	all, byEntity := []*adsAccount{}, map[string]*adsAccount{}
	for _, a := range f.roster().access[user] {
		p := a.profile
		if p.kind == "agency" {
			continue
		}
		account := byEntity[p.entity]
		if account == nil {
			account = &adsAccount{
				ID:   "amzn1.ads-account.g." + f.world.Letters("ads account "+p.entity, "abcdefghijklmnopqrstuvwxyz0123456789", 25),
				Name: p.name, Status: "CREATED",
			}
			byEntity[p.entity] = account
			all = append(all, account)
		}
		account.Alternate = append(account.Alternate, alternateID{CountryCode: p.country.code, ProfileID: p.number},
			alternateID{CountryCode: p.country.code, EntityID: p.entity})
		account.Countries = append(account.Countries, p.country.code)
	}
	return all
}

// listAccounts serves POST /adsAccounts/list. A world has too few accounts for a second page.
func (f *fake) listAccounts(v *visit) kit.Response {
	if len(v.x.Body) > 0 {
		o, err := parseObject(v.x.Body, "$")
		if err != nil {
			return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", err.Error(), accountsList)
		}
		if n, sent, err := read[int32](o, "maxResults", "$"); err != nil || (sent && (n < 1 || n > 100)) {
			return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", "maxResults must be between 1 and 100", accountsList)
		}
		if token, _, err := read[string](o, "nextToken", "$"); err != nil || token != "" {
			return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", "nextToken is not valid", accountsList)
		}
	}
	return typed(v.x, http.StatusOK, accountsList, map[string]any{"adsAccounts": f.adsAccounts(v.claims.User.Key)})
}

// getAccount serves GET /adsAccounts/{adsAccountId}.
func (f *fake) getAccount(v *visit) kit.Response {
	all := f.adsAccounts(v.claims.User.Key)
	i := slices.IndexFunc(all, func(a *adsAccount) bool { return a.ID == v.x.Var("adsAccountId") })
	if i < 0 {
		return managerRefusal(v.x, http.StatusNotFound, "NOT_FOUND", "There is no such account", accountSingle)
	}
	return typed(v.x, http.StatusOK, accountSingle, map[string]any{"adsAccount": all[i]})
}
