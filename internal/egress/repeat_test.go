package egress_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A seen is what came of one call: what left, and what came back.
type seen struct {
	Request   []string // its lines, sorted, since headers leave in no order
	Status    int
	Body      string
	Truncated bool
	Retry     string
	Code      problem.Code
	Wrote     bool
}

// once starts a server with one answer, asks it by way of ask, and tells what was seen.
func once(t *testing.T, answer string, g snapshot.Grant, ask func(amazon.Asker) (*amazon.Answer, error)) seen {
	t.Helper()
	request := make(chan string, 1)
	url := raw(t, func(c net.Conn, r *bufio.Reader) {
		head, err := readRequest(r)
		if err != nil {
			return
		}
		request <- head
		_, _ = io.WriteString(c, answer)
	})
	w := door(t, egress.Config{SandboxURL: url})
	token := snapshot.Token{Access: secret.New(canaryAccess), Generation: 1, Expires: time.Now().Add(time.Hour)}
	var out seen
	got, err := ask(w.For(g, program{}, func() (snapshot.Token, bool) { return token, true }))
	if err != nil {
		e, code := sendError(t, err)
		out.Code, out.Wrote = code, e.Wrote
		clean(t, err.Error(), w.log.String())
	} else {
		out.Status, out.Body, out.Truncated, out.Retry = got.Status, string(got.Body), got.Truncated, got.Header.Get("Retry-After")
	}
	select {
	case head := <-request:
		out.Request = strings.Split(head, "\r\n")
		slices.Sort(out.Request[1:])
	default:
	}
	return out
}

// TestRepeat holds that a call that is repeated leaves as any other does, and that every answer to it means the same.
func TestRepeat(t *testing.T) {
	t.Parallel()
	g := grantOf("g")
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\nX-A: " + canaryAccess + "\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\ntoo long for what is asked of it, by far",
		"HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n" + canaryAccess,
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\n\r\nuntil the end",
		"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "HTTP/1.1 200 OK\r\nX-", "hello", "",
	} {
		for _, path := range []string{"/messages/1", "//evil.example/", "/a?b", "/" + strings.Repeat("x", 20_000)} {
			call := amazon.Call{
				Method: http.MethodPost, Path: path, Header: http.Header{"Accept": {"a/b"}, "Cookie": {"no"}}, Body: []byte("hello"), Limit: 38, Timeout: 10 * time.Second,
			}
			want := once(t, answer, g, func(a amazon.Asker) (*amazon.Answer, error) { return a.Ask(t.Context(), canon.NA, call) })
			got := once(t, answer, g, func(a amazon.Asker) (*amazon.Answer, error) {
				r := a.(amazon.Repeater).Repeat(canon.NA, call)
				t.Cleanup(r.End)
				return r.Ask(t.Context(), path)
			})
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%.40q to %.40q: (-once +repeated)\n%s", answer, path, d)
			}
		}
	}
}

// TestRepeatAgain holds that each of many calls has its own path and the token that is good then, on one connection, and that nothing of an
// answer stays for the next.
func TestRepeatAgain(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	w := door(t, egress.Config{SandboxURL: raw(t, func(c net.Conn, r *bufio.Reader) {
		for conns.Add(1); ; {
			head, err := readRequest(r)
			if err != nil {
				return
			}
			path, token := strings.Fields(head)[1], head[strings.Index(head, "Bearer ")+len("Bearer "):]
			token, _, _ = strings.Cut(token, "\r\n")
			body := path + " " + token[len(token)-1:]
			if path == "/gone" {
				_, _ = io.WriteString(c, "HTTP/1.1 400 Bad\r\nX-A: b\r\nContent-Length: 4\r\n\r\nGone")
				continue
			}
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	})})
	token := snapshot.Token{Access: secret.New(canaryAccess + "1"), Generation: 1, Expires: time.Now().Add(time.Hour)}
	good := true
	r := w.For(grantOf("g"), program{}, func() (snapshot.Token, bool) { return token, good }).(amazon.Repeater).Repeat(canon.NA, amazon.Call{Method: http.MethodPost, Body: []byte("hello")})
	ask := func(path, want string) {
		t.Helper()
		if a, err := r.Ask(t.Context(), path); err != nil || string(a.Body) != want || a.Took <= 0 {
			t.Errorf("%s: %+v, %v; want %q", path, a, err, want)
		}
	}
	ask("/a/long/one", "/a/long/one 1")
	ask("/b", "/b 1")
	ask("/gone", "Gone")
	ask("/c", "/c 1")
	token.Access, token.Generation = secret.New(canaryAccess+"2"), 2
	ask("/d", "/d 2")
	r.End()
	ask("/e", "/e 2")
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	good = false
	if e, code := sendError(t, second(r.Ask(t.Context(), "/f"))); code != "egress.no_token" || e.Wrote {
		t.Error(e)
	}
}

// FuzzPlain holds that what passes for a plain answer is, read in full, an answer of the same bytes.
func FuzzPlain(f *testing.F) {
	for _, s := range append(heads, "HTTP/1.1 200 OK\r\nA: b\r\ncontent-length:\t2 \r\n\r\nokHTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok") {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		body, left, ok := egress.Plain(wire, 1000)
		if !ok {
			if left != len(wire) {
				t.Fatalf("%q: it is not plain, and %d bytes of it are gone", wire, len(wire)-left)
			}
			return
		}
		full, err := egress.Understand(wire, true)
		if err != nil || full.Status != http.StatusOK || full.Chunked || full.Header["Connection"] != nil {
			t.Fatalf("%q: taken for plain, and in full it is %+v, %v", wire, full, err)
		}
		if n := int64(len(body)); n != max(full.Length, 0) || string(wire[len(wire)-left-len(body):len(wire)-left]) != string(body) {
			t.Fatalf("%q: body %q, in full %d bytes", wire, body, full.Length)
		}
	})
}
