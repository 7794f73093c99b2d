package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// plainSealer keeps secrets as they are: sealing is tested where it is done.
type plainSealer struct{}

func (plainSealer) SealPass(p id.Pass, v secret.Value) ([]byte, error) {
	return []byte(string(p) + v.Reveal()), nil
}

func (plainSealer) OpenPass(p id.Pass, sealed []byte) (secret.Value, error) {
	return secret.New(strings.TrimPrefix(string(sealed), string(p))), nil
}

// signer adds a caller whose pass signs, and returns its key pair.
func (h *house) signer(name string, rules ...policy.Rule) (policy.Caller, aws.Credentials) {
	h.t.Helper()
	c, text, err := h.registry.Add(h.t.Context(), audit.Itself("test"), policy.NewCaller{Name: name, Kind: policy.SigV4, Rules: rules})
	if err != nil {
		h.t.Fatal(err)
	}
	return c, aws.Credentials{AccessKeyID: c.Passes[0].KeyID, SecretAccessKey: text.Reveal()}
}

// sign makes a request and signs it as the AWS SDK does.
func (h *house) sign(keys aws.Credentials, method, path, body string, headers ...string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.resign(keys, r, body)
	return r
}

func (h *house) resign(keys aws.Credentials, r *http.Request, body string) {
	h.t.Helper()
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(h.t.Context(), keys, r, hex.EncodeToString(sum[:]), "service", "eu-west-1", h.now()); err != nil {
		h.t.Fatal(err)
	}
}

// TestSignedRequestsGoOut with Amazon's credentials and nothing of the caller's signature.
func TestSignedRequestsGoOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, keys := h.signer("site", policy.Rule{Grants: []id.Grant{h.shop}})
	h.want(h.do(h.sign(keys, "POST", "/sp/campaigns/list", `{"a":1}`, append(scope(profileUS), "Content-Type", "application/json")...)), 200, "")
	h.want(h.do(h.sign(keys, "GET", "/v2/profiles?b=2&a=1", "", "Lockkeeper-Region", "NA")), 200, "")
	calls := h.amazon()
	if len(calls) != 2 || calls[0].body != `{"a":1}` || calls[1].uri != "/v2/profiles?a=1&b=2" {
		t.Fatalf("%+v", calls)
	}
	for _, c := range calls {
		if c.header.Get("Authorization") != "Bearer "+accessNA || c.header.Get("X-Amz-Date") != "" {
			t.Errorf("headers %v", c.header)
		}
	}
}

// TestC1_C3_C5_SignaturesThatAreNotGood say what is wrong with them, and nothing reaches Amazon.
func TestC1_C3_C5_SignaturesThatAreNotGood(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	caller, keys := h.signer("site", policy.Rule{Grants: []id.Grant{h.shop}})
	_, other := h.signer("other", policy.Rule{Grants: []id.Grant{h.shop}})
	with := func(change func(r *http.Request)) *http.Request {
		r := h.sign(keys, "POST", "/sp/campaigns/list", `{}`, scope(profileUS)...)
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		code   string
	}{
		"another's secret":   {h.sign(aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: other.SecretAccessKey}, "GET", "/v2/profiles", ""), 401, "gateway.signature_mismatch"},
		"a key of Amazon's":  {h.sign(aws.Credentials{AccessKeyID: "AKIAEXAMPLESBX000001", SecretAccessKey: "sbx"}, "GET", "/v2/profiles", ""), 401, "gateway.key_unknown"},
		"a bearer's id":      {h.sign(aws.Credentials{AccessKeyID: "lkp_EXAMPLE", SecretAccessKey: "sbx"}, "GET", "/v2/profiles", ""), 401, "gateway.key_unknown"},
		"changed body":       {with(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("[]")) }), 401, "gateway.signature_mismatch"},
		"changed path":       {with(func(r *http.Request) { r.URL.Path = "/sp/keywords/list" }), 401, "gateway.signature_mismatch"},
		"changed selector":   {with(func(r *http.Request) { r.Header.Set("Amazon-Advertising-API-Scope", profileDE) }), 401, "gateway.signature_mismatch"},
		"cut":                {with(func(r *http.Request) { r.Header.Set("Authorization", r.Header.Get("Authorization")[:120]) }), 400, "gateway.signature_incomplete"},
		"unsigned body":      {with(func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") }), 400, "gateway.signature_body"},
		"in the URL":         {h.presign(keys), 400, "gateway.signature_in_url"},
		"and a pass besides": {with(func(r *http.Request) { r.Header.Set("Amazon-Advertising-API-ClientId", h.pass) }), 400, "gateway.pass_repeated"},
	} {
		if a := h.do(c.r); a.status != c.status || a.code() != c.code || strings.Contains(a.body, keys.SecretAccessKey) || strings.Contains(a.body, keys.AccessKeyID) {
			t.Errorf("%s: %d %s, want %d %s: %s", name, a.status, a.code(), c.status, c.code, a.body)
		}
	}
	late := h.sign(keys, "GET", "/v2/profiles", "", "Lockkeeper-Region", "NA")
	h.advance(16 * time.Minute)
	h.want(h.do(late), 401, "gateway.signature_expired")
	h.advance(-32 * time.Minute)
	h.want(h.do(late), 401, "gateway.signature_expired")
	h.advance(16 * time.Minute)
	h.want(h.do(late), 200, "")
	if err := h.registry.RevokePass(t.Context(), audit.Itself("test"), caller.Passes[0].ID); err != nil {
		t.Fatal(err)
	}
	h.want(h.do(late), 401, "gateway.pass_revoked")
	if n := len(h.amazon()); n != 1 {
		t.Errorf("%d calls reached Amazon", n)
	}
}

func (h *house) presign(keys aws.Credentials) *http.Request {
	h.t.Helper()
	r, err := http.NewRequest("GET", h.server.URL+"/v2/profiles?X-Amz-Expires=60", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	uri, _, err := v4.NewSigner().PresignHTTP(h.t.Context(), keys, r, hex.EncodeToString(sha256.New().Sum(nil)), "service", "eu-west-1", h.now())
	if err != nil {
		h.t.Fatal(err)
	}
	if r, err = http.NewRequest("GET", uri, nil); err != nil {
		h.t.Fatal(err)
	}
	return r
}

// TestC4_SignedBodiesAreBounded: one that says it is too long is not read, one that does not say is read no further.
func TestC4_SignedBodiesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.ReplayLimit = 64 })
	_, keys := h.signer("site", policy.Rule{Grants: []id.Grant{h.shop}})
	long := strings.Repeat("x", 65)
	h.want(h.do(h.sign(keys, "POST", "/sp/campaigns/list", long, scope(profileUS)...)), 413, "gateway.body_too_large")
	for body, want := range map[string]int{long: 413, long[:64]: 200} {
		r := h.sign(keys, "POST", "/sp/campaigns/list", body, scope(profileUS)...)
		r.ContentLength, r.GetBody = -1, nil
		h.resign(keys, r, body)
		if a := h.do(r); a.status != want {
			t.Errorf("%d bytes without a length: %d %s", len(body), a.status, a.code())
		}
	}
}

// TestKindsOfPassesAreNeverInterchanged: what signs cannot be shown, and what is shown cannot sign.
func TestKindsOfPassesAreNeverInterchanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	caller, keys := h.signer("site", policy.Rule{Grants: []id.Grant{h.shop}})
	for _, shown := range []string{keys.SecretAccessKey, keys.AccessKeyID, "lkp_" + keys.SecretAccessKey} {
		if a := h.call("GET", "/v2/profiles", "Authorization", "Bearer "+shown, "Lockkeeper-Region", "NA"); a.status != 401 {
			t.Errorf("shown: %d %s", a.status, a.body)
		}
		if a := h.send("POST", "/auth/o2/token", "grant_type=refresh_token&refresh_token=shop&client_id=site&client_secret="+shown, "Authorization", "", "Content-Type", "application/x-www-form-urlencoded"); a.status < 400 {
			t.Errorf("at the token endpoint: %d %s", a.status, a.body)
		}
	}
	h.want(h.do(h.sign(aws.Credentials{AccessKeyID: string(h.caller.Passes[0].ID), SecretAccessKey: h.pass}, "GET", "/v2/profiles", "")), 401, "gateway.key_unknown")
	if !policy.IsKeyID(keys.AccessKeyID) || len(keys.SecretAccessKey) != 40 || caller.Passes[0].Sealed != nil {
		t.Errorf("%q", keys.AccessKeyID)
	}
}
