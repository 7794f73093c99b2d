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
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is Amazon Associates. Make it with New.
type Program struct{ amazon.Described }

var _ amazon.Program = (*Program)(nil)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the description once; it is shared and never changed.
var embedded = sync.OnceValue(func() *Program { return &Program{amazon.Describe(programText, problemsText)} })

// Inject implements amazon.Program. There is nothing to call, so there is nothing to put on a call.
func (p *Program) Inject(amazon.Material) amazon.Injection { return amazon.Injection{} }
