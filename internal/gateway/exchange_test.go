package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
)

// A6, X9, CVE-2023-45289: no redirect is followed, to anywhere, and Location goes back as it came.
func TestA6_NoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"https://evil.example/x", "http://advertising-api.amazon.com/v2/profiles", "/v2/profiles", "//evil.example", "/v2/profiles?again=1"} {
			before := len(h.amazon())
			h.answers(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Location"] = []string{to}
				w.WriteHeader(status)
			})
			a := h.send("POST", "/sp/campaigns", "{}", scope(profileUS)...)
			if a.status != status || a.header.Get("Location") != to || len(h.amazon()) != before+1 {
				t.Errorf("%d to %s: %d, Location %q, %d calls", status, to, a.status, a.header.Get("Location"), len(h.amazon())-before)
			}
		}
	}
}

// B1, B2, X5, X7, X8 on the wire: ours stand once, theirs are gone, whatever the spelling.
func TestX7_OursStandOnceOnTheWire(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := h.raw("POST /sp/campaigns/list" + rawHead +
		"Amazon-Advertising-API-Scope: " + profileUS + "\r\n" +
		"Connection: close, Authorization, X-Amz-Date, Amazon-Advertising-API-ClientId\r\n" +
		"authorization: Bearer Atza|sbxTHEIRS\r\nX_Amz_Access_Token: Atza|sbxTHEIRS\r\nx-amz-security-token: THEIRS\r\nX-Amz-Date: THEIRS\r\n" +
		"AMAZON-ADVERTISING-API-CLIENTID: THEIRS\r\nAmazon_Ads_ClientId: THEIRS\r\nCookie: THEIRS\r\nX-Forwarded-For: THEIRS\r\n" +
		"Transfer-Encoding: chunked\r\nTrailer: Authorization, X-Amz-Access-Token\r\n\r\n" +
		"2\r\n{}\r\n0\r\nAuthorization: Bearer THEIRS\r\nX-Amz-Access-Token: THEIRS\r\n\r\n")
	if len(got) != 1 || got[0] != 200 {
		t.Fatal(got)
	}
	call := h.amazon()[0]
	if v := call.header["Authorization"]; len(v) != 1 || v[0] != "Bearer "+accessNA {
		t.Errorf("Authorization %q", v)
	}
	if v := call.header["Amazon-Advertising-Api-Clientid"]; len(v) != 1 || v[0] != clientID {
		t.Errorf("client id %q", v)
	}
	if text := fmt.Sprint(call.header, call.trailer); strings.Contains(text, "THEIRS") || strings.Contains(text, h.pass) || len(call.trailer) != 0 {
		t.Errorf("something of the caller's went on: %s", text)
	}
}

// B6: what an answer must not bring to a caller.
func TestB6_AnswersAreCleaned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{
			"Set-Cookie", "Set-Cookie2", "Proxy-Authenticate", "Proxy-Anything", "Alt-Svc", "X-Named", "Access-Control-Allow-Origin",
			"Lockkeeper-Problem", "Lockkeeper-Request-Id", "Keep-Alive",
		} {
			w.Header().Set(name, "THEIRS")
		}
		w.Header().Set("Connection", "X-Named")
		w.Header().Set("X-Amz-Rid", "P2P44C0QBZ2R94JRS99Z")
		w.Header().Set("Trailer", "X-After")
		_, _ = io.WriteString(w, "{}")
		w.Header().Set("X-After", "THEIRS")
	})
	a := h.call("GET", "/v2/profiles", "Lockkeeper-Region", "NA")
	h.want(a, 200, "")
	if text := fmt.Sprint(a.header); strings.Contains(text, "THEIRS") {
		t.Errorf("came through: %s", text)
	}
	if a.header.Get("X-Amz-Rid") != "P2P44C0QBZ2R94JRS99Z" {
		t.Errorf("Amazon's own were lost: %v", a.header)
	}
}

// B6: an answer that breaks off is never taken for a whole one.
func TestB6_AnAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"by length": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
		"in chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
	} {
		h := newHouse(t)
		h.answers(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, raw)
			_ = conn.Close()
		})
		resp, err := http.DefaultClient.Do(h.outside("POST", "/sp/campaigns", strings.NewReader("{}"), scope(profileUS)...))
		if err != nil {
			continue // cut before the head was there: not whole either
		}
		if _, err := io.ReadAll(resp.Body); err == nil {
			t.Errorf("%s: was taken for whole", name)
		}
		_ = resp.Body.Close()
		h.gate.Flush(context.Background())
		if !strings.Contains(h.access.String(), `"cut":true`) {
			t.Errorf("%s: not in the log: %s", name, h.access.String())
		}
	}
}

// outside makes a request as a client does, with the pass on it.
func (h *house) outside(method, path string, body io.Reader, headers ...string) *http.Request {
	h.t.Helper()
	req, err := http.NewRequest(method, h.server.URL+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.pass)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

// Both bodies stream: Amazon's side sees the first bytes before the caller has sent the last, and the other way round.
func TestBodiesStream(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	out, in := net.Pipe()
	defer func() { _ = out.Close() }()
	up := http.NewServeMux()
	firstSeen := make(chan string, 1)
	up.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		line, _ := bufio.NewReader(r.Body).ReadString('\n')
		firstSeen <- line
		rc := http.NewResponseController(w)
		_ = rc.EnableFullDuplex()
		_, _ = io.WriteString(w, "early\n")
		_ = rc.Flush()
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "late\n")
	})
	h.bypass = up
	req := h.outside("POST", "/sp/campaigns", in, scope(profileUS)...)
	req.ContentLength = -1 // so that it passes through rather than being held
	answered := make(chan string, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			answered <- err.Error()
			return
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answered <- string(text)
	}()
	_, _ = io.WriteString(out, "first\n")
	if line := <-firstSeen; line != "first\n" {
		t.Errorf("Amazon's side saw %q", line)
	}
	_, _ = io.WriteString(out, "last\n")
	_ = out.Close()
	if text := <-answered; !strings.HasSuffix(text, "late\n") {
		t.Errorf("answered %q", text)
	}
}

// A doorFunc is a door that does as the test says.
type doorFunc func(s egress.Stream) (*egress.Reply, error)

func (f doorFunc) Stream(_ context.Context, s egress.Stream) (*egress.Reply, error) { return f(s) }

func (doorFunc) Throttled(egress.LimitKey) time.Time { return time.Time{} }
func (doorFunc) Hold(egress.LimitKey, time.Time)     {}

func replying(body string) *egress.Reply {
	return &egress.Reply{Status: 200, Header: http.Header{}, Length: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}
}

// A call is made again only if it reads, or if nothing of it can have reached Amazon; and once at most.
func TestWhatIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path  string
		wrote bool
		body  string
		long  bool
		want  int
	}{
		"a read, written":               {"/sp/campaigns/list", true, "{}", false, 2},
		"a read, not written":           {"/sp/campaigns/list", false, "{}", false, 2},
		"a write, written":              {"/sp/campaigns", true, "{}", false, 1},
		"a write, not written":          {"/sp/campaigns", false, "{}", false, 2},
		"unlisted, written":             {"/sp/unheardOf", true, "{}", false, 1},
		"a long write, read and broken": {"/sp/campaigns", false, "{}", true, 1},
	} {
		tries := 0
		h := newHouse(t, func(g *gateway.Config) {
			if c.long {
				g.ReplayLimit = 1
			}
			g.Door = doorFunc(func(s egress.Stream) (*egress.Reply, error) {
				tries++
				if s.Body != nil {
					_, _ = s.Body.Read(make([]byte, 1))
				}
				return nil, &amazon.SendError{Wrote: c.wrote, Err: errors.New("reset")}
			})
		})
		h.want(h.send("POST", c.path, c.body, scope(profileUS)...), 502, "gateway.amazon_failed")
		if tries != c.want {
			t.Errorf("%s: sent %d times, want %d", name, tries, c.want)
		}
	}
}

// A call that fails once on a stale connection succeeds, with its body whole.
func TestTheSecondTryHasTheWholeBody(t *testing.T) {
	t.Parallel()
	var bodies []string
	h := newHouse(t, func(g *gateway.Config) {
		g.Door = doorFunc(func(s egress.Stream) (*egress.Reply, error) {
			bodies = append(bodies, string(s.Call.Body))
			if len(bodies) == 1 {
				return nil, &amazon.SendError{Wrote: false, Err: errors.New("closed while idle")}
			}
			return replying("[]"), nil
		})
	})
	h.want(h.send("POST", "/sp/campaigns", `{"a":1}`, scope(profileUS)...), 200, "")
	if fmt.Sprint(bodies) != `[{"a":1} {"a":1}]` {
		t.Errorf("sent %v", bodies)
	}
}

// Memory stays flat while large bodies pass both ways.
func TestLargeBodiesPass(t *testing.T) {
	t.Parallel()
	const size = 48 << 20
	h := newHouse(t)
	var got atomic.Int64
	h.bypass = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		got.Store(n)
		_, _ = io.Copy(w, io.LimitReader(zeros{}, size))
	})
	resp, err := http.DefaultClient.Do(h.outside("POST", "/sp/campaigns", io.LimitReader(zeros{}, size), scope(profileUS)...))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if err != nil || n != size || got.Load() != size {
		t.Errorf("%d bytes in, %d out, %v", got.Load(), n, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// HEAD and empty answers have no body and keep their length.
func TestAnswersWithoutBody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", "42")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	a := h.call("HEAD", "/v2/profiles", "Lockkeeper-Region", "NA")
	if a.status != 200 || a.header.Get("Content-Length") != "42" || a.body != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	a = h.send("DELETE", "/sp/whatever", "", append(scope(profileUS), "Lockkeeper-Region", "NA")...)
	if a.status != 204 || a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}
