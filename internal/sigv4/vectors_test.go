package sigv4_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/sigv4"
)

// A vector is one case of the published suite (awslabs/aws-c-auth, aws-signing-test-suite/v4).
type vector struct {
	dir         string
	Credentials struct {
		ID     string `json:"access_key_id"`
		Secret string `json:"secret_access_key"`
		Token  string `json:"token"`
	}
	Expires   int `json:"expiration_in_seconds"`
	Normalize bool
	Region    string
	Service   string
	SignBody  bool `json:"sign_body"`
	Timestamp time.Time
	OmitToken bool `json:"omit_session_token"`
}

func vectors(t *testing.T) map[string]vector {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(sharedtest.Path(t, "vectors", "sigv4"), "*"))
	if err != nil || len(folders) != 38 {
		t.Fatalf("%d vectors, want 38: %v", len(folders), err)
	}
	out := map[string]vector{}
	for _, dir := range folders {
		v := vector{dir: dir}
		if err := json.Unmarshal([]byte(v.file(t, "context.json")), &v); err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(dir)] = v
	}
	return out
}

func (v vector) file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(v.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// read takes a request of the suite apart. Its targets hold spaces and letters that no HTTP parser would pass.
func read(t *testing.T, text string) (r sigv4.Request, body string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	line, rest, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(line, " ")
	r = sigv4.Request{Method: method, Header: http.Header{}}
	r.Path, r.Query, _ = strings.Cut(strings.TrimSuffix(target, " HTTP/1.1"), "?")
	name := ""
	for l := range strings.SplitSeq(strings.TrimRight(rest, "\n"), "\n") {
		if strings.HasPrefix(l, " ") { // a folded line is one line, as net/http reads it (RFC 9112, section 5.2)
			values := r.Header[name]
			values[len(values)-1] += " " + strings.TrimSpace(l)
			continue
		}
		n, value, _ := strings.Cut(l, ":")
		name = http.CanonicalHeaderKey(n)
		r.Header.Add(n, value)
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host")
	return r, strings.TrimSuffix(body, "\n")
}

// TestC1_VectorsVerify: all 38 cases, signed in the header and in the query, have the canonical request that the suite says, and verify;
// with another key, another body or after their time they do not.
func TestC1_VectorsVerify(t *testing.T) {
	t.Parallel()
	for name, v := range vectors(t) {
		for _, form := range []string{"header", "query"} {
			r, body := read(t, v.file(t, form+"-signed-request.txt"))
			rules := sigv4.Rules{Normal: v.Normalize, TokenApart: v.OmitToken}
			hash := sha256.Sum256([]byte(body))
			s, err := sigv4.Parse(r)
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
				continue
			}
			canonical, err := s.Canonical(r, rules, hex.EncodeToString(hash[:]))
			if d := cmp.Diff(strings.TrimRight(v.file(t, form+"-canonical-request.txt"), "\n"), canonical); d != "" || err != nil {
				t.Errorf("%s, %s: canonical request (-want +got):\n%s%v", name, form, d, err)
			}
			key := secret.New(v.Credentials.Secret)
			if err := s.Verify(r, rules, hash, key, v.Timestamp.Add(10*time.Minute)); err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			for what, err := range map[string]error{
				"another key":  s.Verify(r, rules, hash, secret.New("EXAMPLE"+v.Credentials.Secret), v.Timestamp),
				"another body": s.Verify(r, rules, sha256.Sum256([]byte(body+"x")), key, v.Timestamp),
				"too late":     s.Verify(r, rules, hash, key, v.Timestamp.Add(2*time.Hour)),
				"too early":    s.Verify(r, rules, hash, key, v.Timestamp.Add(-16*time.Minute)),
			} {
				if err == nil {
					t.Errorf("%s, %s: verifies with %s", name, form, what)
				}
			}
		}
	}
}

// TestC1_VectorsSign: the signer that signs what goes out makes the signatures of the suite, and what it makes verifies.
func TestC1_VectorsSign(t *testing.T) {
	t.Parallel()
	for name, v := range vectors(t) {
		r, body := read(t, v.file(t, "request.txt"))
		sum := sha256.Sum256([]byte(body))
		hash := hex.EncodeToString(sum[:])
		credentials := aws.Credentials{AccessKeyID: v.Credentials.ID, SecretAccessKey: v.Credentials.Secret}
		if !v.OmitToken {
			credentials.SessionToken = v.Credentials.Token
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		for _, form := range []string{"header", "query"} {
			path := strings.Split(v.file(t, form+"-canonical-request.txt"), "\n")[1] // which of two equal paths is meant is the caller's to say
			out := &http.Request{
				Method: r.Method, Host: r.Host, Header: r.Header.Clone(), ContentLength: int64(len(body)),
				URL: &url.URL{Scheme: "https", Host: r.Host, Opaque: "//" + r.Host + path, RawQuery: r.Query},
			}
			delete(out.Header, "Content-Length") // the SDK signs the one it sends
			signed := sigv4.Request{Method: r.Method, Path: path, Host: r.Host}
			if form == "header" {
				if v.SignBody {
					out.Header.Set("X-Amz-Content-Sha256", hash)
				}
				if err := signer.SignHTTP(t.Context(), credentials, out, hash, v.Service, v.Region, v.Timestamp); err != nil {
					t.Fatal(err)
				}
				signed.Query, signed.Header = out.URL.RawQuery, out.Header
			} else {
				q := out.URL.Query()
				q.Set("X-Amz-Expires", "3600")
				out.URL.RawQuery = q.Encode()
				uri, headers, err := signer.PresignHTTP(t.Context(), credentials, out, hash, v.Service, v.Region, v.Timestamp)
				if err != nil {
					t.Fatal(err)
				}
				_, signed.Query, _ = strings.Cut(uri, "?")
				signed.Header = headers
			}
			if body != "" {
				signed.Header.Set("Content-Length", r.Header.Get("Content-Length"))
			}
			s, err := sigv4.Parse(signed)
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
				continue
			}
			if err := s.Verify(signed, sigv4.Rules{}, sum, secret.New(v.Credentials.Secret), v.Timestamp); err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
			}
			if want := strings.TrimSpace(v.file(t, form+"-signature.txt")); !strings.Contains(signed.Header.Get("Authorization")+signed.Query, want) {
				t.Errorf("%s, %s: the signature is not %s", name, form, want)
			}
		}
	}
}
