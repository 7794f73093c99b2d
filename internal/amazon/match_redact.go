package amazon

import (
	"regexp"
	"strings"
)

// Redacted stands where a secret stood.
const Redacted = "[redacted]"

var (
	// Amazon's tokens (Atza|, Atzr|, Atc|, Atna|, Atz.sprdt|), raw or percent-encoded (ads-lwa 1.6), client secrets (1.11), our own
	// passes and tokens, AWS key ids.
	secretForms = regexp.MustCompile(`(?i)\bat[a-z]{1,3}(?:\.[a-z]+)?(?:\||%7c|\\u007c)[^\s"'<>&,;]*|amzn1\.oa2-cs\.[^\s"'<>&,;]+|\blk[pt]_[^\s"'<>&,;]+|\ba(?:kia|sia|kpa)[a-z0-9]{12,}`)
	// name=value and "name":"value" of fields that hold secrets. `code` counts only as a query parameter: Amazon's errors have a code too.
	namedForms = regexp.MustCompile(`(?i)((?:client_secret|clientsecret|refresh_token|refreshtoken|access_token|accesstoken|id_token|code_verifier|password|passwd|secret|secret_?access_?key|x-amz-access-token|x-amz-security-token|device_code|user_code|[?&]code|\bsignature|x-amz-signature)["']?\s*[:=]\s*["']?)([^\s"'<>&,;}]+)`)
	headerForm = regexp.MustCompile(`(?i)(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|aws4-hmac-sha256)?\s*|\bbearer\s+|\bbasic\s+)([A-Za-z0-9+/=_.~|%-]{12,})`)
	longForm   = regexp.MustCompile(`[A-Za-z0-9+/=_%-]{40,}`)
)

// Redact takes out of text everything that looks like a secret: by its form, by the name it stands under, or because it is a long
// run of letters and digits such as nobody writes by hand. It errs on the side of taking out too much.
func Redact(text string) string {
	text = secretForms.ReplaceAllString(text, Redacted)
	text = namedForms.ReplaceAllString(text, "${1}"+Redacted)
	text = headerForm.ReplaceAllString(text, "${1}"+Redacted)
	return longForm.ReplaceAllStringFunc(text, func(run string) string {
		if !strings.ContainsAny(run, "0123456789") && run == strings.ToLower(run) {
			return run // words joined by hyphens, such as lwa-invalid-parameter-...
		}
		if strings.Count(run, "/") > 2 && !strings.ContainsAny(run, "+=") {
			return run // a path
		}
		return Redacted
	})
}
