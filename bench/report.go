//go:build linux

package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"time"
)

// A report is everything that was measured.
type report struct {
	settings    settings
	cells       map[cell]sample
	sent        int // through the gateway
	paces       map[string]sample
	floods      map[string]flood
	vend        map[string]sample
	refresh     refreshed
	refreshSlow refreshed // with slowFlush
	devOnce     time.Duration
	firstAnswer time.Duration
	startCPU    time.Duration
	resident    int64
	links       []linkRun       // sorted by time
	detect      []time.Duration // sorted
	paapi       map[string]sample
	appkey      map[string][]appRun
	push        map[string][]pushed
	sandbox     *sandboxed
	listing     map[string]listed
	listedBytes int64 // of Amazon's answers to one listing
	reported    *reported
}

func contains(list, name string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if part == name {
			return true
		}
	}
	return false
}

// text is the report as Markdown.
func (r *report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Speed

Written by `+"`make bench`"+`. %d cores, %s, loopback, %d interleaved rounds of %v, medians. What is measured has one core to itself, load
and upstream share the other. Absolute figures drift from machine to machine; ratios within one run scatter by about 15%%.

`, onlineCores(), runtime.Version(), r.settings.rounds, r.settings.slice)
	if r.cells != nil {
		fmt.Fprintf(&b, `## Calls through the gateway

The gateway runs with pass check, policy, limits, access log, counts of use and metrics. Each of the three records held all of the %d requests sent
through it. nginx and haproxy have one worker and their access log on, as has Caddy where the system serves it; ReverseProxy is Go's, tuned, with neither log nor rights. GET answers 1 KB,
POST sends 2 KB and gets 1 KB.

`, r.sent)
		r.ratios(&b)
		r.extras(&b)
		for _, secure := range []bool{true, false} {
			r.table(&b, secure)
		}
	}
	r.others(&b)
	return b.String()
}

// ratios sums up: geometric means over both methods at 16 and 64 connections, nginx = 1.00.
func (r *report) ratios(b *strings.Builder) {
	fmt.Fprint(b, "nginx = 1.00, geometric mean of both methods at 16 and 64 connections:\n\n")
	fmt.Fprint(b, "| | TLS upstream: CPU | requests/s | plain upstream: CPU | requests/s |\n|---|--:|--:|--:|--:|\n")
	for _, name := range subjects[1:] {
		if _, measured := r.cells[cell{name, true, "GET", 1}]; !measured {
			continue
		}
		fmt.Fprintf(b, "| %s |", name)
		for _, secure := range []bool{true, false} {
			fmt.Fprintf(b, " %.2f | %.2f |", r.ratio(name, secure, func(s sample) float64 { return s.cpu }), r.ratio(name, secure, func(s sample) float64 { return s.rate }))
		}
		fmt.Fprintln(b)
	}
	at := func(name string) float64 { return r.cells[cell{name, true, "GET", 1}].p50 }
	fmt.Fprintf(b, "\nAdded to a direct call at one connection (TLS, GET, p50): nginx %.0f us, gateway %.0f us: %.2f times as much.\n\n",
		at("nginx")-at("direct"), at("gateway")-at("direct"), (at("gateway")-at("direct"))/(at("nginx")-at("direct")))
}

// extras are the constant rate and the large answers.
func (r *report) extras(b *strings.Builder) {
	fmt.Fprintf(b, "At a constant %d requests/s (TLS, GET, %d connections, each request's time counted from when it was due):\n\n", steadyRate, steadyConns)
	fmt.Fprint(b, "| | requests/s kept | p50 us | p99 us | CPU us a request |\n|---|--:|--:|--:|--:|\n")
	for _, name := range subjects {
		if s, ok := r.paces[name]; ok {
			fmt.Fprintf(b, "| %s | %.0f | %.0f | %.0f | %.1f |\n", name, s.rate, s.p50, s.p99, s.cpu)
		}
	}
	if n, g := r.paces["nginx"], r.paces["gateway"]; n.p99 > 0 {
		fmt.Fprintf(b, "| gateway to nginx | | %.2f | %.2f | %.2f |\n", g.p50/n.p50, g.p99/n.p99, g.cpu/n.cpu)
	}
	fmt.Fprintf(b, "\nAnswers of 1 MiB, streamed (TLS, %d connections):\n\n| | MiB/s | CPU us an answer | resident before | after |\n|---|--:|--:|--:|--:|\n", floodConns)
	for _, name := range subjects {
		if f, ok := r.floods[name]; ok {
			fmt.Fprintf(b, "| %s | %.0f | %.0f | %.1f MB | %.1f MB |\n", name, f.rate, f.cpu, float64(f.before)/1e6, float64(f.after)/1e6)
		}
	}
	fmt.Fprintln(b)
}

func (r *report) ratio(name string, secure bool, of func(sample) float64) float64 {
	sum, n := 0.0, 0
	for _, m := range methods {
		for _, conns := range []int{16, 64} {
			sum += math.Log(of(r.cells[cell{name, secure, m, conns}]) / of(r.cells[cell{"nginx", secure, m, conns}]))
			n++
		}
	}
	return math.Exp(sum / float64(n))
}

func (r *report) table(b *strings.Builder, secure bool) {
	title := "Plain upstream"
	if secure {
		title = "TLS upstream"
	}
	fmt.Fprintf(b, "### %s\n\n| | connections | requests/s | p50 us | p99 us | CPU us a request |\n|---|--:|--:|--:|--:|--:|\n", title)
	for _, m := range methods {
		for _, conns := range connections {
			for _, name := range subjects {
				s, measured := r.cells[cell{name, secure, m, conns}]
				if !measured {
					continue
				}
				cpu := "-"
				if name != "direct" {
					cpu = fmt.Sprintf("%.1f", s.cpu)
				}
				fmt.Fprintf(b, "| %s %s | %d | %.0f | %.0f | %.0f | %s |\n", m, name, conns, s.rate, s.p50, s.p99, cpu)
			}
		}
	}
	fmt.Fprintln(b)
}

func (r *report) others(b *strings.Builder) {
	if r.vend != nil {
		n, g := r.vend["nginx"], r.vend["gateway"]
		fmt.Fprintf(b, "## Tokens\n\nVending a token of ours at `/auth/o2/token`, 16 connections: %.0f a second, %.1f us CPU each, p99 %.0f us. nginx `return` of as many bytes: %.0f a second. Ratio %.2f.\n\n",
			g.rate, g.cpu, g.p99, n.rate, g.rate/n.rate)
	}
	if r.refresh.Refreshes > 0 {
		fmt.Fprintf(b, `## Refreshes

Whole protocol against the sandbox (policy strict) in a process of its own, 256 grants at once, SQLite with synchronous=FULL, both
sharing %d cores. Each refresh is durable and brings a rotated refresh token. A million grants at 55 minutes need 303 a second.

| | refreshes/s | CPU us each | Lockkeeper's own | sandbox's | cores had |
|---|--:|--:|--:|--:|--:|
`, onlineCores())
		r.refreshes(b, "this disk", r.refresh)
		r.refreshes(b, fmt.Sprintf("each flush %v slower", slowFlush), r.refreshSlow)
		fmt.Fprintln(b)
	}
	if r.firstAnswer > 0 {
		fmt.Fprintf(b, "## Start and memory\n\n| | |\n|---|--:|\n| `serve` with %d grants, start to first answer | %d ms, %d ms of CPU |\n| resident after 3 s | %.1f MB |\n| `dev --once`, once built | %.1f s |\n\n",
			grantsKept, r.firstAnswer.Milliseconds(), r.startCPU.Milliseconds(), float64(r.resident)/1e6, r.devOnce.Seconds())
	}
	r.translated(b)
	r.tagged(b)
	r.looked(b)
	r.apps(b)
	r.pushes(b)
	r.sandboxes(b)
	r.listings(b)
	r.reports(b)
	if host, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Fprintf(b, "Load average when this was written: %s. Above the number of cores, the figures are of a busy machine.\n", strings.Fields(string(host))[0])
	}
}

func (r *report) refreshes(b *strings.Builder, disk string, f refreshed) {
	fmt.Fprintf(b, "| %s | %.0f | %.0f | %.0f | %.0f | %.1f |\n", disk, float64(f.Refreshes)/f.Seconds, f.each(f.CPU+f.Sandbox), f.each(f.CPU), f.each(f.Sandbox), (f.CPU+f.Sandbox)/f.Seconds)
}
