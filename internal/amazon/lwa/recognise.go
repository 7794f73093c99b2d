package lwa

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// What every value of a kind begins with (ads-lwa 1.6, 1.11).
const (
	clientPrefix  = "amzn1.application-oa2-client."
	secretPrefix  = "amzn1.oa2-cs.v1."
	profilePrefix = "amzn1.application."
	legacyPrefix  = "amzn1.iba-client." // Device Messaging's, before 2015
)

// Recognise knows what Login with Amazon hands out. A client id and its secret are of one form for Amazon Ads, the Selling Partner API,
// Device Messaging and version 3 of the Creators API, so no program is named unless the text names it (guides 5.6).
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	switch {
	case strings.HasPrefix(s, "amzn1."):
		return amazonID(p)
	case strings.HasPrefix(s, "At"):
		return pastedToken(p)
	case isHex(s) && (len(s) == 64 || len(s) > 40 && len(s) < 64 && p.Named("client_secret")):
		part := amazon.Part{Kind: "security-profile", Role: amazon.TheSecret, Sure: amazon.Fits, Wants: []amazon.Want{{Role: amazon.TheID, Missing: problem.LWAClientIDMissing}}}
		if p.Named("client_secret", "secret", "lwa_secret", "app_secret", "clientsecret") {
			part.Sure = amazon.Named
		}
		if len(s) != 64 {
			part.Problems = []problem.Problem{problem.New(problem.LWAClientSecretForm).With("%d of 64 characters", len(s))}
		}
		return part, true
	case p.Named("code", "authorization_code") && len(s) >= 18 && len(s) <= 24 && letters(s):
		return amazon.Part{Kind: "authorisation-code", Role: amazon.TheWhole, Sure: amazon.Named, Problems: amazon.Wrong(problem.LWACodePasted)}, true
	}
	return amazon.Part{}, false
}

func amazonID(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	switch {
	case strings.HasPrefix(s, clientPrefix):
		part := amazon.Part{
			Kind: "security-profile", Role: amazon.TheID, Sure: amazon.Sure, Prefix: clientPrefix, Hint: true,
			Wants: []amazon.Want{{Role: amazon.TheSecret, Missing: problem.LWASecretMissing}},
		}
		if rest := s[len(clientPrefix):]; !clientForm.MatchString(s) {
			part.Problems = []problem.Problem{problem.New(problem.LWAClientIDForm).With("%d characters after the last dot, not 32 of 0-9 and a-f", len(rest))}
		}
		return part, true
	case strings.HasPrefix(s, secretPrefix):
		part := amazon.Part{
			Kind: "security-profile", Role: amazon.TheSecret, Sure: amazon.Sure, Prefix: secretPrefix,
			Wants: []amazon.Want{{Role: amazon.TheID, Missing: problem.LWAClientIDMissing}},
		}
		if rest := s[len(secretPrefix):]; len(rest) != 64 || !isHex(rest) {
			part.Problems = []problem.Problem{problem.New(problem.LWAClientSecretForm).With("%d characters after the last dot, not 64 of 0-9 and a-f", len(rest))}
		}
		return part, true
	case strings.HasPrefix(s, legacyPrefix):
		return amazon.Part{
			Program: "adm", Kind: "security-profile", Role: amazon.TheID, Sure: amazon.Sure, Prefix: legacyPrefix, Hint: true,
			Wants: []amazon.Want{{Role: amazon.TheSecret, Missing: problem.LWASecretMissing}}, Problems: amazon.Wrong(problem.LWALegacyClientID),
		}, true
	case strings.HasPrefix(s, profilePrefix):
		part := amazon.Part{Kind: "security-profile-id", Role: amazon.TheDetail, Sure: amazon.Sure, Prefix: profilePrefix, Hint: true, Alone: problem.LWAClientIDIsProfileID}
		if p.Named("client_id", "clientid") {
			part.Problems = amazon.Wrong(problem.LWAClientIDIsProfileID)
		}
		return part, true
	case strings.HasPrefix(s, "amzn1.sp.solution."):
		return amazon.Part{Kind: "selling-partner-app-id", Role: amazon.TheWhole, Sure: amazon.Sure, Prefix: "amzn1.sp.solution.", Hint: true, Problems: amazon.Wrong(problem.LWAClientIDSPApp)}, true
	case strings.HasPrefix(s, "amzn1.application-client."):
		return amazon.Part{Kind: "app-id", Role: amazon.TheDetail, Sure: amazon.Sure, Prefix: "amzn1.application-client.", Hint: true, Alone: problem.LWAAppID}, true
	case strings.HasPrefix(s, "amzn1.account."):
		return amazon.Part{Kind: "user-id", Role: amazon.TheDetail, Sure: amazon.Sure, Prefix: "amzn1.account.", Alone: problem.LWAUserID}, true
	}
	return amazon.Part{}, false
}

// pastedToken knows Amazon's tokens by what stands before the bar.
func pastedToken(p amazon.Pasted) (amazon.Part, bool) {
	before, rest, ok := strings.Cut(p.Text, "|")
	if !ok {
		return amazon.Part{}, false
	}
	part := amazon.Part{Role: amazon.TheWhole, Sure: amazon.Sure, Prefix: before + "|"}
	switch before {
	case "Atzr", "Atnr":
		part.Kind = "refresh-token"
		if !refreshForm.MatchString(p.Text) || len(p.Text) > maxToken {
			part.Problems = []problem.Problem{problem.New(problem.LWARefreshTokenForm).With("%d characters after the bar", len(rest))}
		}
	case "Atza", "Atna":
		part.Kind, part.Problems = "access-token", amazon.Wrong(problem.LWAAccessTokenAsRefreshToken)
	case "Atc":
		part.Kind, part.Problems = "access-token", amazon.Wrong(problem.LWAAppAccessToken)
	case "Atz.sprdt":
		part.Kind, part.Problems = "access-token", amazon.Wrong(problem.LWARestrictedToken)
	default:
		return amazon.Part{}, false
	}
	return part, true
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return s != ""
}

func letters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
