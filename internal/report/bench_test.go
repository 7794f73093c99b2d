package report_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/report"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

const million = 1_000_000

// A bigAmazon has one report of a million rows, which it makes while it is read.
type bigAmazon struct{}

func (bigAmazon) Ask(context.Context, canon.Region, amazon.Call, ...amazon.Field) (*amazon.Answer, error) {
	return &amazon.Answer{Status: http.StatusOK, Body: []byte(`{"reportId":"r","status":"COMPLETED","url":"https://x/y"}`)}, nil
}

func (bigAmazon) Fetch(context.Context, canon.Region, string) (*amazon.File, error) {
	r, w := io.Pipe()
	go func() {
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		_, _ = io.WriteString(z, "[")
		for i := range million {
			comma := ","
			if i == 0 {
				comma = ""
			}
			_, _ = fmt.Fprintf(z, `%s{"date":"2026-11-%02d","campaignId":%d,"campaignName":"Campaign %d","adGroupId":%d,"adGroupName":"Group %d","keywordId":%d,"targeting":"word %d","matchType":"EXACT",`+
				`"searchTerm":"what somebody typed %d","impressions":%d,"clicks":%d,"cost":%d.%02d,"purchases7d":%d,"sales7d":%d.99}`,
				comma, 1+i%10, 1_000_000_000_000+i%500, i%500, 2_000_000_000_000+i%5000, i%5000, 3_000_000_000_000+i%100_000, i%100_000, i, i%1000, i%50, i%90, i%100, i%3, i%300)
		}
		_, _ = io.WriteString(z, "]")
		_ = z.Close()
		_ = w.Close()
	}()
	return &amazon.File{Status: http.StatusOK, Length: -1, Body: r}, nil
}

// BenchmarkMillionRows reads a report of a million rows from Amazon, keeps it and writes it as Parquet.
func BenchmarkMillionRows(b *testing.B) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	snap := snapshot.New()
	at := canon.Account{ID: "1", Region: canon.NA, Currency: "USD", Timezone: "UTC", Kind: canon.Seller}
	snap.PublishGrant(snapshot.Grant{ID: grantID, Name: "shop", Program: "ads", Realm: amazon.Sandbox, Accounts: []canon.Account{at}})
	g, _ := snap.Grant(grantID)
	for b.Loop() {
		st, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		var runner *jobs.Runner
		s, err := report.New(report.Config{
			Store: st, Program: ads.New(), Grants: snap, Asker: func(*snapshot.Grant) report.Asker { return bigAmazon{} },
			Now: func() time.Time { now = now.Add(time.Second); return now }, Poke: func() { runner.Poke() }, Workers: 1,
		})
		if err != nil {
			b.Fatal(err)
		}
		runner = jobs.New(jobs.Config{Kinds: s.Kinds()[:1], Tick: time.Millisecond, Now: func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }})
		var peak atomic.Uint64
		ctx, cancel := context.WithCancel(b.Context())
		go func() {
			for tick := time.NewTicker(20 * time.Millisecond); ; {
				select {
				case <-ctx.Done():
					tick.Stop()
					return
				case <-tick.C:
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak.Store(max(peak.Load(), m.HeapInuse+m.StackInuse))
				}
			}
		}()
		began := time.Now()
		j, err := s.Begin(ctx, audit.Actor{Kind: audit.System, Name: "bench"}, []report.Place{{Grant: g, Account: at}}, report.Ask{
			Level: canon.LevelSearchTerm, Start: "2026-11-01", End: "2026-11-10", Channels: []canon.Channel{canon.SponsoredProducts},
		})
		if err != nil {
			b.Fatal(err)
		}
		done := make(chan struct{})
		go func() { defer close(done); _ = runner.Run(ctx) }()
		look := time.NewTicker(10 * time.Millisecond)
		for !j.State.Ended() {
			<-look.C
			if j, err = s.Job(ctx, j.ID); err != nil {
				b.Fatal(err)
			}
		}
		look.Stop()
		kept := time.Since(began)
		read, err := s.Write(ctx, j, report.Parquet, io.Discard)
		if err != nil || read.Rows != million {
			b.Fatalf("%d rows, %v, %+v", read.Rows, err, j.Parts)
		}
		b.ReportMetric(float64(peak.Load())/(1<<20), "peak-MB")
		b.ReportMetric(kept.Seconds(), "s-to-keep")
		b.ReportMetric((time.Since(began) - kept).Seconds(), "s-to-write")
		cancel()
		<-done
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
