package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
)

// reach asks the gateway as software does.
func reach(t *testing.T, k *keytest.Key, pass, method, path, body string, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, k.Status.Gateway+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pass)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := k.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

type advertised struct {
	ID             string `json:"id"`
	ConnectionID   string `json:"connection_id"`
	OrganizationID string `json:"organization_id"`
	Channel        string `json:"channel"`
	ETag           string `json:"etag"`
}

func TestSoftwareListsCampaignsByTheModel(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	pass := k.Pass("software", "shop")
	var all []advertised
	status, header, body := reach(t, k, pass, "GET", "/lk/v1/ads/shop/campaign?limit=1000", "")
	if err := json.Unmarshal([]byte(body), &all); err != nil || status != 200 || len(all) == 0 || header.Get("Lockkeeper-Request-Id") == "" {
		t.Fatalf("%d %s: %v", status, body[:min(300, len(body))], err)
	}
	if c := all[0]; c.ID == "" || c.ConnectionID != "shop" || c.OrganizationID == "" || c.Channel == "" || c.ETag == "" {
		t.Errorf("%+v", c)
	}
	status, header, body = reach(t, k, pass, "GET", "/lk/v1/ads/shop/campaign/"+all[0].ID+"?fields=raw", "")
	if status != 200 || header.Get("ETag") == "" || !strings.Contains(body, `"raw":{`) {
		t.Errorf("one: %d %s", status, body)
	}
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/lk/v1/ads/other/campaign", 404, "gateway.grant_unknown"},
		{"GET", "/lk/v1/ads/shop/colour", 404, "unified.route_unknown"},
		{"GET", "/lk/v1/ads/shop/campaign/1", 404, "unified.object_unknown"},
		{"GET", "/lk/v1/ads/shop/campaign?stauts=ACTIVE", 400, "unified.bad_parameter"},
		{"GET", "/lk/v1/ads", 404, "unified.route_unknown"},
	} {
		status, header, body := reach(t, k, pass, c.method, c.path, "")
		if status != c.status || header.Get("Lockkeeper-Problem") != c.code || !strings.Contains(body, `"fix":"`) {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
		}
	}
	if status, _, _ := reach(t, k, "lkp_nobody", "GET", "/lk/v1/ads/shop/campaign", ""); status != 401 {
		t.Errorf("without a pass: %d", status)
	}
	var lines []string
	_, _, body = reach(t, k, pass, "GET", "/lk/v1/ads/-/campaign", "", "Accept", "application/x-ndjson")
	for line := range strings.Lines(body) {
		lines = append(lines, line)
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"end":`) {
		t.Errorf("the lines end with %s", last)
	}
	k.Stop()
	if log := k.Access.String(); !strings.Contains(log, `"operation":"ads.`) || strings.Contains(log, "stauts") {
		t.Errorf("the access log: %s", log)
	}
}

// An operator reads by the control API what software reads at the gateway.
func TestOperatorsListCampaignsByTheModel(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	got, err := k.Client.Ads(t.Context(), control.AdsAsk{Method: "GET", Grant: "shop", Path: "campaign", Query: url.Values{"limit": {"3"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var all []advertised
	if err := json.NewDecoder(got.Body).Decode(&all); err != nil || len(all) != 3 || got.Header.Get("Lockkeeper-Next") == "" {
		t.Errorf("%+v %v %v", all, got.Header, err)
	}
}

// The passthrough wants Amazon's path and the account, and chooses header, host and media type itself.
func TestPassthrough(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	pass := k.Pass("software", "shop")
	account := g.Accounts[0].ID
	for _, path := range []string{"sp/campaigns/list", "sp%2Fcampaigns%2Flist", "%2Fsp%2Fcampaigns%2Flist"} {
		status, _, body := reach(t, k, pass, "POST", "/lk/v1/passthrough/shop/"+path+"?org_id="+account, "{}", "Content-Type", "application/json", "Accept", "application/json;q=1, */*;q=0")
		if status != 200 || !strings.HasPrefix(body, `{"campaigns":[`) {
			t.Errorf("%s: %d %s", path, status, body[:min(300, len(body))])
		}
	}
	for _, kind := range []string{"", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8"} { // curl -d and fetch say nothing better
		for _, path := range []string{"sp/campaigns/list", "adsApi/v1/query/campaigns"} {
			body := `{"maxResults":1,"adProductFilter":{"include":["SPONSORED_PRODUCTS"]}}`
			if status, _, body := reach(t, k, pass, "POST", "/lk/v1/passthrough/shop/"+path+"?org_id="+account, body, "Content-Type", kind); status != 200 || !strings.HasPrefix(body, `{"campaigns":[`) {
				t.Errorf("%s as %q: %d %s", path, kind, status, body[:min(300, len(body))])
			}
		}
	}
	if status, header, _ := reach(t, k, pass, "POST", "/lk/v1/passthrough/shop/sp/campaigns/list?org_id="+account, "{}", "Content-Type", "application/vnd.example+json"); status != 415 || header.Get("Lockkeeper-Problem") != "ads.wrong_media_type" {
		t.Errorf("a media type of its own goes as it is: %d %s", status, header)
	}
	for query, want := range map[string]string{
		"":                    "gateway.region_needed",
		"?org_id=1&org_id=2":  "gateway.query_refused",
		"?org_id=" + "1%00":   "gateway.selector_malformed",
		"?org_id=99999999999": "gateway.region_needed",
	} {
		status, header, body := reach(t, k, pass, "POST", "/lk/v1/passthrough/shop/sp/campaigns/list"+query, "{}", "Content-Type", "application/json")
		if got := header.Get("Lockkeeper-Problem"); status < 400 || want != "" && !strings.HasPrefix(got, want) {
			t.Errorf("%q: %d %s %s", query, status, got, body)
		}
	}
	if status, header, _ := reach(t, k, pass, "GET", "/lk/v1/passthrough/shop/sp%252Fcampaigns", ""); status != 400 || header.Get("Lockkeeper-Problem") != "gateway.path_refused" {
		t.Errorf("a slash that is escaped twice: %d %s", status, header)
	}
}

// A caller that may use some accounts and may not write sees those alone, and its changes are refused.
func TestTheModelKeepsToPolicy(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	g := k.Grant("shop")
	own, other := g.Accounts[0].ID, g.Accounts[1].ID
	c, err := k.Client.AddCaller(t.Context(), api.NewCaller{Name: "reader", Grants: []string{"shop"}, Accounts: []string{own}, Effects: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	var all []advertised
	for _, path := range []string{"/lk/v1/ads/shop/campaign?limit=10000", "/lk/v1/ads/-/campaign?limit=10000"} {
		status, _, body := reach(t, k, c.Pass, "GET", path, "")
		if err := json.Unmarshal([]byte(body), &all); err != nil || status != 200 || len(all) == 0 {
			t.Fatalf("%d %s", status, body)
		}
		for _, one := range all {
			if one.OrganizationID != own {
				t.Errorf("%s: %+v", path, one)
			}
		}
	}
	for _, d := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", "/lk/v1/ads/shop/campaign?org_id=" + other, "", 404, "unified.no_account"},
		{"PATCH", "/lk/v1/ads/shop/campaign/" + all[0].ID, `{"status":"PAUSED"}`, 403, "policy.denied"},
		{"DELETE", "/lk/v1/ads/shop/campaign/" + all[0].ID, "", 403, "policy.denied"},
		{"POST", "/lk/v1/passthrough/shop/sp/campaigns/list?org_id=" + other, "{}", 404, "gateway.grant_unknown"},
		{"PATCH", "/lk/v1/ads/shop/campaign/1", `{"status":"PAUSED"}`, 404, "writes.no_object"},
		{"DELETE", "/lk/v1/ads/shop/organization/" + own, "", 422, "writes.not_here"},
		{"PATCH", "/lk/v1/ads/shop/asset/1", `{"name":"x"}`, 422, "writes.not_here"},
	} {
		status, header, body := reach(t, k, c.Pass, d.method, d.path, d.body, "Content-Type", "application/json")
		if status != d.status || header.Get("Lockkeeper-Problem") != d.code {
			t.Errorf("%s %s: %d %s", d.method, d.path, status, body)
		}
	}
}

// A caller that may change and not read is told that, and not that there is nothing to change.
func TestWritersThatMayNotReadAreToldSo(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.Grant("shop")
	c, err := k.Client.AddCaller(t.Context(), api.NewCaller{Name: "bidder", Grants: []string{"shop"}, Effects: []string{"spend"}})
	if err != nil {
		t.Fatal(err)
	}
	status, header, body := reach(t, k, c.Pass, "PATCH", "/lk/v1/ads/shop/campaign/835784376000001", `{"status":"PAUSED"}`, "Content-Type", "application/json")
	if status != 403 || header.Get("Lockkeeper-Problem") != "policy.denied" {
		t.Errorf("%d %s", status, body)
	}
}
