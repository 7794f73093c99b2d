package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

// A refusal that is answered from memory is that of one operation: a caller that asks wrongly again and again, or writes with a viewer's
// rights, takes nothing from those who ask rightly with the same grant and account.
func TestARememberedRefusalIsOfOneOperation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.RequestURI, "/v2/profiles"), strings.HasSuffix(r.RequestURI, "/list"), r.RequestURI == "/sp/other":
			saying(200, `[]`)(w, r)
		default:
			saying(401, bodyForeign)(w, r)
		}
	})
	for range 10 {
		h.want(h.send("PUT", "/sp/campaigns", "{}", scope(profileUS)...), 401, "ads.access_lost")
		h.want(h.call("GET", "/sp/unlisted", scope(profileUS)...), 401, "ads.access_lost")
	}
	if n := len(h.amazon()); n > 6 {
		t.Errorf("%d calls reached Amazon", n)
	}
	h.want(h.send("POST", "/sp/campaigns/list", "{}", scope(profileUS)...), 200, "")
	h.want(h.call("GET", "/sp/other", scope(profileUS)...), 200, "")
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA"), 200, "")
}

// A region that Amazon throttles is left out of a merged list, and named, rather than asked again.
func TestMergingLeavesThrottledRegionsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "advertising-api-eu.amazon.com" {
			w.Header().Set("Retry-After", "30")
			saying(429, `{"code":"429","details":"Too Many Requests"}`)(w, r)
			return
		}
		saying(200, `[1]`)(w, r)
	})
	h.want(h.call("GET", "/v2/profiles", "Lockkeeper-Region", "all"), 200, "ads.throttled")
	before := len(h.amazon())
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "all")
	h.want(a, 200, "gateway.throttled")
	if n := len(h.amazon()) - before; n != 2 || a.header.Get("Lockkeeper-Regions") != "NA, FE" {
		t.Errorf("%d calls, regions %q", n, a.header.Get("Lockkeeper-Regions"))
	}
}
