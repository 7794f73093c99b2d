package kit

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

const ridAlphabet = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"

// RID returns a request id as Amazon's gateways make them: 20 characters of A-Z and 0-9 (ads-lwa 1.11).
func (x *Exchange) RID() string {
	hi, lo := x.random(), x.random()
	var b [20]byte
	for i := range b {
		if i == 12 {
			hi = lo
		}
		b[i] = ridAlphabet[hi&31]
		hi >>= 5
	}
	return string(b[:])
}

// UUID returns a request id as services behind API Gateway make them.
func (x *Exchange) UUID() string {
	hi, lo := x.random(), x.random()
	hi, lo = hi&^0xf000|0x4000, lo&^(3<<62)|2<<62
	const digits = "0123456789abcdef"
	b := make([]byte, 0, 36)
	for i := 60; i >= 0; i -= 4 {
		if b = append(b, digits[hi>>i&15]); i == 32 || i == 16 {
			b = append(b, '-')
		}
	}
	b = append(b, '-')
	for i := 60; i >= 0; i -= 4 {
		if b = append(b, digits[lo>>i&15]); i == 48 {
			b = append(b, '-')
		}
	}
	return string(b)
}

// Random returns n letters and digits of alphabet, the same for the same seed and number of the exchange.
func (x *Exchange) Random(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[x.random()%uint64(len(alphabet))]
	}
	return string(b)
}

// random is splitmix64 over the seed, the exchange's number and a count within it.
func (x *Exchange) random() uint64 {
	x.ids++
	z := uint64(x.World.Seed)*0x9e3779b97f4a7c15 + uint64(x.Seq)<<16 + x.ids*0xbf58476d1ce4e5b9
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

const (
	vary = "Content-Type,Accept-Encoding,User-Agent"
	hsts = "max-age=47474747; includeSubDomains; preload"
)

// LWAHeaders is the header set of the token endpoint (ads-lwa 1.6), for a body of the given length. There is no Date.
func (x *Exchange) LWAHeaders(length int) http.Header {
	return Headers(
		"Server", "Server",
		"Content-Type", "application/json;charset=UTF-8",
		"Content-Length", strconv.Itoa(length),
		"X-Amz-Rid", x.RID(),
		"X-Amzn-Requestid", x.UUID(),
		"X-Amz-Date", x.Now.Format(http.TimeFormat),
		"Cache-Control", "no-cache, no-store, must-revalidate",
		"Pragma", "no-cache",
		"Vary", vary,
		"Strict-Transport-Security", hsts,
	)
}

// GatewayHeaders is the header set of the Ads API's own gateway, which answers /v2/profiles (ads-lwa 2.3): one request
// id under two names.
func (x *Exchange) GatewayHeaders() http.Header {
	rid := x.RID()
	return Headers(
		"Server", "Server",
		"Content-Type", "application/json",
		"X-Amz-Rid", rid,
		"X-Amz-Request-Id", rid,
		"Vary", vary,
		"Strict-Transport-Security", hsts,
	)
}

// ServiceHeaders is the header set of services behind API Gateway: SP v3, reporting, v1 (ads-lwa 2.3). What the service
// itself would have called a type appears only among the remapped headers.
func (x *Exchange) ServiceHeaders(serviceType string) http.Header {
	h := Headers(
		"Server", "Server",
		"Content-Type", "application/json",
		"X-Amz-Rid", x.RID(),
		"X-Amzn-Requestid", x.UUID(),
		"X-Amz-Apigw-Id", x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 15)+"=",
		"X-Amzn-Trace-Id", "Root=1-"+fmt.Sprintf("%08x", uint32(x.Now.Unix()))+"-"+x.Random("0123456789abcdef", 24),
		"Vary", vary,
		"Strict-Transport-Security", hsts,
	)
	if serviceType != "" {
		h["X-Amzn-Remapped-Content-Type"] = []string{serviceType}
		h["X-Amzn-Remapped-Date"] = []string{x.Now.Format(http.TimeFormat)}
	}
	return h
}

// First is Header.Get for a name in canonical form.
func First(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// dates remembers the last Date header, which many answers of one second share.
type dates struct{ last atomic.Pointer[date] }

type date struct {
	second int64
	values []string // never changed
}

func (d *dates) header(now time.Time) []string {
	second := now.Unix()
	if last := d.last.Load(); last != nil && last.second == second {
		return last.values
	}
	next := &date{second, []string{now.UTC().Format(http.TimeFormat)}}
	d.last.Store(next)
	return next.values
}

// Headers makes a header set of names in canonical form and their values. All values share one array, since every
// answer has such a set.
func Headers(pairs ...string) http.Header {
	h, values := make(http.Header, len(pairs)/2), make([]string, len(pairs)/2)
	for i := range values {
		values[i] = pairs[2*i+1]
		h[pairs[2*i]] = values[i : i+1 : i+1]
	}
	return h
}
