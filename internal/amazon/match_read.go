package amazon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A Reading is a refusal brought into one form, whichever of Amazon's services wrote it (ads-lwa 8.1 counts seven shapes).
type Reading struct {
	Status int
	Header http.Header
	Facts  []Fact
	Kind   string   // what the body is: json, html, url, text, empty
	Words  []string // machine words, in lower case: OAuth's error, Amazon's code, an lwa-... token; each also with its key, "error:access_denied"
	Text   string   // everything said, folded, for comparison only: it may hold secrets

	code    string // the first machine word as Amazon wrote it
	message string // the sentence for people as Amazon wrote it
}

// Most bytes of a body that are looked at (DESIGN, "401").
const readLimit = 64 << 10

var (
	tagForm     = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	tokenForm   = regexp.MustCompile(`lwa-[a-z]+(?:-[a-z0-9]+)+`)
	queryForm   = regexp.MustCompile(`(?:^|[?&#;\s])(error|error_description|errorMsg)=`)
	machineKeys = []string{"error", "code", "errortype", "reason", "errorcode", "__type", "type"}
	humanKeys   = []string{"error_description", "details", "detail", "description", "message", "errormsg", "errormessage"}
)

// ReadRefusal brings a refusal into one form. It never fails: what is no JSON, HTML or URL is text.
func ReadRefusal(e Evidence) Reading {
	body := e.Body
	if len(body) > readLimit {
		body = body[:readLimit]
	}
	r := Reading{Status: e.Status, Header: e.Header, Facts: e.Facts}
	text := strings.TrimSpace(strings.ToValidUTF8(string(body), " "))
	switch {
	case text == "":
		r.Kind = "empty"
	case text[0] != '<' && r.readJSON(text):
		r.Kind = "json"
	case strings.Contains(text, "<") && tagForm.MatchString(text):
		r.Kind = "html"
		text = html.UnescapeString(tagForm.ReplaceAllString(text, " "))
		r.message = strings.Join(strings.Fields(text), " ")
	case queryForm.MatchString(text):
		r.Kind = "url"
		r.readQuery(text)
	default:
		r.Kind = "text"
		r.message = strings.Join(strings.Fields(text), " ")
	}
	for _, token := range tokenForm.FindAllString(strings.ToLower(text), 8) {
		r.word(token)
	}
	r.Text = fold(r.message + " " + r.Text + " " + text)
	return r
}

// readJSON reads a JSON body, or one object inside of other text, as people paste log lines.
func (r *Reading) readJSON(text string) bool {
	start, end := strings.IndexAny(text, "{["), strings.LastIndexAny(text, "}]")
	if start < 0 || end < start {
		return false
	}
	var v any
	d := json.NewDecoder(bytes.NewReader([]byte(text[start : end+1])))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return false
	}
	if _, object := v.(map[string]any); !object && start > 0 {
		return false // "[redacted]" and the like inside of prose
	}
	r.walk(v, 0)
	if start > 0 {
		r.Text += " " + text[:start]
	}
	return true
}

// walk gathers machine words and sentences. Deeper levels add to the words but do not replace the first.
func (r *Reading) walk(v any, depth int) {
	if depth > 8 {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			r.field(strings.ToLower(k), v[k])
		}
		for _, k := range keys {
			r.walk(v[k], depth+1)
		}
	case []any:
		for _, item := range v[:min(len(v), 64)] {
			r.walk(item, depth+1)
		}
	case string:
		r.Text += " " + v
	}
}

func (r *Reading) field(key string, value any) {
	text := ""
	switch value := value.(type) {
	case string:
		text = strings.TrimSpace(value)
	case json.Number:
		text = value.String()
	}
	switch {
	case text == "":
	case slices.Contains(machineKeys, key):
		if r.code == "" {
			r.code = text
		}
		if _, name, ok := strings.Cut(text, "#"); ok { // "com.amazon.creators#ThrottleException"
			r.word(strings.ToLower(name))
		}
		r.word(strings.ToLower(text))
		r.word(key + ":" + strings.ToLower(text))
	case slices.Contains(humanKeys, key) && r.message == "":
		r.message = strings.Join(strings.Fields(text), " ")
	}
}

// readQuery reads the parameters that an authorize page sends back, whatever URL or line they stand in (ads-lwa 1.3).
func (r *Reading) readQuery(text string) {
	at := queryForm.FindStringIndex(text)
	query := strings.TrimLeft(text[at[0]:], "?&#; \t\r\n")
	if i := strings.IndexAny(text, "?#"); i >= 0 && i < at[0] {
		query = text[i+1:]
	}
	query, _, _ = strings.Cut(query, " ")
	values, _ := url.ParseQuery(strings.TrimRight(strings.ReplaceAll(query, ";", "&"), "#'\"")) // what parses is used, the rest is not needed
	for _, key := range []string{"error", "errorMsg"} {
		if v := strings.TrimRight(values.Get(key), "#"); v != "" {
			if r.code == "" {
				r.code = v
			}
			r.word(strings.ToLower(v))
			r.word(strings.ToLower(key + ":" + v))
		}
	}
	r.message = strings.Join(strings.Fields(values.Get("error_description")), " ")
}

func (r *Reading) word(w string) {
	if !slices.Contains(r.Words, w) && len(r.Words) < 64 {
		r.Words = append(r.Words, w)
	}
}

// Code is the answer's first machine word as Amazon wrote it, such as "AssociateNotEligible"; empty where it has none.
func (r Reading) Code() string { return r.code }

// Summary says in one line what was seen, with everything that looks like a secret taken out.
func (r Reading) Summary() string {
	var parts []string
	if r.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", r.Status))
	}
	if r.code != "" {
		parts = append(parts, "code "+clip(Redact(oneLine(r.code)), 80))
	}
	if r.Kind == "html" {
		parts = append(parts, "an HTML page")
	}
	for _, f := range r.Facts {
		parts = append(parts, strings.ReplaceAll(string(f), "_", " "))
	}
	if message := clip(Redact(r.message), 160); message != "" {
		parts = append(parts, fmt.Sprintf("%q", message))
	}
	if r.Kind == "empty" && len(parts) > 0 {
		parts = append(parts, "empty body")
	}
	return strings.Join(parts, ", ")
}

// fold makes text comparable: lower case, each run of white space one space.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// oneLine keeps an answer from writing lines of its own into a log.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' {
			return ' '
		}
		return c
	}, s)
}

// clip shortens s to at most n bytes without cutting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}
