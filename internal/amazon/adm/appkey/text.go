package appkey

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// readText finds the key's line in a text, and everything about the text that a device stumbles over: it reads UTF-8, the first line only, and
// Device Messaging takes no white space at all (adm 1.4.2, 1.5).
func readText(text []byte, pasted bool, found *Findings) (string, bool) {
	if len(text) > most {
		found.add(problem.New(problem.AppkeyTooLong).With("%d bytes", len(text)))
		return "", false
	}
	if wide, ok := fromUTF16(text); ok {
		found.add(problem.New(problem.AppkeyEncoding))
		text = wide
	}
	if rest, ok := bytes.CutPrefix(text, []byte("\ufeff")); ok {
		found.add(problem.New(problem.AppkeyBom))
		text = rest
	}
	s := string(text)
	body := strings.TrimFunc(s, blank)
	if body == "" {
		found.add(problem.New(problem.AppkeyEmpty))
		return "", false
	}
	if inner := strings.Trim(body, "\"'`\u201c\u201d\u201e\u00ab\u00bb"); inner != body && inner != "" {
		found.add(problem.New(problem.AppkeyQuotes))
		body = strings.TrimFunc(inner, blank)
	}
	if p, is := otherThing(body); is {
		found.add(p)
		return "", false
	}
	if where := around(s); where != "" && !pasted {
		found.add(problem.New(problem.AppkeyWhiteSpace).With("%s", where))
	}
	return oneLine(body, found), true
}

// oneLine makes the body one line, and says what had to be done for it.
func oneLine(body string, found *Findings) string {
	lines := strings.FieldsFunc(body, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' })
	for i, l := range lines {
		lines[i] = strings.TrimFunc(l, blank)
	}
	if len(lines) > 1 && whole(lines[0]) { // a key, and then something else
		found.add(problem.New(problem.AppkeyMoreText).With("%s", count(len(lines)-1, "more line", "more lines")))
		lines = lines[:1]
	}
	if len(lines) > 1 {
		found.add(problem.New(problem.AppkeySeveralLines).With("%d lines", len(lines)))
	}
	joined := strings.Join(lines, "")
	if clean := strings.Join(strings.FieldsFunc(joined, blank), ""); clean != joined {
		found.add(problem.New(problem.AppkeyWhiteSpace).With("within the key"))
		joined = clean
	}
	return joined
}

// whole reports whether a line alone has what a key has: three parts, the last of the signature's length.
func whole(line string) bool {
	parts := strings.Split(line, ".")
	return len(parts) == 3 && len(strings.TrimRight(parts[2], "=")) == 342
}

// blank are characters that show nothing: white space, and the invisible ones that word processors and chats put in.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff' || r == 0
}

// around says what white space stands around the text.
func around(s string) string {
	before, after := len(s)-len(strings.TrimLeftFunc(s, blank)), s[len(strings.TrimRightFunc(s, blank)):]
	switch {
	case before > 0 && after != "":
		return "before and after the key"
	case before > 0:
		return "before the key"
	case strings.Trim(after, "\r\n") == "" && after != "":
		return "a line break at the end"
	case after != "":
		return "after the key"
	}
	return ""
}

// fromUTF16 reads what editors of Windows call Unicode.
func fromUTF16(text []byte) ([]byte, bool) {
	var order func(b []byte) uint16
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		order = func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		order = func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 }
	default:
		return nil, false
	}
	var units []uint16
	for b := text[2:]; len(b) >= 2; b = b[2:] {
		units = append(units, order(b))
	}
	return []byte(string(utf16.Decode(units))), true
}

var (
	clientIDForm  = regexp.MustCompile(`^amzn1\.(application-oa2-client|iba-client)\.[0-9a-zA-Z]+$`)
	profileIDForm = regexp.MustCompile(`^amzn1\.(application|application-client)\.[0-9a-zA-Z]+$`)
	webTokenForm  = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)
)

// otherThing names what was given in place of a key. It never repeats it, since some of these are secrets.
func otherThing(body string) (problem.Problem, bool) {
	other := func(what string) (problem.Problem, bool) {
		return problem.New(problem.AppkeyOtherCredential).With("it is %s", what), true
	}
	switch {
	case strings.HasPrefix(body, header[:20]):
		return problem.Problem{}, false
	case clientIDForm.MatchString(body):
		return other("a Client ID")
	case profileIDForm.MatchString(body):
		return other("the id of a security profile or of its application")
	case strings.HasPrefix(body, "amzn1.oa2-cs.") || len(body) == 64 && isHex(body):
		return other("a Client Secret, which must not be put into an app")
	case strings.HasPrefix(body, "amzn1.adm-registration."):
		return other("a Registration ID")
	case strings.HasPrefix(body, "Atza|"), strings.HasPrefix(body, "Atzr|"), strings.HasPrefix(body, "Atc|"):
		return other("a token of Login with Amazon")
	case strings.HasPrefix(body, "AKIA"), strings.HasPrefix(body, "ASIA"):
		return other("an AWS access key id")
	case strings.HasPrefix(body, "AIza"):
		return other("an API key of Google's")
	case strings.HasPrefix(body, "-----BEGIN PUBLIC KEY"):
		return other("the Appstore SDK's public key (AppstoreAuthenticationKey.pem), which checks purchases and belongs into a file of its own")
	case strings.HasPrefix(body, "-----BEGIN "):
		return other("a PEM file without a certificate; if it is a private key, it must not be put into an app")
	case strings.HasPrefix(body, "{") && strings.Contains(body, "project_info"):
		return other("a google-services.json")
	case isPlaceholder(body):
		return problem.New(problem.AppkeyPlaceholder), true
	case webTokenForm.MatchString(body):
		return other("a web token (JWT) of another service")
	}
	return problem.Problem{}, false
}

// isPlaceholder recognises texts such as "put your key here": words, and no token.
func isPlaceholder(body string) bool {
	if len(body) > 300 || strings.Contains(body, header[:12]) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(body), func(r rune) bool { return !unicode.IsLetter(r) })
	score := 0
	for _, w := range words {
		switch w {
		case "your", "here", "key", "apikey", "api", "insert", "replace", "paste", "put", "placeholder", "todo", "change", "changeme", "this", "xxx", "xxxx", "example", "dummy", "sample":
			score++
		}
	}
	return score >= 2 || len(words) <= 2 && score >= 1
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil
}

// quote makes something of a key's showable: short, on one line, without control characters.
func quote(s string) string {
	const longest = 80
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
	if len(clean) > longest {
		clean = strings.ToValidUTF8(clean[:longest], "") + "…"
	}
	return fmt.Sprintf("%q", clean)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
