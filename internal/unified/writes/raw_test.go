package writes_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// What is said besides the body passes every guard that the body does, and never contradicts it.
func TestRawOfAWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verb writes.Verb
		raw  writes.Raw
		body string
		want string
		now  string
	}{
		"Amazon's own name":             {writes.Patch, writes.Raw{"budget.budget": "12"}, `{}`, "ok", `{"budgets":[{"money":{"amount":"12.00","currency":"EUR"},"period":"DAILY"}]}`},
		"the model's":                   {writes.Patch, writes.Raw{"name": "said"}, `{}`, "ok", `{"name":"said"}`},
		"of JSON":                       {writes.Patch, writes.Raw{"tags": `{"team":"eu"}`}, `{}`, "ok", `{"tags":{"team":"eu"}}`},
		"as the body says":              {writes.Patch, writes.Raw{"name": "said"}, `{"name":"said"}`, "ok", `{"name":"said"}`},
		"otherwise":                     {writes.Patch, writes.Raw{"name": "said"}, `{"name":"other"}`, "writes.both_differ name", ""},
		"otherwise in Amazon's word":    {writes.Patch, writes.Raw{"wireName": "said"}, `{"name":"other"}`, "writes.both_differ name", ""},
		"otherwise in Unified's":        {writes.Patch, writes.Raw{"budget.budget": "12"}, `{"budget_amount":13}`, "writes.both_differ", ""},
		"twice":                         {writes.Patch, writes.Raw{"wireName": "said", "name": "other"}, `{}`, "writes.both_differ name", ""},
		"more than the guard":           {writes.Patch, writes.Raw{"budget.budget": "20.01"}, `{}`, "writes.spend_guard budgets", ""},
		"more than that by the model's": {writes.Patch, writes.Raw{"budget_amount": "20.01"}, `{}`, "writes.spend_guard budgets", ""},
		"below zero":                    {writes.Patch, writes.Raw{"budget.budget": "-1"}, `{}`, "writes.field_wrong budgets", ""},
		"misspelt":                      {writes.Patch, writes.Raw{"budgget": "1"}, `{}`, "writes.field_unknown budgget", ""},
		"another channel's":             {writes.Patch, writes.Raw{"budget": "1"}, `{}`, "writes.field_unknown budget", ""},
		"a fact":                        {writes.Patch, writes.Raw{"effective_status": "SERVING"}, `{}`, "writes.field_fixed effective_status", ""},
		"whose it is":                   {writes.Patch, writes.Raw{"organization_id": "12"}, `{}`, "writes.field_fixed organization_id", ""},
		"another id":                    {writes.Patch, writes.Raw{"id": "2"}, `{}`, "writes.field_fixed id", ""},
		"of no object":                  {writes.Patch, writes.Raw{"name": "x"}, `[]`, "writes.bad_order", ""},
		"a new one":                     {writes.Create, writes.Raw{"budget.budget": "4", "targeting_mode": "AUTO"}, `{"organization_id":"11","name":"new","advertising_channel_type":"SHOPPING"}`, "ok", `{"targeting_mode":"AUTO","budgets":[{"money":{"amount":"4.00","currency":"EUR"},"period":"DAILY"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newMemoryBench(t, campaign(t, "11", "1", "one", "10"))
			row := writes.Row{ID: "1", Body: json.RawMessage(c.body)}
			if c.verb == writes.Create {
				row.ID = ""
			}
			out := b.do(writes.Order{Kind: canon.KindCampaign, Verb: c.verb, Rows: []writes.Row{row}, Raw: c.raw})
			if d := cmp.Diff([]string{c.want}, said(out)); d != "" {
				t.Fatal(d)
			}
			if made := b.m.made > 0; made != (c.now != "") {
				t.Fatalf("%d effects", b.m.made)
			}
			if c.now == "" {
				return
			}
			have, err := json.Marshal(b.at(canon.KindCampaign, "11", out.Results[0].ID))
			if err != nil {
				t.Fatal(err)
			}
			contains(t, have, c.now)
		})
	}
}
