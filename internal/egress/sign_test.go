package egress_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const (
	signKey     = "AKIAEXAMPLESBX000001"
	signSecret  = "sbxEXAMPLE/secret+of-forty-characters0000"
	signSession = "sbxcanary-session-token-0123456789"
)

// signed is a call that is to be signed.
func signed(service, region string) amazon.Call {
	return amazon.Call{
		Realm: amazon.Sandbox, Host: apiHost, Method: http.MethodPost, Path: "/a%20path/x", Body: []byte("Action=GetCallerIdentity&Version=2011-06-15"),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"*/*"}},
		Inject: amazon.Injection{SigV4: &amazon.SigV4{KeyID: signKey, Secret: secret.New(signSecret), Service: service, Region: region}},
	}
}

// signatureOf computes the signature of a request as it stood on the wire, from Amazon's description of it (AWS documentation, "Create a
// signed AWS API request", read 2026-11-21) and with nothing of what made it.
func signatureOf(t *testing.T, head, body string) (got, want, signedHeaders string) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
	if err != nil {
		t.Fatalf("reading the request back: %v", err)
	}
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential="+signKey+"/")
	scope, rest, _ := strings.Cut(rest, ", SignedHeaders=")
	signedHeaders, got, _ = strings.Cut(rest, ", Signature=")
	var headers strings.Builder
	for name := range strings.SplitSeq(signedHeaders, ";") {
		v := strings.TrimSpace(r.Header.Get(name))
		if name == "host" {
			v = r.Host
		}
		headers.WriteString(name + ":" + v + "\n")
	}
	path := strings.ReplaceAll(r.URL.EscapedPath(), "%", "%25")
	hash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	canonical := strings.Join([]string{r.Method, path, r.URL.RawQuery, headers.String(), signedHeaders, hash(body)}, "\n")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), scope, hash(canonical)}, "\n")
	key := []byte("AWS4" + signSecret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	return got, hex.EncodeToString(mac(key, toSign)), signedHeaders
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// TestC3_SignedListIsFixed: what is signed is ours alone, whatever a caller brings; and the signature is right.
func TestC3_SignedListIsFixed(t *testing.T) {
	t.Parallel()
	addr, last := capture(t)
	w := door(t, egress.Config{SandboxURL: addr})
	for name, c := range map[string]struct {
		change func(*amazon.Call)
		signed string
	}{
		"long-lived key": {func(*amazon.Call) {}, "content-type;host;x-amz-content-sha256;x-amz-date"},
		"session": {func(c *amazon.Call) {
			s := *c.Inject.SigV4
			s.Session, c.Inject.SigV4 = secret.New(signSession), &s
		}, "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"},
		"target": {func(c *amazon.Call) {
			c.Inject.Headers = []amazon.Field{amazon.Plain("X-Amz-Target", "Service.Operation")}
		}, "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target"},
		"the caller's own": {func(c *amazon.Call) {
			c.Header = http.Header{
				"Content-Type": {"text/plain"}, "X-Amz-Date": {"20200101T000000Z"}, "x_amz_security_token": {"theirs"}, "X-Amz-Target": {"theirs"},
				"Authorization": {"AWS4-HMAC-SHA256 Credential=theirs"}, "X-Custom": {"kept, unsigned"}, "User-Agent": {"theirs"},
				"Connection": {"X-Amz-Date"}, "X-Amzn-Trace-Id": {"theirs"}, "X-Forwarded-Host": {"theirs"},
			}
		}, "content-type;host;x-amz-content-sha256;x-amz-date"},
	} {
		call := signed("sts", "us-east-1")
		c.change(&call)
		if _, err := w.Send(t.Context(), call); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		head := last()
		got, want, list := signatureOf(t, head, string(call.Body))
		if got == "" || got != want {
			t.Errorf("%s: signature %q, want %q\n%s", name, got, want, head)
		}
		if list != c.signed {
			t.Errorf("%s: signed %s, want %s", name, list, c.signed)
		}
		for _, word := range []string{signSecret, "Credential=theirs", "20200101T", "x_amz_", "X-Amz-Target: theirs", "X-Forwarded-Host"} {
			if strings.Contains(head, word) {
				t.Errorf("%s: %q left:\n%s", name, word, head)
			}
		}
	}
}

// TestC1_QueryLeavesAsItWasSigned: order, repeated keys, "+", "~" and escapes have one spelling, and the path is never written anew.
func TestC1_QueryLeavesAsItWasSigned(t *testing.T) {
	t.Parallel()
	addr, last := capture(t)
	w := door(t, egress.Config{SandboxURL: addr})
	for raw, want := range map[string]string{
		"b=2&a=1":         "a=1&b=2",
		"a=z&a=b":         "a=b&a=z",
		"a=x+y&b=%7e%2F":  "a=x%20y&b=~%2F",
		"key-only":        "key-only=",
		"%E1%88%B4=bar&x": "%E1%88%B4=bar&x=",
		"":                "",
	} {
		call := signed("service", "us-east-1")
		call.Body, call.Method = nil, http.MethodGet
		reply, err := w.Stream(t.Context(), egress.Stream{Call: call, RawQuery: raw})
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		head := last()
		if got, expected, _ := signatureOf(t, head, ""); got != expected {
			t.Errorf("%q: signature %s, want %s", raw, got, expected)
		}
		line, _, _ := strings.Cut(head, "\r\n")
		if line != strings.TrimSuffix("GET /a%20path/x?"+want, "?")+" HTTP/1.1" {
			t.Errorf("%q left as %q", raw, line)
		}
	}
}

// TestC4_C6_BodiesAndQueriesOfAnotherSignature are refused, and a body that is not here whole is not read.
func TestC4_C6_BodiesAndQueriesOfAnotherSignature(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for name, change := range map[string]func(*egress.Stream){
		"chunks": func(s *egress.Stream) {
			s.Call.Header.Set("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
		},
		"chunks, trailer": func(s *egress.Stream) {
			s.Call.Header["x_amz_content_sha256"] = []string{"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
		},
		"unsigned":         func(s *egress.Stream) { s.Call.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") },
		"aws-chunked":      func(s *egress.Stream) { s.Call.Header.Set("Content-Encoding", "aws-chunked,gzip") },
		"two media types":  func(s *egress.Stream) { s.Call.Header["content-type"] = []string{"text/plain"} },
		"presigned":        func(s *egress.Stream) { s.RawQuery = "X-Amz-Signature=00&a=1" },
		"presigned, x-amz": func(s *egress.Stream) { s.Call.Query = url.Values{"x-amz-expires": {"3600"}} },
		"unreadable query": func(s *egress.Stream) { s.RawQuery = "a=%zz" },
		"no secret": func(s *egress.Stream) {
			s.Call.Inject.SigV4 = &amazon.SigV4{KeyID: signKey, Service: "sts", Region: "us-east-1"}
		},
		"no region": func(s *egress.Stream) { s.Call.Inject.SigV4.Region = "" },
		"stream": func(s *egress.Stream) {
			s.Call.Body, s.Body, s.Length = nil, readerFunc(func([]byte) (int, error) { t.Error("the body was read"); return 0, io.EOF }), -1
		},
	} {
		s := egress.Stream{Call: signed("sts", "us-east-1")}
		change(&s)
		_, err := w.Stream(t.Context(), s)
		var failed *amazon.SendError
		if !errors.As(err, &failed) || failed.Wrote {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), signSecret) || strings.Contains(err.Error(), "3600")) {
			t.Errorf("%s: the error says too much: %v", name, err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestC2_R24_ServiceAndRegionAreFixed: the same scope a thousand times, through new doors and for a host that spells another service.
func TestC2_R24_ServiceAndRegionAreFixed(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	first := ""
	for range 1000 {
		d := door(t, egress.Config{Now: now})
		call := signed("iam", "us-east-1")
		head, err := egress.Head(d.Door, &call, "sts.us-west-2.amazonaws.com")
		if err != nil {
			t.Fatal(err)
		}
		auth := slices.IndexFunc(strings.Split(head, "\r\n"), func(l string) bool { return strings.HasPrefix(l, "Authorization: ") })
		got := strings.Split(head, "\r\n")[auth]
		if first == "" {
			first = got
		}
		if got != first || !strings.Contains(got, "Credential="+signKey+"/20261121/us-east-1/iam/aws4_request") {
			t.Fatalf("signed as %s, first as %s", got, first)
		}
	}
}

// TestR22_EachTryHasItsDate, also where the door itself tries again on a connection that had gone.
func TestR22_EachTryHasItsDate(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); at = at.Add(time.Minute); return at }
	var dates []string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		dates = append(dates, r.Header.Get("X-Amz-Date"))
	}))
	defer s.Close()
	w := door(t, egress.Config{SandboxURL: s.URL, Now: now})
	for range 3 {
		if _, err := w.Send(t.Context(), signed("sts", "us-east-1")); err != nil {
			t.Fatal(err)
		}
		s.CloseClientConnections()
	}
	mu.Lock()
	defer mu.Unlock()
	if slices.Sort(dates); len(dates) != 3 || len(slices.Compact(dates)) != 3 {
		t.Errorf("dates %v", dates)
	}
}

// TestC7_ManyServicesAtOnce: services with other rules for paths, and keys that change under one id, share nothing (run with -race).
func TestC7_ManyServicesAtOnce(t *testing.T) {
	t.Parallel()
	d := door(t, egress.Config{})
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			service := []string{"s3", "sts", "iam", "ProductAdvertisingAPI"}[i%4]
			for range 50 {
				call := signed(service, "us-east-1")
				head, err := egress.Head(d.Door, &call, apiHost)
				if err != nil || !strings.Contains(head, "/us-east-1/"+service+"/aws4_request") {
					t.Errorf("%s: %v", service, err)
					return
				}
				if service == "s3" {
					continue
				}
				if got, want, _ := signatureOf(t, head, string(call.Body)); got != want {
					t.Errorf("%s: signature %s, want %s", service, got, want)
				}
			}
		})
	}
	all.Wait()
}

// TestCorrectedSecretIsUsed: the same key id with another secret is signed with the other secret at once.
func TestCorrectedSecretIsUsed(t *testing.T) {
	t.Parallel()
	d := door(t, egress.Config{})
	wrong := signed("sts", "us-east-1")
	wrong.Inject.SigV4.Secret = secret.New("sbx-a-mistyped-secret-EXAMPLE-0000000000")
	if _, err := egress.Head(d.Door, &wrong, apiHost); err != nil {
		t.Fatal(err)
	}
	right := signed("sts", "us-east-1")
	head, err := egress.Head(d.Door, &right, apiHost)
	if err != nil {
		t.Fatal(err)
	}
	if got, want, _ := signatureOf(t, head, string(right.Body)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// TestSessionTokenIsScrubbed where Amazon's side echoes it.
func TestSessionTokenIsScrubbed(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "you sent %s", r.Header.Get("X-Amz-Security-Token"))
	})
	call := signed("sts", "us-east-1")
	call.Inject.SigV4.Session = secret.New(signSession)
	a, err := w.Send(context.Background(), call)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(a.Body, []byte(signSession)) || cmp.Equal(string(a.Body), "you sent ") {
		t.Errorf("answer %s", a.Body)
	}
}
