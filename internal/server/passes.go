package server

import (
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// passSealer is policy's way to the keyset.
type passSealer struct{ *seal.Sealer }

// SealPass implements policy.Sealer.
func (s passSealer) SealPass(p id.Pass, v secret.Value) ([]byte, error) {
	return s.Seal(passPlace(p), v)
}

// OpenPass implements policy.Sealer.
func (s passSealer) OpenPass(p id.Pass, sealed []byte) (secret.Value, error) {
	return s.Open(passPlace(p), sealed)
}

// passPlace is where a pass's secret belongs. A pass is of no realm of Amazon's: its grants are.
func passPlace(p id.Pass) seal.Place {
	return seal.Place{Label: seal.PassSecret, ID: string(p), Version: 1, Realm: "lockkeeper"}
}
