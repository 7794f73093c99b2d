package associates

import "strings"

// An element is a start tag as it stands in a page's source.
type element struct {
	name  string // in small letters
	from  int    // where its < is
	attrs []attr
}

// An attr is an attribute; its value is src[from:to], without quotes. It may be rewritten in its place.
type attr struct {
	name     string // in small letters
	from, to int
}

// get returns an attribute's value. The first of one name counts, as in browsers.
func (e *element) get(src, name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return src[a.from:a.to]
		}
	}
	return ""
}

// elements goes through the start tags of a page as a browser does: comments, declarations and what stands inside of scripts, styles and
// the like hold none (HTML standard, 13.2.5). It never fails: what is broken is read as far as it goes. An element is good until the next.
func elements(src string, each func(e *element)) {
	e := &element{}
	for at := 0; at < len(src); {
		i := strings.IndexByte(src[at:], '<')
		if i < 0 {
			return
		}
		at += i
		switch {
		case strings.HasPrefix(src[at:], "<!--"):
			at = after(src, at+4, "-->")
		case at+1 < len(src) && (src[at+1] == '!' || src[at+1] == '?' || src[at+1] == '/'):
			at = after(src, at+1, ">")
		case at+1 < len(src) && letter(src[at+1]):
			at = e.read(src, at)
			each(e)
			if raw(e.name) {
				at = closing(src, at, e.name)
			}
		default:
			at++
		}
	}
}

// read reads a start tag and returns where it ends.
func (e *element) read(src string, at int) int {
	e.from, e.attrs = at, e.attrs[:0]
	at++
	from := at
	for at < len(src) && !blank(src[at]) && src[at] != '/' && src[at] != '>' {
		at++
	}
	e.name = strings.ToLower(src[from:at])
	for {
		for at < len(src) && (blank(src[at]) || src[at] == '/') {
			at++
		}
		if at >= len(src) {
			return at
		}
		if src[at] == '>' {
			return at + 1
		}
		at = e.attribute(src, at)
	}
}

func (e *element) attribute(src string, at int) int {
	from := at
	at++ // an = at the beginning belongs to the name
	for at < len(src) && !blank(src[at]) && src[at] != '/' && src[at] != '>' && src[at] != '=' {
		at++
	}
	a := attr{name: strings.ToLower(src[from:at]), from: at, to: at}
	for at < len(src) && blank(src[at]) {
		at++
	}
	if at < len(src) && src[at] == '=' {
		at++
		for at < len(src) && blank(src[at]) {
			at++
		}
		if at < len(src) && (src[at] == '"' || src[at] == '\'') {
			quote := src[at : at+1]
			a.from = at + 1
			i := strings.Index(src[a.from:], quote)
			if i < 0 { // the page ends inside of the value: there is no such attribute
				return len(src)
			}
			a.to = a.from + i
			at = a.to + 1
		} else {
			a.from = at
			for at < len(src) && !blank(src[at]) && src[at] != '>' {
				at++
			}
			a.to = at
		}
	}
	e.attrs = append(e.attrs, a)
	return at
}

// raw reports whether what stands inside of an element is text to a browser.
func raw(name string) bool {
	switch name {
	case "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes":
		return true
	}
	return false
}

// closing finds the end tag of a raw element.
func closing(src string, at int, name string) int {
	for {
		i := strings.Index(src[at:], "</")
		if i < 0 {
			return len(src)
		}
		at += i + 2
		if prefixFold(src[at:], name) {
			end := at + len(name)
			if end == len(src) || blank(src[end]) || src[end] == '>' || src[end] == '/' {
				return after(src, end, ">")
			}
		}
	}
}

func after(src string, at int, what string) int {
	if at > len(src) {
		return len(src)
	}
	if i := strings.Index(src[at:], what); i >= 0 {
		return at + i + len(what)
	}
	return len(src)
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
