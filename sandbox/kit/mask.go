package kit

import "strings"

// mask hides what must not stand in a journal: of the first token only its kind remains, and whether it is the sandbox's, and nothing of what
// follows it.
func mask(s string) string {
	if !suspect(s) {
		return short(s)
	}
	at, kind := -1, ""
	for _, prefix := range tokenPrefixes {
		if strings.HasPrefix(s, prefix) {
			at, kind = 0, prefix // as nearly always, and nothing can come before it
			break
		}
	}
	if at < 0 {
		for _, prefix := range tokenPrefixes {
			if i := strings.Index(s, prefix); i >= 0 && (at < 0 || i < at) {
				at, kind = i, prefix
			}
		}
	}
	if at < 0 {
		return short(s)
	}
	if strings.HasPrefix(s[at+len(kind):], "sbx") {
		kind += "sbx"
	}
	return short(s[:at]) + kind + "...[redacted]"
}

// suspect reports whether any of tokenPrefixes may be in a text, by a part that each of them has and few texts.
func suspect(s string) bool {
	return strings.IndexByte(s, '|') >= 0 || strings.Contains(s, "%7") || strings.Contains(s, "lkt_") || strings.Contains(s, "lkp_") ||
		strings.Contains(s, ".v1.")
}

// tokenPrefixes begin what is secret: Amazon's tokens and client secrets, and Lockkeeper's own.
var tokenPrefixes = [...]string{"Atza|", "Atzr|", "Atc|", "Atna|", "Atnr|", "Atza%7C", "Atzr%7C", "Atc%7C", "Atza%7c", "Atzr%7c", "Atc%7c", "lkt_", "lkp_", "amzn1.oa2-cs.v1."}

// maskAuth tells how a request was authorised without telling with what.
func maskAuth(value string) string {
	if value == "" {
		return ""
	}
	scheme, rest, ok := strings.Cut(value, " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		if masked := mask(rest); masked != short(rest) {
			return "Bearer " + masked
		}
	}
	switch {
	case ok:
		return short(scheme) + " [redacted]"
	case mask(value) != short(value):
		return mask(value)
	}
	return "[redacted]"
}

// short keeps a foreign text from filling the journal.
func short(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
