package associates

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Kind says what an address leads to.
type Kind string

// The kinds (creators-paapi-aws 4.2).
const (
	Product    Kind = "product"    // dp, gp/product, gp/aw/d, exec/obidos/ASIN
	Search     Kind = "search"     // s?k=
	Browse     Kind = "browse"     // b?node=
	Storefront Kind = "storefront" // stores/...: a brand's
	Influencer Kind = "influencer" // shop/...: a person's
	Cart       Kind = "cart"       // gp/aws/cart/add.html, which takes AssociateTag
	Home       Kind = "home"
	Page       Kind = "page" // any other of the shop
	Account    Kind = "account"
	Short      Kind = "short" // amzn.to, a.co, amzn.eu
)

// A Link is an address of Amazon's, read. It points into the text that it was read from.
type Link struct {
	Text        string
	Kind        Kind
	Marketplace *Marketplace // nil for a Short one
	ASIN        string       // in capitals, of a Product
	LinkCode    string       // "ogi" on a link of the API, "ll1" on one of SiteStripe

	markup   bool // the text is the source of an attribute, where & is written &amp;
	pathEnd  int
	queryEnd int // where the fragment begins, or the end
	tags     []span
	lost     problem.Code // what about the address keeps an id that it holds from counting
}

type span struct{ from, to int }

// Tag is the id on the link, "" for none. Of several it is the first.
func (l *Link) Tag() string {
	if len(l.tags) == 0 {
		return ""
	}
	return decode(l.Text[l.tags[0].from:l.tags[0].to])
}

// Vended reports whether Amazon's API made the link. Such a link counts for the API's quota as it is and in no other form
// (creators-paapi-aws 4.2, 4.3 item 5). xm2 was PA-API 4's [guess].
func (l *Link) Vended() bool {
	switch l.LinkCode {
	case "ogi", "osi", "ogv", "xm2":
		return true
	}
	return false
}

// longest is the longest address that is looked at; browsers stop much earlier.
const longest = 16 << 10

// Parse reads an address. The scheme may be missing, as where somebody copied it out of a text. The code says why it is not a link to one
// of Amazon's shops, and is empty where it is.
func Parse(text string) (Link, problem.Code) { return parse(text, false) }

// ParseMarkup reads an address as it stands in the source of an HTML attribute, where & may be written &amp;.
func ParseMarkup(text string) (Link, problem.Code) { return parse(text, true) }

func parse(text string, markup bool) (Link, problem.Code) {
	l := Link{Text: text, markup: markup}
	rest, port, ok := authority(text)
	if !ok {
		return l, problem.AssociatesNotALink
	}
	end := len(text)
	for i := rest; i < len(text); i++ {
		if c := text[i]; c == '/' || c == '?' || c == '#' {
			end = i
			break
		}
	}
	host := text[rest:end]
	m, short, shop := hostOf(host, port)
	if m == nil && !short {
		return l, problem.AssociatesNotAmazon
	}
	l.split(end)
	if short {
		l.Kind = Short
		return l, ""
	}
	l.Marketplace = m
	if !shop {
		return l, problem.AssociatesNotAShop
	}
	l.readPath(end)
	if l.Kind == Account {
		return l, problem.AssociatesNotAShop
	}
	l.readQuery()
	return l, ""
}

// authority finds where the host begins, refusing what a browser would read in another way: white space, control characters, backslashes.
// port is the one that may stand with the scheme.
func authority(text string) (from int, port string, ok bool) {
	if len(text) > longest {
		return 0, "", false
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c == 0x7f || c == '\\' {
			return 0, "", false
		}
	}
	switch {
	case prefixFold(text, "https://"):
		return 8, ":443", len(text) > 8
	case prefixFold(text, "http://"):
		return 7, ":80", len(text) > 7
	case strings.HasPrefix(text, "//"):
		return 2, "", len(text) > 2
	}
	// Without a scheme only what begins like a host of Amazon's is an address at all.
	first, _, _ := strings.Cut(text, "/")
	return 0, "", strings.IndexByte(first, '.') > 0 && !strings.ContainsAny(first, ":@")
}

func prefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// hostOf tells whose host it is. Letter case and one dot at the end do not matter; a user part, another port and anything before or
// after the domain do: www.amazon.com.example and www.amazon.com@example are somebody else's.
func hostOf(host, port string) (m *Marketplace, short, shop bool) {
	host = strings.TrimSuffix(host, port)
	host = strings.TrimSuffix(host, ".")
	var room [64]byte
	if len(host) > len(room) {
		return nil, false, false
	}
	low := room[:len(host)]
	for i := range len(host) {
		c := host[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if (c < 'a' || c > 'z') && !digit(c) && c != '.' && c != '-' {
			return nil, false, false
		}
		low[i] = c
	}
	if len(low) > 4 && string(low[:4]) == "www." {
		if m := byDomain[string(low[4:])]; m != nil {
			return m, false, true
		}
	}
	if m := byDomain[string(low)]; m != nil {
		return m, false, true
	}
	switch string(low) {
	case "amzn.to", "www.amzn.to", "a.co", "amzn.eu", "amzn.asia", "amzn.in", "amzn.com":
		return nil, true, false
	}
	if i := strings.IndexByte(string(low), '.'); i > 0 {
		if m := deeper(string(low)); m != nil {
			sub := string(low[:i])
			return m, false, sub == "m" || sub == "smile"
		}
	}
	return nil, false, false
}

// deeper finds the shop whose domain a host lies below.
func deeper(host string) *Marketplace {
	for {
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return nil
		}
		if m := byDomain[rest]; m != nil {
			return m
		}
		host = rest
	}
}

// split finds where path and query end. In markup the # of &#38; begins no fragment.
func (l *Link) split(from int) {
	l.pathEnd, l.queryEnd = len(l.Text), len(l.Text)
	for i := from; i < len(l.Text); i++ {
		switch l.Text[i] {
		case '?':
			l.pathEnd = min(l.pathEnd, i)
		case '#':
			if l.markup && l.Text[i-1] == '&' && i+1 < len(l.Text) && (digit(l.Text[i+1]) || l.Text[i+1]|0x20 == 'x') {
				continue
			}
			l.pathEnd, l.queryEnd = min(l.pathEnd, i), i
			return
		}
	}
}
