package sigv4_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/sigv4"
)

func hexOf(sum [sha256.Size]byte) string { return hex.EncodeToString(sum[:]) }

func itoa(n int) string { return strconv.Itoa(n) }

// FuzzParse: no header and no query makes the parser panic, echo what it read, or take for good what nobody signed.
func FuzzParse(f *testing.F) {
	r, _ := published()
	f.Add(r.Header.Get("Authorization"), "", "20201231T144841Z", r.Path)
	f.Add("AWS4-HMAC-SHA256 Credential=a/20201231/b/c/aws4_request SignedHeaders=host;x-amz-date Signature="+strings.Repeat("0", 64), "a=%2F&b", "20201231T144841Z", "//a/../b%20c/")
	f.Add("", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20201231%2Fb%2Fc%2Faws4_request&X-Amz-Date=20201231T144841Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="+strings.Repeat("0", 64), "", "/")
	f.Fuzz(func(t *testing.T, authorization, query, date, path string) {
		h := http.Header{"X-Amz-Date": {date}}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		r := sigv4.Request{Method: "POST", Path: path, Query: query, Host: "example.com", Header: h}
		s, err := sigv4.Parse(r)
		if err != nil {
			if len(authorization) > 40 && strings.Contains(err.Error(), authorization) {
				t.Errorf("the error echoes the header: %v", err)
			}
			return
		}
		for _, rules := range []sigv4.Rules{{}, {Twice: true}, {Normal: true}, {TokenApart: true}} {
			if err := s.Verify(r, rules, sha256.Sum256(nil), key, s.Time); err == nil {
				t.Errorf("verifies: %q", authorization)
			}
		}
	})
}

// BenchmarkVerify is one PA-API call's signature, read and verified.
func BenchmarkVerify(b *testing.B) {
	r, payload := published()
	for b.Loop() {
		if err := verify(r, payload, noon); err != nil {
			b.Fatal(err)
		}
	}
}
