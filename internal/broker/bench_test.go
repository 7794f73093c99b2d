package broker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// rotating answers at once, with another refresh token each time.
type rotating struct {
	mu sync.Mutex
	n  int
}

func (r *rotating) Refresh(ctx context.Context, _ lwa.App, _ secret.Value) lwa.Result {
	wrote(ctx)
	r.mu.Lock()
	r.n++
	n := r.n
	r.mu.Unlock()
	return lwa.Result{Class: lwa.Granted, Status: 200, Wrote: true, Tokens: &lwa.Tokens{
		Access: secret.New(fmt.Sprintf("Atza|sbx%0500d", n)), Refresh: secret.New(fmt.Sprintf("Atzr|sbx%0500d", n)), ExpiresIn: time.Hour,
	}}
}

func (r *rotating) Exchange(ctx context.Context, app lwa.App, _ lwa.Code) lwa.Result {
	return r.Refresh(ctx, app, secret.Value{})
}

func (r *rotating) ClientCredentials(ctx context.Context, app lwa.App, _ ...string) lwa.Result {
	return r.Refresh(ctx, app, secret.Value{})
}

// BenchmarkDurableRefreshes is the whole protocol but the wire: claim, intent, marks, seal, commit, publish, with a rotated
// token each time. The time of one operation is that of one durable refresh.
func BenchmarkDurableRefreshes(b *testing.B) {
	const grants = 2000
	dir := b.TempDir()
	st, err := store.Open(context.Background(), store.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	br := broker.New(broker.Config{Store: st, Sealer: sealtest.New(b), Apps: newApps(), LWA: &rotating{}, Publisher: snapshot.New(), Dir: dir, Policy: broker.Strict})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- br.Run(ctx) }()
	ids := make([]id.Grant, grants)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			g, err := br.ConnectForTest(ctx, fmt.Sprintf("shop-%d", i))
			if err != nil {
				b.Error(err)
			}
			ids[i] = g.ID
		})
	}
	wg.Wait()
	b.ResetTimer()
	for done := 0; done < b.N; done += grants {
		for _, g := range ids[:min(grants, b.N-done)] {
			wg.Go(func() {
				if _, err := br.Refresh(ctx, g); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "refreshes/s")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
