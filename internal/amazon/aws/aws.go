// Package aws is AWS as far as Lockkeeper needs it: access keys, whose they are, what became of them, and what they sign.
//
// program.toml holds the hosts, problems.toml how IAM and STS refuse. A grant is a key pair that signs for one service in one region;
// the secret never leaves but as a signature. Client speaks the AWS Query protocol: IAM for a user's keys, STS for who a key is and for
// session credentials. Nothing here sends anything: calls go out by the Sender that egress is.
package aws

import (
	_ "embed"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is AWS. Make it with New.
type Program struct{ amazon.Described }

var (
	_ amazon.Program = (*Program)(nil)
	_ amazon.Signer  = (*Program)(nil)
)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the description once; it is shared and never changed.
var embedded = sync.OnceValue(func() *Program { return &Program{amazon.Describe(programText, problemsText)} })

// Inject implements amazon.Program: the key signs, and is itself never sent. Service and region are the grant's.
func (p *Program) Inject(m amazon.Material) amazon.Injection {
	return amazon.Injection{SigV4: &amazon.SigV4{KeyID: m.ClientID, Secret: m.Access, Service: m.Signs.Service, Region: m.Signs.Region}}
}

// FreshKey is the fact that a key was made a moment ago, so that AWS may not know it everywhere yet.
const FreshKey amazon.Fact = "fresh_key"
