package egress_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
)

// TestA6_X9_NoRedirectIsFollowed: whatever a redirect's status and target, one request is sent, nothing arrives elsewhere, and
// Location comes back unchanged. 307 and 308 would carry the body's secrets along (attack case X9).
func TestA6_X9_NoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, target := range []string{other.URL + "/steal", "https://evil.example/steal", "/auth/o2/token", "//evil.example/", "http://" + apiHost + "/"} {
			t.Run(fmt.Sprint(status, " ", target), func(t *testing.T) {
				t.Parallel()
				var sent atomic.Int32
				w := sandboxed(t, func(rw http.ResponseWriter, _ *http.Request) {
					sent.Add(1)
					rw.Header().Set("Location", target)
					rw.WriteHeader(status)
				})
				for _, call := range []amazon.Call{tokenCall(), apiCall()} {
					a, err := w.Send(t.Context(), call)
					if err != nil || a.Status != status || a.Header.Get("Location") != target {
						t.Fatalf("Send: %+v, %v", a, err)
					}
					r, err := w.Stream(t.Context(), egress.Stream{Call: call})
					if err != nil || r.Status != status || r.Header.Get("Location") != target {
						t.Fatalf("Stream: %+v, %v", r, err)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					_ = r.Body.Close()
				}
				if sent.Load() != 4 || elsewhere.Load() != 0 {
					t.Errorf("%d requests sent for 4 calls, %d elsewhere", sent.Load(), elsewhere.Load())
				}
			})
		}
	}
}

// TestR10_NothingIsSentAgain: a refusal is the answer, whatever it is; trying again is for who knows what the call means.
func TestR10_NothingIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 408, 409, 421, 425, 429, 500, 502, 503, 504} {
		var sent atomic.Int32
		w := sandboxed(t, func(rw http.ResponseWriter, _ *http.Request) {
			sent.Add(1)
			rw.WriteHeader(status)
		})
		if a, err := w.Send(t.Context(), apiCall()); err != nil || a.Status != status || sent.Load() != 1 {
			t.Errorf("%d: %+v, %v after %d requests", status, a, err, sent.Load())
		}
	}
}

// TestA8_HostsAreWholeNames: a host is called if it is on the list, letter by letter; the list is the same in both realms (R12).
func TestA8_R12_HostsAreWholeNames(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Host != apiHost {
			t.Errorf("Host %q arrived", r.Host)
		}
	})
	for _, host := range []string{
		"", "api.amazon.com.evil.com", "evilapi.amazon.com", "api.amazon.com.", "API.AMAZON.COM", "amazon.com", "x.api.amazon.com", "api-amazon.com",
		"api.amazon.com:443", "api.amazon.com:80", "u@api.amazon.com", "[api.amazon.com]", "127.0.0.1", "localhost", "169.254.169.254", "0x7f.1",
		"2130706433", "017700000001", "metadata.google.internal", "api.amazon.com/", "api.amazon.com\r\nX: y", "api.amazоn.com", "*",
	} {
		for _, realm := range []amazon.Realm{amazon.Real, amazon.Sandbox} {
			call := tokenCall()
			call.Host, call.Realm = host, realm
			_, err := w.Send(t.Context(), call)
			if realm == amazon.Sandbox && strings.EqualFold(strings.TrimSuffix(host, "."), apiHost) {
				if err != nil { // another spelling of a listed host: sent in the one spelling
					t.Errorf("host %q: %v", host, err)
				}
				continue
			}
			if realm == amazon.Real && strings.EqualFold(strings.TrimSuffix(host, "."), apiHost) {
				continue // would look the name up
			}
			if s, code := sendError(t, err); code != "egress.host" || s.Wrote {
				t.Errorf("realm %s, host %q: %v", realm, host, err)
			}
			clean(t, err.Error(), w.log.String())
		}
	}
}

func TestPathsThatAreNotSent(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s arrived", r.RequestURI) })
	for _, path := range []string{
		"", "x", "//evil.example/", "/\\evil.example", "/a b", "/a\tb", "/a\r\nX: y", "/a\x00", "/a?b=c", "/a#b", "http://evil.example/", "*", "/ä", "/a\x7f",
	} {
		call := apiCall()
		call.Path = path
		if s, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" || s.Wrote {
			t.Errorf("path %q: %v", path, s)
		}
	}
	for _, query := range []string{"a b", "a#b", "a\r\n", "ä"} {
		_, err := w.Stream(t.Context(), egress.Stream{Call: apiCall(), RawQuery: query})
		if _, code := sendError(t, err); code != "egress.request" {
			t.Errorf("query %q: %v", query, err)
		}
	}
	for _, method := range []string{"", "GET /x HTTP/1.1\r\nHost:", "CONNECT", "TRACE", "G T"} {
		call := apiCall()
		call.Method = method
		if _, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" {
			t.Errorf("method %q is sent", method)
		}
	}
}

func second(_ *amazon.Answer, err error) error { return err }
