package appkey

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Findings are what is wrong, and what is merely worth knowing.
type Findings struct {
	Problems []problem.Problem // a device refuses the key, or the app does not work, until each is mended
	Notes    []problem.Problem
}

// Notable says of a problem's code that it stops nothing (adm 1.6, those marked as warnings).
func Notable(code problem.Code) bool {
	switch code {
	case problem.AppkeyHeaderAlgorithm, problem.AppkeyType, problem.AppkeyVersion, problem.AppkeyNoSha256, problem.AppkeyNotCanonical, problem.AppkeyDebugKey,
		problem.AppkeyUploadCertificate, problem.AppkeyInManifest, problem.AppkeyTwoKeys, problem.AppkeyRotated:
		return true
	}
	return false
}

// add puts a problem where it belongs, once.
func (f *Findings) add(p problem.Problem) {
	to := &f.Problems
	if Notable(p.Code) {
		to = &f.Notes
	}
	if !slices.ContainsFunc(*to, func(q problem.Problem) bool { return q.Code == p.Code && q.Detail == p.Detail }) {
		*to = append(*to, p)
	}
}

// Add puts in what others found.
func (f *Findings) Add(ps ...problem.Problem) {
	for _, p := range ps {
		f.add(p)
	}
}

// A Certificate is what a device compares a key's fingerprints with.
type Certificate struct {
	MD5    string // pairs of hex digits with colons between
	SHA256 string
	Debug  bool
	Name   string // for people: which certificate of what
}

// An App is what the key is for. What is not known stays empty and is not checked.
type App struct {
	Package      string
	Certificates []Certificate // those that a device sees
	Newer        []Certificate // those to which the app was rotated since, which a device does not compare with
	ClientID     string        // of the security profile that is to be served
	Signer       Signer        // who must have issued the key. Defaults to Amazon.
	IOS          bool          // the app is one for iOS
}

// Check holds the token's claims against what devices want of them and against the app.
func (k Key) Check(a App) Findings {
	var f Findings
	if k.Signer != Nobody { // else what it says of itself is nobody's word, and the signature is what must be mended
		k.checkIssuer(a, &f)
		k.checkClaims(&f)
	}
	switch {
	case k.Bundle != "" && k.Package == "" && !a.IOS:
		f.add(problem.New(problem.AppkeyIosKey).With("bundle %s", quote(k.Bundle)))
		return f
	case k.Package != "" && a.IOS:
		f.add(problem.New(problem.AppkeyAndroidKey).With("package %s", quote(k.Package)))
		return f
	case a.IOS:
		return f
	}
	k.checkPackage(a, &f)
	k.checkPrints(a, &f)
	if a.ClientID != "" && k.ClientID != "" && a.ClientID != k.ClientID {
		f.add(problem.New(problem.AppkeyOtherProfile).With("the key's Client ID ends in %s, the profile's in %s", tail(k.ClientID), tail(a.ClientID)))
	}
	return f
}

func (k Key) checkIssuer(a App, f *Findings) {
	switch want := a.Signer; {
	case k.Signer == Sandbox && want != Sandbox:
		f.add(problem.New(problem.AppkeySandboxKey))
	case k.Signer == Amazon && want == Sandbox:
		f.add(problem.New(problem.AppkeyAmazonKey))
	}
	if k.Issuer != "Amazon" {
		f.add(problem.New(problem.AppkeyIssuer).With("it names %s", orNothing(k.Issuer)))
	}
}

// checkClaims asks what the SDK's decoder asks at its end (adm 1.4.8).
func (k Key) checkClaims(f *Findings) {
	if k.Type != "APIKey" {
		f.add(problem.New(problem.AppkeyType).With("it says %s", orNothing(k.Type)))
	}
	switch k.Version {
	case "1":
		if k.AppID == "" {
			f.add(problem.New(problem.AppkeyIdsMissing).With("appId"))
		}
	default:
		if k.Version != "2" && k.Version != "3" {
			f.add(problem.New(problem.AppkeyVersion).With("it says %s", orNothing(k.Version)))
		}
		if k.FamilyID == "" || k.VariantID == "" {
			f.add(problem.New(problem.AppkeyIdsMissing).With("appFamilyId or appVariantId"))
		}
	}
	if k.ClientID == "" {
		f.add(problem.New(problem.AppkeyNoClientID))
	}
	if k.badEndpoints {
		f.add(problem.New(problem.AppkeyEndpoints).With("they cannot be read"))
		return
	}
	if k.Endpoints == nil || k.Version != "3" {
		return
	}
	for _, name := range []string{"authz", "tokenExchange"} {
		if u := k.Endpoints[name]; !strings.HasPrefix(u, "https") {
			f.add(problem.New(problem.AppkeyEndpoints).With("%s is %s", name, orNothing(u)))
		}
	}
}

func (k Key) checkPackage(a App, f *Findings) {
	switch {
	case a.Package == "" && k.Package != "" || k.Package == a.Package && k.Package != "":
	case strings.EqualFold(k.Package, a.Package) && k.Package != "":
		f.add(problem.New(problem.AppkeyPackageCase).With("the key has %s, the app is %s", quote(k.Package), quote(a.Package)))
	case a.Package == "":
		f.add(problem.New(problem.AppkeyPackageMismatch).With("the key names no package"))
	default:
		f.add(problem.New(problem.AppkeyPackageMismatch).With("the key is for %s, the app is %s", orNothing(k.Package), quote(a.Package)))
	}
}

var (
	md5Form    = regexp.MustCompile(`^([0-9a-f]{2}){16}$`)
	sha256Form = regexp.MustCompile(`^([0-9a-f]{2}){32}$`)
)

// checkPrints compares as the SDK does: colons out, small letters, each that is there among those of the app's certificates, both if there are
// both, and none at all is accepted (adm 1.4.7).
func (k Key) checkPrints(a App, f *Findings) {
	md5, sha := bare(k.MD5), bare(k.SHA256)
	switch {
	case md5 == "" && sha == "":
		if k.Signer != Nobody {
			f.add(problem.New(problem.AppkeyNoFingerprint))
		}
		return
	case sha == "":
		f.add(problem.New(problem.AppkeyNoSha256))
	}
	for name, bad := range map[string]bool{"MD5": md5 != "" && !md5Form.MatchString(md5), "SHA-256": sha != "" && !sha256Form.MatchString(sha)} {
		if bad {
			f.add(problem.New(problem.AppkeyBadFingerprint).With("its %s signature is %s", name, quote(map[string]string{"MD5": k.MD5, "SHA-256": k.SHA256}[name])))
			return
		}
	}
	if len(a.Certificates) == 0 {
		return
	}
	byMD5, byNewer := matching(a.Certificates, md5, printMD5), matching(a.Newer, md5, printMD5)
	bySHA := matching(a.Certificates, sha, printSHA256)
	if byMD5 < 0 && md5 != "" {
		k.noMatch(problem.AppkeyMd5Mismatch, k.MD5, a, printMD5, byNewer >= 0, f)
	}
	if bySHA < 0 && sha != "" {
		k.noMatch(problem.AppkeySha256Mismatch, k.SHA256, a, printSHA256, matching(a.Newer, sha, printSHA256) >= 0, f)
	}
	switch {
	case byMD5 >= 0 && bySHA >= 0 && byMD5 != bySHA && a.Certificates[byMD5] != a.Certificates[bySHA]:
		f.add(problem.New(problem.AppkeyTwoCertificates).With("MD5 is that of %s, SHA-256 that of %s", a.Certificates[byMD5].Name, a.Certificates[bySHA].Name))
	case max(byMD5, bySHA) >= 0 && a.Certificates[max(byMD5, bySHA)].Debug:
		f.add(problem.New(problem.AppkeyDebugKey))
	}
}

// noMatch says what the key expects and what the app has, and whether it is a certificate of the app's later days.
func (k Key) noMatch(code problem.Code, has string, a App, of func(Certificate) string, newer bool, f *Findings) {
	var theirs []string
	for _, c := range a.Certificates {
		theirs = append(theirs, of(c)+" ("+c.Name+")")
	}
	if len(theirs) > 3 {
		theirs = append(theirs[:3], "…")
	}
	f.add(problem.New(code).With("the key has %s, the app %s", short(has), strings.Join(theirs, ", ")))
	if newer {
		f.add(problem.New(problem.AppkeyRotated))
	}
}

func printMD5(c Certificate) string    { return c.MD5 }
func printSHA256(c Certificate) string { return c.SHA256 }

// matching finds the certificate that has a fingerprint, or -1.
func matching(all []Certificate, print string, of func(Certificate) string) int {
	if print == "" {
		return -1
	}
	return slices.IndexFunc(all, func(c Certificate) bool { return bare(of(c)) == print })
}

// bare is a fingerprint as devices compare it.
func bare(print string) string { return strings.ToLower(strings.ReplaceAll(print, ":", "")) }

func short(print string) string {
	const longest = 95 // a SHA-256 with its colons
	if len(print) > longest {
		return quote(print)
	}
	return print
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return quote(s)
}

func tail(id string) string {
	if len(id) > 6 {
		return id[len(id)-6:]
	}
	return quote(id)
}
