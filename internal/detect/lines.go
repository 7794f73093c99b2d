package detect

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A field is one value of the text.
type field struct {
	amazon.Pasted
	line  int
	group int
	apart bool   // its group is closed: a row, a section. Nothing in it belongs to something outside
	bare  bool   // nothing on its own line names it
	word  bool   // an ordinary word, only of use as the rest of a broken value
	raw   string // with the dots at its ends, which a sentence put there, or a line break after one
	notes []string
}

// A reader takes text apart, line by line where it has no form of its own: INI, .env, YAML, shell, code, a mail, a console's page.
// Whatever comes before an equals sign or a colon is the name of what follows; words before a value on its line or on the line above name it too.
type reader struct {
	fields  []field
	groups  int
	group   int
	apart   bool
	section string
	label   []string // words that name what comes next
	open    string   // a line that ended with a colon, which may begin a section
	indent  int
}

func readLines(text string) []field {
	r := &reader{}
	r.lines(text, 0)
	return r.fields
}

func (r *reader) lines(text string, base int) {
	n := base
	for line := range strings.Lines(text) {
		n++
		if len(r.fields) > maxFields {
			return
		}
		r.line(strings.TrimRight(line, " \t\r\n"), n)
	}
}

func (r *reader) line(s string, n int) {
	body := strings.TrimLeft(s, " \t")
	if body == "" {
		return
	}
	indent := len(s) - len(body)
	if r.open != "" {
		if indent > r.indent {
			r.begin(r.open)
		}
		r.open = ""
	}
	if name, ok := section(body); ok {
		r.begin(name)
		r.apart, r.label = true, nil
		return
	}
	if name, ok := strings.CutSuffix(body, ":"); ok && len(name) < 64 && nameLike(strings.ReplaceAll(name, " ", "_")) {
		r.open, r.indent = name, indent
	}
	before := len(r.fields)
	p := parser{r: r, line: n, fresh: true}
	p.parse(body)
	switch {
	case p.named && p.name != "": // the value is on the next line
		r.label = []string{p.name}
	case len(r.fields) > before && !r.fields[len(r.fields)-1].word:
		r.label = nil
	case len(p.words) > 0:
		r.label = p.words
	}
}

// section reads "[name]" and "[profile name]".
func section(s string) (string, bool) {
	if len(s) < 3 || len(s) > 80 || s[0] != '[' || s[len(s)-1] != ']' || strings.ContainsAny(s[1:len(s)-1], `[]{}",:=`) {
		return "", false
	}
	return strings.TrimSpace(strings.TrimPrefix(s[1:len(s)-1], "profile ")), true
}

func (r *reader) begin(name string) {
	r.groups++
	r.group, r.section = r.groups, fold(name)
}

// A parser reads one line.
type parser struct {
	r     *reader
	line  int
	words []string // since the last value
	name  string   // before the last equals sign or colon
	named bool     // that sign was just read
	fresh bool     // nothing was emitted on this line yet
}

// parse goes through the words of a line. What stands between them does not matter, save the signs that make a name of what was before.
func (p *parser) parse(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case wordByte(c) && !(c == '=' || c == '%' && !hexAt(s, i+1)):
			w, next := word(s, i)
			i = next
			p.take(w, s[i:])
		case c == '=' || c == ':':
			p.sign()
			i++
		case c == '\\' && i+1 < len(s) && s[i+1] == '/':
			i++
		case c == ',' || c == ';' || c == '&' || c == '?':
			if p.named {
				p.named, p.name = false, ""
			}
			i++
		default:
			i++
		}
	}
}

// word reads from i as far as a value can go: an equals sign counts only as padding at the end of what can be base64, and a slash
// escaped as PHP does it is a slash.
func word(s string, i int) (string, int) {
	start := i
	for i < len(s) {
		switch c := s[i]; {
		case c == '=':
			end := i
			for end < len(s) && s[end] == '=' {
				end++
			}
			from := start + 1 + strings.LastIndexByte(s[start:i], '.')
			if i-from >= 32 && end-i <= 2 && (end-from)%4 == 0 && (end == len(s) || !wordByte(s[end]) || s[end] == '.') && !strings.Contains(s[start:i], "_") {
				i = end
				continue
			}
			return strings.ReplaceAll(s[start:i], `\/`, "/"), i
		case c == '\\' && i+1 < len(s) && s[i+1] == '/':
			i += 2
		case !wordByte(c):
			return strings.ReplaceAll(s[start:i], `\/`, "/"), i
		default:
			i++
		}
	}
	return strings.ReplaceAll(s[start:], `\/`, "/"), i
}

// sign makes a name of the words before it.
func (p *parser) sign() {
	if len(p.words) > 0 {
		p.name, p.named, p.words = strings.Join(last(p.words, 5), " "), true, nil
	}
}

func (p *parser) take(w, rest string) {
	raw := strings.Trim(w, "|")
	w = strings.TrimLeft(raw, ".")
	if !strings.HasPrefix(w, "amzn1.") {
		w = strings.TrimRight(w, ".")
	}
	if w == "" {
		return
	}
	if !p.named && signAhead(rest) && nameLike(w) && !valueLike(w) {
		p.words = append(p.words, w)
		return
	}
	f := field{line: p.line, group: p.r.group, apart: p.r.apart}
	f.In, f.Text, f.raw = p.r.section, w, raw
	switch {
	case p.named:
		f.As = lastWord(p.name)
		f.Name = fold(p.name)
		p.named, p.name = false, ""
	case labelLike(w):
		p.words = append(p.words, w)
		f.word, f.bare = true, true
		p.r.fields = append(p.r.fields, f)
		return
	case len(p.words) > 0:
		f.As, f.Name = strings.Join(last(p.words, 5), " "), fold(strings.Join(last(p.words, 5), " "))
	case p.fresh && len(p.r.label) > 0:
		f.As, f.Name, f.bare = strings.Join(last(p.r.label, 5), " "), fold(strings.Join(last(p.r.label, 5), " ")), true
	default:
		f.bare = true
	}
	p.words, p.fresh = nil, false
	p.r.fields = append(p.r.fields, f)
}

// signAhead reports whether an equals sign or a colon comes next, past quotes and blanks.
func signAhead(rest string) bool {
	rest = strings.TrimLeft(rest, " \t\"'`)]")
	return strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":")
}

// wordByte reports whether c can stand in a value of Amazon's.
func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("_-+/.|%~=", c) >= 0
}

func hexAt(s string, i int) bool {
	return i+1 < len(s) && isHexByte(s[i]) && isHexByte(s[i+1])
}

func isHexByte(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// nameLike reports whether w can be a name: it begins with a letter and has nothing that names do not have.
func nameLike(w string) bool {
	if w == "" || len(w) > 64 || !(w[0]|0x20 >= 'a' && w[0]|0x20 <= 'z' || w[0] == '_' || w[0] == '-') {
		return false
	}
	return !strings.ContainsAny(w, "|%~+/")
}

// valueLike reports what is too much of a key to be the name of one, as in "id:secret".
func valueLike(w string) bool {
	return len(w) >= 16 && strings.ContainsAny(w, "0123456789") && !strings.ContainsAny(w, "_-.")
}

// labelLike reports an ordinary word, of letters alone. One access key id in thirty has no digit, so long words of capitals are none.
func labelLike(w string) bool {
	if len(w) > 24 || len(w) >= 19 && strings.ToUpper(w) == w && !strings.Contains(w, "_") {
		return false
	}
	for i := range len(w) {
		if c := w[i]; !(c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' || c == '/') {
			return false
		}
	}
	return true
}

func last(words []string, n int) []string { return words[max(0, len(words)-n):] }

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }
