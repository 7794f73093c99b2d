package unified_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// paper is a ledger that is thrown away.
type paper struct{}

func (paper) BeginAdsWrite(context.Context, writes.Write, audit.Entry) error { return nil }

func (paper) SendAdsChanges(context.Context, id.AdsWrite, []int) error { return nil }

func (paper) SettleAdsChanges(context.Context, id.AdsWrite, []writes.Change) error { return nil }

func (paper) EndAdsWrite(context.Context, id.AdsWrite, time.Time, audit.Entry) error { return nil }

func (paper) AdsWrite(context.Context, id.AdsWrite) (writes.Write, error) {
	return writes.Write{}, writes.ErrNotFound
}

func (paper) AdsWriteByKey(context.Context, id.Grant, string, string) (writes.Write, error) {
	return writes.Write{}, writes.ErrNotFound
}

func (paper) AdsWrites(context.Context, writes.Filter) ([]writes.Write, error) { return nil, nil }

func (paper) LoseAdsWrites(context.Context, time.Time) (int, error) { return 0, nil }

// send changes as a client does.
func (w *world) send(t testing.TB, u *unified.Ads, method, path string, query url.Values, body any) *httptest.ResponseRecorder {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRecorder()
	a := unified.Ask{By: audit.Actor{Kind: audit.Caller, Name: "shop"}, Method: method, Base: "/lk/v1/ads", Path: path, Query: query, Header: http.Header{}, Body: strings.NewReader(string(text)), Access: w}
	if err := u.Serve(t.Context(), a).WriteTo(r, false); err != nil {
		t.Fatal(err)
	}
	return r
}

// two is a world of two grants of one account each, and of a third account that both open.
func two() *world {
	w := &world{campaigns: map[string]map[canon.Channel][]*canon.AdsCampaign{}, page: 10, broken: map[string]error{}, denied: map[canon.Channel]bool{}}
	w.account("left", "1001", canon.NA, 3, 0)
	w.account("right", "2001", canon.EU, 3, 0)
	w.account("left", "3001", canon.NA, 1, 0)
	w.grants[1].Accounts = append(w.grants[1].Accounts, w.grants[0].Accounts[1])
	return w
}

type row = map[string]any

func TestRowsGoThroughTheirGrants(t *testing.T) {
	t.Parallel()
	w := two()
	u := w.ads(t)
	r := w.send(t, u, "PATCH", "/-/campaign", nil, []row{
		{"id": "20011001", "organization_id": "2001", "name": "to the right"},
		{"id": "10011000", "organization_id": "1001", "name": "to the left"},
		{"id": "10011001", "organization_id": "1001", "name": "refuse me"},
		{"id": "30011000", "organization_id": "3001", "name": "of either"},
		{"id": "30011000", "organization_id": "3001", "connection_id": "right", "name": "of the right one"},
		{"id": "10011002", "name": "of nobody"},
		{"id": "10011002", "organization_id": "1009", "name": "of no account"},
		{"id": "20011002", "organization_id": "2001", "connection_id": "left", "name": "of another's"},
	})
	var told struct {
		Done, Failed int
		Writes       []unified.ChangedBy
		Results      []struct {
			Index int
			OK    bool
			ID    string
			Error *struct{ Code string }
		}
	}
	if err := json.Unmarshal(r.Body.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	var says []string
	for _, one := range told.Results {
		code := "ok"
		if one.Error != nil {
			code = one.Error.Code
		}
		says = append(says, fmt.Sprint(one.Index, " ", one.ID, " ", one.OK, " ", code))
	}
	want := []string{
		"0 20011001 true ok", "1 10011000 true ok", "2 10011001 false ads.invalid_argument", "3 30011000 false gateway.grant_ambiguous", "4 30011000 true ok",
		"5 10011002 false writes.which_organization", "6 10011002 false writes.no_account", "7 20011002 false writes.no_account",
	}
	if diff := cmp.Diff(want, says); diff != "" || r.Code != http.StatusMultiStatus || told.Done != 3 || told.Failed != 5 {
		t.Errorf("%d, %d done, %d failed: %s", r.Code, told.Done, told.Failed, diff)
	}
	if len(told.Writes) != 2 || told.Writes[0].ConnectionID != "right" || !strings.HasPrefix(told.Writes[1].Undo, "/lk/v1/ads/left/undo/") {
		t.Errorf("writes: %+v", told.Writes)
	}
	if w.campaigns["2001"][canon.SponsoredProducts][1].Name != "to the right" || w.campaigns["3001"][canon.SponsoredProducts][0].Name != "of the right one" {
		t.Error("the world was told something else")
	}
	if r := w.send(t, u, "PATCH", "/-/campaign/20011000", nil, row{"name": "by its id"}); r.Code != 200 || !strings.Contains(r.Body.String(), `"connection_id":"right"`) {
		t.Errorf("one by its id: %d %s", r.Code, r.Body)
	}
	if r := w.send(t, u, "POST", "/-/undo", nil, row{}); r.Code != http.StatusMethodNotAllowed {
		t.Errorf("an undoing of no grant: %d", r.Code)
	}
	dry := w.send(t, u, "PATCH", "/-/campaign", url.Values{"dry_run": {"true"}}, []row{{"id": "10011002", "organization_id": "1001", "name": "never"}})
	if dry.Code != 200 || w.campaigns["1001"][canon.SponsoredProducts][2].Name == "never" {
		t.Errorf("a dry run: %d %s", dry.Code, dry.Body)
	}
}

// Over random worlds of 500 profiles, an order through all grants does to each row what an order through the row's own grant does.
func TestSpreadOrdersEqualOrdersByGrant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		alone := &world{grants: w.grants, page: w.page, broken: w.broken, denied: w.denied, campaigns: map[string]map[canon.Channel][]*canon.AdsCampaign{}}
		var rows []row
		grantOf := map[string]*snapshot.Grant{}
		for _, g := range w.grants {
			for _, a := range g.Accounts {
				alone.campaigns[a.ID] = map[canon.Channel][]*canon.AdsCampaign{}
				for channel, all := range w.campaigns[a.ID] {
					alone.campaigns[a.ID][channel] = append([]*canon.AdsCampaign(nil), all...)
					for _, c := range all {
						if rapid.Bool().Draw(r, "changed") {
							rows = append(rows, row{"id": c.ID, "organization_id": a.ID, "name": rapid.SampledFrom([]string{"new", "refuse me", c.Name}).Draw(r, "name")})
							grantOf[c.ID] = g
						}
					}
				}
			}
		}
		if len(rows) == 0 {
			return
		}
		type result struct {
			Index int
			OK    bool
			ID    string
		}
		type answer struct{ Results []result }
		read := func(text []byte) (a answer) {
			if err := json.Unmarshal(text, &a); err != nil {
				r.Fatal(err)
			}
			return a
		}
		got := read(w.send(t, w.ads(t), "PATCH", "/-/campaign", nil, rows).Body.Bytes())
		u := alone.ads(t)
		for i, one := range rows {
			want := read(alone.send(t, u, "PATCH", "/"+grantOf[one["id"].(string)].Name+"/campaign", nil, []row{one}).Body.Bytes()).Results[0]
			want.Index = i
			if got.Results[i] != want {
				r.Fatalf("row %d is %+v, alone %+v", i, got.Results[i], want)
			}
		}
		all := url.Values{"status": {"ACTIVE,PAUSED,ARCHIVED"}, "limit": {"1000"}}
		if diff := cmp.Diff(alone.ask(t, u, "/-/campaign", all).Body.String(), w.ask(t, w.ads(t), "/-/campaign", all).Body.String()); diff != "" {
			r.Fatal(diff)
		}
	})
}
