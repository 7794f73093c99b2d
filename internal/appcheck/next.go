package appcheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// needsNew are the problems that only another key mends.
var needsNew = []problem.Code{
	problem.AppkeyPlaceholder, problem.AppkeyOtherCredential, problem.AppkeySandboxKey, problem.AppkeyIssuer, problem.AppkeyIdsMissing, problem.AppkeyNoClientID,
	problem.AppkeyEndpoints, problem.AppkeyNoFingerprint, problem.AppkeyBadFingerprint, problem.AppkeyTwoCertificates, problem.AppkeyPackageMismatch,
	problem.AppkeyPackageCase, problem.AppkeyMd5Mismatch, problem.AppkeySha256Mismatch, problem.AppkeyIosKey, problem.AppkeyFileMissing,
}

// ofTheText are those that writing the key's file anew mends.
var ofTheText = []problem.Code{
	problem.AppkeyEncoding, problem.AppkeyBom, problem.AppkeyWhiteSpace, problem.AppkeyQuotes, problem.AppkeySeveralLines, problem.AppkeyMoreText,
}

// first are those before which nothing else is worth doing.
var first = []problem.Code{
	problem.AppkeyFileDamaged, problem.AppkeyFileUnknown, problem.AppkeyFileTooLarge, problem.AppkeyArchiveOfApps, problem.AppkeyKeystorePassword,
	problem.AppkeyKeystoreUnread, problem.AppkeyNotSigned, problem.AppkeySignatureBroken, problem.AppkeyDebugCertificate,
	problem.AppkeyCutOff, problem.AppkeyBase64, problem.AppkeySignatureMismatch, problem.AppkeyParts, problem.AppkeyEmpty,
}

// next is the one thing to do.
func (w *work) next() string {
	if len(w.found.Problems) == 0 {
		return w.allGood()
	}
	if p, ok := w.firstOf(first); ok {
		return p.Fix
	}
	if put := w.putIn(); put != "" {
		return put
	}
	if w.has(needsNew...) {
		if add := w.addKey(); add != "" {
			return add
		}
		p, _ := w.firstOf(needsNew)
		return p.Fix
	}
	if w.has(ofTheText...) {
		for _, k := range w.keys {
			if k.key.Signer != appkey.Nobody && len(k.text.Problems) > 0 {
				if k.app >= 0 {
					return fmt.Sprintf("The key itself is good, its file is not: write it anew with `lockkeeper appkey install`, and build %s again.", w.apps[k.app].name)
				}
				return fmt.Sprintf("The key itself is good, its file is not: `lockkeeper appkey install %s` writes it as devices want it.", k.name)
			}
		}
	}
	return w.found.Problems[0].Fix
}

// putIn is what to do where an app lacks its key and a key that fits was shown beside it.
func (w *work) putIn() string {
	if !w.has(problem.AppkeyFileMissing) {
		return ""
	}
	for _, code := range needsNew {
		if code != problem.AppkeyFileMissing && w.has(code) {
			return ""
		}
	}
	for _, k := range w.keys {
		if k.app < 0 && k.key.Signer != appkey.Nobody {
			return fmt.Sprintf("The key fits the app and is not in it: `lockkeeper appkey install %s` in the project's folder, and build again.", k.name)
		}
	}
	return ""
}

func (w *work) firstOf(codes []problem.Code) (problem.Problem, bool) {
	for _, p := range w.found.Problems {
		for _, c := range codes {
			if p.Code == c {
				return p, true
			}
		}
	}
	return problem.Problem{}, false
}

// addKey writes what is to be typed into the console, as far as it is known.
func (w *work) addKey() string {
	pkg, app := w.req.Package, appkey.App{}
	if len(w.apps) > 0 {
		app = w.appOf(w.apps[0])
		pkg = app.Package
	} else {
		app = w.appOfStores()
	}
	if pkg == "" && len(w.keys) > 0 && !w.has(problem.AppkeyPackageMismatch, problem.AppkeyPackageCase) {
		pkg = w.keys[0].key.Package // nothing spoke against it
	}
	if pkg == "" || len(app.Certificates) == 0 {
		return ""
	}
	add := fmt.Sprintf("Add an API key in the console with package %s, MD5 %s, SHA-256 %s", pkg, app.Certificates[0].MD5, app.Certificates[0].SHA256)
	if len(app.Certificates) > 1 {
		add += fmt.Sprintf(" (that is %s, one of %d certificates)", app.Certificates[0].Name, len(app.Certificates))
	}
	return add + "."
}

// allGood says what was found right, so that nobody takes silence for a check.
func (w *work) allGood() string {
	switch {
	case len(w.keys) == 0 && len(w.stores) > 0:
		return "No key was given: `lockkeeper appkey fingerprint` prints what the console asks for; then check the key that it makes."
	case len(w.keys) == 0:
		return "Nothing was found to check."
	}
	k := w.keys[0].key
	var right []string
	if k.Signer == appkey.Amazon {
		right = append(right, "issued by Amazon")
	} else {
		right = append(right, "issued by the sandbox")
	}
	if w.req.Package != "" || len(w.apps) > 0 {
		right = append(right, "for package "+k.Package)
	}
	switch {
	case len(w.apps) > 0 && !w.apps[0].app.Bundle:
		right = append(right, "for the certificate that signed the app")
	case len(w.storeCertificates()) > 0:
		right = append(right, "for the certificate shown")
	}
	if w.req.ClientID != "" {
		right = append(right, "of the security profile named")
	}
	next := "Nothing: the key is right, " + strings.Join(right, ", ") + "."
	if len(w.apps) == 0 && len(w.stores) == 0 {
		next = "The key is whole and " + strings.Join(right, ", ") + "; show the APK as well to see whether it fits: `lockkeeper appkey check --apk APK`."
	}
	return next
}

// OfTheText reports whether a problem is one of the text around a key that writing its file anew mends.
func OfTheText(code problem.Code) bool { return slices.Contains(ofTheText, code) }
