package writes_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

func TestOneRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind canon.AdsKind
		verb writes.Verb
		id   string
		body string
		want string
		now  string // some of the object as Amazon has it then; empty where nothing changed
	}{
		"a patch by exact fields":           {canon.KindCampaign, writes.Patch, "1", `{"budgets":[{"money":{"amount":"12.5","currency":"EUR"},"period":"DAILY"}]}`, "ok", `{"name":"one","budgets":[{"money":{"amount":"12.50","currency":"EUR"},"period":"DAILY"}]}`},
		"by Unified's":                      {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":12.5}`, "ok", `{"name":"one","budgets":[{"money":{"amount":"12.50","currency":"EUR"},"period":"DAILY"}]}`},
		"by both that agree":                {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":12.5,"budgets":[{"money":{"amount":"12.50"},"period":"DAILY"}]}`, "ok", `{"budgets":[{"money":{"amount":"12.50","currency":"EUR"},"period":"DAILY"}]}`},
		"by both that differ":               {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":12,"budgets":[{"money":{"amount":"12.50"},"period":"DAILY"}]}`, "writes.both_differ", ""},
		"an instant is a day of its place":  {canon.KindCampaign, writes.Patch, "1", `{"end_at":"2026-12-31T22:59:59Z"}`, "ok", `{"end_date":"2026-12-31"}`},
		"and the next one an hour later":    {canon.KindCampaign, writes.Patch, "1", `{"end_at":"2026-12-31T23:00:00Z"}`, "ok", `{"end_date":"2027-01-01"}`},
		"nothing to do":                     {canon.KindCampaign, writes.Patch, "1", `{"name":"one"}`, "same", ""},
		"a whole object as it was read":     {canon.KindCampaign, writes.Update, "1", `{"id":"1","name":"uno","status":"ACTIVE","effective_status":"SERVING","updated_at":"2020-01-01T00:00:00Z","budget_amount":10,"budget_period":"DAILY","currency":"EUR","advertising_channel_type":"SHOPPING","total_spend_amount":4}`, "ok", `{"name":"uno","budgets":[{"money":{"amount":"10.00","currency":"EUR"},"period":"DAILY"}]}`},
		"a fact cannot be wished for":       {canon.KindCampaign, writes.Patch, "2", `{"effective_status":"SERVING"}`, "writes.field_fixed effective_status", ""},
		"nor another channel":               {canon.KindCampaign, writes.Patch, "1", `{"advertising_channel_type":"DISPLAY"}`, "writes.field_fixed channel", ""},
		"another id":                        {canon.KindCampaign, writes.Update, "1", `{"id":"2"}`, "writes.field_fixed id", ""},
		"a field that is misspelt":          {canon.KindCampaign, writes.Patch, "1", `{"budgetAmount":3}`, "writes.field_unknown budgetAmount", ""},
		"a field of the wrong type":         {canon.KindCampaign, writes.Patch, "1", `{"name":3}`, "writes.field_wrong name", ""},
		"an amount of words":                {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":"ten"}`, "writes.field_wrong", ""},
		"an amount below zero":              {canon.KindTarget, writes.Patch, "70", `{"bid_amount":-1}`, "writes.field_wrong bid", ""},
		"finer than a millionth":            {canon.KindTarget, writes.Patch, "70", `{"bid_amount":1.0000001}`, "writes.field_wrong", ""},
		"the smallest step":                 {canon.KindTarget, writes.Patch, "70", `{"bid_amount":1.000001}`, "ok", `{"bid":{"amount":"1.000001","currency":"EUR"}}`},
		"another currency":                  {canon.KindTarget, writes.Patch, "70", `{"bid":{"amount":"1.1","currency":"USD"}}`, "writes.currency_differs bid", ""},
		"and Unified's word for it":         {canon.KindTarget, writes.Patch, "70", `{"bid_amount":1.1,"currency":"USD"}`, "writes.currency_differs currency", ""},
		"a bid goes":                        {canon.KindTarget, writes.Patch, "70", `{"bid":null}`, "ok", `{}`},
		"archived by its status":            {canon.KindCampaign, writes.Patch, "1", `{"status":"ARCHIVED"}`, "ok", `{"status":"ARCHIVED"}`},
		"not together with something else":  {canon.KindCampaign, writes.Patch, "1", `{"status":"ARCHIVED","name":"x"}`, "writes.field_wrong status", ""},
		"a status that nobody sets":         {canon.KindCampaign, writes.Patch, "1", `{"status":"REMOVED"}`, "writes.field_wrong status", ""},
		"what is archived stays so":         {canon.KindCampaign, writes.Patch, "3", `{"status":"ACTIVE"}`, "writes.archived_final", ""},
		"archiving twice":                   {canon.KindCampaign, writes.Remove, "3", ``, "same", ""},
		"archiving":                         {canon.KindCampaign, writes.Remove, "1", ``, "ok", `{"status":"ARCHIVED"}`},
		"nobody":                            {canon.KindCampaign, writes.Patch, "404", `{"name":"x"}`, "writes.no_object id", ""},
		"an id of another kind":             {canon.KindGroup, writes.Patch, "1", `{"name":"x"}`, "writes.no_object id", ""},
		"an account that is not there":      {canon.KindCampaign, writes.Patch, "1", `{"organization_id":"99","name":"x"}`, "writes.no_account organization_id", ""},
		"in the other account":              {canon.KindCampaign, writes.Patch, "1", `{"organization_id":"12","name":"x"}`, "writes.no_object id", ""},
		"an older mark":                     {canon.KindCampaign, writes.Patch, "1", `{"etag":"0123456789abcdef","name":"x"}`, "writes.changed_meanwhile etag", ""},
		"what the wire cannot say":          {canon.KindCampaign, writes.Patch, "1", `{"name":"unsayable"}`, "writes.field_fixed name", ""},
		"more than the guard lets through":  {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":20.01}`, "writes.spend_guard budgets", ""},
		"just what it lets through":         {canon.KindCampaign, writes.Patch, "1", `{"budget_amount":20}`, "ok", `{"budgets":[{"money":{"amount":"20.00","currency":"EUR"},"period":"DAILY"}]}`},
		"another period":                    {canon.KindCampaign, writes.Patch, "1", `{"budget_period":"LIFETIME"}`, "writes.spend_guard budgets", ""},
		"a bid that grows":                  {canon.KindTarget, writes.Patch, "70", `{"bid_amount":10}`, "writes.spend_guard bid", ""},
		"a bid where the group's held":      {canon.KindTarget, writes.Patch, "71", `{"bid_amount":1.01}`, "writes.spend_guard bid", ""},
		"within the group's":                {canon.KindTarget, writes.Patch, "71", `{"bid_amount":1}`, "ok", `{"bid":{"amount":"1.00","currency":"EUR"}}`},
		"a group's bid":                     {canon.KindGroup, writes.Patch, "5", `{"bid_amount":2}`, "writes.spend_guard default_bid", ""},
		"a purse without a bottom":          {canon.KindPortfolio, writes.Patch, "8", `{"budget":null}`, "writes.spend_guard budget", ""},
		"a new one":                         {canon.KindCampaign, writes.Create, "", `{"organization_id":"11","name":"new","advertising_channel_type":"SHOPPING","budget_amount":"7","budget_period":"DAILY"}`, "ok", `{"status":"PAUSED","channel":"SPONSORED_PRODUCTS","organization_id":"11","budgets":[{"money":{"amount":"7.00","currency":"EUR"},"period":"DAILY"}]}`},
		"a new one in no account":           {canon.KindCampaign, writes.Create, "", `{"name":"new","channel":"SPONSORED_PRODUCTS"}`, "writes.which_organization organization_id", ""},
		"a new one in no channel":           {canon.KindCampaign, writes.Create, "", `{"organization_id":"11","name":"new"}`, "writes.which_channel channel", ""},
		"a new one in a channel of nobody":  {canon.KindCampaign, writes.Create, "", `{"organization_id":"11","name":"new","channel":"SPONSORED_TV"}`, "writes.not_here channel", ""},
		"a group by its campaign":           {canon.KindGroup, writes.Create, "", `{"campaign_id":"1","name":"g","bid_amount":0.3}`, "ok", `{"status":"ACTIVE","channel":"SPONSORED_PRODUCTS","organization_id":"11","campaign_id":"1","default_bid":{"amount":"0.30","currency":"EUR"}}`},
		"by Unified's word for it":          {canon.KindGroup, writes.Create, "", `{"parent_id":"1","name":"g","default_bid":{"amount":"0.3"}}`, "ok", `{"campaign_id":"1","organization_id":"11","default_bid":{"amount":"0.30","currency":"EUR"}}`},
		"a target by its group":             {canon.KindTarget, writes.Create, "", `{"group_id":"5","name":"k","type":"KEYWORD","match_type":"EXACT","keyword":{"text":"boot"},"bid_amount":0.4}`, "ok", `{"campaign_id":"1","group_id":"5","channel":"SPONSORED_PRODUCTS","organization_id":"11","bid":{"amount":"0.40","currency":"EUR"}}`},
		"a purse":                           {canon.KindPortfolio, writes.Create, "", `{"organization_id":"12","name":"p","budget":{"money":{"amount":"5"},"period":"MONTHLY"}}`, "ok", `{"organization_id":"12","budget":{"money":{"amount":"5.00","currency":"GBP"},"period":"MONTHLY"}}`},
		"a purse is not archived by Amazon": {canon.KindPortfolio, writes.Remove, "8", ``, "writes.not_here", ""},
		"no object":                         {canon.KindCampaign, writes.Patch, "1", `[1]`, "writes.bad_order", ""},
		"nothing at all":                    {canon.KindCampaign, writes.Patch, "1", `null`, "writes.bad_order", ""},
		"no instant":                        {canon.KindCampaign, writes.Patch, "1", `{"end_at":"tomorrow"}`, "writes.field_wrong end_at", ""},
		"when it was read is no wish":       {canon.KindCampaign, writes.Patch, "1", `{"fetched_at":"2020-01-01T00:00:00Z","connection_id":"other","raw":{}}`, "same", ""},
		"a strategy in another currency":    {canon.KindCampaign, writes.Patch, "1", `{"bid_strategy":{"type":"AUTO","target_amount":{"amount":"1","currency":"USD"}}}`, "writes.currency_differs bid_strategy", ""},
		"a bid where no group's is known":   {canon.KindTarget, writes.Patch, "72", `{"bid_amount":9}`, "ok", `{"bid":{"amount":"9.00","currency":"EUR"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archived := campaign(t, "11", "3", "three", "10")
			archived.Status = canon.StatusArchived
			other := campaign(t, "12", "2", "two", "10")
			other.Budgets[0].Money.Currency, other.EffectiveStatus = "GBP", canon.EffectivePaused
			lone := target(t, "72", "")
			lone.GroupID = "6"
			b := newMemoryBench(t, campaign(t, "11", "1", "one", "10"), other, archived, target(t, "70", "1"), target(t, "71", ""), lone,
				&canon.AdsGroup{AdsCommon: canon.AdsCommon{ID: "5", OrganizationID: "11", Name: "g", Status: canon.StatusActive}, Channel: canon.SponsoredProducts, CampaignID: "1", DefaultBid: money(t, "0.5", "EUR")},
				&canon.AdsPortfolio{AdsCommon: canon.AdsCommon{ID: "8", OrganizationID: "11", Name: "p", Status: canon.StatusActive}, Budget: &canon.AdsBudget{Money: money(t, "100", "EUR"), Period: "MONTHLY"}})
			out := b.do(writes.Order{Kind: c.kind, Verb: c.verb, Rows: []writes.Row{{ID: c.id, Body: json.RawMessage(c.body)}}})
			if d := cmp.Diff([]string{c.want}, said(out)); d != "" {
				t.Fatal(d)
			}
			if made := b.m.made > 0; made != (c.now != "") || made != (out.Write != "") {
				t.Fatalf("%d effects, write %q", b.m.made, out.Write)
			}
			if c.now == "" {
				return
			}
			r := out.Results[0]
			have, err := json.Marshal(b.at(c.kind, r.Object.Common().OrganizationID, r.ID))
			if err != nil {
				t.Fatal(err)
			}
			contains(t, have, c.now)
			if r.Object.Common().ETag != canon.AdsETag(b.at(c.kind, r.Object.Common().OrganizationID, r.ID)) || r.Object.Common().ConnectionID != "shop" {
				t.Errorf("what came back: %+v", r.Object.Common())
			}
		})
	}
}

// contains holds that an object has some fields as given.
func contains(t *testing.T, have []byte, want string) {
	t.Helper()
	var h, w map[string]any
	if err := errors.Join(json.Unmarshal(have, &h), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatal(err)
	}
	for name, v := range w {
		if d := cmp.Diff(v, h[name]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestBulkAnswersInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"), target(t, "71", "1"), target(t, "72", "1"), target(t, "73", "1"), campaign(t, "11", "1", "one", "10"))
	b.m.fail = func(_ int, c amazon.AdsChange) *amazon.AdsResult {
		if c.Before.Common().ID == "71" {
			return &amazon.AdsResult{Refusal: &amazon.AdsRefusal{Problem: problem.New(problem.AdsInvalidArgument), Status: 207, Code: "TOO_LOW", Message: "too low", Field: "bid", RequestID: "req"}}
		}
		return nil
	}
	out := b.do(patch(canon.KindTarget, row("72", `{"bid_amount":0.8}`), row("71", `{"bid_amount":0.01}`), row("404", `{"bid_amount":0.8}`), row("70", `{"bid_amount":1}`),
		row("72", `{"bid_amount":0.9}`), row("73", `{"bid_amount":3}`)))
	if d := cmp.Diff([]string{"ok", "ads.invalid_argument bid", "writes.no_object id", "same", "writes.bad_order id", "writes.spend_guard bid"}, said(out)); d != "" {
		t.Error(d)
	}
	if done, failed, unknown := out.Count(); done != 2 || failed != 4 || unknown != 0 {
		t.Error(done, failed, unknown)
	}
	if r := out.Results[1].Refusal; r.Code != "TOO_LOW" || r.Message != "too low" || r.RequestID != "req" {
		t.Errorf("Amazon's words are lost: %+v", r)
	}
	kept, err := b.w.Write(t.Context(), b.place.Grant, out.Write)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[writes.State]int{writes.Done: 2, writes.Refused: 4}, kept.Counts); d != "" || kept.Ended.IsZero() || kept.By != b.place.By {
		t.Errorf("%s %+v", d, kept)
	}
	contains(t, kept.Changes[0].Before, `{"bid":{"amount":"1.00","currency":"EUR"}}`)
	contains(t, kept.Changes[0].After, `{"bid":{"amount":"0.80","currency":"EUR"}}`)
}

func TestForceAndGuardOff(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"))
	o := patch(canon.KindTarget, row("70", `{"bid_amount":9}`))
	if d := cmp.Diff([]string{"writes.spend_guard bid"}, said(b.do(o))); d != "" {
		t.Error(d)
	}
	o.Force = true
	if d := cmp.Diff([]string{"ok"}, said(b.do(o))); d != "" {
		t.Error(d)
	}
	b.guard = 0
	if d := cmp.Diff([]string{"ok"}, said(b.do(patch(canon.KindTarget, row("70", `{"bid_amount":900}`))))); d != "" {
		t.Error(d)
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"), target(t, "71", "1"))
	o := patch(canon.KindTarget, row("404", `{}`), row("70", `{"bid_amount":1.5}`), row("71", `{"bid_amount":1.6}`))
	o.DryRun, o.Key = true, "k"
	out := b.do(o)
	if d := cmp.Diff([]string{"writes.no_object id", "ok", "ok"}, said(out)); d != "" {
		t.Error(d)
	}
	if len(out.Requests) != 1 || cmp.Diff([]int{1, 2}, out.Requests[0].Rows) != "" || b.m.calls != 0 || out.Write != "" {
		t.Errorf("%+v, %d calls", out, b.m.calls)
	}
	if got := out.Results[1].Object.(*canon.AdsTarget).BidAmount; got != "1.50" {
		t.Errorf("it would become %s", got)
	}
	if all, err := b.w.Writes(t.Context(), writes.Filter{Grant: b.place.Grant}); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
	if out = b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.5}`))); out.Results[0].ID != "70" || b.m.made != 1 {
		t.Errorf("%+v", out)
	}
}

func TestPolicyIsAskedForEachAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t, target(t, "70", "1"), campaign(t, "12", "2", "two", "10"))
	denied := problem.New(problem.APINotAllowed)
	b.place.Allow = func(operation string, a canon.Account) error {
		if a.ID == "12" || operation == "target.SPONSORED_PRODUCTS.archive" {
			return denied
		}
		return nil
	}
	if d := cmp.Diff([]string{"writes.no_object id"}, said(b.do(patch(canon.KindCampaign, row("2", `{"name":"x"}`))))); d != "" {
		t.Error(d) // what may not be seen is answered as what is not there
	}
	if d := cmp.Diff([]string{"api.not_allowed"}, said(b.do(writes.Order{Kind: canon.KindTarget, Verb: writes.Remove, Rows: []writes.Row{{ID: "70"}}}))); d != "" {
		t.Error(d)
	}
	b.place.Accounts[0].ViewOnly = true
	if d := cmp.Diff([]string{"ads.view_only"}, said(b.do(patch(canon.KindTarget, row("70", `{"bid_amount":1.1}`))))); d != "" {
		t.Error(d)
	}
	if b.m.calls != 0 {
		t.Errorf("%d writes left", b.m.calls)
	}
}
