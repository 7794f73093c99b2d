package associates

// with returns the address with id in the place of every id that is on it, or added at the end of its query. Nothing else changes, and what
// is there is not encoded anew: another spelling of the same address can be another page, or the same page without the credit.
func (l *Link) with(id string) string {
	if len(l.tags) == 1 { // the usual two cases take one allocation
		t := l.tags[0]
		return l.Text[:t.from] + l.equals(t) + id + l.Text[t.to:]
	}
	if len(l.tags) > 1 {
		var out []byte
		at := 0
		for _, t := range l.tags {
			out = append(out, l.Text[at:t.from]...)
			out = append(out, l.equals(t)...)
			out = append(out, id...)
			at = t.to
		}
		return string(append(out, l.Text[at:]...))
	}
	name := "tag="
	if l.Kind == Cart {
		name = "AssociateTag="
	}
	return l.Text[:l.queryEnd] + l.joint() + name + id + l.Text[l.queryEnd:]
}

// equals is what a name without a value, as in ?tag, lacks.
func (l *Link) equals(t span) string {
	if c := l.Text[t.from-1]; c == '=' || c == '/' {
		return ""
	}
	return "="
}

// joint is what goes between the query and one more parameter.
func (l *Link) joint() string {
	query := l.Text[l.pathEnd:l.queryEnd]
	switch {
	case query == "":
		return "?"
	case len(query) == 1 || query[len(query)-1] == '&' || l.markup && endsWithSeparator(query):
		return ""
	case l.markup:
		return "&amp;"
	}
	return "&"
}

func endsWithSeparator(query string) bool {
	for _, s := range [...]string{"&amp;", "&#38;", "&#038;", "&#x26;"} {
		if len(query) >= len(s) && prefixFold(query[len(query)-len(s):], s) {
			return true
		}
	}
	return false
}
