// Package leaktest looks for secrets where none may be.
//
// A canary is a secret that a test planted. It is looked for as it is, in base64 of both alphabets at each of the three places that
// it can have in a longer text, URL-encoded, in hex, and escaped as JSON and HTML do. Looked for is its middle, so that a secret
// which was cut short at either end, or stands within another, is found too. The package's own test is the end-to-end search of
// attack case G1.
package leaktest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// A Canary is a planted secret.
type Canary struct{ Name, Text string }

// A Hit is a canary found. It says where and how, and not what.
type Hit struct {
	Canary, Encoding, Where string
	At                      int
}

// String is for a test's output.
func (h Hit) String() string {
	return fmt.Sprintf("%s: %s (%s) at byte %d", h.Where, h.Canary, h.Encoding, h.At)
}

// A Search looks for canaries.
type Search struct{ needles []needle }

type needle struct {
	canary, encoding string
	text             []byte
}

// Shortest is the fewest characters that a canary may have: less would be found by chance.
const Shortest = 12

// middle is how much of a canary is looked for.
const middle = 24

// New returns a Search for these. It panics for a canary that is too short, which is a mistake of the test's.
func New(canaries ...Canary) *Search {
	s := &Search{}
	for _, c := range canaries {
		if len(c.Text) < Shortest {
			panic("leaktest: the canary " + c.Name + " is too short")
		}
		seen := map[string]bool{}
		for _, e := range encodings(core(c.Text)) {
			if !seen[e.text] {
				seen[e.text] = true
				s.needles = append(s.needles, needle{c.Name, e.name, []byte(e.text)})
			}
		}
	}
	return s
}

func core(text string) string {
	if len(text) <= middle {
		return text
	}
	from := (len(text) - middle) / 2
	return text[from : from+middle]
}

type encoded struct{ name, text string }

func encodings(text string) []encoded {
	quoted, _ := json.Marshal(text)
	escaped := strings.Builder{}
	percent := strings.Builder{}
	for _, b := range []byte(text) {
		fmt.Fprintf(&escaped, `\u%04x`, b)
		fmt.Fprintf(&percent, "%%%02X", b)
	}
	lower := hex.EncodeToString([]byte(text))
	all := []encoded{
		{"raw", text},
		{"json", string(quoted[1 : len(quoted)-1])},
		{"json", escaped.String()},
		{"json", strings.ReplaceAll(text, "/", `\/`)},
		{"html", html.EscapeString(text)},
		{"html", strings.ReplaceAll(html.EscapeString(text), "+", "&#43;")}, // html/template
		{"url", url.QueryEscape(text)},
		{"url", strings.ToLower(url.QueryEscape(text))},
		{"url", url.PathEscape(text)},
		{"url", percent.String()},
		{"url", strings.ToLower(percent.String())},
		{"hex", lower},
		{"hex", strings.ToUpper(lower)},
	}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			all = append(all, encoded{fmt.Sprintf("base64 at %d", offset), within64(alphabet, text, offset)})
		}
	}
	return all
}

// within64 is the part of text's base64 that does not depend on what stands before and after it, where text begins at offset
// modulo three in the whole.
func within64(alphabet *base64.Encoding, text string, offset int) string {
	whole := alphabet.EncodeToString(append(make([]byte, offset), text...))
	bits := 8 * (offset + len(text))
	return whole[(8*offset+5)/6 : bits/6]
}

// In looks through data, which is called where.
func (s *Search) In(where string, data []byte) []Hit {
	var hits []Hit
	for _, n := range s.needles {
		if at := bytes.Index(data, n.text); at >= 0 {
			hits = append(hits, Hit{n.canary, n.encoding, where, at})
		}
	}
	return hits
}
