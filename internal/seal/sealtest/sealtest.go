// Package sealtest gives tests a keyset that costs nothing to make.
//
// A test that seals wants a Sealer of its own, so that twenty tests run side by side without sharing keys. New makes one
// in memory. Cheap is a key source whose Argon2id is set as low as it goes; a server in a test starts with it in a
// millisecond. Nothing here is for use outside tests.
package sealtest

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// New returns a Sealer with fresh keys.
func New(t testing.TB) *seal.Sealer {
	t.Helper()
	src := Cheap("canary-test-passphrase")
	text, _, err := seal.Create(src)
	if err != nil {
		t.Fatal(err)
	}
	s, err := seal.Load(text, src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Cheap is a passphrase source that derives its key at once.
func Cheap(passphrase string) seal.Source {
	return seal.Passphrase{Value: secret.New(passphrase), Cost: seal.Cost{Time: 1, Memory: 64, Threads: 1}}
}
