package store

import "github.com/lockkeeper-dev/lockkeeper/internal/problem"

// The refusals of this package, each with what to do about it.

func entry(code problem.Code, status int, what, fix string) problem.Problem {
	return problem.Problem{Code: code, Status: status, What: what, Fix: fix, Whose: problem.OperatorsOwn}
}

func diskFull(err error) error {
	return entry("store.disk_full", 507, "the disk that holds the data folder is full, so nothing can be saved",
		"make room on that disk; Lockkeeper goes on by itself, and nothing already saved is lost").Because(err)
}

func readOnly(err error) error {
	return entry("store.read_only", 500, "the data folder cannot be written to",
		"give this user write permission for the data folder, or mount it for writing").Because(err)
}

func locked(err error) error {
	return entry("store.locked", 503, "another program holds the database locked",
		"close whatever else has the database file open (a database browser, a copy job) and try again").Because(err)
}

func damaged(err error) error {
	return entry("store.damaged", 500, "the database file is damaged",
		"stop Lockkeeper, keep a copy of the folder, and restore the latest backup").Because(err)
}

func failing(err error) error {
	return entry("store.disk_failing", 500, "the disk that holds the data folder reports errors",
		"look at the system's log for that disk; move the data folder to a sound one").Because(err)
}

func notOurs() error {
	return entry("store.not_ours", 500, "the database file in the data folder belongs to another program",
		"point Lockkeeper at a folder of its own")
}

func tooNew(current, target int64) error {
	return entry("store.too_new", 500, "the data folder was written by a newer Lockkeeper than this one",
		"start the newer Lockkeeper, or restore a backup from before the upgrade").
		With("its schema is version %d, this program knows up to %d", current, target)
}

func inUse(holder string) error {
	p := entry("store.in_use", 500, "another Lockkeeper is running on this data folder",
		"stop the other one first, or give this one a folder of its own")
	if holder != "" {
		p = p.With("process %s", holder)
	}
	return p
}

func openToOthers(what string) error {
	return entry("store.open_to_others", 500, "the data folder is not Lockkeeper's alone",
		"give Lockkeeper a folder of its own, owned by its user, with mode 0700").With("%s", what)
}

func notAFolder(what string) error {
	return entry("store.no_folder", 500, "the data folder cannot be used",
		"name a folder on a local disk, not a link or a file").With("%s", what)
}

var errReadOnly = entry("store.opened_read_only", 500, "the store was opened for reading only",
	"use the running server for changes")
