package egress

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

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

// buffers hold the heads of requests, with room for a small body behind them.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2*bufferSize); return &b }}

// build makes the request of a call. The body is c's own or made of injected fields, or else the one given here.
// Whoever gets the request releases it.
func (d *Door) build(c *amazon.Call, host, rawQuery, agent string, body io.Reader, length int64) (*request, error) {
	if !validName(c.Method) || c.Method == http.MethodConnect || c.Method == http.MethodTrace {
		return nil, errRequest.With("its method is not one that can be sent")
	}
	whole, kind, err := wholeBody(c)
	if err != nil {
		return nil, err
	}
	switch {
	case body != nil && len(whole) > 0:
		return nil, errRequest.With("it has more than one body")
	case body != nil && c.Inject.SigV4 != nil:
		return nil, errRequest.With("it is to be signed, and for that its body must be here whole")
	case body == nil:
		length = int64(len(whole))
	}
	r := &request{host: host, answer: c.Method != http.MethodHead, body: body, length: length, whole: whole, buffer: buffers.Get().(*[]byte)}
	r.safe = c.Method == http.MethodGet || c.Method == http.MethodHead
	if c.Inject.SigV4 != nil {
		r.anew = d.signing(r, c, rawQuery, agent, kind)
		err = r.anew()
	} else {
		r.head, err = d.appendHead((*r.buffer)[:0], c, host, rawQuery, agent, kind, length)
	}
	if err != nil {
		r.release()
		return nil, err
	}
	return r, nil
}

func (d *Door) appendHead(b []byte, c *amazon.Call, host, rawQuery, agent, kind string, length int64) ([]byte, error) {
	b = append(append(b, c.Method...), ' ')
	b, err := appendTarget(b, c.Path, c.Query, rawQuery)
	if err != nil {
		return nil, err
	}
	b = appendHeader(append(b, " HTTP/1.1\r\n"...), "Host", "", host)
	b, hasAgent, hasKind, err := d.appendHeaders(b, c)
	if err != nil {
		return nil, err
	}
	if agent != "" && !hasAgent {
		b = appendHeader(b, "User-Agent", "", agent)
	}
	if kind != "" && !hasKind {
		b = appendHeader(b, "Content-Type", "", kind)
	}
	switch {
	case length < 0:
		b = appendHeader(b, "Transfer-Encoding", "", "chunked")
	case length > 0 || c.Method == http.MethodPost || c.Method == http.MethodPut || c.Method == http.MethodPatch:
		b = append(strconv.AppendInt(append(b, "Content-Length: "...), length, 10), "\r\n"...)
	}
	return append(b, "\r\n"...), nil
}

// release takes the request's buffer back, emptied of the secrets that were in it.
func (r *request) release() {
	all := (*r.buffer)[:cap(*r.buffer)]
	if r.body == nil && r.head != nil {
		all = all[:min(len(all), len(r.head)+len(r.whole))]
	}
	clear(all)
	buffers.Put(r.buffer)
	r.buffer, r.head = nil, nil
}

// wholeBody gives a call's buffered body: its own, or one made of the injected fields, with the media type of that.
func wholeBody(c *amazon.Call) (body []byte, kind string, err error) {
	switch form, json := c.Inject.Form, c.Inject.JSON; {
	case len(form)+len(json) == 0:
		return c.Body, "", nil
	case len(c.Body) > 0 || (len(form) > 0 && len(json) > 0):
		return nil, "", errRequest.With("it has more than one body")
	case len(form) > 0:
		return formBody(form), "application/x-www-form-urlencoded;charset=UTF-8", nil
	default:
		if body, err = objectBody(json); err != nil {
			return nil, "", errRequest.With("a field to inject is no text")
		}
		return body, "application/json", nil
	}
}

// formBody encodes fields in their order. Amazon's tokens hold a bar, which must be "%7C" here (ads-lwa 1.6); QueryEscape does so.
func formBody(fields []amazon.Field) []byte {
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

// objectBody encodes fields as one flat JSON object, in their order.
func objectBody(fields []amazon.Field) ([]byte, error) {
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

// appendTarget writes path and query, after a look at both: a path of ours begins with one slash and holds nothing that would end it,
// since "//host" and "/\host" are read as an authority by some (attack case A1).
func appendTarget(b []byte, path string, query url.Values, raw string) ([]byte, error) {
	if len(path) == 0 || path[0] != '/' || strings.HasPrefix(path, "//") || !onlyPath(path) {
		return nil, errRequest.With("its path is not one that can be sent")
	}
	if raw == "" && len(query) > 0 {
		raw = query.Encode()
	}
	if !printable(raw) || strings.IndexByte(raw, '#') >= 0 {
		return nil, errRequest.With("its query is not one that can be sent")
	}
	if b = append(b, path...); raw != "" {
		b = append(append(b, '?'), raw...)
	}
	return b, nil
}

// pathChars are the characters of a path: visible ASCII but what would end it, or be taken for a slash.
var pathChars = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = c != '?' && c != '#' && c != '\\'
	}
	return t
}()

// onlyPath reports whether s has the characters of a path alone.
func onlyPath(s string) bool {
	for i := range len(s) {
		if !pathChars[s[i]] {
			return false
		}
	}
	return true
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
	if s := c.Inject.SigV4; s != nil && s.Session.Len() >= leastScrubbed {
		all = append(all, s.Session.Reveal())
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
