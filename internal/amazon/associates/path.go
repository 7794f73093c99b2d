package associates

import "strings"

// readPath tells what the path leads to.
func (l *Link) readPath(from int) {
	path := l.Text[from:l.pathEnd]
	l.Kind = Page
	if path == "" || path == "/" {
		l.Kind = Home
		return
	}
	at := from
	var before, last string // the segment before, and the one before that one
	for i := 0; i <= len(path); {
		end := strings.IndexByte(path[i:], '/')
		if end < 0 {
			end = len(path)
		} else {
			end += i
		}
		seg := path[i:end]
		if seg != "" && seg != "-" {
			if l.asin(last, before, seg) {
				l.Kind, l.ASIN = Product, strings.ToUpper(seg)
				if obidos(path) {
					l.pathTag(at + end)
				}
				return
			}
			last, before = before, seg
		}
		i = end + 1
	}
	l.Kind = plain(path)
}

// asin reports whether seg is a product's number, by what stands before it.
func (l *Link) asin(last, before, seg string) bool {
	if len(seg) != 10 {
		return false
	}
	for i := range len(seg) {
		if c := seg[i]; !digit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	switch before {
	case "dp", "ASIN", "product-reviews", "offer-listing", "detail":
		return true
	case "product":
		return last == "gp" || last == "dp"
	case "d", "ol":
		return last == "aw"
	}
	return false
}

// obidos reports whether the path is of the oldest form, which holds the id as its last part.
func obidos(path string) bool {
	return strings.HasPrefix(path, "/exec/obidos/") || strings.HasPrefix(path, "/o/")
}

// pathTag finds an id after the product's number: /exec/obidos/ASIN/0123456789/ref=nosim/mysite-20.
func (l *Link) pathTag(from int) {
	i := strings.LastIndexByte(l.Text[from:l.pathEnd], '/')
	if i < 0 {
		return
	}
	if seg := l.Text[from+i+1 : l.pathEnd]; sound(seg) && ending(seg) != "" {
		l.tags = append(l.tags, span{from + i + 1, l.pathEnd})
	}
}

// plain tells the kinds that the beginning of the path decides.
func plain(path string) Kind {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if first == "-" { // the language: /-/en/s
		_, rest, _ = strings.Cut(rest, "/")
		first, rest, _ = strings.Cut(rest, "/")
	}
	second, third, _ := strings.Cut(rest, "/")
	switch first {
	case "s":
		return Search
	case "b":
		return Browse
	case "stores":
		return Storefront
	case "shop":
		return Influencer
	case "ap":
		return Account
	case "gp":
		switch {
		case second == "search" || second == "aw" && strings.HasPrefix(third, "s"):
			return Search
		case second == "browse.html":
			return Browse
		case second == "aws" && strings.HasPrefix(third, "cart/"):
			return Cart
		case second == "css" || second == "your-account" || second == "sign-in.html":
			return Account
		}
	}
	// A brand's page may follow its name: /NAME/b, /NAME/s.
	if rest == "s" {
		return Search
	}
	if rest == "b" {
		return Browse
	}
	return Page
}
