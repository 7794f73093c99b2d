package fakelwa

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// A tokenRequest is what a POST to the token endpoint says, in whichever of the four shapes (ads-lwa 1.5): a form body
// with the client's credentials inside or in HTTP Basic, a JSON body, or everything in the query.
type tokenRequest struct {
	grantType    string
	code         string
	redirectURI  string
	verifier     string
	refreshToken string
	scope        string
	clientID     string
	secret       string

	json      bool
	basic     bool
	malformed bool // undecodable, a doubled parameter, or a quoted value
	seen      uint16
}

// field returns where a parameter is kept and its bit; parameters that nobody knows are ignored.
func (r *tokenRequest) field(name string) (*string, uint16) {
	switch name {
	case "grant_type":
		return &r.grantType, 1
	case "code":
		return &r.code, 2
	case "redirect_uri":
		return &r.redirectURI, 4
	case "code_verifier":
		return &r.verifier, 8
	case "refresh_token":
		return &r.refreshToken, 16
	case "scope":
		return &r.scope, 32
	case "client_id":
		return &r.clientID, 64
	case "client_secret":
		return &r.secret, 128
	}
	return nil, 0
}

// set keeps a parameter. What stands twice or in quotes makes the request malformed (ads-lwa 1.8).
func (r *tokenRequest) set(name, value string) {
	at, bit := r.field(name)
	if at == nil {
		return
	}
	if r.seen&bit != 0 || (len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"') {
		r.malformed = true
	}
	r.seen |= bit
	*at = value
}

// parseToken reads a token request. It never fails: what cannot be read is marked as malformed.
func parseToken(h http.Header, body []byte, query string) *tokenRequest {
	r := &tokenRequest{}
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	if r.json = strings.EqualFold(strings.TrimSpace(media), "application/json"); r.json && len(body) > 0 {
		r.readJSON(body)
	} else {
		r.json = false
		r.readForm(string(body))
	}
	r.readForm(query)
	r.readBasic(h.Get("Authorization"))
	return r
}

func (r *tokenRequest) readForm(form string) {
	for form != "" {
		var pair string
		pair, form, _ = strings.Cut(form, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			r.malformed = true
			return
		}
		r.set(name, value)
	}
}

// readJSON reads a flat object. It goes token by token, because a doubled name must be seen.
func (r *tokenRequest) readJSON(body []byte) {
	if !json.Valid(body) {
		r.malformed = true
		return
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		r.malformed = true
		return
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			r.malformed = true
			return
		}
		var value any
		if err := d.Decode(&value); err != nil {
			r.malformed = true
			return
		}
		switch v := value.(type) {
		case string:
			r.set(name.(string), v)
		case nil:
		default:
			if at, _ := r.field(name.(string)); at != nil {
				r.malformed = true
			}
		}
	}
}

// readBasic takes the client's credentials from HTTP Basic. RFC 6749 section 2.3.1 has them form-encoded there.
func (r *tokenRequest) readBasic(authorization string) {
	if authorization == "" {
		return
	}
	id, secret, ok := (&http.Request{Header: http.Header{"Authorization": {authorization}}}).BasicAuth()
	if !ok {
		return
	}
	if v, err := url.QueryUnescape(id); err == nil {
		id = v
	}
	if v, err := url.QueryUnescape(secret); err == nil {
		secret = v
	}
	if (r.clientID != "" && r.clientID != id) || (r.secret != "" && r.secret != secret) {
		r.malformed = true
		return
	}
	r.basic, r.clientID, r.secret = true, id, secret
}
