package client_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/client"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A program changes many at once, sees what became of each, looks into the ledger, and takes a part of it back.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	c := newClient(t, k)
	ctx := t.Context()
	const campaign, group = "835784376000001", "170115068000003"
	negative := func(text string) *canon.AdsTarget {
		return &canon.AdsTarget{CampaignID: campaign, GroupID: group, Channel: canon.SponsoredProducts, Type: "KEYWORD", MatchType: "EXACT", Negative: true, Keyword: &canon.Keyword{Text: text}}
	}
	dry, err := client.CreateMany(ctx, c, "shop", []*canon.AdsTarget{negative("gratis"), negative("used")}, client.Change{DryRun: true})
	if err != nil || dry.Err() != nil || dry.Write != "" || len(dry.Requests) != 1 || dry.Requests[0].Operation != "v1.targets.create" || len(dry.Requests[0].Rows) != 2 {
		t.Fatalf("a dry run: %+v %v", dry, err)
	}
	if _, _, err := client.Create(ctx, c, "shop", negative("gratis"), client.Change{DryRun: true}); err == nil {
		t.Error("a dry run of one told of an object that is not")
	}
	made, err := client.CreateMany(ctx, c, "shop", []*canon.AdsTarget{negative("gratis"), negative("gratis"), negative("used")}, client.Change{Key: "negatives"})
	if err != nil || made.Done != 2 || made.Failed != 1 || len(made.Rows) != 3 || !made.Rows[0].OK || made.Rows[0].ID == "" || made.Rows[0].Object.Keyword.Text != "gratis" {
		t.Fatalf("%+v %v", made, err)
	}
	var refused *client.Error
	if err := made.Err(); !errors.As(err, &refused) || refused.Provider == nil || refused.Provider.Code == "" || refused.Cause != "you" || refused.Fix == "" || !strings.Contains(err.Error(), "row 1: ") {
		t.Errorf("the part that failed: %v, %+v", err, refused)
	}
	if again, err := client.CreateMany(ctx, c, "shop", []*canon.AdsTarget{negative("gratis"), negative("gratis"), negative("used")}, client.Change{Key: "negatives"}); err != nil || again.Write != made.Write {
		t.Errorf("repeated with its key: %+v %v", again, err)
	}

	bids := []map[string]any{{"id": "749437254000007", "bid_amount": 0.44}, {"id": "839730393000009", "bid_amount": 0.48}, {"id": "1", "bid_amount": 1}}
	patched, err := client.PatchMany[*canon.AdsTarget](ctx, c, "shop", bids, client.Change{})
	if err != nil || patched.Done != 2 || patched.Rows[2].Error == nil || patched.Rows[2].Error.Code != "writes.no_object" {
		t.Fatalf("%+v %v", patched, err)
	}
	entry, err := c.Entry(ctx, "shop", patched.Write)
	if err != nil || entry.By != "software" || entry.ByKind != "caller" || len(entry.Changes) != 3 || !strings.Contains(string(entry.Changes[0].Before), `"0.40"`) || !strings.Contains(string(entry.Changes[0].After), `"0.44"`) {
		t.Errorf("%+v %v", entry, err)
	}
	all, err := c.History(ctx, "shop", client.HistoryQuery{Object: "749437254000007"})
	if err != nil || len(all) != 1 || all[0].ID != patched.Write {
		t.Errorf("of the object: %+v %v", all, err)
	}
	undone, err := client.UndoRows[*canon.AdsTarget](ctx, c, "shop", patched.Write, client.Undoing{Rows: []int{1}})
	if err != nil || undone.Err() != nil || len(undone.Rows) != 1 || undone.Rows[0].Object.Bid.Amount() != "0.44" {
		t.Errorf("one row undone: %+v %v", undone, err)
	}
	archived, err := client.RemoveMany[*canon.AdsTarget](ctx, c, "shop", []string{made.Rows[0].ID, made.Rows[2].ID}, client.Change{})
	if err != nil || archived.Err() != nil || !archived.Rows[0].Final {
		t.Errorf("%+v %v", archived, err)
	}
	table, err := c.Support(ctx)
	if err != nil || !slices.ContainsFunc(table, func(s client.Support) bool {
		return s.Kind == "asset" && s.Methods.Create && !s.Methods.Update && slices.Contains(s.Creatable, "content")
	}) {
		t.Errorf("%d rows of support, %v", len(table), err)
	}
}

// A program hands a picture over. It leaves three times as Amazon wants it, and neither the answer nor the ledger keeps it.
func TestAssetOfContent(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	c := newClient(t, k)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 480))); err != nil {
		t.Fatal(err)
	}
	content := base64.StdEncoding.EncodeToString(picture.Bytes())
	asset := &canon.AdsAsset{
		AdsCommon: canon.AdsCommon{Name: "our logo", OrganizationID: g.Accounts[0].ID, Ext: map[string]any{"brandEntityId": "ENTITYEXAMPLE"}},
		Type:      "IMAGE", SubTypes: []string{"LOGO"}, Content: content,
	}
	made, written, err := client.Create(t.Context(), c, "shop", asset, client.Change{Key: "logo"})
	if err != nil || made.ID == "" || made.Content != "" || made.URL != "" {
		t.Fatalf("%+v %v", made, err)
	}
	again, _, err := client.Create(t.Context(), c, "shop", asset, client.Change{Key: "logo"})
	if err != nil || again.ID != made.ID {
		t.Errorf("again with its key: %+v %v", again, err)
	}
	for _, operation := range []string{"assets.upload", "files.put", "assets.register"} {
		all := k.Sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "ads", Operation: operation}})
		if len(all) != 1 || all[0].Status != 200 || len(all[0].Notes) > 0 {
			t.Errorf("%s: %+v", operation, all)
		}
	}
	got, err := client.Get[*canon.AdsAsset](t.Context(), c, "shop", made.ID)
	if err != nil || got.Width != 640 || got.MIMEType != "image/png" {
		t.Errorf("%+v %v", got, err)
	}
	entry, err := c.Entry(t.Context(), "shop", written)
	if err != nil || len(entry.Changes) != 1 || strings.Contains(string(entry.Changes[0].After), content[:20]) || !strings.Contains(string(entry.Changes[0].After), "our logo") {
		t.Errorf("the ledger: %s %v", entry.Changes[0].After, err)
	}
}
