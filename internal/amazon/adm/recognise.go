package adm

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// pastedHeader is what every app key begins with: its header never changes (adm 1.1).
const pastedHeader = "eyJhbGciOiJSU0EtU0hBMjU2IiwidmVyIjoiMSJ9"

// admWords are those by which a text says that it is about Device Messaging.
var admWords = []string{"adm", "device_messaging", "messaging", "amazon_device_messaging"}

// Recognise knows app keys (api_key.txt) and registration ids, and takes a security profile for its own where the text says so.
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	switch {
	case strings.HasPrefix(s, "eyJ") && len(s) > 60:
		return recogniseAppKey(s)
	case strings.HasPrefix(s, "amzn1.adm-registration."):
		return amazon.Part{Program: "adm", Kind: "registration-id", Role: amazon.TheWhole, Sure: amazon.Sure, Prefix: "amzn1.adm-registration.", Problems: amazon.Wrong(problem.ADMRegistrationPasted)}, true
	case p.About(admWords...):
		if part, ok := lwa.Recognise(p); ok && part.Kind == "security-profile" && part.Program == "" {
			part.Program = "adm"
			if part.Sure == amazon.Sure {
				part.Sure = amazon.Told
			}
			return part, true
		}
	}
	return amazon.Part{}, false
}

// appKey looks only whether it is one and whole; `lockkeeper appkey check` explains what it is for and whether its signature is good.
func recogniseAppKey(s string) (amazon.Part, bool) {
	part := amazon.Part{Program: "adm", Kind: "app-key", Role: amazon.TheWhole, Sure: amazon.Sure, Prefix: "eyJ"}
	parts := strings.Split(s, ".")
	ours := strings.HasPrefix(s, pastedHeader)
	if len(parts) != 3 {
		part.Problems = []problem.Problem{problem.New(problem.ADMAppKeyCut).With("%d parts, not 3", len(parts))}
		return part, ours
	}
	var claims struct {
		Issuer string `json:"iss"`
		Type   string `json:"type"`
	}
	payload := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(parts[1])
	text, err := base64.RawStdEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &claims) != nil {
		part.Problems = []problem.Problem{problem.New(problem.ADMAppKeyCut).With("its middle part cannot be read")}
		return part, ours
	}
	if claims.Issuer != "Amazon" || claims.Type != "APIKey" {
		return amazon.Part{}, false // somebody else's signed token
	}
	if len(strings.TrimRight(parts[2], "=")) < 340 { // a signature has 344 characters (adm 1.1)
		part.Problems = []problem.Problem{problem.New(problem.ADMAppKeyCut).With("its signature is too short")}
	}
	return part, true
}
