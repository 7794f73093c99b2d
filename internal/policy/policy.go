// Package policy owns callers, their passes and what they may do.
//
// Its heart is pure: given a caller's rules and one request, Allow says yes or no and why, and a rule that denies wins over
// any that allows. Rules hold ids, never names, so renaming or re-using a name cannot widen a right. Issuing and revoking
// passes is the registry beside it, which stores through a small interface and publishes to the snapshot.
package policy

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Caller is a piece of software that uses Lockkeeper.
type Caller struct {
	ID      id.Caller
	Name    string
	Created time.Time
	Revoked time.Time // zero while it may call
	Passes  []Pass
	Rules   []Rule
}

// A Pass is a credential that Lockkeeper gave a caller. Its text is shown once; a bearer's is never kept, a sigv4 pass's secret is kept
// sealed, since a signature can only be verified by whoever has it.
type Pass struct {
	ID      id.Pass
	Kind    PassKind
	Hash    [32]byte // SHA-256 of the text, or of the key id of a SigV4 pass
	KeyID   string   // of a SigV4 pass
	Created time.Time
	Expires time.Time // zero: no end of its own
	Revoked time.Time // zero while it is good
	Vend    bool      // may take AWS credentials

	Secret secret.Value // of a SigV4 pass, in memory only
	Sealed []byte       // the same as it is stored; nil outside the store
}

// A PassKind says how software presents a pass. The kinds are never interchangeable.
type PassKind string

// The kinds of pass.
const (
	Bearer PassKind = "bearer"
	SigV4  PassKind = "sigv4"
)

// A Rule allows or denies. An empty list in it means "any", except Grants, which must be named.
type Rule struct {
	Deny       bool       `json:"deny,omitempty"`
	Grants     []id.Grant `json:"grants"`
	Accounts   []string   `json:"accounts,omitempty"`   // Amazon's account ids
	Regions    []string   `json:"regions,omitempty"`    // NA, EU, FE
	Operations []string   `json:"operations,omitempty"` // "ads.campaigns.list", or "ads.campaigns.*"
	Effects    []string   `json:"effects,omitempty"`    // read, write, spend
}

// An Ask is one request, resolved.
type Ask struct {
	Grant     id.Grant
	Account   string // empty where the operation acts on none
	Region    string
	Operation string // with the program's code before it
	Effect    string
}

// A Usage row says how often a pass made one call with one outcome within one minute.
type Usage struct {
	Minute    time.Time
	Pass      id.Pass
	Grant     id.Grant
	Operation string
	Status    int
	Count     int64
}
