package leaktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A tap stands between Lockkeeper and the sandbox and learns every secret that Lockkeeper sends or is given: they are the canaries.
type tap struct {
	server *httptest.Server
	target string // the sandbox's host and port

	mu    sync.Mutex
	found map[string]string // secret to its kind
	// answer, where it is set, answers in the sandbox's place when it returns true.
	answer func(w http.ResponseWriter, r *http.Request, body []byte) bool
}

func newTap(t *testing.T) *tap {
	t.Helper()
	p := &tap{found: map[string]string{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

// secretFields are the members of forms and JSON that are secret.
var secretFields = []string{"refresh_token", "access_token", "client_secret", "code", "code_verifier"}

func (p *tap) learn(kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(text) >= 12 {
		p.found[text] = kind
	}
}

// answerBy sets or takes away what answers in the sandbox's place.
func (p *tap) answerBy(f func(w http.ResponseWriter, r *http.Request, body []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// ServeHTTP implements http.Handler.
func (p *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if form, err := url.ParseQuery(string(body)); err == nil {
		for _, f := range secretFields {
			p.learn(f, form.Get(f))
		}
	}
	for _, h := range []string{"Authorization", "X-Amz-Access-Token"} {
		p.learn("access_token", strings.TrimPrefix(r.Header.Get(h), "Bearer "))
	}
	p.mu.Lock()
	answer := p.answer
	p.mu.Unlock()
	if answer != nil && answer(w, r, body) {
		return
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+p.target+r.RequestURI, bytes.NewReader(body))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out.Header, out.Host = r.Header.Clone(), r.Host
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	var fields map[string]any
	if json.Unmarshal(text, &fields) == nil {
		for _, f := range []string{"refresh_token", "access_token"} {
			if s, ok := fields[f].(string); ok {
				p.learn(f, s)
			}
		}
	}
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	if err != nil {
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(text)
		panic(http.ErrAbortHandler) // cut off, as the sandbox did
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(text)
}

// echo answers as an Amazon that throws everything it was sent back into its answer: header, body and address.
func echo(status int) func(w http.ResponseWriter, r *http.Request, body []byte) bool {
	return func(w http.ResponseWriter, r *http.Request, body []byte) bool {
		form, _ := url.ParseQuery(string(body))
		said := r.Header.Get("Authorization") + " " + form.Get("refresh_token") + " " + form.Get("client_secret") + " " + form.Get("code")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		w.Header().Set("Set-Cookie", "echo="+r.Header.Get("Authorization"))
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"error": "invalid_request", "error_description": said, "message": said, "details": said, "echo": r.Header, "request_id": "EXAMPLE",
		})
		return true
	}
}
