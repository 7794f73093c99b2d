// Package associates knows links that earn: Amazon's 22 shops, the ids of Associates, and how an id is put on an address.
//
// There is no API here and no key. An id is public, and what goes wrong goes wrong in silence: a link without an id, or with one of
// another country, opens the same page and earns nothing. So everything here is pure: an address goes in, and out comes what it is, the
// same address with the id on it, and what would break the credit. Bytes that are not the id are never changed, and a link that
// Amazon's API made is not touched at all.
package associates

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

// Program is Amazon Associates. Make it with New.
type Program struct {
	descriptor *amazon.Descriptor
	matcher    *amazon.Matcher
}

var _ amazon.Program = (*Program)(nil)

// New returns the program.
func New() *Program { return embedded() }

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

// Inject implements amazon.Program. There is nothing to call, so there is nothing to put on a call.
func (p *Program) Inject(amazon.Material) amazon.Injection { return amazon.Injection{} }

// Classify implements amazon.Program. Refusals that concern an id come from the Creators API and are named there.
func (p *Program) Classify(e amazon.Evidence) (problem.Problem, bool) {
	if e.Status >= 200 && e.Status < 400 {
		return problem.Problem{}, false
	}
	return p.matcher.Match(e), true
}
