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
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is AWS. Make it with New.
type Program struct {
	descriptor *amazon.Descriptor
	matcher    *amazon.Matcher
}

var (
	_ amazon.Program = (*Program)(nil)
	_ amazon.Signer  = (*Program)(nil)
)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the embedded description once; it is shared and never changed. A broken one is a mistake of ours, which every test
// would meet, and panics.
var embedded = sync.OnceValue(func() *Program {
	descriptor, err := amazon.ParseDescriptor(programText)
	if err != nil {
		panic(err)
	}
	matcher, err := amazon.NewMatcher(descriptor.Code, problemsText)
	if err != nil {
		panic(err)
	}
	return &Program{descriptor: descriptor, matcher: matcher}
})

// Descriptor implements amazon.Program.
func (p *Program) Descriptor() *amazon.Descriptor { return p.descriptor }

// Inject implements amazon.Program: the key signs, and is itself never sent. Service and region are the grant's.
func (p *Program) Inject(m amazon.Material) amazon.Injection {
	return amazon.Injection{SigV4: &amazon.SigV4{KeyID: m.ClientID, Secret: m.Access, Service: m.Signs.Service, Region: m.Signs.Region}}
}

// Classify implements amazon.Program.
func (p *Program) Classify(e amazon.Evidence) (problem.Problem, bool) {
	if e.Status >= 200 && e.Status < 400 {
		return problem.Problem{}, false
	}
	return p.matcher.Match(e), true
}

// FreshKey is the fact that a key was made a moment ago, so that AWS may not know it everywhere yet.
const FreshKey amazon.Fact = "fresh_key"
