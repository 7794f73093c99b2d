package egress_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// TestB6_AnswerHeaders: what speaks of one connection, and what would set up software past Lockkeeper, ends here.
func TestB6_AnswerHeaders(t *testing.T) {
	t.Parallel()
	w := door(t, egress.Config{SandboxURL: answering(t, strings.ReplaceAll(`HTTP/1.1 200 OK
Connection: keep-alive, X-Hop
X-Hop: 1
Keep-Alive: timeout=5
Proxy-Authenticate: Basic
Proxy-Connection: close
Upgrade: h2c
Trailer: X-Late
Set-Cookie: session-id=1
Set-Cookie: ubid=2
Alt-Svc: h3=":443"
Lockkeeper-Problem: forged
lockkeeper-request-id: forged
X-Amz-Rid: P2P44C0QBZ2R94JRS99Z
Content-Type: application/json
Content-Length: 2

{}`, "\n", "\r\n"))})
	want := http.Header{"X-Amz-Rid": {"P2P44C0QBZ2R94JRS99Z"}, "Content-Type": {"application/json"}, "Content-Length": {"2"}}
	a, err := w.Send(t.Context(), apiCall())
	if err != nil || fmt.Sprint(a.Header) != fmt.Sprint(want) || string(a.Body) != "{}" || a.Truncated {
		t.Errorf("Send: %+v, %v", a, err)
	}
	r, err := w.Stream(t.Context(), egress.Stream{Call: apiCall()})
	if err != nil || fmt.Sprint(r.Header) != fmt.Sprint(want) || r.Length != 2 {
		t.Errorf("Stream: %+v, %v", r, err)
	}
	_ = r.Body.Close()
}

// TestB6_GzipPassesAsBytes: nothing is unpacked here, so a bomb stays as small as it came.
func TestB6_GzipPassesAsBytes(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	w := sandboxed(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		rw.Header().Set("Asked", r.Header.Get("Accept-Encoding"))
		_, _ = rw.Write(packed.Bytes())
	})
	call := apiCall()
	a, err := w.Send(t.Context(), call)
	if err != nil || !bytes.Equal(a.Body, packed.Bytes()) || a.Header.Get("Asked") != "" {
		t.Errorf("Send: %d bytes of %d, asked for %q, %v", len(a.Body), packed.Len(), a.Header.Get("Asked"), err)
	}
	call.Header = http.Header{"Accept-Encoding": {"gzip"}}
	r, err := w.Stream(t.Context(), egress.Stream{Call: call})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r.Body)
	if err != nil || !bytes.Equal(got, packed.Bytes()) || r.Header.Get("Asked") != "gzip" || r.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("Stream: %d bytes of %d, %v, %v", len(got), packed.Len(), r.Header, err)
	}
	_ = r.Body.Close()
}

// TestB6_D7_EndlessAnswersEnd: a body without end is cut at the limit of a call, and at the time of a stream.
func TestB6_D7_EndlessAnswersEnd(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "length": "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
		"neither": "HTTP/1.1 200 OK\r\n\r\n",
	} {
		part := []byte("3ff8\r\n" + strings.Repeat("x", 0x3ff8) + "\r\n")
		addr := raw(t, func(c net.Conn, r *bufio.Reader) {
			_, err := readRequest(r)
			for _, _ = io.WriteString(c, head); err == nil; _, err = c.Write(part) {
			}
		})
		w := door(t, egress.Config{SandboxURL: addr, StreamTimeout: 500 * time.Millisecond})
		call := tokenCall()
		call.Limit = 100_000
		if a, err := w.Send(t.Context(), call); err != nil || len(a.Body) != 100_000 || !a.Truncated {
			t.Errorf("%s: %v, %v", name, len(a.Body), err)
		}
		r, err := w.Stream(t.Context(), egress.Stream{Call: apiCall()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = io.Copy(io.Discard, r.Body); codeOf(err) != "egress.timeout" && name != "length" {
			t.Errorf("%s: a stream without end ended with %v", name, err)
		}
		_ = r.Body.Close()
	}
}

// TestB6_EarlyCloseIsSeen: an answer that ends before its end is never taken for a whole one.
func TestB6_EarlyCloseIsSeen(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
	} {
		w := door(t, egress.Config{SandboxURL: answering(t, text)})
		a, err := w.Send(t.Context(), tokenCall())
		if err != nil || !a.Truncated || string(a.Body) != "half" {
			t.Errorf("Send of %q: %+v, %v", text, a, err)
		}
		r, err := w.Stream(t.Context(), egress.Stream{Call: apiCall()})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r.Body)
		if string(got) != "half" || codeOf(err) != "egress.broken" {
			t.Errorf("Stream of %q: %q, %v", text, got, err)
		}
		_ = r.Body.Close()
	}
}

// TestB6_D7_NoAnswer: what is no answer has a name, was written, and is not quoted.
func TestB6_D7_NoAnswer(t *testing.T) {
	t.Parallel()
	echo := canaryAccess + " " + canaryRefresh
	for text, want := range map[string]problem.Code{
		"":                                             "egress.broken",
		"HTTP/1.1 200":                                 "egress.broken",
		"HTTP/1.1 200 OK\r\nX: y\r\n":                  "egress.broken",
		"<html>" + echo + "</html>\r\n":                "egress.answer",
		"HTTP/1.1 abc " + echo + "\r\n\r\n":            "egress.answer",
		"HTTP/2.0 200 " + echo + "\r\n\r\n":            "egress.answer",
		"HTTP/1.1 200 OK\r\n" + echo + "\r\n\r\n":      "egress.answer",
		"HTTP/1.1 200 OK\r\nX " + echo + ": y\r\n\r\n": "egress.answer",

		"HTTP/1.1 200 OK\r\nContent-Length: " + echo + "\r\n\r\n":                                            "egress.answer",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n":                                                      "egress.answer",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab":                                "egress.answer",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + echo + "\r\n\r\n":                                         "egress.answer",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n":                                  "egress.answer",
		"HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n":                                  "egress.answer",
		"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n":                    "egress.answer",
		strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 20_000) + "HTTP/1.1 200 OK\r\n\r\n": "egress.answer",
	} {
		w := door(t, egress.Config{SandboxURL: answering(t, text)})
		name := text[:min(len(text), 60)]
		e, code := sendError(t, second(w.Send(t.Context(), tokenCall())))
		if code != want || !e.Wrote {
			t.Errorf("%q: %v (%s, wrote %v), want %s", name, e, code, e.Wrote, want)
		}
		clean(t, e.Error(), fmt.Sprintf("%+v", e), fmt.Sprint(errors.Unwrap(e.Err)), w.log.String())
	}
}

// TestB6_InformationalAnswersArePassedOver: a few 1xx before the answer are what RFC 9110 allows.
func TestB6_InformationalAnswersArePassedOver(t *testing.T) {
	t.Parallel()
	w := door(t, egress.Config{SandboxURL: answering(t,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")})
	if a, err := w.Send(t.Context(), tokenCall()); err != nil || a.Status != 201 || string(a.Body) != "ok" || a.Header.Get("Link") != "" {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestG2_EchoedTokensAreOverwritten: a server that quotes the token back does not hand it to the caller; no length changes.
func TestG2_EchoedTokensAreOverwritten(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(rw http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("Authorization")
		rw.Header().Set("X-Echo", "got "+token)
		rw.Header().Set("X-Kept", "1")
		body := "a " + token + " b Atza|sbx " + token + strings.TrimPrefix(token, "Bearer ")
		rw.Header().Set("Content-Length", fmt.Sprint(len(body)))
		for i := range len(body) { // in the smallest parts there are
			_, _ = io.WriteString(rw, body[i:i+1])
			if i%7 == 0 {
				_ = http.NewResponseController(rw).Flush()
			}
		}
	})
	stars := strings.Repeat("*", len(canaryAccess))
	want := "a Bearer " + stars + " b Atza|sbx Bearer " + stars + stars
	a, err := w.Send(t.Context(), apiCall())
	if err != nil || string(a.Body) != want || a.Header.Get("X-Echo") != "" || a.Header.Get("X-Kept") != "1" {
		t.Errorf("Send: %s, %v, %v", a.Body, a.Header, err)
	}
	r, err := w.Stream(t.Context(), egress.Stream{Call: apiCall()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r.Body)
	if err != nil || string(got) != want || r.Header.Get("X-Echo") != "" {
		t.Errorf("Stream: %s, %v, %v", got, r.Header, err)
	}
	_ = r.Body.Close()
	// A token endpoint answers with the refresh token that it was sent: that is its work.
	echo := sandboxed(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, canaryRefresh) })
	if a, err := echo.Send(t.Context(), tokenCall()); err != nil || string(a.Body) != canaryRefresh {
		t.Errorf("a refresh token in an answer: %+v, %v", a, err)
	}
}

func codeOf(err error) problem.Code {
	p, _ := problem.Of(err)
	return p.Code
}
