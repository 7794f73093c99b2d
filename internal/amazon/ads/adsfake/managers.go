package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types of the manager accounts (ads-lwa 2.6). Unlike SP v3's, the specification's names are also what is answered.
const (
	managersAnswer  = "application/vnd.getmanageraccountsresponse.v1+json"
	managerRequest  = "application/vnd.createmanageraccountrequest.v1+json"
	managerAnswer   = "application/vnd.manageraccount.v1+json"
	accountsRequest = "application/vnd.updateadvertisingaccountsinmanageraccountrequest.v1+json"
	accountsAnswer  = "application/vnd.updateadvertisingaccountsinmanageraccountresponse.v1+json"
)

const (
	mostLinked = 50 // linked accounts in one answer
	mostLinks  = 20 // accounts in one associate or disassociate
)

// managers holds the manager accounts of the world. They belong to no region.
type managers struct {
	mu  sync.Mutex
	all []*manager
}

type manager struct {
	id     string
	name   string
	linked []*linked
	owners map[string]bool // keys of users who may change it
	guests map[string]bool // keys of users who may look at it
}

// linked is an account in a manager account. Its profile id is a string here (ads-lwa 8.3).
type linked struct {
	AccountID     string  `json:"accountId"`
	AccountName   string  `json:"accountName"`
	AccountType   string  `json:"accountType"` // SELLER VENDOR DSP_ADVERTISING_ACCOUNT MARKETING_CLOUD
	MarketplaceID string  `json:"marketplaceId"`
	ProfileID     *string `json:"profileId,omitempty"`
	DSPAdvertiser *string `json:"dspAdvertiserId,omitempty"`
}

type managerBody struct {
	ID     string    `json:"managerAccountId"`
	Name   string    `json:"managerAccountName"`
	Linked []*linked `json:"linkedAccounts"`
}

func (m *manager) body() managerBody {
	return managerBody{m.id, m.name, append([]*linked{}, m.linked[:min(len(m.linked), mostLinked)]...)}
}

// link makes the account row of a profile.
func link(p *profile) *linked {
	kind := "SELLER"
	if p.kind == "vendor" {
		kind = "VENDOR"
	}
	return &linked{AccountID: p.entity, AccountName: p.name, AccountType: kind, MarketplaceID: p.country.marketplace, ProfileID: &p.id}
}

// typed answers with one of the manager accounts' own media types.
func typed(x *kit.Exchange, status int, media string, v any) kit.Response {
	r := kit.JSON(status, v)
	r.Header = x.ServiceHeaders("")
	r.Header["Content-Type"] = []string{media}
	return r
}

// listManagers serves GET /managerAccounts.
func (f *fake) listManagers(v *visit) kit.Response {
	f.managers.mu.Lock()
	defer f.managers.mu.Unlock()
	found := []managerBody{}
	for _, m := range f.managers.all {
		if m.owners[v.claims.User.Key] || m.guests[v.claims.User.Key] {
			found = append(found, m.body())
		}
	}
	return typed(v.x, http.StatusOK, managersAnswer, map[string]any{"managerAccounts": found})
}

// createManager serves POST /managerAccounts.
func (f *fake) createManager(v *visit) kit.Response {
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", err.Error(), managerAnswer)
	}
	name, _, err := read[string](o, "managerAccountName", "$")
	if err != nil || name == "" {
		return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", "managerAccountName is required", managerAnswer)
	}
	if kind, _, err := read[string](o, "managerAccountType", "$"); err != nil || (kind != "Advertiser" && kind != "Agency") {
		return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", "managerAccountType must be Advertiser or Agency", managerAnswer)
	}
	f.managers.mu.Lock()
	defer f.managers.mu.Unlock()
	m := &manager{id: f.managerID(len(f.managers.all)), name: name, owners: map[string]bool{v.claims.User.Key: true}}
	f.managers.all = append(f.managers.all, m)
	v.x.Effect = "created"
	return typed(v.x, http.StatusOK, managerAnswer, m.body())
}

// accountRef is one account that an associate or disassociate names; it is echoed as sent.
type accountRef struct {
	ID    string   `json:"id"`
	Type  string   `json:"type"` // ACCOUNT_ID or DSP_ADVERTISER_ID
	Roles []string `json:"roles,omitempty"`
}

type accountFailure struct {
	Account accountRef  `json:"account"`
	Error   serviceBody `json:"error"`
}

type accountResults struct {
	Succeeded []accountRef     `json:"succeedAccounts"`
	Failed    []accountFailure `json:"failedAccounts"`
}

// associate serves POST /managerAccounts/{id}/associate.
func (f *fake) associate(v *visit) kit.Response { return f.relink(v, f.attach) }

// disassociate serves POST /managerAccounts/{id}/disassociate.
func (f *fake) disassociate(v *visit) kit.Response { return f.relink(v, detach) }

// relink applies change to each account of the request; change says what is wrong, if anything.
func (f *fake) relink(v *visit, change func(*visit, *manager, accountRef) string) kit.Response {
	refs, problem := parseAccounts(v.x.Body)
	f.managers.mu.Lock()
	defer f.managers.mu.Unlock()
	i := slices.IndexFunc(f.managers.all, func(m *manager) bool { return m.id == v.x.Var("managerAccountId") })
	switch user := v.claims.User.Key; {
	case i < 0 || (!f.managers.all[i].owners[user] && !f.managers.all[i].guests[user]):
		return managerRefusal(v.x, http.StatusForbidden, "FORBIDDEN", "The user has no access to the manager account", accountsAnswer)
	case !f.managers.all[i].owners[user]:
		return managerRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", "The user may not edit the manager account", accountsAnswer)
	case problem != "":
		return managerRefusal(v.x, http.StatusBadRequest, "BAD_REQUEST", problem, accountsAnswer)
	}
	results := accountResults{Succeeded: []accountRef{}, Failed: []accountFailure{}}
	for _, ref := range refs {
		if wrong := change(v, f.managers.all[i], ref); wrong != "" {
			results.Failed = append(results.Failed, accountFailure{ref, serviceBody{"BAD_REQUEST", wrong}})
			continue
		}
		results.Succeeded, v.x.Effect = append(results.Succeeded, ref), "updated"
	}
	return typed(v.x, http.StatusMultiStatus, accountsAnswer, results)
}

func parseAccounts(body []byte) (refs []accountRef, problem string) {
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, err.Error()
	}
	items, _, err := read[[]json.RawMessage](o, "accounts", "$")
	if err != nil {
		return nil, err.Error()
	}
	if len(items) == 0 || len(items) > mostLinks {
		return nil, "accounts must have 1 to " + strconv.Itoa(mostLinks) + " elements"
	}
	for i, raw := range items {
		at := fmt.Sprintf("$.accounts[%d]", i)
		o, err := parseObject(raw, at)
		if err != nil {
			return nil, err.Error()
		}
		var ref accountRef
		if ref.ID, _, err = read[string](o, "id", at); err != nil {
			return nil, err.Error()
		}
		if ref.Type, _, err = read[string](o, "type", at); err != nil {
			return nil, err.Error()
		}
		if ref.Roles, _, err = read[[]string](o, "roles", at); err != nil {
			return nil, err.Error()
		}
		refs = append(refs, ref)
	}
	return refs, ""
}

// attach links the accounts that have the id to a manager: one a marketplace, since a merchant's id spans several.
func (f *fake) attach(v *visit, m *manager, ref accountRef) string {
	if ref.Type != "ACCOUNT_ID" {
		return "There is no such advertiser"
	}
	found, added := false, false
	for _, a := range f.roster().access[v.claims.User.Key] {
		if p := a.profile; p.entity == ref.ID && p.kind != "agency" && a.edit {
			found = true
			if !slices.ContainsFunc(m.linked, func(l *linked) bool { return l.ProfileID != nil && *l.ProfileID == p.id }) {
				m.linked, added = append(m.linked, link(p)), true
			}
		}
	}
	switch {
	case !found:
		return "There is no such account"
	case !added:
		return "The account is linked already"
	}
	return ""
}

// detach takes accounts out of a manager.
func detach(_ *visit, m *manager, ref accountRef) string {
	before := len(m.linked)
	m.linked = slices.DeleteFunc(m.linked, func(l *linked) bool {
		return (ref.Type == "ACCOUNT_ID" && l.AccountID == ref.ID) ||
			(ref.Type == "DSP_ADVERTISER_ID" && l.DSPAdvertiser != nil && *l.DSPAdvertiser == ref.ID)
	})
	if len(m.linked) == before {
		return "The account is not linked"
	}
	return ""
}

func managerRefusal(x *kit.Exchange, status int, code, message, media string) kit.Response {
	x.Error, x.Effect = code, "refused"
	return typed(x, status, media, serviceBody{code, message})
}
