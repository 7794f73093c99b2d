package egress_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// capture is a server that keeps what stood on the wire.
func capture(t *testing.T) (addr string, last func() string) {
	seen := make(chan string, 16)
	addr = raw(t, func(c net.Conn, r *bufio.Reader) {
		for {
			head, err := readRequest(r)
			if err != nil {
				return
			}
			seen <- head
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	return addr, func() string { return <-seen }
}

// TestB1_B2_R22_CredentialHeadersAreOurs: what a caller sends as a credential, in whatever spelling and however hidden, does not leave; ours
// does, once (attack cases B1, B2, X7).
func TestB1_B2_R22_CredentialHeadersAreOurs(t *testing.T) {
	t.Parallel()
	addr, last := capture(t)
	w := door(t, egress.Config{SandboxURL: addr})
	call := apiCall()
	call.Header = http.Header{
		"Authorization": {"Bearer theirs", "Bearer theirs-too"}, "authorization": {"theirs"}, "AUTHORIZATION": {"theirs"},
		"Prog-Clientid": {"theirs"}, "prog_clientid": {"theirs"}, "PROG-ClientId": {"theirs"}, "Prog_Other-Clientid": {"theirs"},
		"Prog-Scope": {"theirs"}, "prog_scope": {"theirs"},
		"X-Amz-Access-Token": {"theirs"}, "x_amz_security_token": {"theirs"}, "X-Amz-Date": {"theirs"}, "X-aMz-Anything": {"theirs"},
		"Proxy-Authorization": {"theirs"}, "Cookie": {"theirs"}, "Host": {"theirs"}, "Content-Length": {"7777"}, "Transfer-Encoding": {"chunked"},
		"Connection": {"close, Authorization, X-Named", "Prog-ClientId"}, "X-Named": {"theirs"}, "x_named": {"theirs"},
		"Upgrade": {"h2c"}, "Http2-Settings": {"theirs"}, "Te": {"trailers"}, "Trailer": {"Authorization"}, "Expect": {"100-continue"},
		"Keep-Alive": {"theirs"}, "X-Forwarded-For": {"10.0.0.1"}, "Forwarded": {"for=10.0.0.1"}, "Lockkeeper-Grant": {"theirs"},
		"Accept": {"application/json"}, "X-Kept": {"one", "two"}, "User-Agent": {"their-sdk/1"},
	}
	reply, err := w.Stream(t.Context(), egress.Stream{Call: call, RawQuery: "b=2&a=1&a=%7C"})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, reply.Body)
	_ = reply.Body.Close()
	head := last()
	lines := strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	if lines[0] != "GET /v2/profiles?b=2&a=1&a=%7C HTTP/1.1" {
		t.Errorf("request line %q", lines[0])
	}
	got := map[string][]string{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		got[strings.ToLower(name)] = append(got[strings.ToLower(name)], value)
	}
	want := map[string][]string{
		"host": {adsHost}, "authorization": {"Bearer " + canaryAccess}, "prog-clientid": {"amzn1.application-oa2-client.EXAMPLE"},
		"accept": {"application/json"}, "x-kept": {"one", "two"}, "user-agent": {"their-sdk/1"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("on the wire (-want +got):\n%s", d)
	}
}

// TestOwnCallsNameThemselves and add nothing that was not asked for.
func TestOwnCallsNameThemselves(t *testing.T) {
	t.Parallel()
	addr, last := capture(t)
	w := door(t, egress.Config{SandboxURL: addr})
	call := apiCall()
	call.Inject = amazon.Injection{}
	call.Query = url.Values{"a": {"1"}}
	if _, err := w.Send(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if head := last(); head != "GET /v2/profiles?a=1 HTTP/1.1\r\nHost: "+adsHost+"\r\nUser-Agent: lockkeeper\r\n\r\n" {
		t.Errorf("on the wire: %q", head)
	}
	// A caller's call without a User-Agent gets none of ours.
	reply, err := w.Stream(t.Context(), egress.Stream{Call: call})
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if head := last(); strings.Contains(head, "User-Agent") {
		t.Errorf("on the wire: %q", head)
	}
}

// TestInjectedBodies: fields keep their order, a token's bar is percent-encoded in a form (ads-lwa 1.6) and plain in JSON.
func TestInjectedBodies(t *testing.T) {
	t.Parallel()
	type got struct{ kind, body string }
	seen := make(chan got, 1)
	w := sandboxed(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen <- got{r.Header.Get("Content-Type"), string(b)}
	})
	call := tokenCall()
	if _, err := w.Send(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	want := got{
		"application/x-www-form-urlencoded;charset=UTF-8",
		"grant_type=refresh_token&refresh_token=Atzr%7Csbxcanary-refresh-0123456789abcdef&client_secret=" + canarySecret,
	}
	if g := <-seen; g != want {
		t.Errorf("form: %q", g)
	}
	call.Inject.JSON, call.Inject.Form = []amazon.Field{
		{Name: "z", Prefix: "<", Value: secret.New(canaryRefresh)}, amazon.Plain("a\"", "line\nbreak"),
	}, nil
	if _, err := w.Send(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if g := <-seen; g != (got{"application/json", `{"z":"\u003cAtzr|sbxcanary-refresh-0123456789abcdef","a\"":"line\nbreak"}`}) {
		t.Errorf("JSON: %q", g)
	}
	call.Body = []byte("more")
	if _, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" {
		t.Errorf("two bodies: %s", code)
	}
}

// TestD7_TokensWithLineBreaksAreNotSent: a token that would end its header is refused here, and the refusal does not show it.
func TestD7_TokensWithLineBreaksAreNotSent(t *testing.T) {
	t.Parallel()
	w := sandboxed(t, func(http.ResponseWriter, *http.Request) { t.Error("it arrived") })
	for _, bad := range []string{canaryAccess + "\r\nX-Evil: 1", canaryAccess + "\n", canaryAccess + "\x00", "\x7f" + canaryAccess} {
		call := apiCall()
		call.Inject.Headers[0].Value = secret.New(bad)
		e, code := sendError(t, second(w.Send(t.Context(), call)))
		if code != "egress.request" || e.Wrote {
			t.Errorf("%v", e)
		}
		clean(t, e.Error())
	}
	for _, bad := range []string{"", "a b", "a:b", "a\r\n", "ä", "(a)"} {
		call := apiCall()
		call.Header = http.Header{bad: {"x"}}
		if _, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" {
			t.Errorf("header %q: %s", bad, code)
		}
		call = apiCall()
		call.Header = http.Header{"X-Ok": {"a\r\nEvil: 1"}}
		if _, code := sendError(t, second(w.Send(t.Context(), call))); code != "egress.request" {
			t.Errorf("a value with a line break: %s", code)
		}
	}
}

// FuzzOutgoing holds that nothing of a caller's header breaks the head or brings a credential along.
func FuzzOutgoing(f *testing.F) {
	for _, s := range [][2]string{{"Authorization", "x"}, {"x_amz_date", "x"}, {"Connection", "Authorization"}, {"A", "b\r\nAuthorization: theirs"}} {
		f.Add(s[0], s[1])
	}
	d, err := egress.New(egress.Config{Programs: []amazon.Program{program{}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		call := apiCall()
		call.Header = http.Header{name: {value}, "X-Other": {"1"}}
		out, err := egress.Outgoing(d, &call)
		if err != nil {
			return
		}
		seen := 0
		for line := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			k, v, ok := strings.Cut(line, ": ")
			flat := strings.ToLower(strings.ReplaceAll(k, "_", "-"))
			if !ok || strings.ContainsAny(line, "\r\n\x00") || strings.HasPrefix(flat, "x-amz-") || flat == "connection" {
				t.Errorf("%q may leave", line)
			}
			if flat == "authorization" {
				seen++
				if v != "Bearer "+canaryAccess {
					t.Errorf("%q may leave", line)
				}
			}
		}
		if seen != 1 {
			t.Errorf("Authorization leaves %d times", seen)
		}
	})
}
