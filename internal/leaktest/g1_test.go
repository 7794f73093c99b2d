package leaktest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestG1_NoSecretIsFoundAnywhere starts a whole Lockkeeper, lets it hold secrets of every kind, uses and misuses every surface, and
// then looks for each secret in every encoding in all that was written and said (attack cases G1 to G4, R28).
func TestG1_NoSecretIsFoundAnywhere(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.App(kit.Shop)
	h.Connect("acme", kit.Shop, kit.Advertiser)
	h.Connect("other", kit.Shop, kit.Advertiser)
	pass := h.letIn("reports")
	h.useGateway(pass)
	h.misuseGateway(pass)
	h.failConsents()
	h.refreshWithFaults()
	h.misuseControl()
	h.signIn()
	h.useConsole()
	h.commands()
	h.files("while it runs")
	h.debugAndMetrics()
	newer := h.Sandbox.World().Profile(kit.Shop).RotateSecret(time.Hour)
	h.plant("client secret, the newer", newer)
	h.control("POST", "/apps/"+kit.Shop+"/rotate", jsonText("client_secret", newer))
	h.control("POST", "/grants/acme/refresh", "")
	h.control("DELETE", "/grants/other", "")
	h.control("DELETE", "/callers/reports", "")
	h.Stop()
	h.files("after it stopped")
	h.said("log", []byte(h.log.String()))
	h.said("access log", []byte(h.Access.String()))
	if len(h.log.String()) == 0 || len(h.Access.String()) == 0 {
		t.Error("there is no log, so nothing was proven of it")
	}
	h.search()
}

func jsonText(pairs ...string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(m)
	return string(text)
}

func field(text []byte, name string) string {
	var m map[string]any
	_ = json.Unmarshal(text, &m)
	s, _ := m[name].(string)
	return s
}

// letIn makes a caller; its pass is handed out here, once.
func (h *house) letIn(name string) string {
	_, text := h.control("POST", "/callers", `{"name":"`+name+`","grants":["acme","other"]}`)
	pass := field(text, "pass")
	h.meant("pass", pass)
	return pass
}

// useGateway calls as software does: with the pass, and with a token of ours.
func (h *house) useGateway(pass string) {
	gate := h.Status.Gateway
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"reports"}, "client_secret": {pass}, "refresh_token": {"acme"}}
	_, _, text := h.http("gateway: token", h.HTTP(), h.request("POST", gate+"/auth/o2/token", form.Encode(), "Content-Type: application/x-www-form-urlencoded"))
	token := field(text, "access_token")
	h.meant("token", token)
	h.answers[len(h.answers)-1].rights = append(h.answers[len(h.answers)-1].rights, field(text, "refresh_token"))
	for _, bearer := range []string{pass, token} {
		h.http("gateway: profiles", h.HTTP(), h.request("GET", gate+"/lk/g/acme/v2/profiles", "", "Authorization: Bearer "+bearer, "Lockkeeper-Region: EU"))
		h.http("gateway: all profiles", h.HTTP(), h.request("GET", gate+"/lk/g/acme/v2/profiles", "", "Authorization: Bearer "+bearer, "Lockkeeper-Region: all"))
	}
	h.http("gateway: write", h.HTTP(), h.request("POST", gate+"/lk/g/acme/sp/campaigns", `{"campaigns":[{}]}`, "Authorization: Bearer "+pass,
		"Content-Type: application/vnd.spCampaign.v3+json", "Lockkeeper-Region: EU"))
	for _, status := range []int{200, 400, 401, 403, 429, 500} {
		h.tap.answerBy(echo(status)) // an Amazon that throws back what it was sent (G2)
		h.http("gateway: echo", h.HTTP(), h.request("GET", gate+"/lk/g/acme/v2/profiles", "", "Authorization: Bearer "+token, "Lockkeeper-Region: EU"))
		h.tap.answerBy(nil)
	}
}

// misuseGateway sends secrets where none belong, and calls that are refused.
func (h *house) misuseGateway(pass string) {
	gate := h.Status.Gateway
	amazon := ""
	h.tap.mu.Lock()
	for text, kind := range h.tap.found {
		if kind == "access_token" {
			amazon = text
		}
	}
	h.tap.mu.Unlock()
	if amazon == "" {
		h.t.Fatal("no access token went by")
	}
	wrong := "lkp_canary" + strings.Repeat("Q7", 30)
	h.plant("pass that is none", wrong)
	for _, bearer := range []string{wrong, amazon, pass[:len(pass)-1] + "x", keytest.Password, "lkt_canary.EXAMPLE.EXAMPLE"} {
		h.http("gateway: wrong pass", h.HTTP(), h.request("GET", gate+"/v2/profiles", "", "Authorization: Bearer "+bearer))
		h.http("gateway: wrong client", h.HTTP(), h.request("POST", gate+"/auth/o2/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {bearer}, "client_secret": {bearer}, "scope": {bearer},
		}.Encode(), "Content-Type: application/x-www-form-urlencoded"))
		for _, place := range []string{"/v2/profiles?access_token=", "/lk/g/", "/lk/v1/ads/", "/nowhere/"} {
			h.http("gateway: secret in the address", h.HTTP(), h.request("GET", gate+place+url.PathEscape(bearer), "", "Authorization: Bearer "+pass))
		}
		h.http("gateway: secret in a selector", h.HTTP(), h.request("GET", gate+"/v2/profiles", "", "Authorization: Bearer "+pass,
			"Amazon-Advertising-API-Scope: "+bearer, "Lockkeeper-Grant: "+bearer, "Lockkeeper-Region: "+bearer))
		h.http("gateway: two passes", h.HTTP(), h.request("GET", gate+"/v2/profiles", "", "Authorization: Bearer "+pass, "Authorization: Bearer "+bearer))
	}
	h.http("gateway: browser", h.HTTP(), h.request("GET", gate+"/v2/profiles", "", "Origin: https://evil.example", "Authorization: Bearer "+pass))
	for _, at := range []kit.Point{kit.BeforeEffect, kit.AfterEffect, kit.MidBody} {
		h.Sandbox.Fault(kit.Fault{Match: kit.Match{Program: "ads"}, Do: kit.Reset, At: at})
		h.http("gateway: cut off", h.HTTP(), h.request("GET", gate+"/lk/g/acme/v2/profiles", "", "Authorization: Bearer "+pass, "Lockkeeper-Region: NA"))
	}
}

// failConsents begins consents and lets each fail in its own way, with secrets in what Amazon or a stranger says.
func (h *house) failConsents() {
	begin := func() (id, address, binding string) {
		_, text := h.control("POST", "/consents", `{"name":"acme","app":"`+kit.Shop+`"}`)
		h.meant("binding", field(text, "binding"))
		return field(text, "id"), field(text, "url"), field(text, "binding")
	}
	hostile := "<script>alert(1)</script> " + h.Sandbox.World().Profile(kit.Shop).Secret()
	for _, bad := range []func(state, code string) url.Values{
		func(state, _ string) url.Values {
			return url.Values{"state": {state}, "error": {"access_denied"}, "error_description": {hostile}}
		},
		func(state, _ string) url.Values {
			return url.Values{"state": {state}, "error": {hostile}, "error_description": {hostile}}
		},
		func(state, code string) url.Values { return url.Values{"state": {state + "x"}, "code": {code}} },
		func(_, code string) url.Values { return url.Values{"code": {code}} },
		func(state, code string) url.Values { return url.Values{"state": {state}, "code": {code + "-EXAMPLE"}} },
		func(state, code string) url.Values {
			return url.Values{"state": {state}, "code": {code}, "iss": {"https://evil.example/" + code}}
		},
	} {
		id, address, binding := begin()
		to, err := h.Sandbox.Authorize(h.t.Context(), address, kit.Advertiser)
		if err != nil {
			h.t.Fatal(err)
		}
		u, _ := url.Parse(to)
		code := u.Query().Get("code")
		h.plant("code", code)
		q := bad(u.Query().Get("state"), code)
		_, head, _ := h.http("console: start", h.HTTP(), h.request("GET", h.Status.Console+"/oauth/start/"+id, ""))
		h.answers[len(h.answers)-1].rights = []string{binding} // its cookie
		cookie, _, _ := strings.Cut(head.Get("Set-Cookie"), ";")
		h.http("console: callback", h.HTTP(), h.request("GET", h.Status.ReturnURL+"?"+q.Encode(), "", "Cookie: "+cookie))
		h.http("console: callback of a stranger", h.HTTP(), h.request("GET", h.Status.ReturnURL+"?"+q.Encode(), ""))
		h.control("GET", "/consents/"+id, "")
		h.control("POST", "/consents/"+id+"/finish", jsonText("url", h.Status.ReturnURL+"?"+q.Encode(), "binding", binding))
		h.tap.answerBy(echo(http.StatusBadRequest))
		h.control("POST", "/consents/"+id+"/finish", jsonText("url", to, "binding", binding))
		h.tap.answerBy(nil)
	}
}

// refreshWithFaults has the token endpoint fail in every way, echoes included.
func (h *house) refreshWithFaults() {
	endpoint := kit.Match{Program: "lwa", Operation: "token"}
	for _, f := range []kit.Fault{
		{Do: kit.Status, Status: 500},
		{Do: kit.Status, Status: 429, RetryAfter: "1"},
		{Do: kit.Status, Status: 400, Error: "invalid_client"},
		{Do: kit.Reset, At: kit.AfterEffect},
		{Do: kit.Truncate, Bytes: 60},
		{Do: kit.Empty},
		{Do: kit.HTML},
	} {
		f.Match = endpoint
		armed := h.Sandbox.Fault(f)
		h.control("POST", "/grants/acme/refresh", "")
		armed.Remove()
		h.Sandbox.Advance(10 * time.Minute)
		h.control("GET", "/grants/acme", "")
	}
	for _, status := range []int{200, 400, 401, 503} {
		h.tap.answerBy(echo(status))
		h.control("POST", "/grants/acme/refresh", "")
		h.tap.answerBy(nil)
		h.Sandbox.Advance(10 * time.Minute)
	}
	h.control("POST", "/grants/acme/refresh", "")
	h.control("POST", "/grants/acme/verify", "")
	h.control("GET", "/grants", "")
}

// misuseControl sends secrets in the wrong members, in broken JSON and in paths, and asks for what it may not have.
func (h *house) misuseControl() {
	secret := h.Sandbox.World().Profile(kit.Shop).Secret()
	_, list := h.control("GET", "/credentials", "")
	var all []struct{ ID string }
	if json.Unmarshal(list, &all) != nil || len(all) == 0 {
		h.t.Fatalf("the credentials are %s", list)
	}
	for _, c := range all {
		h.control("GET", "/credentials/"+c.ID, "")
		h.control("POST", "/credentials/"+c.ID+"/reveal", jsonText("operator", keytest.Operator, "password", "canary-wrong-password"))
		_, text := h.control("POST", "/credentials/"+c.ID+"/reveal", jsonText("operator", keytest.Operator, "password", keytest.Password))
		h.meant("revealed text", field(text, "text"))
	}
	h.plant("wrong password", "canary-wrong-password")
	for _, body := range []string{
		jsonText("name", secret, "client_id", secret, "client_secret", secret),
		jsonText("name", "a", "client_id", "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef", "client_secret", secret+" and more", "region", secret),
		jsonText("name", "a", "program", secret, "client_id", secret, "client_secret", "x", "realm", secret),
		jsonText("name", "a", "client_id", "x", "client_secret", secret, "security_profile_id", secret, "unknown", secret),
		`{"client_secret": "` + secret + `", "client_id": `,
		`{"client_secret": ["` + secret + `"], "client_id": {"` + secret + `": 1}}`,
		`"` + secret + `"`,
	} {
		h.control("POST", "/apps", body)
		h.control("POST", "/apps/"+kit.Shop+"/rotate", body)
		h.control("POST", "/callers", body)
		h.control("POST", "/consents", body)
		h.control("POST", "/grants", body)
		h.control("POST", "/call", body)
		h.control("POST", "/doctor", body)
	}
	for _, path := range []string{"/apps/", "/grants/", "/callers/", "/credentials/", "/consents/"} {
		h.control("GET", path+url.PathEscape(secret), "")
		h.control("DELETE", path+url.PathEscape(secret), "")
	}
	h.control("POST", "/doctor", `{}`)
	h.control("POST", "/call", `{"program":"ads","grant":"acme","method":"GET","path":"/v2/profiles?x=`+secret+`","region":"EU"}`)
	h.control("GET", "/status", "")
}

// signIn goes over TCP, with and without a session.
func (h *house) signIn() {
	base := h.Status.Console + "/api/v1"
	asJSON := "Content-Type: application/json"
	h.http("API: wrong password", h.HTTP(), h.request("POST", base+"/session", jsonText("name", keytest.Operator, "password", "canary-wrong-password"), asJSON))
	_, _, text := h.http("API: sign in", h.HTTP(), h.request("POST", base+"/session", jsonText("name", keytest.Operator, "password", keytest.Password), asJSON))
	session := field(text, "token")
	h.meant("session", session)
	for _, path := range []string{"/status", "/apps", "/grants", "/callers", "/credentials", "/nowhere"} {
		h.http("API: "+path, h.HTTP(), h.request("GET", base+path, "", "Authorization: Bearer "+session))
		h.http("API: "+path+" without", h.HTTP(), h.request("GET", base+path, "", "Authorization: Bearer "+session+"x"))
	}
	h.http("API: description", h.HTTP(), h.request("GET", h.Status.Console+"/api/openapi.json", ""))
}

// commands runs the command line, with secrets pasted where people paste them.
func (h *house) commands() {
	for _, args := range [][]string{
		{"app", "list"},
		{"app", "show", kit.Shop, "--json"},
		{"grant", "list"},
		{"grant", "show", "acme"},
		{"grant", "show", "acme", "--json"},
		{"credential", "list", "--json"},
		{"caller", "list", "--json"},
		{"doctor"},
		{"doctor", "--json"},
		{"config"},
		{"credential", "reveal", "x", "--operator", "ada"},
		{"call", "ads", "GET", "/v2/profiles", "--grant", "acme", "--region", "EU", "--json"},
		{"nothing"},
	} {
		h.command("", args...)
	}
	for _, c := range h.canaries() {
		if strings.ContainsAny(c.Text, "\n\x00") || c.Text != strings.ToValidUTF8(c.Text, "") || strings.HasPrefix(c.Name, "keyset") ||
			strings.HasPrefix(c.Name, "operator") || strings.HasPrefix(c.Name, "passphrase") || c.Name == "wrong password" || c.Name == "binding" || c.Name == "code_verifier" {
			continue // explain knows the forms of Amazon's secrets and ours, and no passwords
		}
		h.command("", "explain", `{"error":"invalid_grant","refresh_token":"`+c.Text+`"}`)
		h.command("curl -H 'Authorization: Bearer "+c.Text+"' -d "+url.Values{"client_secret": {c.Text}, "code": {c.Text}}.Encode(), "explain", "-", "--json")
		h.command(c.Text, "app", "add", "pasted", "--client-id", c.Text, "--secret-file", "-", "--sandbox")
		h.command(c.Text, "grant", "connect", "pasted", "--refresh-token-file", "-", "--app", kit.Shop)
	}
}

// debugAndMetrics looks at what is served for machines, and for what must not be served at all (attack cases F5, G3).
func (h *house) debugAndMetrics() {
	for _, base := range []string{h.Status.Metrics, h.Status.Console, h.Status.Gateway} {
		for _, path := range []string{
			"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/vars", "/debug/requests", "/debug", "/metrics", "/healthz", "/readyz", "/",
			"/.env", "/api/v1/debug", "/config",
		} {
			status, _, _ := h.http(path, h.HTTP(), h.request("GET", base+path, ""))
			machines := base == h.Status.Metrics && (path == "/metrics" || path == "/healthz" || path == "/readyz")
			if machines != (status == http.StatusOK) {
				h.t.Errorf("%s%s answers %d", base, path, status)
			}
		}
	}
}
