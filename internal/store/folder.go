package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// prepareFolder makes the data folder, or checks the one that is there: a real folder, no link, ours, and closed to others.
func prepareFolder(cfg Config) error {
	info, err := os.Lstat(cfg.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		if cfg.ReadOnly {
			return notAFolder("it does not exist")
		}
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return explainOS(fmt.Errorf("making the data folder: %w", err))
		}
		return nil
	}
	if err != nil {
		return explainOS(fmt.Errorf("looking at the data folder: %w", err))
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return notAFolder("it is a symbolic link")
	}
	if !info.IsDir() {
		return notAFolder("it is not a folder")
	}
	if info.Mode().Perm()&0o077 == 0 || cfg.ReadOnly {
		return nil
	}
	return closeFolder(cfg, info)
}

// closeFolder takes other users' permissions away from a folder that is plainly ours: empty, or with our database in it.
// A folder full of other things is somebody's home or worse, and is left alone.
func closeFolder(cfg Config, info fs.FileInfo) error {
	if !owned(info) {
		return openToOthers("its owner is another user")
	}
	names, err := os.ReadDir(cfg.Dir)
	if err != nil {
		return explainOS(fmt.Errorf("looking at the data folder: %w", err))
	}
	ours := len(names) == 0
	for _, n := range names {
		ours = ours || n.Name() == cfg.File
	}
	if !ours {
		return openToOthers("it has mode " + info.Mode().Perm().String() + " and holds other files")
	}
	if err := os.Chmod(cfg.Dir, 0o700); err != nil {
		return explainOS(fmt.Errorf("closing the data folder to others: %w", err))
	}
	return nil
}

// prepareFile makes the database file with mode 0600 before SQLite sees it; SQLite gives its log files the same mode.
func prepareFile(path string, forReading bool) error {
	for _, p := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Lstat(p)
		if errors.Is(err, fs.ErrNotExist) {
			if forReading && p == path {
				return notAFolder("it holds no database")
			}
			continue
		}
		if err != nil {
			return explainOS(fmt.Errorf("looking at the database: %w", err))
		}
		if !info.Mode().IsRegular() {
			return notAFolder(filepath.Base(p) + " is not a plain file")
		}
		if info.Mode().Perm()&0o077 != 0 && !forReading {
			if err := os.Chmod(p, 0o600); err != nil {
				return explainOS(fmt.Errorf("closing the database to others: %w", err))
			}
		}
	}
	if forReading {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return explainOS(fmt.Errorf("opening the database: %w", err))
	}
	return f.Close()
}

// lockFolder takes the data folder for this process. The lock ends with the process, however it ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, explainOS(fmt.Errorf("opening the folder's lock: %w", err))
	}
	if err := flock(f); err != nil {
		held := make([]byte, 16)
		n, _ := f.ReadAt(held, 0)
		_ = f.Close()
		if errors.Is(err, errHeld) {
			return nil, inUse(strings.TrimSpace(string(held[:n])))
		}
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	if err := f.Truncate(0); err == nil { // who holds it is a courtesy to the next; failing to say so is no reason to stop
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

var errHeld = errors.New("held by another process")
