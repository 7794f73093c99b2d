package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

func open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join(t.TempDir(), "data")
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(s *store.Store, ctx context.Context, name, value string) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, $2)`, name, value)
		return err
	})
}

func count(t testing.TB, s *store.Store) int {
	t.Helper()
	var n int
	if err := s.Read().QueryRow(`SELECT count(*) FROM meta`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFailureUndoesOnlyItsOwnChanges(t *testing.T) {
	t.Parallel()
	var largest atomic.Int64
	s := open(t, store.Config{Observe: func(b store.Batch) { largest.Store(max(largest.Load(), int64(b.Writes))) }})
	mine := errors.New("mine")
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := s.Write(t.Context(), func(tx *sql.Tx) error {
				if _, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ($1, 'x')`, strconv.Itoa(i)); err != nil {
					return err
				}
				if i%3 == 0 {
					return fmt.Errorf("number %d: %w", i, mine)
				}
				return nil
			})
			if (i%3 == 0) != errors.Is(err, mine) {
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := count(t, s); got != 133 {
		t.Errorf("%d rows, want 133", got)
	}
	if largest.Load() < 2 {
		t.Error("no two writes shared a transaction")
	}
}

func TestANameTakenIsTold(t *testing.T) {
	t.Parallel()
	s := open(t, store.Config{})
	if err := put(s, t.Context(), "a", "1"); err != nil {
		t.Fatal(err)
	}
	if err := put(s, t.Context(), "a", "2"); !store.IsTaken(err) {
		t.Errorf("second insert: %v", err)
	}
}

// A caller that goes away while it waits gets its context's error, and its write has not happened and will not.
func TestACancelledCallerLosesOnlyItsTurn(t *testing.T) {
	t.Parallel()
	s := open(t, store.Config{})
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Write(t.Context(), func(tx *sql.Tx) error {
			close(entered)
			<-release
			_, err := tx.Exec(`INSERT INTO meta (name, value) VALUES ('holder', '')`)
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error)
	go func() { cancelled <- put(s, ctx, "gone", "") }()
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled caller got %v", err)
	}
	close(release)
	wg.Wait()
	if got := count(t, s); got != 1 {
		t.Errorf("%d rows, want the holder's alone", got)
	}
}

// A statement interrupted by its caller's context makes SQLite give up the whole shared transaction; the neighbours must
// still be written, once each.
func TestANeighboursInterruptLosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, store.Config{})
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var once sync.Once // fn may run again, alone
	wg.Go(func() {
		_ = s.Write(t.Context(), func(*sql.Tx) error { once.Do(func() { close(entered) }); <-release; return nil })
	})
	<-entered
	for i := range 10 {
		wg.Go(func() {
			if err := put(s, t.Context(), "n"+strconv.Itoa(i), ""); err != nil {
				t.Errorf("neighbour %d: %v", i, err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wg.Go(func() {
		err := s.Write(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)
				SELECT 'big' || i, '' FROM n`)
			return err
		})
		if err == nil {
			t.Error("an endless insert ended")
		}
	})
	close(release)
	wg.Wait()
	if got := count(t, s); got != 10 {
		t.Errorf("%d rows, want the 10 neighbours'", got)
	}
}

func TestAPanicIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	s := open(t, store.Config{})
	func() {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = s.Write(t.Context(), func(*sql.Tx) error { panic("mine") })
	}()
	if err := put(s, t.Context(), "after", ""); err != nil {
		t.Error(err)
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var ok atomic.Int64
	for i := range 100 {
		wg.Go(func() {
			switch err := put(s, t.Context(), strconv.Itoa(i), ""); {
			case err == nil:
				ok.Add(1)
			case !errors.Is(err, store.ErrClosed):
				t.Error(err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := put(s, t.Context(), "late", ""); !errors.Is(err, store.ErrClosed) {
		t.Errorf("writing after Close: %v", err)
	}
	again := open(t, store.Config{Dir: dir})
	if got := count(t, again); int64(got) != ok.Load() {
		t.Errorf("%d rows, %d writes were acknowledged", got, ok.Load())
	}
}

// D2: a full disk refuses by name, undoes nothing that was acknowledged, and works again once there is room.
func TestD2_DiskFull(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, store.Config{Dir: dir, MaxPages: 200})
	big := string(make([]byte, 64<<10))
	written := 0
	var err error
	for ; written < 100 && err == nil; written++ {
		err = put(s, t.Context(), "row"+strconv.Itoa(written), big)
	}
	if p, ok := problem.Of(err); !ok || p.Code != "store.disk_full" {
		t.Fatalf("after %d rows: %v", written, err)
	}
	if got := count(t, s); got != written-1 {
		t.Errorf("%d rows, %d were acknowledged", got, written-1)
	}
	if err := s.Write(t.Context(), func(tx *sql.Tx) error { _, err := tx.Exec(`DELETE FROM meta`); return err }); err != nil {
		t.Fatal(err)
	}
	if err := put(s, t.Context(), "after", big); err != nil {
		t.Errorf("after making room: %v", err)
	}
}

// D2: a full disk for one member of a shared transaction leaves the small writes beside it standing.
func TestD2_DiskFullForOneIsNotForAll(t *testing.T) {
	t.Parallel()
	s := open(t, store.Config{MaxPages: 120}) // what the tables take, and room for small rows
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var once sync.Once // fn may run again, alone
	wg.Go(func() {
		_ = s.Write(t.Context(), func(*sql.Tx) error { once.Do(func() { close(entered) }); <-release; return nil })
	})
	<-entered
	for i := range 20 {
		wg.Go(func() {
			value := "small"
			if i == 10 {
				value = string(make([]byte, 1<<20))
			}
			err := put(s, t.Context(), strconv.Itoa(i), value)
			if (err != nil) != (i == 10) {
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	close(release)
	wg.Wait()
	if got := count(t, s); got != 19 {
		t.Errorf("%d rows, want 19", got)
	}
}

// D2: a flush that fails is told to everybody who shared it, and nothing of it is there.
func TestD2_FsyncError(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	s := open(t, store.Config{FaultFlush: func() error {
		if broken.Load() {
			return os.ErrDeadlineExceeded
		}
		return nil
	}})
	broken.Store(true)
	if err := put(s, t.Context(), "lost", ""); err == nil {
		t.Error("acknowledged without a flush")
	}
	broken.Store(false)
	if err := put(s, t.Context(), "kept", ""); err != nil {
		t.Error(err)
	}
	if got := count(t, s); got != 1 {
		t.Errorf("%d rows, want 1", got)
	}
}

func benchmarkWrites(b *testing.B, flush time.Duration) {
	var commits atomic.Int64
	s := open(b, store.Config{
		Observe: func(store.Batch) { commits.Add(1) },
		FaultFlush: func() error {
			if flush > 0 {
				time.Sleep(flush)
			}
			return nil
		},
	})
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	var n atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := put(s, context.Background(), strconv.FormatInt(n.Add(1), 10), "value"); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
	b.ReportMetric(float64(b.N)/float64(commits.Load()), "writes/commit")
}

// The aim is 8,000 a second from 64 goroutines; a slow disk is simulated, since a virtual one flatters.
func BenchmarkWrite64(b *testing.B)             { benchmarkWrites(b, 0) }
func BenchmarkWrite64SlowFlush5ms(b *testing.B) { benchmarkWrites(b, 5*time.Millisecond) }
