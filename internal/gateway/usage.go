package gateway

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// UsageStore keeps how often each pass made each call. Rows of one key are added up. *store.Store is one.
type UsageStore interface {
	AddUsage(ctx context.Context, rows []policy.Usage) error
}

type usageKey struct {
	minute    int64
	pass      id.Pass
	grant     id.Grant
	operation string
	status    int
}

const usageShards = 16

// usage counts requests by minute until the flusher hands the counts to the store. A store that fails is tried again; what
// no longer fits is lost and counted.
type usage struct {
	store  UsageStore
	most   int // keys held at once
	onLost func(n int)
	full   atomic.Bool
	keys   atomic.Int64
	seed   maphash.Seed
	shards [usageShards]struct {
		mu     sync.Mutex
		counts map[usageKey]int64
	}
}

func newUsage(store UsageStore, most int, onLost func(n int)) *usage {
	u := &usage{store: store, most: most, onLost: onLost, seed: maphash.MakeSeed()}
	for i := range u.shards {
		u.shards[i].counts = map[usageKey]int64{}
	}
	return u
}

func (u *usage) add(at time.Time, pass id.Pass, grant id.Grant, operation string, status int) {
	if u.store == nil {
		return
	}
	u.put(usageKey{at.Unix() / 60, pass, grant, operation, status}, 1)
}

func (u *usage) put(k usageKey, n int64) {
	s := &u.shards[maphash.Comparable(u.seed, k)%usageShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.counts[k]; !known {
		if u.keys.Load() >= int64(u.most) {
			u.full.Store(true)
			u.onLost(int(n))
			return
		}
		u.keys.Add(1)
	}
	s.counts[k] += n
}

// flush hands all counts to the store.
func (u *usage) flush(ctx context.Context) error {
	if u.store == nil {
		return nil
	}
	var rows []policy.Usage
	for i := range u.shards {
		s := &u.shards[i]
		s.mu.Lock()
		if len(s.counts) == 0 {
			s.mu.Unlock()
			continue
		}
		taken := s.counts
		s.counts = make(map[usageKey]int64, len(taken))
		u.keys.Add(-int64(len(taken)))
		s.mu.Unlock()
		for k, n := range taken {
			rows = append(rows, policy.Usage{
				Minute: time.Unix(k.minute*60, 0).UTC(), Pass: k.pass, Grant: k.grant, Operation: k.operation, Status: k.status, Count: n,
			})
		}
	}
	if len(rows) == 0 {
		u.full.Store(false)
		return nil
	}
	if err := u.store.AddUsage(ctx, rows); err != nil {
		for _, r := range rows {
			u.put(usageKey{r.Minute.Unix() / 60, r.Pass, r.Grant, r.Operation, r.Status}, r.Count)
		}
		return err
	}
	u.full.Store(false)
	return nil
}
