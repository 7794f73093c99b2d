package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// Starting on a folder that is there is part of the start's 150 ms (performance aims).
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		s, err := store.Open(context.Background(), store.Config{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// A row of the size that a refresh writes, in place, as 64 at once do.
func BenchmarkUpdate1KB64(b *testing.B) {
	s := open(b, store.Config{})
	value := make([]byte, 1024)
	_, _ = rand.Read(value)
	for i := range 1000 {
		if err := put(s, context.Background(), strconv.Itoa(i), string(value)); err != nil {
			b.Fatal(err)
		}
	}
	var n atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			name := strconv.FormatInt(n.Add(1)%1000, 10)
			err := s.Write(context.Background(), func(tx *sql.Tx) error {
				_, err := tx.Exec(`UPDATE meta SET value = $1 WHERE name = $2`, string(value), name)
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
