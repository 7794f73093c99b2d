//go:build linux

// Command bench measures Lockkeeper's speed beside programs that people know, in one run on one machine.
//
// Every competitor is a process of its own with one core to itself, where the machine has two, so that its CPU time can be read
// exactly; load and upstream share the other core. Rounds are interleaved and medians are taken, since absolute figures drift from
// machine to machine and day to day, and only ratios of one run mean much. The gateway runs with everything on, and nothing is
// printed if its access log, its counts of use or its metrics hold fewer requests than were sent.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type settings struct {
	rounds int
	slice  time.Duration // of one measurement
	out    string
	parts  string
	only   string
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		if err := child(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	pinSelf()
	var s settings
	flag.IntVar(&s.rounds, "rounds", 3, "interleaved rounds, of which the median counts")
	flag.DurationVar(&s.slice, "slice", 300*time.Millisecond, "length of one measurement")
	flag.StringVar(&s.out, "out", filepath.Join("docs", "reference", "performance.md"), "file to write; empty for none")
	flag.StringVar(&s.parts, "parts", "gateway,paapi,vend,refresh,serve,links,appkey,detect,push,sandbox,listing,reports", "what to measure")
	flag.StringVar(&s.only, "only", "", "measure this competitor alone, for a profile (LOCKKEEPER_BENCH_PROFILE names its file)")
	flag.Parse()
	if s.only != "" {
		s.out = ""
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	if err := run(ctx, s); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	dir, err := os.MkdirTemp("", "lkbench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r := &report{settings: s}
	for _, part := range []struct {
		name string
		run  func(context.Context, settings, string, *report) error
	}{{"gateway", measureGateway}, {"paapi", measurePAAPI}, {"vend", measureVending}, {"refresh", measureRefresh}, {"serve", measureServe}, {"links", measureLinks}, {"appkey", measureAppKey}, {"detect", measureDetect}, {"push", measurePush}, {"sandbox", measureSandbox}, {"listing", measureListing}, {"reports", measureReports}} {
		if !contains(s.parts, part.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s\n", part.name)
		sub := filepath.Join(dir, part.name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		if err := part.run(ctx, s, sub, r); err != nil {
			return fmt.Errorf("measuring %s: %w", part.name, err)
		}
	}
	text := r.text()
	fmt.Print(text)
	if s.out == "" {
		return nil
	}
	return os.WriteFile(s.out, []byte(text), 0o644)
}
