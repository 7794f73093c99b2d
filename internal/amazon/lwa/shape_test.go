package lwa_test

import (
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// TestPastedClientIDs holds the paste errors of ads-lwa 1.11.
func TestPastedClientIDs(t *testing.T) {
	t.Parallel()
	id := "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"
	for in, want := range map[string]problem.Code{
		id: "", "  " + id + "\n": "", `"` + id + `"`: "", "'" + id + "'": "", id[:40] + "\r\n" + id[40:]: "", id + ",": "",
		"amzn1.sp.solution.0d3c1f0e-0000-4000-8000-000000000000": problem.LWAClientIDSPApp,
		"amzn1.application.0123456789abcdef0123456789abcdef":     problem.LWAClientIDIsProfileID,
		id[:50]: problem.LWAClientIDForm, "": problem.LWAClientIDForm, "my app": problem.LWAClientIDForm, strings.ToUpper(id): problem.LWAClientIDForm,
	} {
		got, p, ok := lwa.CheckClientID(in)
		if p.Code != want || ok != (want == "") || ok && got != id {
			t.Errorf("%q: %q %s %v, want %q", in, got, p.Code, ok, want)
		}
	}
}

func TestPastedSecrets(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0123456789abcdef", 4)
	for in, want := range map[string]problem.Code{
		"amzn1.oa2-cs.v1." + hex: "", hex: "", " \"" + hex + "\"\n": "", hex[:30] + "\n" + hex[30:]: "",
		hex[:60]: problem.LWAClientSecretForm, "": problem.LWAClientSecretForm, "amzn1.application-oa2-client.EXAMPLE": problem.LWAClientSecretForm,
	} {
		got, p, ok := lwa.CheckSecret(secret.New(in))
		if p.Code != want || ok != (want == "") || ok && !strings.HasSuffix(got.Reveal(), hex) {
			t.Errorf("%q: %s %v, want %q", in, p.Code, ok, want)
		}
	}
}

func TestPastedRefreshTokens(t *testing.T) {
	t.Parallel()
	token := "Atzr|sbxIwEBIEXAMPLE-EXAMPLE_EXAMPLE"
	for in, want := range map[string]problem.Code{
		token: "", strings.Replace(token, "|", "%7C", 1): "", "\"" + token + "\"": "", token[:20] + "\n" + token[20:]: "", "Atnr|sbxEXAMPLE": "",
		"Atza|sbxEXAMPLE": problem.LWAAccessTokenAsRefreshToken, "Atza%7CsbxEXAMPLE": problem.LWAAccessTokenAsRefreshToken,
		"IwEBIEXAMPLE": problem.LWARefreshTokenForm, "": problem.LWARefreshTokenForm, "Atzr|": problem.LWARefreshTokenForm, token + " x": problem.LWARefreshTokenForm,
	} {
		got, p, ok := lwa.CheckRefreshToken(secret.New(in))
		if p.Code != want || ok != (want == "") || ok && !strings.HasPrefix(got.Reveal(), "At") {
			t.Errorf("%q: %s %v, want %q", in, p.Code, ok, want)
		}
	}
}

func TestReturnURLsAndScopes(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"https://keys.example/oauth/callback": true, "http://localhost:7070/oauth/callback": true, "http://localhost/": true,
		"http://127.0.0.1:7070/oauth/callback": false, "http://keys.example/": false, "keys.example/oauth": false, "https://": false, "": false,
		"https://keys.example/#x": false, "https://a:b@keys.example/": false, " https://keys.example/": false, "ftp://localhost/": false, "https://keys.example/\n": false,
	} {
		if p, got := lwa.CheckReturnURL(in); got != ok || (p.Code == "") != ok {
			t.Errorf("return URL %q: %v", in, got)
		}
	}
	for in, ok := range map[string]bool{
		"profile advertising::campaign_management": true, "cpc_advertising:campaign_management": true, "profile:user_id": true, "messaging:push": true,
		"advertising:campaign_management": false, "advertising/campaign_management": false, "advertising::amazon_stores_view": false, "Profile": false, "a b::": false,
	} {
		if p, got := lwa.CheckScopes(strings.Fields(in)); got != ok || (p.Code == "") != ok {
			t.Errorf("scopes %q: %v", in, got)
		}
	}
}

func FuzzCleanPaste(f *testing.F) {
	for _, s := range []string{"", `"x"`, "a\r\nb", "%7C", "\u200b", "'“"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := lwa.CleanPaste(s); strings.ContainsAny(got, "\r\n\t") || len(got) > len(s) {
			t.Errorf("%q became %q", s, got)
		}
		lwa.CheckClientID(s)
		lwa.CheckSecret(secret.New(s))
		lwa.CheckRefreshToken(secret.New(s))
		lwa.CheckReturnURL(s)
		lwa.CheckScopes([]string{s})
	})
}
