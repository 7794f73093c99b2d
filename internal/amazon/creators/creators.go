// Package creators is the Creators API: product data for Amazon affiliates, on an application's own authority.
//
// Its credentials come in six versions on two wires: 2.x have Amazon Cognito give the token, 3.x Login with Amazon; the digit behind the
// point is the region. One API host serves all regions, and the header x-marketplace says which shop is meant, so each marketplace of the
// credential's region counts as an account of its grant. Amazon answers only while the account sells enough, which is a state of its own
// and not the token's. Nothing here sends anything by itself: calls go out by the Asker or Client that the caller brings.
package creators

import (
	_ "embed"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is the Creators API. Make it with New.
type Program struct{ amazon.Described }

var (
	_ amazon.Program            = (*Program)(nil)
	_ amazon.AppChecker         = (*Program)(nil)
	_ amazon.SelectorChecker    = (*Program)(nil)
	_ amazon.AccountLister      = (*Program)(nil)
	_ amazon.EligibilityChecker = (*Program)(nil)
	_ lwa.Credentialed          = (*Program)(nil)
	_ lwa.Finder                = (*Program)(nil)
)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the description once; it is shared and never changed.
var embedded = sync.OnceValue(func() *Program { return &Program{amazon.Describe(programText, problemsText)} })

// Inject implements amazon.Program. A token of 2.x wants its version behind it, one of 3.x must go without (creators-paapi-aws 3.1).
// Which of the two a token is, it shows itself: while an old credential is replaced by one of the other wire, the grant's version may
// for a moment be ahead of the token in use. The region, and so the digit behind the point, is the same for both.
func (p *Program) Inject(m amazon.Material) amazon.Injection {
	authorization := amazon.Field{Name: "Authorization", Prefix: "Bearer ", Value: m.Access}
	if v, ok := ParseVersion(m.Version); ok && m.Access.Begins("eyJ") { // a JWT, as Cognito's are
		authorization.Suffix = ", Version 2." + v.digit()
	}
	return amazon.Injection{Headers: append([]amazon.Field{authorization}, m.Selectors...)}
}
