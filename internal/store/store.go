// Package store keeps everything that Lockkeeper must not lose, in one SQLite file of its data folder.
//
// All changes go through Write: one writer runs what waits in one shared transaction and lets nobody go before that
// transaction is on disk, so that durability costs one flush for many. Reads go to a pool that sees committed state only.
// One Store satisfies the small interfaces that vault, broker, policy and operator declare; each table group has its file
// here. The SQL is written for both engines; what only SQLite understands stands in files named sqlite*.go.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Config says where the data folder is and how the store behaves.
type Config struct {
	Dir        string        // The data folder; made with mode 0700 where it does not exist. No default.
	File       string        // The database's file name within Dir. Defaults to "lockkeeper.db".
	Readers    int           // Connections for reading. Defaults to twice the processors, at least 4.
	MaxBatch   int           // Most writes that share one transaction. Defaults to 200.
	Linger     time.Duration // Longest wait for company where a flush is slow and others just wrote too. Defaults to 3 ms.
	MaxPages   int           // Largest size of the database in pages of 4 KiB, for tests of a full disk. Defaults to no limit.
	Busy       time.Duration // How long to wait for another program that holds the database. Defaults to 5 seconds.
	ReadOnly   bool          // Opens for reading alone, without taking the folder's lock. Defaults to false.
	Observe    func(Batch)   // Called by the writer after every shared transaction. Defaults to nothing.
	FaultFlush func() error  // Called before every commit, for tests: waits as a slow disk does, or fails as a broken one. Defaults to nothing.
}

// A Store is an open data folder. Its methods may be called from any goroutine.
type Store struct {
	cfg    Config
	path   string
	lock   *os.File
	writer *writer
	wdb    *sql.DB
	rdb    *sql.DB
	made   bool // by this Open, which has not ended well yet
}

// Open opens the data folder, takes its lock, brings the schema up to date and starts the writer. Every refusal is a
// problem.Problem, and a refused Open leaves the folder as it was.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	cfg = cfg.withDefaults()
	s := &Store{cfg: cfg, path: filepath.Join(cfg.Dir, cfg.File)}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if err := prepareFolder(cfg); err != nil {
		return nil, err
	}
	if !cfg.ReadOnly {
		if s.lock, err = lockFolder(cfg.Dir); err != nil {
			return nil, err
		}
	}
	if _, missing := os.Lstat(s.path); errors.Is(missing, fs.ErrNotExist) {
		s.made = !cfg.ReadOnly
	}
	if err := prepareFile(s.path, cfg.ReadOnly); err != nil {
		return nil, err
	}
	if s.rdb, err = openReaders(s.path, cfg); err != nil {
		return nil, err
	}
	if cfg.ReadOnly {
		return s, s.Alive(ctx)
	}
	if s.wdb, err = openWriter(ctx, s.path, cfg); err != nil {
		return nil, explain(err)
	}
	if err := migrate(ctx, s.wdb); err != nil {
		return nil, explain(err)
	}
	if s.writer, err = startWriter(ctx, s.wdb, cfg); err != nil {
		return nil, explain(err)
	}
	s.made = false
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.File == "" {
		c.File = "lockkeeper.db"
	}
	if c.Readers <= 0 {
		c.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if c.MaxBatch <= 0 {
		c.MaxBatch = 200
	}
	if c.Busy <= 0 {
		c.Busy = 5 * time.Second
	}
	if c.Linger <= 0 {
		c.Linger = 3 * time.Millisecond
	}
	return c
}

// Dir returns the data folder.
func (s *Store) Dir() string { return s.cfg.Dir }

// Read returns the pool for queries. It cannot write.
func (s *Store) Read() *sql.DB { return s.rdb }

// Close ends the writer after everything that already waits has been written, and gives the folder free.
func (s *Store) Close() error {
	if s.writer != nil {
		s.writer.close()
	}
	return s.release()
}

func (s *Store) release() error {
	var first error
	for _, db := range []*sql.DB{s.rdb, s.wdb} { // the writer last: it folds the write-ahead log into the file
		if db != nil {
			if err := db.Close(); err != nil && first == nil {
				first = fmt.Errorf("closing the database: %w", err)
			}
		}
	}
	if s.made { // on a full disk, say: what is half made would pass for an installation
		for _, p := range []string{s.path, s.path + "-wal", s.path + "-shm"} {
			_ = os.Remove(p)
		}
	}
	if s.lock != nil {
		unlock(s.lock)
	}
	return first
}
