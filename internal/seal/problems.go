package seal

import (
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// The refusals of this package. None of them says anything about the key itself but its fingerprint.

func entry(code problem.Code, what, fix string) problem.Problem {
	return problem.Problem{Code: code, Status: 500, What: what, Fix: fix, Whose: problem.OperatorsOwn}
}

func doesNotOpen(l Label) error {
	return entry("seal.does_not_open", "a stored secret does not open in its place: it was changed, moved, or sealed with another key",
		"restore the data folder from a backup together with its keyset").With("kind %s", l)
}

func keyWrong(fingerprint string) error {
	return entry("seal.key_wrong", "the key given does not open the keyset",
		"give the passphrase or key file that belongs to the keyset of this fingerprint").With("wanted: %s", fingerprint)
}

func keySwapped(want, got string) error {
	return entry("seal.key_swapped", "this keyset is not the one that sealed the data folder",
		"put back the keyset of the wanted fingerprint").With("wanted: %s, found: %s", want, got)
}

func keySource(fingerprint, want, got string) error {
	return entry("seal.key_source", "the keyset is wrapped by another kind of key source",
		"start with the kind of key source that the keyset was made with").With("wanted: %s by %s, given: %s", fingerprint, want, got)
}

func keyDamaged(how string) error {
	return entry("seal.key_damaged", "the keyset or its key file is damaged",
		"restore it from a backup; the data folder is untouched").With("%s", how)
}

func keyMissing(name string) error {
	return entry("seal.key_missing", "the keyset or its key file is missing",
		"put it back, or run init in a new folder; Lockkeeper never makes a new key for old data").With("%s", name)
}

func keyExists(name string) error {
	return entry("seal.key_exists", "there is a key here already, and it is never overwritten",
		"use the key that is there, or name another file").With("%s", name)
}

func keyOpenToOthers(what string) error {
	return entry("seal.key_open_to_others", "a key file must be its owner's alone",
		"make it a plain file with mode 0600").With("%s", what)
}

func keyUnreadable(err error) error {
	return entry("seal.key_unreadable", "the key cannot be read", "check that this user may read it").Because(err)
}

func keyUnwritable(err error) error {
	return entry("seal.key_unwritable", "the key cannot be saved", "check that this user may write there, and that the disk has room").Because(err)
}

func passphraseShort() error {
	return entry("seal.passphrase_short", "a passphrase has at least 8 characters, and none was given or it is shorter",
		"give the passphrase at the prompt, by a file descriptor or by a file")
}

func passphraseUnusable() error {
	return entry("seal.passphrase_unusable", "a passphrase is one line of at most 4096 bytes", "take the line breaks out")
}

// wanting adds the fingerprint that was wanted to a refusal that does not know it.
func wanting(err error, fingerprint string) error {
	var p problem.Problem
	if fingerprint == "" || !errors.As(err, &p) {
		return err
	}
	if p.Detail != "" {
		return p.With("%s; wanted: %s", p.Detail, fingerprint)
	}
	return p.With("wanted: %s", fingerprint)
}
