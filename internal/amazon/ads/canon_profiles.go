package ads

import (
	"encoding/json"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A profile is one item of GET /v2/profiles (ads-lwa 2.5). Its id is a number here and a string everywhere else.
type profile struct {
	ID       json.RawMessage `json:"profileId"`
	Country  string          `json:"countryCode"`
	Currency string          `json:"currencyCode"`
	Timezone string          `json:"timezone"`
	Account  struct {
		Marketplace  string `json:"marketplaceStringId"`
		ID           string `json:"id"`
		Type         string `json:"type"`
		Name         string `json:"name"`
		PaymentValid *bool  `json:"validPaymentMethod"`
	} `json:"accountInfo"`
}

// readProfiles reads a list. Items that make no sense are counted, not invented; ok is false where the body is no list at all.
func readProfiles(body []byte, region canon.Region) (accounts []canon.Account, bad int, ok bool) {
	var items []json.RawMessage
	if json.Unmarshal(body, &items) != nil || items == nil {
		return nil, 0, false
	}
	seen := map[string]bool{}
	for _, raw := range items {
		var p profile
		if json.Unmarshal(raw, &p) != nil {
			bad++
			continue
		}
		a, valid := p.account(region)
		if !valid || seen[a.ID] {
			bad++
			continue
		}
		seen[a.ID] = true
		accounts = append(accounts, a)
	}
	return accounts, bad, true
}

// account translates. The region is the one whose host answered: only profiles of the called region come back (ads-lwa 2.5).
func (p profile) account(region canon.Region) (canon.Account, bool) {
	id := strings.Trim(string(p.ID), `"`)
	if id == "" || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
		return canon.Account{}, false
	}
	return canon.Account{
		ID:           id,
		Kind:         canon.AccountKind(strings.ToLower(p.Account.Type)),
		Name:         p.Account.Name,
		Region:       region,
		Country:      p.Country,
		Marketplace:  p.Account.Marketplace,
		Currency:     p.Currency,
		Timezone:     p.Timezone,
		Entity:       p.Account.ID,
		PaymentValid: p.Account.PaymentValid,
	}, true
}
