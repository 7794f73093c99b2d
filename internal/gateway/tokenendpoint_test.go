package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

const form = "application/x-www-form-urlencoded"

// The four shapes in which real clients ask (ads-lwa 1.5), and every spelling of the path.
func TestTokenRequestShapes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fields := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"shop"}, "client_id": {"reporter"}, "client_secret": {h.pass}}
	without := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"shop"}}
	js, _ := json.Marshal(map[string]any{"grant_type": "refresh_token", "refresh_token": "shop", "client_id": "reporter", "client_secret": h.pass, "extra": 1})
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("reporter:"+h.pass))
	for name, a := range map[string]answer{
		"form":             h.send("POST", "/auth/o2/token", fields.Encode(), "Content-Type", form, "Authorization", ""),
		"form, charset":    h.send("POST", "/auth/O2/token", fields.Encode(), "Content-Type", form+";charset=UTF-8", "Authorization", ""),
		"form, no type":    h.send("POST", "/AUTH/O2/TOKEN", fields.Encode(), "Authorization", ""),
		"basic":            h.send("POST", "/oauth2/token", without.Encode(), "Content-Type", form, "Authorization", basic),
		"basic and body":   h.send("POST", "/oauth2/token", fields.Encode(), "Content-Type", form, "Authorization", basic),
		"json":             h.send("POST", "/auth/o2/token", string(js), "Content-Type", "application/json", "Authorization", ""),
		"query":            h.send("POST", "/auth/o2/token?"+fields.Encode(), "", "Authorization", ""),
		"caller by its id": h.send("POST", "/auth/o2/token", strings.Replace(fields.Encode(), "client_id=reporter", "client_id="+string(h.caller.ID), 1), "Authorization", ""),
		"grant by its id":  h.send("POST", "/auth/o2/token", strings.Replace(fields.Encode(), "=shop", "="+string(h.shop), 1), "Authorization", ""),
	} {
		if a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
			continue
		}
		var keys []string
		dec := json.NewDecoder(strings.NewReader(a.body))
		for {
			tok, err := dec.Token()
			if err != nil {
				break
			}
			if s, ok := tok.(string); ok {
				keys = append(keys, s)
			}
		}
		if keys[0] != "access_token" || !strings.HasPrefix(keys[1], "lkt_") || keys[2] != "refresh_token" || !strings.HasSuffix(a.body, `"token_type":"bearer","expires_in":3600}`) {
			t.Errorf("%s: not Amazon's shape: %s", name, a.body)
		}
		if a.header.Get("Content-Type") != "application/json;charset=UTF-8" || a.header.Get("Pragma") != "no-cache" {
			t.Errorf("%s: %v", name, a.header)
		}
		h.want(h.call("GET", "/v2/profiles", "Authorization", "Bearer "+keys[1], "Lockkeeper-Region", "NA"), 200, "")
	}
	if strings.Contains(h.access.String(), h.pass) {
		t.Error("the access log holds a pass")
	}
}

// Every refusal in Amazon's own words and shape (ads-lwa 1.8).
func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.add("other", policy.Rule{Grants: []id.Grant{h.agency}})
	token, _ := h.tokenFor("reporter", h.pass, "shop")
	ok := "grant_type=refresh_token&refresh_token=shop&client_id=reporter&client_secret=" + h.pass
	_, several := h.add("several", policy.Rule{Grants: []id.Grant{h.shop, h.agency}})
	for name, c := range map[string]struct {
		body   string
		kind   string
		status int
		code   string
		text   string
	}{
		"wrong pass":           {strings.Replace(ok, h.pass, "lkp_x", 1), form, 401, "invalid_client", "Client authentication failed"},
		"another caller's":     {strings.Replace(ok, "client_id=reporter", "client_id=other", 1), form, 401, "invalid_client", "Client authentication failed"},
		"a token as pass":      {strings.Replace(ok, h.pass, token, 1), form, 401, "invalid_client", "Client authentication failed"},
		"no secret":            {strings.Replace(ok, "client_secret", "x", 1), form, 400, "invalid_request", "The request is missing a required parameter : client_secret"},
		"no grant type":        {strings.Replace(ok, "grant_type", "x", 1), form, 400, "invalid_request", "The request is missing a required parameter : grant_type"},
		"no grant":             {strings.Replace(ok, "refresh_token=shop", "", 1), form, 400, "invalid_request", "The request is missing a required parameter : refresh_token"},
		"unknown grant":        {strings.Replace(ok, "shop", "nothing", 1), form, 400, "invalid_grant", "The request has an invalid grant parameter : refresh_token"},
		"a forbidden grant":    {strings.Replace(ok, "shop", "agency", 1), form, 400, "invalid_grant", "The request has an invalid grant parameter : refresh_token"},
		"an Amazon token":      {strings.Replace(ok, "shop", "Atzr%7Csbx", 1), form, 400, "invalid_grant", "The request has an invalid grant parameter : refresh_token"},
		"a code":               {strings.Replace(ok, "=refresh_token&", "=authorization_code&code=ANsbx&", 1), form, 400, "unsupported_grant_type", "authorization_code"},
		"device code":          {strings.Replace(ok, "=refresh_token&", "=device_code&", 1), form, 400, "unsupported_grant_type", "not supported"},
		"doubled":              {ok + "&client_id=reporter", form, 400, "invalid_request", "Malformed request"},
		"broken escape":        {ok + "&scope=%zz", form, 400, "invalid_request", "Malformed request"},
		"broken JSON":          {`{"grant_type":`, "application/json", 400, "invalid_request", "Malformed request"},
		"doubled in JSON":      {`{"grant_type":"refresh_token","grant_type":"x"}`, "application/json", 400, "invalid_request", "Malformed request"},
		"JSON with a number":   {`{"grant_type":1}`, "application/json", 400, "invalid_request", "Malformed request"},
		"more after JSON":      {`{} {}`, "application/json", 400, "invalid_request", "Malformed request"},
		"another type":         {ok, "text/plain", 400, "invalid_request", "Malformed request"},
		"large":                {ok + "&x=" + strings.Repeat("x", 70<<10), form, 400, "invalid_request", "Malformed request"},
		"scope of nothing":     {"grant_type=client_credentials&scope=alexa&client_id=reporter&client_secret=" + h.pass, form, 400, "invalid_scope", "The request has an invalid parameter : scope"},
		"scope without grants": {"grant_type=client_credentials&scope=ads/agency&client_id=reporter&client_secret=" + h.pass, form, 400, "invalid_scope", "The request has an invalid parameter : scope"},
		"several grants":       {"grant_type=client_credentials&scope=ads&client_id=several&client_secret=" + several, form, 400, "invalid_scope", "shop, agency"},
	} {
		a := h.send("POST", "/auth/o2/token", c.body, "Content-Type", c.kind, "Authorization", "")
		var body struct {
			Description string `json:"error_description"`
			Error       string `json:"error"`
		}
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != c.status || body.Error != c.code || !strings.Contains(body.Description, c.text) || a.code() == "" {
			t.Errorf("%s: %d %s %s", name, a.status, a.code(), a.body)
		}
	}
	if a := h.call("GET", "/auth/o2/token"); a.status != 405 || a.body != "" {
		t.Errorf("GET: %d %s", a.status, a.body)
	}
}

func TestClientCredentialsNameTheProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, several := h.add("several", policy.Rule{Grants: []id.Grant{h.shop, h.agency}})
	for scope, caller := range map[string]string{"ads": "reporter", "advertising::campaign_management": "reporter", "profile advertising::campaign_management": "reporter", "ads/agency": "several"} {
		pass := h.pass
		if caller == "several" {
			pass = several
		}
		body := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}, "client_id": {caller}, "client_secret": {pass}}
		a := h.send("POST", "/oauth2/token", body.Encode(), "Content-Type", form, "Authorization", "")
		if a.status != 200 || !strings.Contains(a.body, `,"scope":"`+scope+`","token_type":"bearer","expires_in":3600}`) {
			t.Errorf("%s: %d %s", scope, a.status, a.body)
		}
	}
}

// D12: a token of ours whose pass was revoked, for another grant, of an old key, of another realm, expired, changed.
func TestD12_Tokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.registry.SetRules(context.Background(), audit.Itself("test"), h.caller.ID, []policy.Rule{{Grants: []id.Grant{h.shop, h.agency}}})
	if err != nil {
		t.Fatal(err)
	}
	token, _ := h.tokenFor("reporter", h.pass, "shop")
	use := func(path, token string, more ...string) answer {
		return h.call("GET", path, append(more, "Authorization", "Bearer "+token, "Lockkeeper-Region", "NA")...)
	}
	h.want(use("/v2/profiles", token), 200, "")
	h.want(use("/lk/g/shop/v2/profiles", token), 200, "")
	h.want(use("/lk/g/agency/v2/profiles", token), 403, "gateway.token_other_grant")
	h.want(use("/v2/profiles", token, "Lockkeeper-Grant", "agency"), 403, "gateway.token_other_grant")
	h.want(use("/v2/profiles", token[:len(token)-2]), 401, "gateway.token_invalid")
	h.want(use("/v2/profiles", "lkt_"), 401, "gateway.token_invalid")

	h.change(h.shop, func(g *snapshot.Grant) { g.Realm = amazon.Real })
	h.want(use("/v2/profiles", token), 404, "gateway.grant_unknown")
	h.change(h.shop, func(g *snapshot.Grant) { g.Realm = amazon.Sandbox })

	h.mac.current, h.mac.known = 2, []byte{1, 2}
	h.want(use("/v2/profiles", token), 200, "")
	h.mac.known = []byte{2}
	h.want(use("/v2/profiles", token), 401, "gateway.token_invalid")
	h.mac.known = []byte{1, 2}

	h.advance(59 * time.Minute)
	h.token(h.shop, 2, accessNA)
	h.want(use("/v2/profiles", token), 200, "")
	h.advance(time.Minute)
	h.want(use("/v2/profiles", token), 401, "gateway.token_expired")

	fresh, _ := h.tokenFor("reporter", h.pass, "shop")
	if err := h.registry.Revoke(context.Background(), audit.Itself("test"), h.caller.ID); err != nil {
		t.Fatal(err)
	}
	h.want(use("/v2/profiles", fresh), 401, "gateway.pass_revoked")
}

// A token carries no rights: what its caller loses, it loses at once. It ends with its pass.
func TestTokensCarryNoRights(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token, _ := h.tokenFor("reporter", h.pass, "shop")
	auth := []string{"Authorization", "Bearer " + token, "Lockkeeper-Region", "NA"}
	h.want(h.call("GET", "/v2/profiles", auth...), 200, "")
	_, err := h.registry.SetRules(context.Background(), audit.Itself("test"), h.caller.ID, []policy.Rule{
		{Grants: []id.Grant{h.shop}}, {Deny: true, Grants: []id.Grant{h.shop}, Operations: []string{"ads.profiles.*"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.want(h.call("GET", "/v2/profiles", auth...), 403, "policy.denied")

	_, pass, err := h.registry.AddPass(context.Background(), audit.Itself("test"), h.caller.ID, policy.NewPass{Expires: h.now().Add(10*time.Minute + time.Second/2)})
	if err != nil {
		t.Fatal(err)
	}
	if _, a := h.tokenFor("reporter", pass.Reveal(), "shop"); !strings.Contains(a.body, `"expires_in":600`) {
		t.Errorf("outlives its pass: %s", a.body)
	}
	h.advance(11 * time.Minute)
	if _, a := h.tokenFor("reporter", pass.Reveal(), "shop"); a.status != 401 || a.code() != "gateway.pass_expired" {
		t.Errorf("an expired pass still gets tokens: %d %s", a.status, a.code())
	}
	h.want(h.call("GET", "/v2/profiles", "Authorization", "Bearer "+pass.Reveal()), 401, "gateway.pass_expired")
}

// H3: a revoked pass stops at the next request.
func TestH3_ARevokedPassStops(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
	if err := h.registry.RevokePass(context.Background(), audit.Itself("test"), h.caller.Passes[0].ID); err != nil {
		t.Fatal(err)
	}
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 401, "gateway.pass_revoked")
	if d := cmp.Diff(1, len(h.amazon())); d != "" {
		t.Error(d)
	}
}
