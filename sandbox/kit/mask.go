package kit

import "strings"

// mask hides what must not stand in a journal: of a token only its kind remains, and whether it is the sandbox's.
func mask(s string) string {
	for _, prefix := range []string{"Atza|", "Atzr|", "Atc|", "Atna|", "Atnr|", "Atza%7C", "Atzr%7C", "Atc%7C", "Atza%7c", "Atzr%7c", "Atc%7c", "lkt_", "lkp_", "amzn1.oa2-cs.v1."} {
		i := strings.Index(s, prefix)
		if i < 0 {
			continue
		}
		kind := prefix
		if strings.HasPrefix(s[i+len(prefix):], "sbx") {
			kind += "sbx"
		}
		return short(s[:i]) + kind + "...[redacted]"
	}
	return short(s)
}

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
