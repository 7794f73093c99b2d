package amazon

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Signs says what a key pair signs: every call of its grant goes to this one service in this one region, whatever the call itself says
// (attack case C2).
type Signs struct {
	Service string `json:"service"` // "sqs"
	Region  string `json:"region"`  // AWS's own: "eu-west-1"
	Host    string `json:"host"`    // of the two: "sqs.eu-west-1.amazonaws.com"
}

// IsZero reports whether a grant signs nothing, as all do whose program is reached with tokens.
func (s Signs) IsZero() bool { return s == Signs{} }

// A Signer is a Program whose grants are key pairs that sign.
type Signer interface {
	// Signs fixes service and region of a grant. It fails for a pair that has no host in the program's description.
	Signs(service, region string) (Signs, error)
	// Nearest is Lockkeeper's region for one of AWS's.
	Nearest(region string) canon.Region
}

// A Session is short-lived credentials that a key pair's cloud gave for it.
type Session struct {
	KeyID   string
	Secret  secret.Value
	Token   secret.Value
	Expires time.Time
	Account string // 12 digits
}
