package associates

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// readQuery finds the ids and the link code.
func (l *Link) readQuery() {
	name := "tag"
	if l.Kind == Cart {
		name = "AssociateTag"
	}
	for i := l.pathEnd + 1; i < l.queryEnd; {
		end := l.queryEnd
		if j := strings.IndexByte(l.Text[i:l.queryEnd], '&'); j >= 0 {
			end = i + j
		}
		key, valueFrom := l.Text[i:end], end
		if j := strings.IndexByte(key, '='); j >= 0 {
			key, valueFrom = key[:j], i+j+1
		}
		if strings.HasPrefix(key, "amp;") {
			l.lost = problem.AssociatesAmpersand
		}
		switch decode(key) {
		case name:
			l.tags = append(l.tags, span{valueFrom, end})
		case "linkCode":
			if l.LinkCode == "" {
				l.LinkCode = decode(l.Text[valueFrom:end])
			}
		}
		i = end + l.separator(end)
	}
	if l.queryEnd < len(l.Text) && len(l.tags) == 0 {
		if f := l.Text[l.queryEnd:]; strings.HasPrefix(f, "#tag=") || strings.Contains(f, "&tag=") || strings.Contains(f, "?tag=") {
			l.lost = problem.AssociatesTagInFragment
		}
	}
}

// separator is how long the sign between two parameters is. In markup it may be &amp; &#38; or &#x26;
func (l *Link) separator(at int) int {
	if l.markup && at < l.queryEnd {
		for _, s := range [...]string{"&amp;", "&#38;", "&#038;", "&#x26;"} {
			if prefixFold(l.Text[at:l.queryEnd], s) {
				return len(s)
			}
		}
	}
	return 1
}

// decode undoes percent signs in a name or value of a query; what is broken stays as it is, as at Amazon.
func decode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0 {
			b.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hex(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
