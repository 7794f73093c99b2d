package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
)

// ads asks the normalised Ads API, on the operator's side.
func (w *walk) ads(method, path string, q url.Values, in, out any) error {
	a, err := w.client.Ads(w.ctx, control.AdsAsk{Method: method, Grant: devGrant, Path: path, Query: q, Body: in})
	if err != nil {
		return err
	}
	defer func() { _ = a.Body.Close() }()
	if out == nil {
		_, err = io.Copy(io.Discard, a.Body)
	} else {
		err = json.NewDecoder(a.Body).Decode(out)
	}
	if err != nil {
		return fmt.Errorf("reading the normalised Ads API's answer: %w", err)
	}
	return nil
}

// campaignCreated makes a campaign in the model and looks at it as old software would.
func (w *walk) campaignCreated() (string, error) {
	name := "demo " + randomText()[:6]
	money := canon.Money{Micros: 12_340_000, Currency: w.account.Currency}
	made := canon.AdsCampaign{
		AdsCommon: canon.AdsCommon{Name: name, OrganizationID: w.account.ID, Status: canon.StatusPaused},
		Channel:   canon.SponsoredProducts, TargetingMode: "MANUAL", StartDate: canon.DayOf(w.sandbox.Now(), time.UTC),
		Budgets: []canon.AdsBudget{{Money: &money, Period: "DAILY"}},
	}
	var got canon.AdsCampaign
	if err := w.ads(http.MethodPost, "campaign", nil, &made, &got); err != nil {
		return "", err
	}
	_, text, err := w.call(http.MethodPost, "/sp/campaigns/list", fmt.Sprintf(`{"campaignIdFilter":{"include":[%q]}}`, got.ID), map[string]string{
		"Amazon-Advertising-API-Scope": w.account.ID, "Content-Type": "application/vnd.spCampaign.v3+json", "Accept": "application/vnd.spCampaign.v3+json",
	})
	if err != nil {
		return "", err
	}
	var seen struct {
		Campaigns []struct {
			Name   string `json:"name"`
			Budget struct {
				Budget json.Number `json:"budget"`
			} `json:"budget"`
		} `json:"campaigns"`
	}
	if err := json.Unmarshal(text, &seen); err != nil || len(seen.Campaigns) != 1 || seen.Campaigns[0].Name != name || seen.Campaigns[0].Budget.Budget != "12.34" {
		return "", fmt.Errorf("the older interface does not show the campaign as it was made")
	}
	return fmt.Sprintf("%q with %s a day, made in the model, and seen so by the older interface", name, money), nil
}

// aBid finds a target of the account that has a bid of its own.
func (w *walk) aBid() (*canon.AdsTarget, error) {
	var all []*canon.AdsTarget
	if err := w.ads(http.MethodGet, "target", url.Values{"org_id": {w.account.ID}, "type": {"KEYWORD"}}, nil, &all); err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Bid != nil && !t.Negative && t.Channel == canon.SponsoredProducts {
			return t, nil
		}
	}
	return nil, fmt.Errorf("no keyword has a bid of its own")
}

func (w *walk) bidOf(t *canon.AdsTarget) (canon.Money, error) {
	var now canon.AdsTarget
	if err := w.ads(http.MethodGet, "target/"+t.ID, url.Values{"org_id": {w.account.ID}}, nil, &now); err != nil {
		return canon.Money{}, err
	}
	if now.Bid == nil {
		return canon.Money{}, fmt.Errorf("the keyword has no bid any more")
	}
	return *now.Bid, nil
}

// bidChanged raises a bid and remembers the change's id.
func (w *walk) bidChanged() (string, error) {
	t, err := w.aBid()
	if err != nil {
		return "", err
	}
	raised := canon.Money{Micros: t.Bid.Micros + 50_000, Currency: t.Bid.Currency}
	var done adsChanged
	if err := w.ads(http.MethodPatch, "target", url.Values{"org_id": {w.account.ID}}, []map[string]any{amountPatch(canon.KindTarget, t.ID, raised)}, &done); err != nil {
		return "", err
	}
	now, err := w.bidOf(t)
	if err != nil {
		return "", err
	}
	if done.Done != 1 || now.Micros != raised.Micros {
		return "", fmt.Errorf("the bid is %s, and %s was asked for", now, raised)
	}
	w.bid, w.change = t, done.Write
	return fmt.Sprintf("of the keyword %s: %s is now %s", targetText(t), *t.Bid, now), nil
}

// bidUndone takes it back.
func (w *walk) bidUndone() (string, error) {
	var done adsChanged
	if err := w.ads(http.MethodPost, "undo/"+url.PathEscape(w.change), nil, nil, &done); err != nil {
		return "", err
	}
	now, err := w.bidOf(w.bid)
	if err != nil {
		return "", err
	}
	if done.Done != 1 || now.Micros != w.bid.Bid.Micros {
		return "", fmt.Errorf("the bid is %s, and was %s before it was changed", now, *w.bid.Bid)
	}
	return fmt.Sprintf("it is %s again, and the ledger knows who, when and what", now), nil
}

// reportRead asks for a week of campaigns by day and reads the rows, moving the clock over Amazon's waiting time.
func (w *walk) reportRead() (string, error) {
	last := canon.DayOf(w.sandbox.Now(), time.UTC).Add(-2)
	ask := report.Ask{Level: canon.LevelCampaign, Start: last.Add(-6), End: last, Organizations: []string{w.account.ID}, Channels: []canon.Channel{canon.SponsoredProducts}}
	var job report.Status
	if err := w.ads(http.MethodPost, "report", nil, ask, &job); err != nil {
		return "", err
	}
	for tries := 0; !job.Status.Ended(); tries++ {
		if tries == 40 {
			return "", fmt.Errorf("the report is still %s", job.Status)
		}
		w.sandbox.Advance(30 * time.Second)
		if err := w.pause(100 * time.Millisecond); err != nil {
			return "", err
		}
		if err := w.ads(http.MethodGet, "report/"+job.ID, nil, nil, &job); err != nil {
			return "", err
		}
	}
	var rows []json.RawMessage
	if err := w.ads(http.MethodGet, "report/"+job.ID+"/rows", nil, nil, &rows); err != nil {
		return "", err
	}
	if job.Status != report.Done || len(rows) == 0 {
		return "", fmt.Errorf("the report is %s and has %d rows", job.Status, len(rows))
	}
	return fmt.Sprintf("%d rows of campaigns by day, %s to %s, kept here beyond the days that Amazon keeps", len(rows), ask.Start, ask.End), nil
}

// pause waits for what goes on elsewhere.
func (w *walk) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}
