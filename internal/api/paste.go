package api

import (
	"net/url"
	"strings"
)

// tidy takes away what copying adds and nobody means: blanks and line breaks, quotes around the whole, and percent signs where
// the text was copied out of a form (a token's bar as %7C, ads-lwa 1.6). It says what it mended, and never what it mended it to.
func tidy(what, text string) (clean string, notes []string) {
	clean = text
	note := func(did string) { notes = append(notes, did+" the "+what) }
	if t := strings.Map(dropBreaks, clean); t != clean {
		clean = t
		note("took line breaks out of")
	}
	if t := strings.TrimSpace(clean); t != clean {
		clean = t
		note("took blanks from around")
	}
	for _, q := range []string{`"`, `'`, "`", "“”", "„“", "«»"} {
		first, last := q, q
		if r := []rune(q); len(r) == 2 {
			first, last = string(r[0]), string(r[1])
		}
		if len(clean) > len(first)+len(last) && strings.HasPrefix(clean, first) && strings.HasSuffix(clean, last) {
			clean = strings.TrimSpace(clean[len(first) : len(clean)-len(last)])
			note("took quotes from around")
		}
	}
	if strings.Contains(clean, "%7C") || strings.Contains(clean, "%7c") {
		if t, err := url.PathUnescape(clean); err == nil {
			clean = t
			note("undid the percent signs in")
		}
	}
	return clean, notes
}

func dropBreaks(r rune) rune {
	if r == '\n' || r == '\r' {
		return -1
	}
	return r
}
