package seal

import (
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// The refusals of this package. None of them says anything about a key but its keyset's fingerprint.

func doesNotOpen(l Label) error { return problem.New(problem.SealDoesNotOpen).With("kind %s", l) }

func keyWrong(fingerprint string) error {
	return problem.New(problem.SealKeyWrong).With("wanted: %s", fingerprint)
}

func keySwapped(want, got string) error {
	return problem.New(problem.SealKeySwapped).With("wanted: %s, found: %s", want, got)
}

func keySource(fingerprint, want, got string) error {
	return problem.New(problem.SealKeySource).With("wanted: %s by %s, given: %s", fingerprint, want, got)
}

func keyDamaged(how string) error { return problem.New(problem.SealKeyDamaged).With("%s", how) }

func keyMissing(name string) error { return problem.New(problem.SealKeyMissing).With("%s", name) }

func keyExists(name string) error { return problem.New(problem.SealKeyExists).With("%s", name) }

func keyOpenToOthers(what string) error {
	return problem.New(problem.SealKeyOpenToOthers).With("%s", what)
}

func keyUnreadable(err error) error { return problem.New(problem.SealKeyUnreadable).Because(err) }

func keyUnwritable(err error) error { return problem.New(problem.SealKeyUnwritable).Because(err) }

// Wanting adds the fingerprint of the keyset that was wanted to a refusal that does not know it.
func Wanting(err error, fingerprint string) error {
	var p problem.Problem
	if fingerprint == "" || !errors.As(err, &p) {
		return err
	}
	if p.Detail != "" {
		return p.With("%s; wanted: %s", p.Detail, fingerprint)
	}
	return p.With("wanted: %s", fingerprint)
}
