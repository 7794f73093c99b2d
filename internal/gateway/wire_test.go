package gateway_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
)

// raw sends bytes as they are and returns the statuses of all answers until the connection ends.
func (h *house) raw(text string) []int {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	text = strings.ReplaceAll(text, "PASS", h.pass)
	if _, err := io.WriteString(conn, text); err != nil {
		h.t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	var statuses []int
	in := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(in, &http.Request{Method: "GET"})
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				h.t.Error("the connection was left open")
			}
			return statuses
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		statuses = append(statuses, resp.StatusCode)
	}
}

const (
	rawHead = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer PASS\r\nLockkeeper-Region: NA\r\n"
	// last follows every request on its connection: it is answered 404 if, and only if, it is still understood as a request.
	last     = "GET /lk/last" + rawHead + "Connection: close\r\n\r\n"
	smuggled = "DELETE /sp/smuggled HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer PASS\r\nLockkeeper-Region: NA\r\n\r\n"
)

// B3 and CVE-2025-22871, CVE-2019-16276: no framing lets one request hide another, and what is doubtful is refused.
func TestB3_Framing(t *testing.T) {
	t.Parallel()
	list := "POST /sp/campaigns/list" + rawHead
	for name, c := range map[string]struct {
		text string
		want []int // statuses of the answers
		sent int   // calls that reach Amazon
	}{
		"plain":                       {list + "Content-Length: 2\r\n\r\n{}", []int{200, 404}, 1},
		"chunked":                     {list + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", []int{200}, 1},
		"CL.TE":                       {list + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{200}, 1},
		"TE.CL":                       {list + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + smuggled, []int{200}, 1},
		"TE.TE":                       {list + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled, []int{501}, 0},
		"TE unknown":                  {list + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, []int{501}, 0},
		"TE with a space":             {list + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400}, 0},
		"two lengths":                 {list + "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}" + smuggled, []int{400}, 0},
		"a list of lengths":           {list + "Content-Length: 2, 2\r\n\r\n{}" + smuggled, []int{400}, 0},
		"a signed length":             {list + "Content-Length: +2\r\n\r\n{}" + smuggled, []int{400}, 0},
		"a hex length":                {list + "Content-Length: 0x2\r\n\r\n{}" + smuggled, []int{400}, 0},
		"space before the colon":      {"GET /v2/profiles" + rawHead + "X-Amz-Date : x\r\n\r\n", []int{400}, 0},
		"a header without a colon":    {"GET /v2/profiles" + rawHead + "X-Amz-Date\r\n\r\n", []int{400}, 0},
		"a NUL in a header":           {"GET /v2/profiles" + rawHead + "X-A: \x00\r\n\r\n", []int{400}, 0},
		"no Host":                     {"GET /v2/profiles HTTP/1.1\r\nAuthorization: Bearer PASS\r\n\r\n", []int{400}, 0},
		"two Hosts":                   {"GET /v2/profiles" + rawHead + "Host: evil.example\r\n\r\n", []int{400}, 0},
		"HTTP/0.9":                    {"GET /v2/profiles\r\n\r\n", []int{400}, 0},
		"HTTP/2 preface":              {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{405}, 0},
		"HTTP/1.1 lookalike":          {"GET /v2/profiles HTTP/1.10\r\nHost: localhost\r\n\r\n", []int{400}, 0},
		"a bare LF ends a chunk size": {list + "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n" + smuggled, nil, 0},
		"a chunk size too long":       {list + "Transfer-Encoding: chunked\r\n\r\n00000000000000002\r\n{}\r\n0\r\n\r\n" + smuggled, nil, 0},
		"a bad chunk size":            {list + "Transfer-Encoding: chunked\r\n\r\nxy\r\n{}\r\n0\r\n\r\n" + smuggled, nil, 0},
		"a chunk extension":           {list + "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n", []int{200}, 1},
		"a bare LF in a header":       {list + "X-A: b\nContent-Length: 2\r\n\r\n{}", []int{200, 404}, 1},
	} {
		h := newHouse(t)
		got := h.raw(c.text + last)
		calls := h.amazon()
		if c.want == nil { // refused in mid-body: whatever is said, no second request was read and no whole one arrived
			if len(got) > 1 || (len(got) == 1 && got[0] < 400) {
				t.Errorf("%s: answered %v", name, got)
			}
		} else if !slices.Equal(got, c.want) {
			t.Errorf("%s: answered %v, want %v", name, got, c.want)
		}
		if c.want != nil && len(calls) != c.sent {
			t.Errorf("%s: %d calls reached Amazon, want %d", name, len(calls), c.sent)
		}
		for _, call := range calls {
			if strings.Contains(call.uri, "smuggled") || strings.Contains(call.body, "smuggled") {
				t.Errorf("%s: a request was smuggled: %s %s", name, call.method, call.uri)
			}
		}
	}
}

// A1: targets that are no path.
func TestA1_TargetsThatAreNoPath(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for line, want := range map[string]int{
		"GET http://evil.example/v2/profiles":             400,
		"GET http://localhost/v2/profiles":                400,
		"GET https://advertising-api.amazon.com/x":        400,
		"GET //evil.example/v2/profiles":                  400,
		`GET /\evil.example/v2/profiles`:                  400,
		"GET /%2f%2fevil.example/v2/profiles":             400,
		"GET /v2/..;/profiles":                            400,
		"GET /v2/profiles/../../lk/g/foreign/v2/profiles": 400,
		"GET @evil.example/v2/profiles":                   400,
		"GET evil.example:443":                            400,
		"GET *":                                           400,
		"OPTIONS *":                                       400, // net/http's own answer would be 200
		"GET /v2/profiles?a=\x7f":                         400,
		"GET /v2/profiles?a=\xff":                         400,
		"GET /v2/profiles?a=b#c":                          400,
		"GET /v2/pro\tfiles":                              400,
		"CONNECT evil.example:443":                        405,
		"TRACE /v2/profiles":                              405,
		"OPTIONS /v2/profiles":                            405,
		"X /v2/profiles":                                  405,
	} {
		got := h.raw(line + rawHead + "Connection: close\r\n\r\n")
		if line == "OPTIONS *" && len(got) == 1 && got[0] == 200 {
			continue
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: answered %v, want %d", line, got, want)
		}
	}
	if n := len(h.amazon()); n != 0 {
		t.Errorf("%d calls reached Amazon", n)
	}
}

// A2, H6, aws-vault#578: a name that somebody let point at this machine is not served, and nothing forwarded is believed.
func TestA2_Host(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *gateway.Config) { c.Hosts = []string{"Gate.Example"} })
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:7071": 200, "127.0.0.1": 200, "127.0.0.1:80": 200, "[::1]:7071": 200, "[::1]": 200, "gate.example": 200, "GATE.example:1": 200,
		"localhost.": 421, "evil.example": 421, "localhost.evil.example": 421, "evil-localhost": 421, "gate.example.evil.example": 421, "xgate.example": 421,
		"advertising-api.amazon.com": 421, "127.0.0.1.nip.example": 421, "127.1": 421, "2130706433": 421, "0.0.0.0": 421, "[::ffff:127.0.0.1]": 421,
		"[localhost]": 421, "::1": 421, "localhost:7071:7072": 421, "localhost:": 200, "localhost:x": 400, "user@localhost": 400, "xn--lcalhost-n1a": 421,
		"l\xc3\xb6calhost": 400, "": 400, "localhost:99999999": 421, "localhost,evil.example": 421,
	} {
		got := h.raw("GET /v2/profiles HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer PASS\r\nLockkeeper-Region: NA\r\nConnection: close\r\n" +
			"X-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n\r\n")
		if len(got) != 1 || (got[0] != want && !(want == 400 && got[0] == 421)) {
			t.Errorf("Host %q: answered %v, want %d", host, got, want)
		}
	}
}

// A3: the Host of every request of a connection counts, not that of the first.
func TestA3_HostChangesOnAKeptConnection(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.raw("GET /v2/profiles" + rawHead + "\r\n" +
		"GET /v2/profiles HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer PASS\r\nConnection: close\r\n\r\n")
	if len(got) != 2 || got[0] != 200 || got[1] != 421 {
		t.Errorf("answered %v", got)
	}
}

// H6: browsers are refused, whatever they may hold.
func TestH6_BrowsersAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, headers := range [][]string{
		{"Origin", "http://localhost:7071"},
		{"Origin", "null"},
		{"Origin", ""},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "same-origin"},
	} {
		a := h.call("GET", "/v2/profiles", append(headers, "Lockkeeper-Region", "NA")...)
		h.want(a, 403, "gateway.browser_refused")
		if a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Error("offers CORS")
		}
		h.want(h.send("POST", "/auth/o2/token", "grant_type=refresh_token", headers...), 403, "gateway.browser_refused")
	}
	h.want(h.call("GET", "/v2/profiles", "Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "cors", "Lockkeeper-Region", "NA"), 200, "")
}

// B4, CVE-2026-88008: nothing upgrades, and a body that waits to be asked for is asked for.
func TestB4_UpgradeAndExpect(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, up := range []string{"h2c", "websocket", "TLS/1.0"} {
		got := h.raw("GET /v2/profiles" + rawHead + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: " + up +
			"\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		if len(got) != 1 || got[0] != 200 {
			t.Errorf("%s: answered %v", up, got)
		}
	}
	for _, call := range h.amazon() {
		if call.header.Get("Upgrade") != "" || call.header.Get("Http2-Settings") != "" {
			t.Errorf("went on: %v", call.header)
		}
	}
	got := h.raw("POST /sp/campaigns/list" + rawHead + "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
	if len(got) != 2 || got[0] != 100 || got[1] != 200 {
		t.Errorf("answered %v", got)
	}
	if call := h.amazon()[3]; call.header.Get("Expect") != "" || call.body != "{}" {
		t.Errorf("went on: %v %q", call.header, call.body)
	}
	if got := h.raw("POST /sp/campaigns/list" + rawHead + "Expect: something\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"); len(got) != 1 || got[0] != 417 {
		t.Errorf("answered %v", got)
	}
}

// B5: sizes of header and address.
func TestB5_Limits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := strings.Repeat("A: b\r\n", 10_000)
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"10,000 headers": {"GET /v2/profiles" + rawHead + many + "Connection: close\r\n\r\n", 431},
		"300 headers":    {"GET /v2/profiles" + rawHead + strings.Repeat("A: b\r\n", 300) + "Connection: close\r\n\r\n", 431},
		"a large header": {"GET /v2/profiles" + rawHead + "A: " + strings.Repeat("x", 70<<10) + "\r\n\r\n", 431},
		"60 KiB":         {"GET /v2/profiles" + rawHead + "A: " + strings.Repeat("x", 55<<10) + "\r\nConnection: close\r\n\r\n", 200},
		"a long address": {"GET /v2/profiles?" + strings.Repeat("x", 9<<10) + rawHead + "Connection: close\r\n\r\n", 414},
	} {
		if got := h.raw(c.text); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: answered %v, want %d", name, got, c.want)
		}
	}
}
