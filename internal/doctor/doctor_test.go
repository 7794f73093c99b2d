package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/doctor"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const clientID = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// amazonSays answers by path, for Login with Amazon and the Ads API alike; a region before the path wins.
type amazonSays map[string]amazon.Answer

func (a amazonSays) Send(_ context.Context, c amazon.Call) (*amazon.Answer, error) {
	return a.answer("", c)
}

func (a amazonSays) Ask(_ context.Context, r canon.Region, c amazon.Call, _ ...amazon.Field) (*amazon.Answer, error) {
	return a.answer(string(r)+" ", c)
}

func (a amazonSays) answer(region string, c amazon.Call) (*amazon.Answer, error) {
	path := c.Path
	if c.Query.Get("accessLevel") == "view" {
		path += "?view"
	}
	for _, key := range []string{region + path, path, strings.TrimSuffix(path, "?view")} {
		if answer, ok := a[key]; ok {
			return &answer, nil
		}
	}
	return nil, &amazon.SendError{Err: errors.New("no route")}
}

func body(status int, text string) amazon.Answer {
	return amazon.Answer{Status: status, Header: http.Header{}, Body: []byte(text)}
}

func item(id, country, kind string, paid bool) string {
	return fmt.Sprintf(`{"profileId":%s,"countryCode":%q,"accountInfo":{"type":%q,"validPaymentMethod":%v}}`, id, country, kind, paid)
}

// healthy is an Amazon where all is well: one account in NA, none elsewhere.
func healthy() amazonSays {
	signIn := body(302, "")
	signIn.Header.Set("Location", "https://www.amazon.com/ap/signin")
	return amazonSays{
		"/ap/oa":             signIn,
		"/auth/o2/token":     body(400, `{"error_description":"The request has an invalid grant parameter : code","error":"invalid_grant"}`),
		"/auth/o2/tokeninfo": body(200, `{"aud":"`+clientID+`","exp":818}`),
		"/user/profile":      body(200, `{"user_id":"amzn1.account.AEXAMPLE","name":"Ana Test","email":"ana@example.test"}`),
		"/v2/profiles":       body(200, "[]"),
		"NA /v2/profiles":    body(200, "["+item("11", "US", "seller", true)+"]"),
		"/managerAccounts":   body(200, `{"managerAccounts":[]}`),
		"/adsAccounts/list":  body(404, `{}`),
	}
}

func app() lwa.App {
	return lwa.App{ClientID: clientID, Secret: secret.New("amzn1.oa2-cs.v1." + strings.Repeat("0123456789abcdef", 4)), Realm: amazon.Sandbox, Region: canon.NA}
}

// shown is a check as one line.
func shown(checks []doctor.Check) []string {
	var out []string
	for _, c := range checks {
		line := c.Name + " " + string(c.Result)
		if c.Problem != nil {
			line += " " + string(c.Problem.Code)
		}
		out = append(out, line)
	}
	return out
}

func TestApp(t *testing.T) {
	t.Parallel()
	forms := []string{"client_id_form ok", "secret_form ok", "return_url_form ok", "scope_form ok"}
	for _, c := range []struct {
		name  string
		spoil func(amazonSays, *doctor.App)
		want  []string
	}{
		{"all well", func(amazonSays, *doctor.App) {}, append(forms[:4:4], "client_id ok", "return_url ok", "scope ok", "secret ok")},
		{"secret wrong", func(a amazonSays, _ *doctor.App) {
			a["/auth/o2/token"] = body(401, `{"error_description":"Client authentication failed","error":"invalid_client"}`)
		}, append(forms[:4:4], "client_id ok", "return_url ok", "scope ok", "secret problem lwa.invalid_client")},
		{
			"an SP-API application's id", func(_ amazonSays, app *doctor.App) {
				app.ClientID = "amzn1.sp.solution.0d3c1f0e-0000-4000-8000-000000000000"
			},
			append([]string{"client_id_form problem lwa.client_id_sp_app"}, append(forms[1:4:4], "client_id unknown doctor.not_asked", "return_url unknown doctor.not_asked", "scope unknown doctor.not_asked", "secret unknown doctor.not_asked")...),
		},
		{
			"one colon", func(_ amazonSays, app *doctor.App) { app.Scopes = []string{"advertising:campaign_management"} },
			append(forms[:3:3], "scope_form problem lwa.scope_form", "client_id ok", "return_url ok", "scope ok", "secret ok"),
		},
		{
			"Amazon out of reach", func(a amazonSays, _ *doctor.App) { clear(a) },
			append(forms[:4:4], "client_id unknown lwa.unreachable", "return_url unknown lwa.unreachable", "scope unknown lwa.unreachable", "secret unknown lwa.unreachable"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			says := healthy()
			a := doctor.App{App: app(), ReturnURL: "http://localhost:7070/oauth/callback", Scopes: ads.New().Descriptor().Scopes}
			c.spoil(says, &a)
			got := doctor.Doctor{LWA: lwa.Client{Sender: says}}.App(t.Context(), a)
			if diff := cmp.Diff(c.want, shown(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	refused := body(401, `{"code":"401","details":"Authentication failed"}`)
	known := []canon.Account{{ID: "11", Region: canon.NA, Country: "US"}, {ID: "12", Region: canon.NA, Country: "CA"}}
	for _, c := range []struct {
		name  string
		spoil func(amazonSays, *doctor.Grant)
		want  string
	}{
		{"all well", func(amazonSays, *doctor.Grant) {}, "health ok, token ok, token_alive ok, user ok, accounts ok"},
		{"blocked", func(_ amazonSays, g *doctor.Grant) { g.Health, g.Problem = "blocked", problem.LWAConsentWithdrawn }, "health problem lwa.consent_withdrawn"},
		{
			"retrying, with a token still good", func(_ amazonSays, g *doctor.Grant) { g.Health, g.Problem = "retrying", problem.LWAServerError },
			"health problem lwa.server_error, token ok, token_alive ok, user ok, accounts ok",
		},
		{"no token", func(_ amazonSays, g *doctor.Grant) { g.Access = secret.Value{} }, "health ok, token problem doctor.no_token, accounts unknown doctor.not_asked"},
		{"token expired", func(_ amazonSays, g *doctor.Grant) { g.Expires = now.Add(-time.Minute) }, "health ok, token problem doctor.token_expired, accounts unknown doctor.not_asked"},
		{
			"token of another client", func(a amazonSays, _ *doctor.Grant) {
				a["/auth/o2/tokeninfo"] = body(200, `{"aud":"amzn1.application-oa2-client.other","exp":8}`)
			},
			"health ok, token ok, token_alive problem doctor.other_client, user ok, accounts ok",
		},
		{
			"scope profile missing", func(a amazonSays, _ *doctor.Grant) { a["/user/profile"] = body(401, `{"error":"insufficient_scope"}`) },
			"health ok, token ok, token_alive ok, user note lwa.insufficient_scope, accounts ok",
		},
		{
			"token good, Ads refuses: not linked", func(a amazonSays, _ *doctor.Grant) { a["/v2/profiles"], a["NA /v2/profiles"] = refused, refused },
			"health ok, token ok, token_alive ok, user ok, accounts problem ads.security_profile_not_linked",
		},
		{"token refused by both", func(a amazonSays, _ *doctor.Grant) {
			a["/v2/profiles"], a["NA /v2/profiles"] = refused, refused
			a["/auth/o2/tokeninfo"] = body(400, `{"error":"invalid_token"}`)
			a["/user/profile"] = body(400, `{"error":"invalid_token"}`)
		}, "health ok, token ok, token_alive problem lwa.access_token_refused, user unknown lwa.access_token_refused, accounts problem ads.token_refused"},
		{
			"one region throttled", func(a amazonSays, _ *doctor.Grant) { a["FE /v2/profiles"] = body(429, "") },
			"health ok, token ok, token_alive ok, user ok, accounts problem ads.throttled_without_time, accounts ok",
		},
		{"nothing listed, manager only", func(a amazonSays, _ *doctor.Grant) {
			a["NA /v2/profiles"] = body(200, "[]")
			a["/managerAccounts"] = body(200, `{"managerAccounts":[{"managerAccountName":"Agency Ltd","linkedAccounts":[{}]}]}`)
		}, "health ok, token ok, token_alive ok, user ok, accounts problem ads.manager_only"},
		{"view-only, unpaid, agency", func(a amazonSays, _ *doctor.Grant) {
			a["EU /v2/profiles"] = body(200, "["+item("21", "UK", "vendor", false)+","+item("22", "IT", "agency", true)+"]")
			a["EU /v2/profiles?view"] = body(200, "["+item("23", "DE", "seller", true)+"]")
		}, "health ok, token ok, token_alive ok, user ok, accounts ok, view_only note ads.view_only_accounts, payment problem ads.payment_invalid, agency note ads.agency_profile"},
		{
			"an account lost", func(_ amazonSays, g *doctor.Grant) { g.Known = known },
			"health ok, token ok, token_alive ok, user ok, accounts ok, lost problem ads.access_lost",
		},
		{"an account new", func(a amazonSays, g *doctor.Grant) {
			g.Known = known[:1]
			a["FE /v2/profiles"] = body(200, "["+item("31", "JP", "seller", true)+"]")
		}, "health ok, token ok, token_alive ok, user ok, accounts ok, propagation note ads.link_propagating"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			says := healthy()
			g := doctor.Grant{Program: ads.New(), App: app(), Health: "ok", Access: secret.New("Atza|sbxEXAMPLE"), Expires: now.Add(41 * time.Minute), Asker: says}
			c.spoil(says, &g)
			d := doctor.Doctor{LWA: lwa.Client{Sender: says}, Now: func() time.Time { return now }}
			got := d.Grant(t.Context(), g)
			if diff := cmp.Diff(strings.Split(c.want, ", "), shown(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestGrantKeepsWhatIsListed: what Amazon lists now is handed on, but not where a region refused, since the rest would look lost.
func TestGrantKeepsWhatIsListed(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{200: 1, 500: 0} {
		says := healthy()
		says["FE /v2/profiles"] = body(status, "[]")
		kept := 0
		g := doctor.Grant{
			Program: ads.New(), App: app(), Health: "ok", Access: secret.New("Atza|sbxEXAMPLE"), Expires: now.Add(time.Hour), Asker: says,
			Keep: func(a []canon.Account) error { kept = len(a); return nil },
		}
		doctor.Doctor{LWA: lwa.Client{Sender: says}, Now: func() time.Time { return now }}.Grant(t.Context(), g)
		if kept != want {
			t.Errorf("FE answers %d: kept %d, want %d", status, kept, want)
		}
	}
}
