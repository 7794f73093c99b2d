package keytest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// An advertiser is software that changes advertising objects through the gateway.
type advertiser struct {
	t    *testing.T
	k    *keytest.Key
	pass string
	org  string
}

func newAdvertiser(t *testing.T) *advertiser {
	t.Helper()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	return &advertiser{t, k, k.Pass("bids", "shop"), profileIn(t, g, "DE")}
}

// do sends a request below /lk/v1/ads/shop, and reads the answer into out.
func (a *advertiser) do(method, path string, in, out any, header ...string) *http.Response {
	a.t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			a.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.k.Status.Gateway+"/lk/v1/ads/shop/"+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.pass)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := a.k.HTTP().Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			a.t.Fatalf("%s %s: %d %s: %v", method, path, resp.StatusCode, text, err)
		}
	}
	return resp
}

type object = map[string]any

type changed struct {
	Write                 string
	Done, Failed, Unknown int
	Undo                  string
	Requests              []struct{ Method, Path string }
	Results               []struct {
		Index       int
		OK, Unknown bool
		ID          string
		Object      object
		Error       *struct {
			Code, Cause, Field string
			Provider           *struct {
				Status        int
				Code, Message string
				RequestID     string `json:"request_id"`
			}
		}
	}
}

// said is what became of each row.
func (c changed) said() []string {
	var all []string
	for _, r := range c.Results {
		switch {
		case r.OK:
			all = append(all, "ok")
		case r.Unknown:
			all = append(all, "unknown")
		default:
			all = append(all, r.Error.Code)
		}
	}
	return all
}

func (a *advertiser) campaign(name string) object {
	return object{"organization_id": a.org, "name": name, "channel": "SPONSORED_PRODUCTS", "targeting_mode": "MANUAL", "budget_amount": 10, "budget_period": "DAILY", "start_date": "2030-01-01"}
}

func (a *advertiser) make(n int) (ids []string) {
	a.t.Helper()
	var rows []object
	for i := range n {
		rows = append(rows, a.campaign(fmt.Sprintf("campaign %d of the test", i)))
	}
	var out changed
	if resp := a.do("POST", "campaign", rows, &out); resp.StatusCode != 200 || out.Done != n {
		a.t.Fatalf("%d %+v", resp.StatusCode, out)
	}
	for _, r := range out.Results {
		ids = append(ids, r.ID)
	}
	return ids
}

func (a *advertiser) budgets(ids []string) (all []string) {
	a.t.Helper()
	for _, is := range ids {
		var o struct {
			Budgets []struct{ Money struct{ Amount string } }
		}
		if resp := a.do("GET", "campaign/"+is+"?org_id="+a.org, nil, &o); resp.StatusCode != 200 || len(o.Budgets) != 1 {
			a.t.Fatalf("%s: %d %+v", is, resp.StatusCode, o)
		}
		all = append(all, o.Budgets[0].Money.Amount)
	}
	return all
}

// TestAdsOneObject: made, read, changed, guarded, kept from being overwritten, undone and archived, over real HTTP against the sandbox.
func TestAdsOneObject(t *testing.T) {
	t.Parallel()
	a := newAdvertiser(t)
	var made object
	resp := a.do("POST", "campaign", a.campaign("one"), &made, "Idempotency-Key", "first")
	if resp.StatusCode != 200 || made["status"] != "PAUSED" || made["name"] != "one" || resp.Header.Get("ETag") == "" || resp.Header.Get("Lockkeeper-Write") == "" {
		t.Fatalf("%d %v %v", resp.StatusCode, resp.Header, made)
	}
	var again object
	if resp := a.do("POST", "campaign", a.campaign("one"), &again, "Idempotency-Key", "first"); resp.StatusCode != 200 || again["id"] != made["id"] || resp.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same order again: %d %v", resp.StatusCode, again)
	}
	if resp := a.do("POST", "campaign", a.campaign("two"), nil, "Idempotency-Key", "first"); resp.StatusCode != 422 || resp.Header.Get("Lockkeeper-Problem") != "writes.key_reused" {
		t.Errorf("another order with its key: %d %v", resp.StatusCode, resp.Header)
	}
	one := "campaign/" + made["id"].(string)

	var dry changed
	if resp := a.do("PATCH", one+"?dry_run=true", object{"budget_amount": 12}, &dry); resp.StatusCode != 200 || len(dry.Requests) != 1 || dry.Requests[0].Path != "/adsApi/v1/update/campaigns" || dry.Write != "" {
		t.Errorf("%d %+v", resp.StatusCode, dry)
	}
	if resp := a.do("PATCH", one, object{"budget_amount": 100}, nil); resp.StatusCode != 422 || resp.Header.Get("Lockkeeper-Problem") != "writes.spend_guard" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	if d := cmp.Diff([]string{"10.00"}, a.budgets([]string{made["id"].(string)})); d != "" {
		t.Error(d)
	}
	var now object
	resp = a.do("PATCH", one, object{"budget_amount": 12.34, "status": "ACTIVE"}, &now, "If-Match", resp.Header.Get("ETag"))
	if resp.StatusCode != 200 || fmt.Sprint(now["budget_amount"]) != "12.34" || now["status"] != "ACTIVE" {
		t.Fatalf("%d %v", resp.StatusCode, now)
	}
	if stale := a.do("PUT", one, object{"name": "late"}, nil, "If-Match", `"0000000000000000"`); stale.StatusCode != 412 {
		t.Errorf("an older mark: %d", stale.StatusCode)
	}
	var undone changed
	if resp := a.do("POST", "undo/"+resp.Header.Get("Lockkeeper-Write"), nil, &undone); resp.StatusCode != 200 || undone.Done != 1 || undone.Results[0].Object["status"] != "PAUSED" {
		t.Errorf("%d %+v", resp.StatusCode, undone)
	}
	if d := cmp.Diff([]string{"10.00"}, a.budgets([]string{made["id"].(string)})); d != "" {
		t.Error(d)
	}
	if resp := a.do("DELETE", one, nil, nil); resp.StatusCode != 200 || resp.Header.Get("Lockkeeper-Final") == "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	if resp := a.do("PATCH", one, object{"name": "back"}, nil); resp.StatusCode != 409 || resp.Header.Get("Lockkeeper-Problem") != "writes.archived_final" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	var history []struct {
		ID, Verb, By string
		Done         int
	}
	a.do("GET", "history?object="+made["id"].(string), nil, &history)
	var verbs []string
	for _, h := range history {
		verbs = append(verbs, h.Verb)
	}
	if d := cmp.Diff([]string{"remove", "undo", "patch", "create"}, verbs); d != "" || history[0].By != "bids" {
		t.Error(d, history)
	}
}

// TestAdsBulkPartly: Amazon's own refusal of a row keeps its words, and a partial failure is no success.
func TestAdsBulkPartly(t *testing.T) {
	t.Parallel()
	a := newAdvertiser(t)
	low := a.campaign("low")
	low["budget_amount"] = "0.01"
	var out changed
	resp := a.do("POST", "campaign", []object{a.campaign("a"), low, a.campaign("b"), {"organization_id": a.org, "nome": "c"}}, &out)
	if resp.StatusCode != 207 || out.Done != 2 || out.Failed != 2 {
		t.Fatalf("%d %+v", resp.StatusCode, out)
	}
	if r := out.Results[1]; r.OK || r.Error.Provider == nil || r.Error.Provider.Code == "" || r.Error.Provider.Message == "" || r.Error.Provider.RequestID == "" || r.Error.Field != "budgets" {
		t.Errorf("%+v %+v", r.Error, r.Error.Provider)
	}
	if r := out.Results[3]; r.OK || r.Error.Code != "writes.field_unknown" || r.Error.Field != "nome" {
		t.Errorf("%+v", r.Error)
	}
	for i, r := range out.Results {
		if r.Index != i {
			t.Errorf("row %d is at %d", r.Index, i)
		}
	}
}

// TestAdsResetAfterTheEffect breaks the connection off after Amazon made the change. It is made once, the answer says that it is unknown, and
// undoing takes it back.
func TestAdsResetAfterTheEffect(t *testing.T) {
	t.Parallel()
	a := newAdvertiser(t)
	ids := a.make(6)
	var rows []object
	for _, is := range ids {
		rows = append(rows, object{"id": is, "budget_amount": 11})
	}
	a.k.Sandbox.Fault(kit.Fault{Match: kit.Match{Program: "ads", Path: "/adsApi/v1/update/campaigns"}, Do: kit.Reset, At: kit.AfterEffect})
	var out, again, undone changed
	if resp := a.do("PATCH", "campaign", rows, &out, "Idempotency-Key", "raise"); resp.StatusCode != 207 || out.Unknown != 6 {
		t.Fatalf("%d %+v", resp.StatusCode, out)
	}
	if resp := a.do("PATCH", "campaign", rows, &again, "Idempotency-Key", "raise"); resp.StatusCode != 207 || again.Unknown != 6 || again.Write != out.Write {
		t.Errorf("%d %+v", resp.StatusCode, again)
	}
	if n := a.updates(); n != 1 {
		t.Errorf("%d updates arrived", n)
	}
	if d := cmp.Diff(slices.Repeat([]string{"11.00"}, 6), a.budgets(ids)); d != "" {
		t.Error(d)
	}
	if resp := a.do("POST", strings.TrimPrefix(out.Undo, "/lk/v1/ads/shop/"), nil, &undone); resp.StatusCode != 200 || undone.Done != 6 {
		t.Fatalf("%d %+v", resp.StatusCode, undone)
	}
	if d := cmp.Diff(slices.Repeat([]string{"10.00"}, 6), a.budgets(ids)); d != "" {
		t.Error(d)
	}
}

// TestAdsStorm: what Amazon turned away because of too many calls is made when it takes calls again, once.
func TestAdsStorm(t *testing.T) {
	t.Parallel()
	a := newAdvertiser(t)
	ids := a.make(3)
	a.k.Sandbox.Fault(kit.Fault{Match: kit.Match{Program: "ads", Path: "/adsApi/v1/update/campaigns"}, Do: kit.Status, Status: 429, Times: 1})
	var out changed
	if resp := a.do("PATCH", "campaign", []object{{"id": ids[0], "name": "x"}, {"id": ids[1], "name": "y"}, {"id": ids[2], "name": "z"}}, &out); resp.StatusCode != 200 || out.Done != 3 {
		t.Fatalf("%d %v", resp.StatusCode, out.said())
	}
	if n := a.updates(); n != 2 {
		t.Errorf("%d updates arrived", n)
	}
}

// updates counts the changes of campaigns that arrived at Amazon.
func (a *advertiser) updates() int {
	return len(a.k.Sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "ads", Path: "/adsApi/v1/update/campaigns"}}))
}

// TestAdsBidsOfKeywords: a group and keywords by what they belong to alone, bids raised within the guard and taken back.
func TestAdsBidsOfKeywords(t *testing.T) {
	t.Parallel()
	a := newAdvertiser(t)
	campaign := a.make(1)[0]
	var group object
	if resp := a.do("POST", "group", object{"campaign_id": campaign, "name": "shoes", "bid_amount": "0.50"}, &group); resp.StatusCode != 200 || group["organization_id"] != a.org {
		t.Fatalf("%d %v", resp.StatusCode, group)
	}
	keyword := func(text string) object {
		return object{"group_id": group["id"], "type": "KEYWORD", "match_type": "EXACT", "keyword": object{"text": text}, "level": "GROUP", "bid_amount": 0.4}
	}
	var made, raised, undone changed
	if resp := a.do("POST", "target", []object{keyword("red shoe"), keyword("blue shoe")}, &made); resp.StatusCode != 200 || made.Done != 2 {
		t.Fatalf("%d %v %+v", resp.StatusCode, made.said(), made.Results[0].Error)
	}
	rows := []object{{"id": made.Results[0].ID, "bid_amount": 0.6}, {"id": made.Results[1].ID, "bid_amount": 4}}
	if resp := a.do("PATCH", "target", rows, &raised); resp.StatusCode != 207 || cmp.Diff([]string{"ok", "writes.spend_guard"}, raised.said()) != "" {
		t.Fatalf("%d %v", resp.StatusCode, raised.said())
	}
	if resp := a.do("POST", "undo/"+raised.Write, nil, &undone); resp.StatusCode != 200 || fmt.Sprint(undone.Results[0].Object["bid_amount"]) != "0.4" {
		t.Errorf("%d %+v", resp.StatusCode, undone)
	}
}
