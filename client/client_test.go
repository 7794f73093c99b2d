package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/client"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

func newClient(t *testing.T, k *keytest.Key) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{URL: k.Status.Gateway, Pass: k.Pass("software", "shop"), HTTP: k.HTTP()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRefusedConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []client.Config{{}, {URL: "127.0.0.1:7071", Pass: "x"}, {URL: "ftp://127.0.0.1", Pass: "x"}, {URL: "http://127.0.0.1:7071"}} {
		if _, err := client.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg.URL)
		}
	}
}

// A program reads, makes, changes, unmakes and archives a campaign, and calls Amazon's own path.
func TestAgainstALockkeeper(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	c := newClient(t, k)
	ctx := t.Context()
	ids := map[string]bool{}
	for campaign, err := range client.Each[*canon.AdsCampaign](ctx, c, client.All, client.Query{Limit: 5, Channel: canon.SponsoredProducts}) {
		if err != nil {
			t.Fatal(err)
		}
		if ids[campaign.ID] {
			t.Errorf("%s comes twice", campaign.ID)
		}
		ids[campaign.ID] = true
	}
	page, err := client.List[*canon.AdsCampaign](ctx, c, "shop", client.Query{Limit: 10_000, Channel: canon.SponsoredProducts})
	if err != nil || len(page.Objects) != len(ids) || len(ids) < 6 || page.Next != "" || len(page.Missing) > 0 {
		t.Fatalf("%d of %d: %v", len(page.Objects), len(ids), err)
	}

	account := g.Accounts[0]
	made, _, err := client.Create(ctx, c, "shop", &canon.AdsCampaign{
		AdsCommon: canon.AdsCommon{Name: "by a program", OrganizationID: account.ID}, Channel: canon.SponsoredProducts, TargetingMode: "AUTO",
		Budgets: []canon.AdsBudget{{Money: &canon.Money{Micros: 12_340_000, Currency: account.Currency}, Period: "DAILY"}}, StartDate: canon.Day(k.Sandbox.Now().AddDate(0, 0, 3).Format("2006-01-02")),
	}, client.Change{Key: "first"})
	if err != nil || made.ID == "" || made.Status != canon.StatusPaused {
		t.Fatalf("%+v %v", made, err)
	}
	changed, written, err := client.Patch[*canon.AdsCampaign](ctx, c, "shop", made.ID, map[string]any{"name": "renamed"}, client.Change{IfMatch: made.ETag})
	if err != nil || changed.Name != "renamed" || written == "" {
		t.Fatalf("%+v %q %v", changed, written, err)
	}
	var refused *client.Error
	if _, _, err := client.Patch[*canon.AdsCampaign](ctx, c, "shop", made.ID, map[string]any{"name": "again"}, client.Change{IfMatch: made.ETag}); !errors.As(err, &refused) || refused.Status != 412 {
		t.Errorf("an older ETag: %v", err)
	}
	if err := c.Undo(ctx, "shop", written); err != nil {
		t.Fatal(err)
	}
	if now, err := client.Get[*canon.AdsCampaign](ctx, c, "shop", made.ID); err != nil || now.Name != "by a program" {
		t.Errorf("%+v %v", now, err)
	}
	if err := client.Remove[*canon.AdsCampaign](ctx, c, "shop", made.ID, client.Change{}); err != nil {
		t.Error(err)
	}
	if _, err := client.Get[*canon.AdsCampaign](ctx, c, "shop", "1"); !errors.As(err, &refused) || refused.Status != 404 || refused.Code != "unified.object_unknown" || refused.Fix == "" {
		t.Errorf("no such campaign: %v", err)
	}

	resp, err := c.Passthrough(ctx, http.MethodPost, "shop", "/sp/campaigns/list", account.ID, nil, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.HasPrefix(string(text), `{"campaigns":[`) {
		t.Errorf("%s %v", text[:min(200, len(text))], err)
	}
	if _, err := c.Passthrough(ctx, http.MethodGet, "other", "/v2/profiles", "", nil, nil); !errors.As(err, &refused) || refused.Code != "gateway.grant_unknown" {
		t.Errorf("another grant: %v", err)
	}
}
