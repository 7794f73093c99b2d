package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

const getItems = `{"PartnerTag":"sbx-20","PartnerType":"Associates","Marketplace":"www.amazon.com","ItemIds":["B08N5WRWNW"],"Resources":["ItemInfo.Title"]}`

// affiliate adds a grant of the Creators API and a caller that signs.
func (h *house) affiliate(rules ...policy.Rule) (id.Grant, aws.Credentials) {
	h.t.Helper()
	g := snapshot.Grant{
		ID: id.New[id.Grant](h.now()), Name: "site", Program: "creators", Realm: amazon.Sandbox, Version: "3.1", Region: canon.NA,
		Accounts: []canon.Account{{ID: "www.amazon.com", Region: canon.NA}, {ID: "www.amazon.ca", Region: canon.NA}}, Health: snapshot.OK,
	}
	h.snap.PublishGrant(g)
	h.token(g.ID, 1, "Atc|sbxcanary-creators-0123456789")
	if len(rules) == 0 {
		rules = []policy.Rule{{}}
	}
	for i := range rules {
		rules[i].Grants = []id.Grant{g.ID}
	}
	_, keys := h.signer("wordpress", rules...)
	return g.ID, keys
}

// paapi makes a call as PA-API's SDKs sign it.
func (h *house) paapi(keys aws.Credentials, path, body string, change ...func(*http.Request)) answer {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.server.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Encoding": "amz-1.0", "Content-Type": "application/json; charset=UTF-8",
		"X-Amz-Target": "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.GetItems",
	} {
		r.Header.Set(name, value)
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(h.t.Context(), keys, r, hex.EncodeToString(sum[:]), "ProductAdvertisingAPI", "us-east-1", h.now()); err != nil {
		h.t.Fatal(err)
	}
	for _, f := range change {
		f(r)
	}
	return h.do(r)
}

// TestFrontAnswersFromTheProgram: the path at the root and below a grant's name; translated both ways, with Amazon's token on it.
func TestFrontAnswersFromTheProgram(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, keys := h.affiliate()
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"itemsResult":{"items":[{"asin":"B08N5WRWNW","images":null,"itemInfo":{"title":{"displayValue":"Key"}}}]}}`))
	})
	for _, path := range []string{"/paapi5/getitems", "/lk/g/site/paapi5/getitems"} {
		a := h.paapi(keys, path, getItems)
		h.want(a, 200, "")
		if want := `{"ItemsResult":{"Items":[{"ASIN":"B08N5WRWNW","ItemInfo":{"Title":{"DisplayValue":"Key"}}}]}}`; a.body != want || a.header.Get("Content-Type") != "application/json" || a.header.Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: %s %v", path, a.body, a.header)
		}
	}
	for _, c := range h.amazon() {
		if c.uri != "/catalog/v1/getItems" || c.host != "creatorsapi.amazon" || c.body != `{"itemIds":["B08N5WRWNW"],"partnerTag":"sbx-20","resources":["itemInfo.title"]}` {
			t.Errorf("sent %+v", c)
		}
		if c.header.Get("Authorization") != "Bearer Atc|sbxcanary-creators-0123456789" || c.header.Get("x-marketplace") != "www.amazon.com" || c.header.Get("Content-Encoding") != "" || c.header.Get("X-Amz-Target") != "" {
			t.Errorf("headers %v", c.header)
		}
	}
	if log := h.log(); !strings.Contains(log, `"operation":"creators.items.get"`) || !strings.Contains(log, `"account":"www.amazon.com"`) {
		t.Errorf("the log says %s", log)
	}
}

// log is the access log so far.
func (h *house) log() string {
	h.gate.Flush(h.t.Context())
	h.access.mu.Lock()
	defer h.access.mu.Unlock()
	return h.access.b.String()
}

// TestFrontRefusesInItsOwnWords, whatever refuses: the gateway, policy, egress, or Amazon.
func TestFrontRefusesInItsOwnWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.ReplayLimit = 4096 })
	grant, keys := h.affiliate(policy.Rule{Accounts: []string{"www.amazon.com"}})
	wrong := aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: "sbx-EXAMPLE"}
	foreign := aws.Credentials{AccessKeyID: "AKIAEXAMPLESBX000001", SecretAccessKey: "sbx-EXAMPLE"}
	check := func(name string, a answer, status int, code string) {
		t.Helper()
		var e struct {
			Kind   string `json:"__type"`
			Errors []struct{ Code, Message string }
		}
		if err := json.Unmarshal([]byte(a.body), &e); err != nil || a.status != status || len(e.Errors) != 1 || e.Errors[0].Code != code || !strings.HasPrefix(e.Kind, "com.amazon.paapi5#") {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.body, status, code)
		}
	}
	check("another's secret", h.paapi(wrong, "/paapi5/getitems", getItems), 401, "InvalidSignature")
	check("a key of Amazon's", h.paapi(foreign, "/paapi5/getitems", getItems), 401, "UnrecognizedClient")
	check("no signature", h.send("POST", "/paapi5/getitems", getItems, "Authorization", ""), 400, "IncompleteSignature")
	check("the target not signed", h.paapi(keys, "/paapi5/getitems", getItems, func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), ";x-amz-target", "", 1))
	}), 400, "IncompleteSignature")
	check("an unknown operation", h.paapi(keys, "/paapi5/getoffers", getItems), 404, "UnknownOperation")
	check("a bad path", h.paapi(keys, "/paapi5//getitems", getItems), 404, "UnknownOperation")
	check("too long", h.paapi(keys, "/paapi5/getitems", getItems+strings.Repeat(" ", 5000)), 413, "InvalidParameterValue")
	check("another marketplace", h.paapi(keys, "/paapi5/getitems", strings.Replace(getItems, "amazon.com", "amazon.ca", 1)), 403, "InvalidAssociate")
	check("another program's grant", h.paapi(keys, "/lk/g/shop/paapi5/getitems", getItems), 403, "InvalidAssociate")
	h.advance(20 * time.Minute)
	late := func(r *http.Request) { h.advance(16 * time.Minute) }
	check("late", h.paapi(keys, "/paapi5/getitems", getItems, late), 401, "RequestExpired")
	if n := len(h.amazon()); n != 0 {
		t.Errorf("%d calls reached Amazon", n)
	}
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"type":"AccessDeniedException","reason":"AssociateNotEligible","message":"Your account does not currently meet the eligibility requirements."}`))
	})
	a := h.paapi(keys, "/paapi5/getitems", getItems)
	check("not eligible", a, 403, "AssociateNotEligible")
	if a.code() != "creators.not_eligible" {
		t.Errorf("the problem is %q", a.code())
	}
	h.answers(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 9<<20)) })
	check("without end", h.paapi(keys, "/paapi5/getitems", getItems), 500, "InternalFailure")
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"type":"ThrottleException","message":"m"}`))
	})
	if a := h.paapi(keys, "/paapi5/getitems", getItems); a.status != 429 || a.header.Get("Retry-After") != "30" {
		t.Errorf("%d %v", a.status, a.header)
	}
	check("throttled", h.paapi(keys, "/paapi5/getitems", getItems), 429, "TooManyRequests")
	h.change(grant, func(g *snapshot.Grant) { g.Health = snapshot.Disabled })
	h.advance(time.Minute)
	check("disabled", h.paapi(keys, "/paapi5/getitems", getItems), 403, "AccessDenied")
}

// TestC3_SignatureOfAnotherService is none for the front.
func TestC3_SignatureOfAnotherService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, keys := h.affiliate()
	a := h.do(h.sign(keys, "POST", "/paapi5/getitems", getItems))
	if a.status != 401 || !strings.Contains(a.body, "InvalidSignature") || len(h.amazon()) != 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
