package adsfake

import "strings"

// mediaType returns the type of a Content-Type header in lower case, without parameters: a charset is tolerated.
func mediaType(header string) string {
	base, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(base))
}

// consumes reports whether a Content-Type header is the wanted type. Letter case does not matter.
func consumes(header, want string) bool { return mediaType(header) == strings.ToLower(want) }

// accepts reports whether one of the Accept headers' ranges is the wanted type itself, with a quality that is not zero.
// When lenient, no header at all will do, as will a wildcard.
func accepts(headers []string, want string, lenient bool) bool {
	if len(headers) == 0 {
		return lenient
	}
	want = strings.ToLower(want)
	for _, h := range headers {
		for part := range strings.SplitSeq(h, ",") {
			name, params, _ := strings.Cut(part, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if zeroQuality(params) {
				continue
			}
			if name == want || (lenient && (name == "*/*" || name == "application/*")) {
				return true
			}
		}
	}
	return false
}

// zeroQuality reports whether the parameters of a media range say "not this" (RFC 9110 12.4.2).
func zeroQuality(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			value = strings.TrimSpace(value)
			return strings.Trim(value, "0.") == "" && strings.HasPrefix(value, "0")
		}
	}
	return false
}
