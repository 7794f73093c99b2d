package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"

	"modernc.org/sqlite" // registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// applicationID marks the file as Lockkeeper's in SQLite's own header: "LKPR".
const applicationID = 0x4c4b5052

// address returns the driver's name for the file. Temporary tables stay in memory, so that nothing sealed or open ever
// lands in a temporary file, and secure_delete overwrites what is deleted.
func address(path string, cfg Config, pragmas ...string) string {
	q := url.Values{}
	for _, p := range append([]string{
		"busy_timeout(" + strconv.FormatInt(cfg.Busy.Milliseconds(), 10) + ")", "foreign_keys(1)", "temp_store(memory)", "secure_delete(1)",
		"trusted_schema(0)", "cell_size_check(1)",
	}, pragmas...) {
		q.Add("_pragma", p)
	}
	q.Set("_txlock", "immediate")
	q.Set("mode", "rw") // never makes a file: prepareFile did, with its mode
	if cfg.ReadOnly {
		readOnly(q, path)
	}
	q.Set("_dqs", "0")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// readOnly keeps SQLite from changing the folder. Without a write-ahead log nobody is at work, and the file is read as it stands, so
// that SQLite makes no log beside it; with one, the log is read and not folded into the file.
func readOnly(q url.Values, path string) {
	q.Set("mode", "ro")
	if _, err := os.Lstat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		q.Set("immutable", "1")
	}
}

// openWriter opens the one connection that writes. synchronous=FULL flushes the write-ahead log at every commit: what
// Write has returned for survives a power cut.
func openWriter(ctx context.Context, path string, cfg Config) (*sql.DB, error) {
	pragmas := []string{"synchronous(full)", "journal_size_limit(67108864)"}
	if cfg.MaxPages > 0 {
		pragmas = append(pragmas, "max_page_count("+strconv.Itoa(cfg.MaxPages)+")")
	}
	db, err := sql.Open("sqlite", address(path, cfg, pragmas...))
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	if err := claimFile(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// claimFile refuses a file that is another program's, and one that is damaged, before anything in it is changed. A new file is
// marked as ours first and then set to write-ahead logging, which stays with the file.
func claimFile(ctx context.Context, db *sql.DB) error {
	var application, tables, pages int
	for _, read := range []struct {
		query string
		into  *int
	}{{"PRAGMA application_id", &application}, {"SELECT count(*) FROM sqlite_master", &tables}, {"PRAGMA page_count", &pages}} {
		if err := db.QueryRowContext(ctx, read.query).Scan(read.into); err != nil {
			return fmt.Errorf("opening the database: %w", err)
		}
	}
	switch {
	case application == applicationID && pages <= quickCheckPages:
		if err := checkReadable(ctx, db); err != nil {
			return err
		}
	case application == applicationID:
	case application != 0 || tables > 0:
		return problem.New(problem.StoreNotOurs)
	default:
		if _, err := db.ExecContext(ctx, "PRAGMA application_id = "+strconv.Itoa(applicationID)); err != nil {
			return fmt.Errorf("marking the new database: %w", err)
		}
	}
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = wal"); err != nil {
		return fmt.Errorf("setting up the write-ahead log: %w", err)
	}
	return nil
}

// quickCheckPages is the size up to which every start checks the whole file; larger ones are checked by Check alone.
const quickCheckPages = 4096

func openReaders(path string, cfg Config) (*sql.DB, error) {
	db, err := sql.Open("sqlite", address(path, cfg, "query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("opening the database for reading: %w", err)
	}
	db.SetMaxOpenConns(cfg.Readers)
	db.SetMaxIdleConns(cfg.Readers)
	return db, nil
}

// checkReadable asks SQLite to read every page.
func checkReadable(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("checking the database: %w", err)
	}
	if verdict != "ok" {
		return problem.New(problem.StoreDamaged).With("quick_check failed")
	}
	return nil
}

// Check reads the whole database and reports damage; the doctor calls it.
func (s *Store) Check(ctx context.Context) error { return explain(checkReadable(ctx, s.rdb)) }

// Alive tells whether the database can be read, at the price of one page. It is for probes, which come often.
func (s *Store) Alive(ctx context.Context) error {
	var tables int
	return explain(s.rdb.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables))
}

// resultCode returns SQLite's primary result code, or 0 for an error of another kind.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isConstraint(err error) bool { return resultCode(err) == sqlite3.SQLITE_CONSTRAINT }

// IsTaken reports whether err is a unique constraint's: somebody has that name or id already.
func IsTaken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// explain puts the engine's failures into Lockkeeper's words. Everything else passes unchanged.
func explain(err error) error {
	switch resultCode(err) {
	case sqlite3.SQLITE_FULL:
		return problem.New(problem.StoreDiskFull).Because(err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return problem.New(problem.StoreReadOnly).Because(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return problem.New(problem.StoreLocked).Because(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return problem.New(problem.StoreDamaged).Because(err)
	case sqlite3.SQLITE_IOERR:
		if sizeLimited() { // SQLite does not tell EFBIG from a broken disk
			return problem.New(problem.StoreDiskFull).With("this process may not write larger files").Because(err)
		}
		return problem.New(problem.StoreDiskFailing).Because(err)
	}
	return err
}
