package egress

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// leastScrubbed is the shortest secret that is looked for in answers; anything shorter would match by chance.
const leastScrubbed = 16

// scrubHeader withholds headers whose value holds one of the secrets (attack case G2).
func scrubHeader(h http.Header, secrets []string) {
	for name, values := range h {
		for _, v := range values {
			for _, s := range secrets {
				if len(v) >= len(s) && strings.Contains(v, s) {
					delete(h, name)
				}
			}
		}
	}
}

// scrubBytes overwrites the secrets in b with as many asterisks, so that no length changes.
func scrubBytes(b []byte, secrets []string) {
	for _, s := range secrets {
		scrubOne(b, []byte(s))
	}
}

func scrubOne(b, secret []byte) {
	for {
		i := bytes.Index(b, secret)
		if i < 0 {
			return
		}
		for j := range secret {
			b[i+j] = '*'
		}
		b = b[i+len(secret):]
	}
}

// A scrubber is a streamed body in which one secret is overwritten as it passes. It holds back the end of what it has read while
// that may be the beginning of the secret, so a secret cut in two by the network is found too.
type scrubber struct {
	src    io.ReadCloser
	secret []byte
	buf    []byte // read, not yet given out
	ready  int    // how much of buf may be given out
	err    error  // what src ended with
}

func scrubBody(body io.ReadCloser, secrets []string) io.ReadCloser {
	for _, s := range secrets {
		body = &scrubber{src: body, secret: []byte(s)}
	}
	return body
}

// Read implements io.Reader.
func (s *scrubber) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if s.ready == 0 && len(s.buf) == 0 && s.err == nil { // the common case: read into p, nothing held back
		n, err := s.src.Read(p)
		scrubOne(p[:n], s.secret)
		keep := 0
		if err == nil {
			keep = s.overlap(p[:n])
		}
		s.buf = append(s.buf[:0], p[n-keep:n]...)
		if n > keep || err != nil {
			return n - keep, err
		}
	}
	for s.ready == 0 && s.err == nil {
		var chunk [2048]byte
		n, err := s.src.Read(chunk[:])
		s.buf, s.err = append(s.buf, chunk[:n]...), err
		scrubOne(s.buf, s.secret)
		s.ready = len(s.buf)
		if err == nil {
			s.ready -= s.overlap(s.buf)
		}
	}
	n := copy(p, s.buf[:s.ready])
	s.buf, s.ready = s.buf[n:], s.ready-n
	if n == 0 {
		return 0, s.err
	}
	return n, nil
}

// overlap is the length of the longest end of b that begins the secret.
func (s *scrubber) overlap(b []byte) int {
	from := max(0, len(b)-len(s.secret)+1)
	for tail := b[from:]; len(tail) > 0; tail = tail[1:] {
		i := bytes.IndexByte(tail, s.secret[0])
		if i < 0 {
			return 0
		}
		if tail = tail[i:]; bytes.HasPrefix(s.secret, tail) {
			return len(tail)
		}
	}
	return 0
}

// Close implements io.Closer.
func (s *scrubber) Close() error { return s.src.Close() }
