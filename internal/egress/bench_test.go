package egress_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
)

// benchmarkExchange streams calls one after the other; the server's cost is in the figure too.
func benchmarkExchange(b *testing.B, method string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				r := bufio.NewReader(c)
				answer := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024)
				for {
					if _, err := readRequest(r); err != nil {
						return
					}
					_, _ = io.WriteString(c, answer)
				}
			}()
		}
	}()
	d, err := egress.New(egress.Config{Programs: []amazon.Program{program{}}, SandboxURL: "http://" + l.Addr().String()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	call := apiCall()
	call.Method = method
	if method == "POST" {
		call.Body = []byte(strings.Repeat("y", 2048))
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := d.Stream(b.Context(), egress.Stream{Call: call})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Fatal(err)
		}
		_ = r.Body.Close()
	}
}
