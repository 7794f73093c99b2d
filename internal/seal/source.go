package seal

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"golang.org/x/crypto/argon2"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Source is where the key that wraps the keyset comes from: Passphrase or KeyFile.
type Source interface {
	// Kind is "passphrase" or "file"; the wrapped keyset says which it wants.
	Kind() string
	// Weak says why the source protects less than it seems, or "".
	Weak() string
	// fresh makes a wrapping key for a new keyset, and what must be known to derive it again.
	fresh() (key []byte, params json.RawMessage, err error)
	// again derives the wrapping key from what fresh left.
	again(params json.RawMessage) ([]byte, error)
}

// keySize is the size of a wrapping key.
const keySize = 32

// A Passphrase derives the wrapping key with Argon2id.
type Passphrase struct {
	Value secret.Value
	Cost  Cost // How hard a guess is, for a new keyset; an existing one keeps its own. Defaults to RFC 9106's second recommendation.
}

// Cost is Argon2id's price.
type Cost struct {
	Time    uint32 `json:"time"`       // Passes. Defaults to 3.
	Memory  uint32 `json:"memory_kib"` // Defaults to 64 MiB.
	Threads uint8  `json:"threads"`    // Defaults to 4.
}

type passphraseParams struct {
	KDF  string `json:"kdf"`
	Salt []byte `json:"salt"`
	Cost
}

// shortest is the fewest bytes that a passphrase may have. It is no measure of strength; it stops slips.
const shortest = 8

// Kind implements Source.
func (Passphrase) Kind() string { return "passphrase" }

// Weak implements Source.
func (p Passphrase) Weak() string {
	if p.Value.Len() < 16 {
		return "the passphrase is short: 16 characters or more resist guessing"
	}
	return ""
}

func (p Passphrase) fresh() ([]byte, json.RawMessage, error) {
	cost := p.Cost
	if cost == (Cost{}) {
		cost = Cost{Time: 3, Memory: 64 << 10, Threads: 4}
	}
	params := passphraseParams{KDF: "argon2id", Salt: randomBytes(16), Cost: cost}
	text, err := json.Marshal(params)
	if err != nil {
		return nil, nil, fmt.Errorf("writing the passphrase's parameters: %w", err)
	}
	key, err := p.again(text)
	return key, text, err
}

func (p Passphrase) again(raw json.RawMessage) ([]byte, error) {
	if p.Value.Len() < shortest {
		return nil, problem.New(problem.SealPassphraseShort)
	}
	var params passphraseParams
	if err := json.Unmarshal(raw, &params); err != nil || params.KDF != "argon2id" || len(params.Salt) < 16 {
		return nil, keyDamaged("its passphrase parameters cannot be read")
	}
	c := params.Cost
	if c.Time < 1 || c.Time > 64 || c.Memory < 64 || c.Memory > 4<<20 || c.Threads < 1 {
		return nil, keyDamaged("its passphrase parameters are out of range") // not ours, and could take all memory
	}
	key := argon2.IDKey([]byte(p.Value.Reveal()), params.Salt, c.Time, c.Memory, c.Threads, keySize)
	if c.Memory >= 16<<10 {
		debug.FreeOSMemory() // Argon2id's working memory is wanted once, at the start
	}
	return key, nil
}
