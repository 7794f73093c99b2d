package adsfake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

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

// accountsPage is how many accounts a list answers with where no number is asked for.
const accountsPage = 100

// listAccounts serves POST /adsAccounts/list.
func (f *fake) listAccounts(v *visit) kit.Response {
	bad := func(message string) kit.Response {
		return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", message, accountsList)
	}
	user, most, first := v.claims.User.Key, accountsPage, 0
	if len(v.x.Body) > 0 {
		o, err := parseObject(v.x.Body, "$")
		if err != nil {
			return bad(err.Error())
		}
		n, sent, err := read[int32](o, "maxResults", "$")
		if err != nil || (sent && (n < 1 || n > accountsPage)) {
			return bad("maxResults must be between 1 and 100")
		}
		if sent {
			most = int(n)
		}
		token, _, err := read[string](o, "nextToken", "$")
		if token != "" {
			text, _, _ := strings.Cut(token, ".")
			first, _ = strconv.Atoi(text)
		}
		if err != nil || (token != "" && token != f.accountsToken(user, first)) {
			return bad("nextToken is not valid")
		}
	}
	all := f.adsAccounts(user)
	first = min(first, len(all))
	last := min(first+most, len(all))
	answer := map[string]any{"adsAccounts": all[first:last]}
	if last < len(all) {
		answer["nextToken"] = f.accountsToken(user, last)
	}
	return typed(v.x, http.StatusOK, accountsList, answer)
}

// accountsToken is where a user's list of accounts goes on, with a MAC that binds it to the user.
func (f *fake) accountsToken(user string, at int) string {
	text := strconv.Itoa(at)
	return text + "." + f.signature("accounts of "+user, text)
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
