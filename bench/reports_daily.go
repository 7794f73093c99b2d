//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	adsreport "github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/server"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The world of daily reports: one region, whose queue all accounts share, and Amazon's own goal of how long a report takes (ads-lwa 7).
const (
	dailyProfiles = 500
	dailyTakes    = 15 * time.Minute
	dailyShare    = 25 // a report takes so many times as long as the machine has to do with a whole queue of them
	dailyWorld    = `
[[security_profile]]
key = "shop"

[[user]]
key = "advertiser"
consents = ["shop"]

[[ads.profile]]
user = "advertiser"
count = 500
campaigns = 2
`
)

// dailyQueues are how many unfinished reports the region takes: as many as Lockkeeper supposes at first, and fewer, which it must learn.
var dailyQueues = [...]int{100, 20}

// A daily is one run of all accounts' reports of yesterday. Times are the sandbox's.
type daily struct {
	Queue   int
	Scale   float64 // of its clock
	Reports int64   // that Amazon made
	Refused int64   // requests for more than its queue takes
	Polls   int64
	Rows    int64
	Bound   time.Duration // by the queue alone
	Took    time.Duration // from the asking until the last one was kept
	CPU     time.Duration // of both
	Clock   time.Duration // real
	Machine time.Duration // for one queue full of reports
}

// bound is how long a queue of so many takes for reports whatever Lockkeeper does: it makes a queue full at a time.
func bound(reports int64, queue int) time.Duration {
	rounds := (reports + int64(queue) - 1) / int64(queue)
	return time.Duration(rounds) * dailyTakes
}

// measureDaily has a server fetch the reports of many accounts from a sandbox in its own process, whose clock runs fast.
func measureDaily(ctx context.Context, dir string, m *reported) error {
	for _, queue := range dailyQueues {
		p, err := self(ctx, everywhere, "daily", filepath.Join(dir, fmt.Sprint("daily", queue)), strconv.Itoa(queue))
		if err != nil {
			return err
		}
		var d daily
		if err := p.stop(&d); err != nil { // its last words
			return fmt.Errorf("daily reports by a queue of %d: %w", queue, err)
		}
		if d.Reports != dailyProfiles || d.Rows == 0 {
			return fmt.Errorf("%d reports were made of %d accounts, with %d rows", d.Reports, dailyProfiles, d.Rows)
		}
		d.Bound = bound(d.Reports, queue)
		m.daily = append(m.daily, d)
	}
	return nil
}

// childDaily is sandbox and server in one, so that both have the same clock.
func childDaily(args []string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	queue, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	scenario, err := sandbox.ParseScenario(dailyWorld)
	if err != nil {
		return err
	}
	amz, err := sandbox.New(sandbox.Options{
		World:    kit.NewScenarioWorld(0, kit.RealClock(), &scenario.Scenario),
		Switches: map[string]string{"ads.report_queue": args[1], "ads.report_time": dailyTakes.String()},
	})
	if err != nil {
		return err
	}
	defer func() { _ = amz.Close() }()
	if err := reportData(ctx, args[0], amz.Now); err != nil {
		return err
	}
	s, err := server.New(ctx, server.Options{Config: reportConfig(args[0], amz.Addr()), Version: "bench", Now: amz.Now, Tick: 5 * time.Millisecond})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	h, err := newReportHouse(ctx, args[0], amz, s.Addresses().ReturnURL)
	if err != nil {
		return err
	}
	if name := os.Getenv("LOCKKEEPER_BENCH_PROFILE"); name != "" {
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	return sayAndWait(struct{}{}, func() any {
		d := daily{Queue: queue}
		if err := errors.Join(d.warm(ctx, amz, h), d.measure(ctx, amz, h)); err != nil {
			return err
		}
		stop()
		if err := <-done; err != nil {
			return err
		}
		return d
	})
}

// warm has one queue full of reports made while the clock is moved by hand. What passes is what server and sandbox have to do, on this machine
// and with all else that it does now; the clock is set so that this does not count.
func (d *daily) warm(ctx context.Context, amz *sandbox.Server, h *reportHouse) error {
	began, day := time.Now(), canon.DayOf(amz.Now(), time.UTC).Add(-3)
	var few []string
	for _, a := range h.grant.Accounts[:d.Queue] {
		few = append(few, a.ID)
	}
	go func() {
		all := kit.Filter{Match: kit.Match{Operation: "reports.create"}, Effect: "created"}
		for n := int64(0); n < int64(d.Queue) && ctx.Err() == nil; n, _ = amz.Journal().Number(all) {
			time.Sleep(5 * time.Millisecond)
		}
		amz.Advance(dailyTakes * 102 / 100)
	}()
	h.every = 10 * time.Millisecond
	_, err := h.made(ctx, adsreport.Ask{Start: day, End: day, Organizations: few, Channels: []canon.Channel{canon.SponsoredProducts}})
	d.Machine = time.Since(began)
	d.Scale = dailyTakes.Seconds() / (dailyShare * d.Machine.Seconds())
	h.every = d.Machine
	amz.Journal().Clear()
	amz.Journal().Clear()
	return err
}

// measure has the reports made while the clock runs fast.
func (d *daily) measure(ctx context.Context, amz *sandbox.Server, h *reportHouse) error {
	began, cpu := time.Now(), cpuOf(os.Getpid())
	amz.Clock().Scale(d.Scale)
	yesterday := canon.DayOf(amz.Now(), time.UTC).Add(-1)
	job, err := h.made(ctx, adsreport.Ask{Start: yesterday, End: yesterday, Channels: []canon.Channel{canon.SponsoredProducts}})
	if err != nil {
		return err
	}
	amz.Clock().Scale(1)
	d.Clock, d.CPU, d.Took, d.Rows = time.Since(began), cpuOf(os.Getpid())-cpu, job.Ended.Sub(job.Created), job.Rows
	for _, c := range []struct {
		to     *int64
		filter kit.Filter
	}{
		{&d.Reports, kit.Filter{Match: kit.Match{Operation: "reports.create"}, Effect: "created"}},
		{&d.Refused, kit.Filter{Match: kit.Match{Operation: "reports.create"}, Status: http.StatusTooManyRequests}},
		{&d.Polls, kit.Filter{Match: kit.Match{Operation: "reports.get"}}},
	} {
		if *c.to, err = amz.Journal().Number(c.filter); err != nil {
			return err
		}
	}
	return nil
}

// dailies writes what was measured of them.
func (m *reported) dailies(b *strings.Builder) {
	if len(m.daily) == 0 {
		return
	}
	fmt.Fprintf(b, `Yesterday's reports of %d accounts of one region, asked for at once: each is created, looked at, fetched and kept. Times are the sandbox's, whose clock runs so fast
that the %v of one report are %d times what this machine needs, with all else that it does, for a queue full of them: what bounds it is the queue and not the machine. Server and sandbox
are in one process. The queue allows what its length and the time of one report say: a queue full at a time. One shorter than Lockkeeper supposes is learned from refusals.

| the region's queue | it allows, at the least | taken | ratio, wanted 1.1 | refused | looks at one report | clock, times | a queue full, real | CPU of both, of so long |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
`, dailyProfiles, dailyTakes, dailyShare)
	for _, d := range m.daily {
		fmt.Fprintf(b, "| %d | %v | %v | %.3f | %d | %.1f | %.0f | %.2f s | %.1f s of %.1f |\n", d.Queue, d.Bound, d.Took.Round(time.Second), float64(d.Took)/float64(d.Bound), d.Refused,
			float64(d.Polls)/float64(d.Reports), d.Scale, d.Machine.Seconds(), d.CPU.Seconds(), d.Clock.Seconds())
	}
	b.WriteString("\n")
}
