package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// A tokenRequest is what a token endpoint was asked, whichever of the four shapes it came in (ads-lwa 1.5).
type tokenRequest map[string]string

var errMalformed = errors.New("reading a token request: it is malformed")

// tokenFields are the parameters that are read. Others are allowed and ignored.
var tokenFields = []string{"grant_type", "client_id", "client_secret", "refresh_token", "scope", "code", "redirect_uri", "code_verifier"}

// parseTokenRequest reads parameters from the body (form or JSON), the query string, and HTTP Basic. A parameter may stand
// in several of these places only if it says the same everywhere, and twice in none (ads-lwa 1.8, "Malformed request").
func parseTokenRequest(contentType, query, authorization string, body []byte) (tokenRequest, error) {
	t := tokenRequest{}
	if err := t.form(query); err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) > 0 {
		kind, _, err := mime.ParseMediaType(contentType)
		if err != nil && contentType != "" {
			return nil, errMalformed
		}
		switch kind {
		case "application/json":
			err = t.json(body)
		case "application/x-www-form-urlencoded", "":
			err = t.form(strings.TrimSpace(string(body)))
		default:
			err = errMalformed
		}
		if err != nil {
			return nil, err
		}
	}
	if authorization == "" {
		return t, nil
	}
	return t, t.basic(authorization)
}

// set adds a parameter; a second value must be the same.
func (t tokenRequest) set(name, value string) error {
	if old, ok := t[name]; ok && old != value {
		return errMalformed
	}
	t[name] = value
	return nil
}

func (t tokenRequest) form(text string) error {
	values, err := url.ParseQuery(text)
	if err != nil {
		return errMalformed
	}
	for _, name := range tokenFields {
		v, ok := values[name]
		if !ok {
			continue
		}
		if len(v) != 1 {
			return errMalformed
		}
		if err := t.set(name, v[0]); err != nil {
			return err
		}
	}
	return nil
}

// json reads a flat object, key by key, since encoding/json would let the last of two equal keys win.
func (t tokenRequest) json(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return errMalformed
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok || seen[name] {
			return errMalformed
		}
		seen[name] = true
		var value any
		if err := dec.Decode(&value); err != nil {
			return errMalformed
		}
		text, ok := value.(string)
		for _, f := range tokenFields {
			if f != name {
				continue
			}
			if !ok {
				return errMalformed
			}
			if err := t.set(name, text); err != nil {
				return err
			}
		}
	}
	if _, err := dec.Token(); err != nil {
		return errMalformed
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errMalformed
	}
	return nil
}

// basic reads client id and secret from HTTP Basic, where both may be form-encoded (RFC 6749, section 2.3.1).
func (t tokenRequest) basic(authorization string) error {
	scheme, rest, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return nil // some clients send a Bearer here by habit; it means nothing at a token endpoint
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return errMalformed
	}
	name, password, ok := strings.Cut(string(plain), ":")
	if !ok {
		return errMalformed
	}
	for field, value := range map[string]string{"client_id": name, "client_secret": password} {
		text, err := url.QueryUnescape(value)
		if err != nil {
			return errMalformed
		}
		if err := t.set(field, text); err != nil {
			return err
		}
	}
	return nil
}

// missing names the first of the parameters that is absent or empty.
func (t tokenRequest) missing(names ...string) string {
	for _, n := range names {
		if t[n] == "" {
			return n
		}
	}
	return ""
}

// tokenBody reads a token request's body.
func (q *request) tokenBody() ([]byte, bool) {
	if q.r.Body == nil || q.r.Body == http.NoBody {
		return nil, true
	}
	b, err := io.ReadAll(io.LimitReader(q.stalling(), tokenBodyMost+1))
	return b, err == nil && len(b) <= tokenBodyMost
}

const tokenBodyMost = 64 << 10
