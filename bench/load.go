//go:build linux

package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A target is where load goes, and with what.
type target struct {
	addr    string
	roots   *x509.CertPool // for TLS; nil for none
	request []byte
}

// A sample is one measurement.
type sample struct {
	sent     int
	rate     float64 // requests a second
	p50, p99 float64 // microseconds
	cpu      float64 // microseconds a request, of the process measured
}

// load keeps conns connections busy for a while. The generator is as plain as can be, since it shares its core with the upstream.
func load(t target, conns int, d time.Duration, p *process) (sample, error) {
	links := make([]*link, conns)
	for i := range links {
		l, err := t.dial()
		if err != nil {
			return sample{}, err
		}
		defer func() { _ = l.Close() }()
		links[i] = l
	}
	var (
		over  atomic.Bool
		group sync.WaitGroup
		mu    sync.Mutex
		times []time.Duration
		fail  error
		s     sample
	)
	before, began := time.Duration(0), time.Now()
	if p != nil {
		before = p.cpu()
	}
	time.AfterFunc(d, func() { over.Store(true) })
	for _, l := range links {
		group.Go(func() {
			var own []time.Duration
			var err error
			for last := time.Now(); err == nil && !over.Load(); {
				err = l.exchange(t.request)
				now := time.Now()
				own = append(own, now.Sub(last))
				last = now
			}
			mu.Lock()
			defer mu.Unlock()
			times, fail = append(times, own...), errors.Join(fail, err)
		})
	}
	group.Wait()
	took := time.Since(began)
	if fail != nil {
		return s, fail
	}
	s.sent = len(times)
	if p != nil {
		s.cpu = float64(p.cpu()-before) / 1e3 / float64(s.sent)
	}
	slices.Sort(times)
	s.rate = float64(s.sent) / took.Seconds()
	s.p50, s.p99 = float64(times[len(times)/2])/1e3, float64(times[len(times)*99/100])/1e3
	return s, nil
}

// A link is one connection of the load.
type link struct {
	net.Conn
	r *bufio.Reader
}

func (t target) dial() (*link, error) {
	c, err := net.Dial("tcp", t.addr)
	if err != nil {
		return nil, err
	}
	if t.roots != nil {
		c = tls.Client(c, &tls.Config{RootCAs: t.roots, ServerName: host})
	}
	return &link{c, bufio.NewReaderSize(c, 16<<10)}, nil
}

var contentLength = []byte("content-length:")

// exchange sends a request and reads the answer, which must be a 200 with a length.
func (l *link) exchange(request []byte) error {
	if _, err := l.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := l.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && (len(line) < 12 || string(line[9:12]) != "200") {
			rest, _ := l.r.Peek(l.r.Buffered())
			return fmt.Errorf("answer %q %q", line, rest)
		}
		if len(line) == 2 {
			break
		}
		if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):]))); err != nil {
				return err
			}
		}
	}
	if length <= 0 {
		return errors.New("an answer without a length, or empty")
	}
	_, err := io.CopyN(io.Discard, l.r, int64(length))
	return err
}

// median takes the median of every figure; what was sent is added up.
func median(all []sample) sample {
	pick := func(f func(sample) float64) float64 {
		v := make([]float64, len(all))
		for i, s := range all {
			v[i] = f(s)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	m := sample{
		rate: pick(func(s sample) float64 { return s.rate }), cpu: pick(func(s sample) float64 { return s.cpu }),
		p50: pick(func(s sample) float64 { return s.p50 }), p99: pick(func(s sample) float64 { return s.p99 }),
	}
	for _, s := range all {
		m.sent += s.sent
	}
	return m
}
