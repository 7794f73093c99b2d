package lwa

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// The forms of Amazon's identifiers (ads-lwa 1.11). Secrets are taken a little wider than documented: refusing a good one is worse than
// letting a bad one reach the check with Amazon, which follows.
var (
	clientForm   = regexp.MustCompile(`^amzn1\.application-oa2-client\.[0-9a-f]{32}$`)
	secretForm   = regexp.MustCompile(`^(?:amzn1\.oa2-cs\.v1\.[0-9A-Za-z]{32,128}|[0-9a-fA-F]{64})$`)
	refreshForm  = regexp.MustCompile(`^At(?:z|n)r\|[!-~]{6,}$`)
	scopeForm    = regexp.MustCompile(`^[a-z][a-z0-9_]*(?:::?[a-z0-9_]+)*$`)
	adsScopes    = []string{"advertising::campaign_management", "cpc_advertising:campaign_management", "advertising::audiences", "advertising::test:create_account"}
	singleColons = regexp.MustCompile(`^(?:advertising[:/][a-z_]|advertising:::)`)
)

// CleanPaste takes off what copying puts around a credential: blanks, line breaks, quotes, and %7C where | was meant (ads-lwa 1.11).
func CleanPaste(s string) string {
	s = strings.Trim(strings.TrimSpace(strings.ToValidUTF8(s, "")), `"'`+"`“”‘’„«»,;")
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\n', '\t', '\u00a0', '\u200b', '\ufeff':
			return -1 // a terminal or PDF broke the line
		}
		return r
	}, s)
	s = strings.ReplaceAll(strings.ReplaceAll(s, "%7C", "|"), "%7c", "|")
	return strings.TrimSpace(s)
}

// CheckClientID cleans a pasted client id and says what it is if it is none.
func CheckClientID(s string) (string, problem.Problem, bool) {
	s = CleanPaste(s)
	switch {
	case clientForm.MatchString(s):
		return s, problem.Problem{}, true
	case strings.HasPrefix(s, "amzn1.sp.solution."):
		return s, problem.New(problem.LWAClientIDSPApp), false
	case strings.HasPrefix(s, "amzn1.application."):
		return s, problem.New(problem.LWAClientIDIsProfileID), false
	}
	return s, problem.New(problem.LWAClientIDForm), false
}

// CheckSecret cleans a pasted client secret and says whether it can be one.
func CheckSecret(v secret.Value) (secret.Value, problem.Problem, bool) {
	s := CleanPaste(v.Reveal())
	if !secretForm.MatchString(s) {
		return secret.New(s), problem.New(problem.LWAClientSecretForm), false
	}
	return secret.New(s), problem.Problem{}, true
}

// CheckRefreshToken cleans a pasted refresh token and says what it is if it is none.
func CheckRefreshToken(v secret.Value) (secret.Value, problem.Problem, bool) {
	s := CleanPaste(v.Reveal())
	switch {
	case refreshForm.MatchString(s) && len(s) <= maxToken:
		return secret.New(s), problem.Problem{}, true
	case strings.HasPrefix(s, "Atza|"):
		return secret.New(s), problem.New(problem.LWAAccessTokenAsRefreshToken), false
	}
	return secret.New(s), problem.New(problem.LWARefreshTokenForm), false
}

// CheckReturnURL says whether Amazon can take a return URL: whole, https, or http for localhost only (ads-lwa 1.2), without a fragment.
func CheckReturnURL(s string) (problem.Problem, bool) {
	u, err := url.Parse(s)
	if err != nil || s != strings.TrimSpace(s) || u.Hostname() == "" || u.User != nil || strings.Contains(s, "#") ||
		u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") {
		return problem.New(problem.LWAReturnURLForm), false
	}
	return problem.Problem{}, true
}

// CheckScopes says whether scopes are spelt as Amazon spells them. An unknown scope of a good form passes: Amazon has more than are listed.
func CheckScopes(scopes []string) (problem.Problem, bool) {
	for _, s := range scopes {
		if slices.Contains(adsScopes, s) {
			continue
		}
		if !scopeForm.MatchString(s) || singleColons.MatchString(s) || strings.HasPrefix(s, "advertising::") {
			return problem.New(problem.LWAScopeForm).With("scope %q", clipScope(s)), false
		}
	}
	return problem.Problem{}, true
}

func clipScope(s string) string {
	if len(s) > 60 {
		return s[:60]
	}
	return s
}
