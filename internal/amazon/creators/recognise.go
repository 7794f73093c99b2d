package creators

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

const pastedKind = "creators-credential"

var (
	pastedVersion  = regexp.MustCompile(`^[vV]?([23]\.[123])$`)
	pastedPaapiKey = regexp.MustCompile(`^AKPA[0-9A-Z]{16}$`)
)

// pastedRegions tells the region of a version by its second number (creators-paapi-aws 3.2).
var pastedRegions = map[byte]canon.Region{'1': canon.NA, '2': canon.EU, '3': canon.FE}

// creatorsWords are those by which a text says that it is about the Creators API.
var creatorsWords = []string{"creators", "creators_api", "creatorsapi", "credential_id", "credentialid", "credential_secret", "creator"}

// Recognise knows credentials of the Creators API, of both families, and the keys of the Product Advertising API, which ended.
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	switch {
	case strings.HasPrefix(s, "AKPA") && len(s) >= 16 && len(s) <= 24:
		part := amazon.Part{Program: "creators", Kind: "paapi-key", Role: amazon.TheID, Sure: amazon.Sure, Prefix: "AKPA", Hint: true, Problems: amazon.Wrong(problem.CreatorsPaapiStopped)}
		if !pastedPaapiKey.MatchString(s) {
			part.Notes = []string{"it is not whole: such a key has 20 characters"}
		}
		return part, true
	case len(s) <= 4 && pastedVersion.MatchString(s):
		if !p.Named("version", "credential_version", "ver") && !p.About(creatorsWords...) {
			return amazon.Part{}, false
		}
		v := pastedVersion.FindStringSubmatch(s)[1]
		part := amazon.Part{Program: "creators", Kind: pastedKind, Role: amazon.TheDetail, Sure: amazon.Named, Version: v, Region: string(pastedRegions[v[2]])}
		return part, true
	case strings.HasPrefix(s, "amzn1.") || len(s) == 64:
		part, ok := lwa.Recognise(p)
		if !ok || part.Kind != "security-profile" || part.Program != "" {
			return amazon.Part{}, false
		}
		told := p.About(creatorsWords...)
		part = asCredential(part)
		switch {
		case !told: // the form is that of every security profile; a version beside it makes it this
			part.Sure = amazon.Fits
		case part.Sure == amazon.Sure:
			part.Sure = amazon.Told
		}
		return part, true
	case len(s) == 40: // the secret of a key of the Product Advertising API, which looks like one of AWS
		return amazon.Part{Program: "creators", Kind: "paapi-key", Role: amazon.TheSecret, Sure: amazon.Fits, Wants: []amazon.Want{{Role: amazon.TheID, Missing: problem.CreatorsIDMissing}}}, true
	}
	return recogniseCognito(p)
}

// asCredential makes a part of a security profile one of a version 3 credential, whose halves have the same form.
func asCredential(part amazon.Part) amazon.Part {
	part.Program, part.Kind, part.Clash = "creators", pastedKind, problem.CreatorsVersionNotOfID
	if part.Role == amazon.TheID {
		part.Version = "3"
	}
	part.Problems = slices.Clone(part.Problems)
	for i, p := range part.Problems { // the same slips, but another page to copy from
		switch p.Code {
		case problem.LWAClientSecretForm:
			part.Problems[i] = problem.New(problem.CreatorsCredentialSecretForm).With("%s", p.Detail)
		case problem.LWAClientIDForm:
			part.Problems[i] = problem.New(problem.CreatorsCredentialIDForm).With("%s", p.Detail)
		}
	}
	part.Wants = slices.Clone(part.Wants)
	for i, w := range part.Wants {
		switch w.Role {
		case amazon.TheSecret:
			part.Wants[i].Missing = problem.CreatorsSecretMissing
		case amazon.TheID:
			part.Wants[i].Missing = problem.CreatorsIDMissing
		}
	}
	return part
}

// cognito knows the halves of a version 2 credential. Neither has a mark of its own (creators-paapi-aws 3.1), so the form alone counts
// only where both stand together.
func recogniseCognito(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	part := amazon.Part{Program: "creators", Kind: pastedKind, Sure: amazon.Fits}
	switch {
	case !lowerAlnum(s) || !strings.ContainsAny(s, "0123456789") || strings.Trim(s, "0123456789") == "":
		return amazon.Part{}, false
	case len(s) >= 20 && len(s) <= 30:
		part.Version, part.Clash = "2", problem.CreatorsVersionNotOfID
		part.Role, part.Hint, part.Wants = amazon.TheID, true, []amazon.Want{{Role: amazon.TheSecret, Missing: problem.CreatorsSecretMissing}}
		if p.Named("credential_id", "credentialid", "client_id", "creators_id") {
			part.Sure = amazon.Named
		}
	case len(s) >= 44 && len(s) <= 60:
		part.Role, part.Wants = amazon.TheSecret, []amazon.Want{{Role: amazon.TheID, Missing: problem.CreatorsIDMissing}}
		if p.Named("credential_secret", "secret", "client_secret", "credentialsecret") {
			part.Sure = amazon.Named
		}
	default:
		return amazon.Part{}, false
	}
	return part, true
}

// plain reports lower-case letters and digits only.
func lowerAlnum(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return s != ""
}
