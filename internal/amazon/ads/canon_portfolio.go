package ads

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// portfolios is the collection of portfolios, which stand above ad products (ads-lwa 4.1). There is no archiving one.
func portfolios() *collection {
	writable := []string{"name", "budget", "start_date", "end_date", "ext"}
	return codec(&collection{
		kind: canon.KindPortfolio, speaks: v3{whole: true, statuses: v3StatesOf, atOnce: 100},
		ops:  map[string]string{verbList: "portfolios.list", verbCreate: "portfolios.create", verbUpdate: "portfolios.update"},
		list: "portfolios", one: "portfolio", id: "portfolioId", write: 100, ids: 1000,
		filters: map[condition]string{byID: "portfolioIdFilter"}, fields: map[string]string{"name": "name", "state": "status", "budget": "budget", "budget.startDate": "start_date", "budget.endDate": "end_date"},
		creatable: append([]string{"status"}, writable...), updatable: writable, required: []string{"name"},
	}, decodePortfolio, encodePortfolio)
}

// A v3Portfolio is a portfolio of v3. Its words for why it does not run differ from those of campaigns.
type v3Portfolio struct {
	ID       string            `json:"portfolioId,omitempty"`
	Name     string            `json:"name,omitempty"`
	State    string            `json:"state,omitempty"`
	Budget   *v3Purse          `json:"budget,omitempty"`
	Controls *v3BudgetControls `json:"budgetControls,omitempty"`
	InBudget *bool             `json:"inBudget,omitempty"`
	Extended *struct {
		Created string   `json:"creationDateTime,omitempty"`
		Updated string   `json:"lastUpdateDateTime,omitempty"`
		Serving string   `json:"servingStatus,omitempty"`
		Reasons []string `json:"statusReasons,omitempty"`
	} `json:"extendedData,omitempty"`
}

// A v3Purse limits spending over a range of dates, each month, or not at all.
type v3Purse struct {
	Amount   json.Number `json:"amount,omitempty"`
	Currency string      `json:"currencyCode,omitempty"`
	Policy   string      `json:"policy"`
	Start    string      `json:"startDate,omitempty"`
	End      string      `json:"endDate,omitempty"`
}

type v3BudgetControls struct {
	Sharing struct {
		State string `json:"featureState"`
	} `json:"campaignUnspentBudgetSharing"`
}

// extSharing says whether campaigns may spend what others of the portfolio left: ENABLED or DISABLED.
const extSharing = "campaignUnspentBudgetSharing"

// Policies of portfolios, and the period that each means.
var purses = [][2]string{{"DATE_RANGE", "LIFETIME"}, {"MONTHLY_RECURRING", "MONTHLY"}}

const noCap = "NO_CAP"

func decodePortfolio(w *v3Portfolio, v *view) (*canon.AdsPortfolio, error) {
	p := &canon.AdsPortfolio{AdsCommon: canon.AdsCommon{ID: w.ID, Name: w.Name, Status: statusOf(w.State)}}
	if b := w.Budget; b != nil {
		p.StartDate, p.EndDate = canon.Day(b.Start), canon.Day(b.End)
		m, err := v.money(b.Amount, b.Currency)
		if err != nil {
			return nil, err
		}
		if b.Policy != noCap && m != nil {
			p.Budget = &canon.AdsBudget{Money: m, Period: toCanon(purses, b.Policy)}
		}
	}
	if w.Controls != nil && w.Controls.Sharing.State != "" {
		p.Ext = map[string]any{extSharing: w.Controls.Sharing.State}
	}
	if x := w.Extended; x != nil {
		var err error
		if p.CreatedAt, err = instant(x.Created); err != nil {
			return nil, err
		}
		if p.UpdatedAt, err = instant(x.Updated); err != nil {
			return nil, err
		}
		said := v3Extended{Serving: x.Serving}
		for _, r := range x.Reasons {
			said.Details = append(said.Details, v3Detail{r})
		}
		p.EffectiveStatus, p.EffectiveReasons = said.effective()
	}
	if w.InBudget != nil && !*w.InBudget {
		p.EffectiveStatus = canon.EffectiveOutOfBudget
	}
	return p, nil
}

// encodePortfolio says without a budget that there is no cap, since one that is left out stays as it was.
func encodePortfolio(p *canon.AdsPortfolio, v *view) (*v3Portfolio, error) {
	if p.Status != "" && p.Status != canon.StatusActive {
		return nil, fmt.Errorf("a portfolio cannot be %s", p.Status)
	}
	w := &v3Portfolio{Name: p.Name, State: "ENABLED", Budget: &v3Purse{Currency: v.account.Currency, Policy: noCap, Start: string(p.StartDate), End: string(p.EndDate)}}
	if b := p.Budget; b != nil {
		amount, err := v.amount(b.Money)
		if err != nil || amount == "" {
			return nil, fmt.Errorf("a portfolio's budget is an amount of money: %w", err)
		}
		if w.Budget.Policy = toWire(purses, b.Period); w.Budget.Policy == b.Period {
			if b.Period == "" {
				return nil, errors.New("a portfolio's budget needs its period, which is MONTHLY or LIFETIME")
			}
			return nil, fmt.Errorf("a portfolio's budget is for LIFETIME or MONTHLY, not %s", b.Period)
		}
		w.Budget.Amount = amount
	}
	for _, key := range sortedKeys(p.Ext) {
		state, ok := p.Ext[key].(string)
		if !ok || key != extSharing {
			return nil, fmt.Errorf("ext.%s is not what a portfolio has", key)
		}
		w.Controls = &v3BudgetControls{}
		w.Controls.Sharing.State = state
	}
	if v.told {
		w.ID = p.ID
	}
	return w, nil
}
