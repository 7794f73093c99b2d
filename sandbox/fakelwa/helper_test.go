package fakelwa_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const tokenURL = "https://api.amazon.com/auth/o2/token"

// start runs a sandbox whose clock stands still.
func start(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	if o.Clock == nil {
		o.Clock = kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	}
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// do sends a request and returns the answer with its whole body.
func do(t *testing.T, s *sandbox.Server, method, target string, header http.Header, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// post sends a form to the token endpoint.
func post(t *testing.T, s *sandbox.Server, form url.Values) (*http.Response, string) {
	t.Helper()
	return do(t, s, http.MethodPost, tokenURL, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, form.Encode())
}

// client returns the form fields that authenticate a security profile.
func client(s *sandbox.Server, key string, more ...string) url.Values {
	p := s.World().Profile(key)
	form := url.Values{"client_id": {p.ClientID}, "client_secret": {p.Secret()}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

type tokens struct {
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	Type      string `json:"token_type"`
	ExpiresIn int    `json:"expires_in"`
	Scope     string `json:"scope"`
}

func parse(t *testing.T, body string) tokens {
	t.Helper()
	var got tokens
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("answer is no JSON: %v", err)
	}
	return got
}

// authorizeURL is what an application sends a browser to.
func authorizeURL(s *sandbox.Server, more ...string) string {
	q := url.Values{
		"client_id": {s.World().Profile(kit.Shop).ClientID}, "scope": {"profile advertising::campaign_management"},
		"response_type": {"code"}, "redirect_uri": {"http://localhost:7070/oauth/callback"}, "state": {"st&te"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] == "" {
			q.Del(more[i])
		} else {
			q.Set(more[i], more[i+1])
		}
	}
	return "https://www.amazon.com/ap/oa?" + q.Encode()
}

// code goes through the authorize page and returns the code.
func code(t *testing.T, s *sandbox.Server, more ...string) string {
	t.Helper()
	to, err := s.Authorize(t.Context(), authorizeURL(s, more...), kit.Advertiser)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("code")
}
