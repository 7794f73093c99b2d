package sigv4_test

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/sigv4"
)

var (
	noon   = time.Date(2020, 12, 31, 14, 48, 41, 0, time.UTC)
	key    = secret.New("secretKey")
	target = "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.GetBrowseNodes"
)

// published is the signed call that paapi5-typescript-sdk's README shows (creators-paapi-aws, section 7).
func published() (sigv4.Request, [32]byte) {
	h := http.Header{
		"Content-Encoding": {"amz-1.0"}, "Content-Type": {"application/json; charset=utf-8"},
		"X-Amz-Date": {"20201231T144841Z"}, "X-Amz-Target": {target},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=accessKey/20201231/eu-west-1/ProductAdvertisingAPI/aws4_request, " +
			"SignedHeaders=content-encoding;content-type;host;x-amz-date;x-amz-target, " +
			"Signature=ba741bfb87f9bf3b9b343d72e4f76dc9f169f2e86a047423d783a2169f03c595"},
	}
	return sigv4.Request{Method: "POST", Path: "/paapi5/getbrowsenodes", Host: "webservices.amazon.it", Header: h}, sha256.Sum256([]byte("{}"))
}

var rules = sigv4.Rules{Twice: true}

func verify(r sigv4.Request, payload [32]byte, now time.Time) error {
	s, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	return s.Verify(r, rules, payload, key, now)
}

func kind(err error) sigv4.Kind {
	var f *sigv4.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return 0
}

// TestPublishedCall verifies, also in the spellings that clients in use have (creators-paapi-aws 2.2).
func TestPublishedCall(t *testing.T) {
	t.Parallel()
	for name, spell := range map[string]func(string) string{
		"as published":             func(s string) string { return s },
		"gopaapi5, without commas": func(s string) string { return strings.ReplaceAll(s, ",", "") },
		"commas without spaces":    func(s string) string { return strings.ReplaceAll(s, ", ", ",") },
		"tabs and a comma too many": func(s string) string {
			return strings.ReplaceAll(strings.Replace(s, " ", "\t ", 1), ", ", " ,,\t") + ","
		},
		"another order": func(s string) string {
			parts := strings.Split(strings.TrimPrefix(s, "AWS4-HMAC-SHA256 "), ", ")
			return "AWS4-HMAC-SHA256 " + parts[2] + ", " + parts[0] + ", " + parts[1]
		},
		"digits in upper case": func(s string) string {
			at := strings.LastIndex(s, "=") + 1
			return s[:at] + strings.ToUpper(s[at:])
		},
	} {
		r, payload := published()
		r.Header.Set("Authorization", spell(r.Header.Get("Authorization")))
		if err := verify(r, payload, noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestC2_ScopeIsWhatWasSigned: a signature for one service, region or day is none for another, however often it is tried.
func TestC2_ScopeIsWhatWasSigned(t *testing.T) {
	t.Parallel()
	for range 1000 {
		for _, change := range [][2]string{
			{"eu-west-1", "us-east-1"}, {"ProductAdvertisingAPI", "ProductAdvertisingAPIv1"}, {"accessKey/20201231", "accessKey/20201230"}, {"aws4_request", "aws5_request"},
		} {
			r, payload := published()
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), change[0], change[1], 1))
			if err := verify(r, payload, noon); kind(err) != sigv4.Mismatch && kind(err) != sigv4.Incomplete {
				t.Fatalf("%s for %s: %v", change[1], change[0], err)
			}
		}
	}
}

// TestC3_WhatIsCoveredCannotChange: each listed header, method, path, query and body; and what must be listed.
func TestC3_WhatIsCoveredCannotChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*sigv4.Request)
		want   sigv4.Kind
	}{
		"method":          {func(r *sigv4.Request) { r.Method = "PUT" }, sigv4.Mismatch},
		"path":            {func(r *sigv4.Request) { r.Path = "/paapi5/getitems" }, sigv4.Mismatch},
		"path, escaped":   {func(r *sigv4.Request) { r.Path = "/paapi5/get%62rowsenodes" }, sigv4.Mismatch},
		"query":           {func(r *sigv4.Request) { r.Query = "a=1" }, sigv4.Mismatch},
		"host":            {func(r *sigv4.Request) { r.Host = "webservices.amazon.de" }, sigv4.Mismatch},
		"port":            {func(r *sigv4.Request) { r.Host += ":443" }, sigv4.Mismatch},
		"a listed header": {func(r *sigv4.Request) { r.Header.Set("X-Amz-Target", target+"x") }, sigv4.Mismatch},
		"doubled":         {func(r *sigv4.Request) { r.Header.Add("X-Amz-Target", target) }, sigv4.Mismatch},
		"gone":            {func(r *sigv4.Request) { r.Header.Del("X-Amz-Target") }, sigv4.Incomplete},
		"date":            {func(r *sigv4.Request) { r.Header.Set("X-Amz-Date", "20201231T144842Z") }, sigv4.Mismatch},
		"two dates":       {func(r *sigv4.Request) { r.Header.Add("X-Amz-Date", "20201231T144841Z") }, sigv4.Incomplete},
		"claimed hash":    {func(r *sigv4.Request) { r.Header.Set("X-Amz-Content-Sha256", strings.Repeat("0", 64)) }, sigv4.Mismatch},
		"host not listed": {func(r *sigv4.Request) { replace(r, "host;", "") }, sigv4.Incomplete},
		"date not listed": {func(r *sigv4.Request) { replace(r, "x-amz-date;", "") }, sigv4.Incomplete},
		"listed twice":    {func(r *sigv4.Request) { replace(r, "host;", "host;host;") }, sigv4.Incomplete},
		"upper case":      {func(r *sigv4.Request) { replace(r, "host;", "Host;") }, sigv4.Incomplete},
		"no signature":    {func(r *sigv4.Request) { r.Header.Del("Authorization") }, sigv4.Missing},
		"two signatures": {func(r *sigv4.Request) {
			r.Header["Authorization"] = append(r.Header["Authorization"], "AWS4-HMAC-SHA256 x")
		}, sigv4.Incomplete},
		"header and query":  {func(r *sigv4.Request) { r.Query = "X-Amz-Algorithm=AWS4-HMAC-SHA256" }, sigv4.Incomplete},
		"another algorithm": {func(r *sigv4.Request) { replace(r, "AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ") }, sigv4.Incomplete},
		"glued algorithm":   {func(r *sigv4.Request) { replace(r, "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256") }, sigv4.Incomplete},
		"a part twice":      {func(r *sigv4.Request) { replace(r, ", Signature=", ", Signature=00, Signature=") }, sigv4.Incomplete},
		"a foreign part":    {func(r *sigv4.Request) { replace(r, ", Signature=", ", Other=1, Signature=") }, sigv4.Incomplete},
		"short signature":   {func(r *sigv4.Request) { replace(r, "=ba741bfb", "=ba741b") }, sigv4.Incomplete},
		"long signature":    {func(r *sigv4.Request) { replace(r, "=ba741bfb", "=ba741bfb00") }, sigv4.Incomplete},
		"key with a slash":  {func(r *sigv4.Request) { replace(r, "accessKey/", "access/Key/") }, sigv4.Incomplete},
	} {
		r, payload := published()
		c.change(&r)
		err := verify(r, payload, noon)
		if kind(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "accessKey") || strings.Contains(err.Error(), "ba741b")) {
			t.Errorf("%s: the error holds the request: %v", name, err)
		}
	}
	r, _ := published()
	if err := verify(r, sha256.Sum256([]byte("{} ")), noon); kind(err) != sigv4.Mismatch {
		t.Errorf("another body: %v", err)
	}
}

func replace(r *sigv4.Request, old, now string) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, now, 1))
}

// TestC4_BodiesThatAreNotCovered: markers for bodies signed in chunks, or not at all, are refused before the body is looked at.
func TestC4_BodiesThatAreNotCovered(t *testing.T) {
	t.Parallel()
	for _, marker := range []string{
		"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
	} {
		r, _ := published()
		r.Header.Set("X-Amz-Content-Sha256", marker)
		if _, err := sigv4.Parse(r); kind(err) != sigv4.Unsigned {
			t.Errorf("%s: %v", marker, err)
		}
	}
}

// TestC5_Skew: fifteen minutes either way, and the date is told from the signature.
func TestC5_Skew(t *testing.T) {
	t.Parallel()
	r, payload := published()
	for off, good := range map[time.Duration]bool{
		0: true, sigv4.Skew: true, -sigv4.Skew: true, sigv4.Skew + time.Second: false, -sigv4.Skew - time.Second: false, 24 * time.Hour: false,
	} {
		if err := verify(r, payload, noon.Add(off)); (err == nil) != good || !good && kind(err) != sigv4.Expired {
			t.Errorf("%v off: %v", off, err)
		}
	}
	replace(&r, "=ba741bfb", "=00000000")
	if err := verify(r, payload, noon.Add(time.Hour)); kind(err) != sigv4.Expired {
		t.Errorf("a late one of another key: %v", err)
	}
}

// TestC6_QueryForm: a signature in a URL has an end, at most a week on.
func TestC6_QueryForm(t *testing.T) {
	t.Parallel()
	for expires, want := range map[string]sigv4.Kind{
		"60": 0, "604800": 0, "0": sigv4.Incomplete, "604801": sigv4.Incomplete, "-1": sigv4.Incomplete, "": sigv4.Incomplete, "9999999999999999999": sigv4.Incomplete,
	} {
		_, err := sigv4.Parse(sigv4.Request{Method: "GET", Path: "/", Host: "example.com", Query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=accessKey%2F20201231%2Fus-east-1%2Fservice%2Faws4_request" +
			"&X-Amz-Date=20201231T144841Z&X-Amz-SignedHeaders=host&X-Amz-Signature=" + strings.Repeat("0", 64) + "&X-Amz-Expires=" + expires})
		if kind(err) != want {
			t.Errorf("Expires=%s: %v", expires, err)
		}
	}
}

// TestC7_ManyAtOnce: one parsed signature, many readers (run with -race).
func TestC7_ManyAtOnce(t *testing.T) {
	t.Parallel()
	r, payload := published()
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 100 {
				if err := s.Verify(r, rules, payload, key, noon); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestC1_WhatTheSDKSignsVerifies, whatever stands in path, query, headers and body, after a server has read it.
func TestC1_WhatTheSDKSignsVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-z~ +%.:é&=]{1,6}`)).Draw(t, "path"), "/")
		body := rapid.String().Draw(t, "body")
		r, err := http.NewRequest(http.MethodPost, "https://example.com", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path = path
		q := r.URL.Query()
		for _, name := range rapid.SliceOf(rapid.StringMatching(`[a-zA-Z~ +%é&=/-]{0,5}`)).Draw(t, "query") {
			q.Add(name, rapid.StringMatching(`[a-z~ +%é&=/]{0,5}`).Draw(t, "value"))
		}
		r.URL.RawQuery = q.Encode()
		r.Header.Set("X-Free", rapid.StringMatching(`[ a-z,:]{0,12}`).Draw(t, "header"))
		hash := sha256.Sum256([]byte(body))
		creds := aws.Credentials{AccessKeyID: "accessKey", SecretAccessKey: "secretKey"}
		if err := v4.NewSigner().SignHTTP(t.Context(), creds, r, hexOf(hash), "ProductAdvertisingAPI", "us-east-1", noon); err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Length", itoa(len(body)))
		got := sigv4.Of(r)
		s, err := sigv4.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(path, "/.") { // the SDK leaves dots to its caller
			return
		}
		if err := s.Verify(got, rules, hash, key, noon); err != nil {
			t.Fatalf("%s?%s: %v", got.Path, got.Query, err)
		}
	})
}
