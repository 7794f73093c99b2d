package egress

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
)

// route finds where a call goes: an upstream by its realm, and the host in its canonical spelling. The same list of hosts
// holds in both realms, so that what is injected never goes where nobody looked (attack case R12).
func (d *Door) route(c *amazon.Call) (upstream, string, error) {
	host := c.Host
	if !d.hosts[host] {
		canonical, err := netguard.CanonicalHost(host)
		if err != nil || !d.hosts[canonical] {
			d.cfg.Log.Warn("refused a call to a host that no program lists", "realm", string(c.Realm))
			return nil, "", errHost
		}
		host = canonical
	}
	switch {
	case c.Realm == amazon.Real:
		return d.real, host, nil
	case c.Realm == amazon.Sandbox && d.sandbox != nil:
		return d.sandbox, host, nil
	case c.Realm == amazon.Sandbox:
		return nil, "", errNoSandbox
	}
	return nil, "", errRequest.With("the call has no realm")
}

// build makes the request of a call. rawQuery, where given, stands for c.Query as the caller wrote it.
func (d *Door) build(c *amazon.Call, host, rawQuery string) (*request, error) {
	if c.Inject.SigV4 != nil {
		return nil, errRequest.With("the call asks for an AWS signature, which no program here makes yet")
	}
	header, err := d.outgoing(c)
	if err != nil {
		return nil, err
	}
	target, err := requestTarget(c.Path, c.Query, rawQuery)
	if err != nil {
		return nil, err
	}
	if !validName(c.Method) || c.Method == http.MethodConnect || c.Method == http.MethodTrace {
		return nil, errRequest.With("its method is not one that can be sent")
	}
	r := &request{method: c.Method, host: host, target: target, header: header, whole: c.Body, length: int64(len(c.Body))}
	if len(c.Inject.Form)+len(c.Inject.JSON) > 0 {
		if err := r.injectBody(c); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// injectBody makes the body out of the injected fields.
func (r *request) injectBody(c *amazon.Call) error {
	kind := "application/x-www-form-urlencoded;charset=UTF-8"
	switch {
	case len(c.Body) > 0 || (len(c.Inject.Form) > 0 && len(c.Inject.JSON) > 0):
		return errRequest.With("it has more than one body")
	case len(c.Inject.Form) > 0:
		r.whole = form(c.Inject.Form)
	default:
		kind = "application/json"
		body, err := object(c.Inject.JSON)
		if err != nil {
			return errRequest.With("a field to inject is no text")
		}
		r.whole = body
	}
	r.length = int64(len(r.whole))
	if r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", kind)
	}
	return nil
}

// form encodes fields in their order. Amazon's tokens hold a bar, which must be "%7C" here (ads-lwa 1.6); QueryEscape does so.
func form(fields []amazon.Field) []byte {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(f.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(f.Prefix + f.Value.Reveal()))
	}
	return []byte(b.String())
}

// object encodes fields as one flat JSON object, in their order.
func object(fields []amazon.Field) ([]byte, error) {
	b := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Prefix + f.Value.Reveal())
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// requestTarget checks path and query: a path of ours begins with one slash and holds nothing that would end it, since
// "//host" and "/\host" are read as an authority by some (attack case A1).
func requestTarget(path string, query url.Values, raw string) (string, error) {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "?#\\") || !printable(path) {
		return "", errRequest.With("its path is not one that can be sent")
	}
	if raw == "" && len(query) > 0 {
		raw = query.Encode()
	}
	if raw == "" {
		return path, nil
	}
	if !printable(raw) || strings.IndexByte(raw, '#') >= 0 {
		return "", errRequest.With("its query is not one that can be sent")
	}
	return path + "?" + raw, nil
}

// printable reports whether s is visible ASCII, as everything in a request line is.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// secrets are the injected header values that must not come back in an answer. Form and JSON fields are not among them: a token
// endpoint answers a refresh with the refresh token that it was sent (ads-lwa 1.7).
func secrets(c *amazon.Call) []string {
	var all []string
	for _, f := range c.Inject.Headers {
		bearer := strings.EqualFold(f.Name, "Authorization") || strings.EqualFold(f.Name, "x-amz-access-token")
		if v := f.Value.Reveal(); bearer && len(v) >= leastScrubbed {
			all = append(all, v)
		}
	}
	return all
}

// guardBody marks the errors of a caller's body as the caller's.
type guardBody struct{ io.Reader }

func (b guardBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = &errBodyRead{err}
	}
	return n, err
}
