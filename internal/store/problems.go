package store

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

func tooNew(current, target int64) error {
	return problem.New(problem.StoreTooNew).With("its schema is version %d, this program knows up to %d", current, target)
}

func inUse(holder string) error {
	p := problem.New(problem.StoreInUse)
	if holder != "" {
		p = p.With("process %s", holder)
	}
	return p
}

func openToOthers(what string) error { return problem.New(problem.StoreOpenToOthers).With("%s", what) }

func notAFolder(what string) error { return problem.New(problem.StoreNoFolder).With("%s", what) }

// explainOS puts the system's refusals into Lockkeeper's words.
func explainOS(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return problem.New(problem.StoreDiskFull).Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return problem.New(problem.StoreReadOnly).Because(err)
	case errors.Is(err, syscall.ELOOP):
		return notAFolder("a file in it is a symbolic link")
	case errors.Is(err, syscall.EIO):
		return problem.New(problem.StoreDiskFailing).Because(err)
	}
	return err
}
