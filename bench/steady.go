//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A constant rate, and over how many connections it is sent.
const (
	steadyRate  = 4000
	steadyConns = 128
)

// steady sends requests at a constant rate, whatever comes back, and counts each one's time from when it was to be sent: who
// stands still for a while is charged for all that had to wait meanwhile (no "coordinated omission").
func steady(t target, rate int, d time.Duration, p *process) (sample, error) {
	var (
		next  atomic.Int64
		group sync.WaitGroup
		mu    sync.Mutex
		times []time.Duration
		fail  error
		s     sample
	)
	links := make([]*link, steadyConns)
	for i := range links {
		l, err := t.dial()
		if err != nil {
			return s, err
		}
		defer func() { _ = l.Close() }()
		if err := l.exchange(t.request); err != nil { // opens what the measured process needs for it
			return s, err
		}
		links[i] = l
	}
	most := int64(d.Seconds() * float64(rate))
	before, began := p.cpu(), time.Now()
	for _, l := range links {
		group.Go(func() {
			var own []time.Duration
			var err error
			for n := next.Add(1); err == nil && n <= most; n = next.Add(1) {
				due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
				time.Sleep(time.Until(due))
				err = l.exchange(t.request)
				own = append(own, time.Since(due))
			}
			mu.Lock()
			defer mu.Unlock()
			times, fail = append(times, own...), errors.Join(fail, err)
		})
	}
	group.Wait()
	if fail != nil {
		return s, fail
	}
	slices.Sort(times)
	s.sent = len(times) + steadyConns
	s.cpu = float64(p.cpu()-before) / 1e3 / float64(len(times))
	s.rate = float64(len(times)) / time.Since(began).Seconds()
	s.p50, s.p99 = float64(times[len(times)/2])/1e3, float64(times[len(times)*99/100])/1e3
	return s, nil
}

// A flood is what streaming large answers takes.
type flood struct {
	sample
	before, after int64 // resident bytes of the measured process
}

const (
	floodSize  = 1 << 20
	floodConns = 16
)

// floodRequest asks the upstream of this bench for floodSize bytes.
func floodRequest(pass string) []byte {
	return fmt.Appendf(nil, "GET /sp/budgetRules?pageSize=%d HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nAmazon-Advertising-API-Scope: %s\r\n\r\n", floodSize, pass, profileID)
}

// measureExtras measures, beside each other, who keeps pace at a constant rate and who streams large answers. It tells how many
// requests the gateway was sent.
func measureExtras(s settings, procs map[string]*process, r *report) (int, error) {
	sent := 0
	pass := procs["gateway"].pass
	paces := map[string][]sample{}
	floods := map[string][]flood{}
	for range s.rounds {
		for _, name := range []string{"nginx", "gateway"} {
			p := procs[name]
			if s.only != "" && s.only != name {
				continue
			}
			pace, err := steady(target{addr: p.addr, request: requestFor("GET", pass)}, steadyRate, 4*s.slice, p)
			if err != nil {
				return sent, fmt.Errorf("%s at a constant rate: %w", name, err)
			}
			paces[name] = append(paces[name], pace)
			f := flood{}
			if f.before, err = resident(p.cmd.Process.Pid); err != nil {
				return sent, err
			}
			if f.sample, err = load(target{addr: p.addr, request: floodRequest(pass)}, floodConns, 2*s.slice, p); err != nil {
				return sent, fmt.Errorf("%s streaming: %w", name, err)
			}
			if f.after, err = resident(p.cmd.Process.Pid); err != nil {
				return sent, err
			}
			floods[name] = append(floods[name], f)
			if name == "gateway" {
				sent += pace.sent + f.sent
			}
		}
	}
	r.paces, r.floods = map[string]sample{}, map[string]flood{}
	for name, all := range paces {
		r.paces[name] = median(all)
		var samples []sample
		for _, f := range floods[name] {
			samples = append(samples, f.sample)
		}
		r.floods[name] = flood{median(samples), floods[name][0].before, floods[name][len(all)-1].after}
	}
	return sent, nil
}
