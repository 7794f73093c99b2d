package ads

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// organizationCan is what can be done to organizations. Each is an account of the grant that was verified when the grant was looked at, so
// that listing it asks Amazon nothing; the operation is the one that it came by.
func organizationCan() amazon.AdsAbility {
	return amazon.AdsAbility{List: true, Operations: map[string][]string{verbList: {"profiles.list"}}}
}

// organization says what is known of an account (contract ads-model 1.4). Its days begin in its timezone.
func organization(a canon.Account) *canon.AdsOrganization {
	o := &canon.AdsOrganization{
		AdsCommon: canon.AdsCommon{ID: a.ID, Provider: "amazon", OrganizationID: a.ID, Name: a.Name, Status: canon.StatusActive, EffectiveStatus: canon.EffectiveServing},
		Kind:      "PROFILE", AccountType: "OTHER", Country: a.Country, MarketplaceID: a.Marketplace, Region: a.Region, Currency: a.Currency, Timezone: a.Timezone,
		AccountNumber: a.Entity, PaymentOK: a.PaymentValid, Capabilities: []string{"READ"},
		AlternateIDs: []canon.AlternateID{{Type: "PROFILE", Value: a.ID, Country: a.Country}},
	}
	switch a.Kind {
	case canon.Seller, canon.Vendor, canon.Agency:
		o.AccountType = strings.ToUpper(string(a.Kind))
	}
	if !a.ViewOnly {
		o.Capabilities = append(o.Capabilities, "WRITE")
	}
	if a.PaymentValid != nil && !*a.PaymentValid {
		o.EffectiveStatus = canon.EffectivePaymentProblem
	}
	if strings.HasPrefix(a.Entity, "ENTITY") {
		o.AlternateIDs = append(o.AlternateIDs, canon.AlternateID{Type: "ENTITY", Value: a.Entity, Country: a.Country})
	}
	if a.Manager != "" {
		o.ParentID, o.Managers = a.Manager, []canon.NamedRef{{ID: a.Manager}}
	}
	return o
}
