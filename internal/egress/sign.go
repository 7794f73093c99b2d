package egress

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// signing returns what writes the head of a signed request. It is called at every try, so that each has its own date (attack case R22).
func (d *Door) signing(r *request, c *amazon.Call, rawQuery, agent, kind string) func() error {
	return func() error {
		call, query, err := d.sign(c, r.host, rawQuery, r.whole, kind)
		if err != nil {
			return err
		}
		r.head, err = d.appendHead((*r.buffer)[:0], call, r.host, query, agent, kind, r.length)
		return err
	}
}

// sign turns a call that asks for an AWS signature into one that carries it, as headers to inject. What is signed is a list made here,
// never a header that a caller or a hop could change (C3, R23). Service and region are the injection's, never read from a host (C2, R24).
// The query comes back in the one spelling that was signed.
func (d *Door) sign(c *amazon.Call, host, rawQuery string, whole []byte, kind string) (*amazon.Call, string, error) {
	s := c.Inject.SigV4
	if s.KeyID == "" || s.Secret.IsZero() || s.Service == "" || s.Region == "" {
		return nil, "", errRequest.With("it is to be signed, but key, service or region is missing")
	}
	kind, err := signedKind(c.Header, kind)
	if err != nil {
		return nil, "", err
	}
	if rawQuery == "" {
		rawQuery = c.Query.Encode()
	}
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, "", errRequest.With("its query cannot be read in one way, so it cannot be signed")
	}
	for name := range query { // a signature in a URL is one that somebody can pass on (C6)
		if strings.HasPrefix(canonical(name), "X-Amz-") {
			return nil, "", errRequest.With("its query holds parts of another signature")
		}
	}
	hash := sha256.Sum256(whole)
	payload := hex.EncodeToString(hash[:])
	r := &http.Request{
		Method: c.Method, Host: host, Header: http.Header{},
		URL: &url.URL{Scheme: "https", Host: host, Opaque: "//" + host + c.Path, RawQuery: rawQuery}, // opaque: the path as it is, not parsed again
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("X-Amz-Content-Sha256", payload)
	for _, f := range c.Inject.Headers {
		if key := canonical(f.Name); strings.HasPrefix(key, "X-Amz-") {
			r.Header.Set(key, f.Prefix+f.Value.Reveal())
		}
	}
	// A signer of its own for each call: the library's keeps derived keys by key id, and would go on using a secret that was corrected.
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.Service == "s3" })
	credentials := aws.Credentials{AccessKeyID: s.KeyID, SecretAccessKey: s.Secret.Reveal(), SessionToken: s.Session.Reveal()}
	if err := signer.SignHTTP(context.Background(), credentials, r, payload, s.Service, s.Region, d.cfg.Now()); err != nil {
		return nil, "", errRequest.With("it could not be signed")
	}
	signed := *c
	signed.Inject.SigV4, signed.Query = nil, nil
	signed.Inject.Headers = slices.Clone(c.Inject.Headers)
	for _, name := range []string{"Content-Type", "X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token", "Authorization"} {
		if v := r.Header.Get(name); v != "" && !injected(&signed, name) {
			signed.Inject.Headers = append(signed.Inject.Headers, amazon.Field{Name: name, Value: secret.New(v)})
		}
	}
	return &signed, r.URL.RawQuery, nil
}

// signedKind is the media type of a call that is to be signed: the one that it names, or the body's own. A body that is itself signed in
// chunks, or declared unsigned, was made for another signature than ours (C4).
func signedKind(h http.Header, kind string) (string, error) {
	own := false
	for name, values := range h {
		switch canonical(name) {
		case "Content-Type":
			if own || len(values) != 1 {
				return "", errRequest.With("it has more than one media type, and one of them would be signed")
			}
			kind, own = strings.TrimSpace(values[0]), true
		case "X-Amz-Content-Sha256":
			if slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, "STREAMING-") || v == "UNSIGNED-PAYLOAD" }) {
				return "", errRequest.With("its body is signed in chunks or not at all")
			}
		case "Content-Encoding":
			if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(strings.ToLower(v), "aws-chunked") }) {
				return "", errRequest.With("its body is signed in chunks")
			}
		}
	}
	return kind, nil
}
