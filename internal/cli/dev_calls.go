package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// caller lets software in. A name is not used again, so each start has a caller of its own.
func (w *walk) caller() (string, error) {
	name := "demo-" + randomText()[:6]
	c, err := w.client.AddCaller(w.ctx, api.NewCaller{Name: name, Grants: []string{devGrant}})
	if err != nil {
		return "", err
	}
	w.pass = c.Pass
	return fmt.Sprintf("%q may use the grant; its pass is all that it holds", name), nil
}

// call calls through the gateway as foreign software does: its pass as the access token, nothing of Amazon's.
func (w *walk) call(method, path, body string, header map[string]string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(w.ctx, method, w.status.Gateway+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+w.pass)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusMultiStatus {
		err = fmt.Errorf("status %d, %s", resp.StatusCode, dash(resp.Header.Get(problemHeader)))
	}
	return resp, text, err
}

func (w *walk) callProfiles() (string, error) {
	_, text, err := w.call(http.MethodGet, "/v2/profiles", "", map[string]string{"Lockkeeper-Region": "NA"})
	if err != nil {
		return "GET /v2/profiles:", err
	}
	var profiles []struct {
		ID json.Number `json:"profileId"`
	}
	if err := json.Unmarshal(text, &profiles); err != nil || len(profiles) == 0 {
		return "", fmt.Errorf("the gateway's answer holds no profiles: %w", errors.Join(err, errNothing))
	}
	return fmt.Sprintf("GET /v2/profiles through the gateway with the pass: %d profiles in NA", len(profiles)), nil
}

// campaignMedia is Sponsored Products' own media type (ads-lwa 3.1).
const campaignMedia = "application/vnd.spCampaign.v3+json"

// callCampaigns names an account and no region: the profile id alone chooses both grant and region.
func (w *walk) callCampaigns() (string, error) {
	since := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "ads"}})
	_, text, err := w.call(http.MethodPost, "/sp/campaigns/list", "{}", map[string]string{
		"Amazon-Advertising-API-Scope": w.account.ID, "Content-Type": campaignMedia, "Accept": campaignMedia,
	})
	if err != nil {
		return "POST /sp/campaigns/list:", err
	}
	var list struct {
		Campaigns []json.RawMessage `json:"campaigns"`
		Total     int               `json:"totalResults"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return "", fmt.Errorf("the gateway's answer is no list of campaigns: %w", err)
	}
	all := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "ads"}})
	if len(all) != len(since)+1 || !strings.EqualFold(all[len(all)-1].Region, string(w.account.Region)) {
		return "", errors.New("the sandbox did not see the call in the account's region")
	}
	return fmt.Sprintf("POST /sp/campaigns/list for account %s: %d campaigns, region %s chosen by the account", w.account.ID, len(list.Campaigns), w.account.Region), nil
}

var errNothing = errors.New("nothing was found")
