// Package ads is the Amazon Ads API: three regions, one consent, many profiles.
//
// program.toml holds its hosts, scopes, headers and operations, problems.toml how its refusals look, countries.toml what a profile's
// country implies. A grant is a Login with Amazon consent; what it opens are profiles, each living in one region, and only the
// profile's own region answers for it. Nothing here sends anything: calls go out by the Asker that egress makes for a grant.
package ads

import (
	_ "embed"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is the Amazon Ads API. Make it with New.
type Program struct {
	amazon.Described

	collections []*collection
	zones       *zones
}

var (
	_ amazon.Program       = (*Program)(nil)
	_ amazon.AccountLister = (*Program)(nil)
	_ amazon.AdsModel      = (*Program)(nil)
)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the description once; it is shared and never changed.
var embedded = sync.OnceValue(func() *Program {
	p := &Program{Described: amazon.Describe(programText, problemsText), zones: newZones()}
	p.collections = collections(p.Descriptor(), V1)
	return p
})

// Inject implements amazon.Program. Both spellings of the client id go out: the classic APIs want one, v1 the other, and the real
// service takes both at once (ads-lwa 2.2). "Bearer " is mandatory, without it Amazon parses the header as an AWS signature.
func (p *Program) Inject(m amazon.Material) amazon.Injection {
	headers := []amazon.Field{
		{Name: "Authorization", Prefix: "Bearer ", Value: m.Access},
		amazon.Plain("Amazon-Advertising-API-ClientId", m.ClientID),
		amazon.Plain("Amazon-Ads-ClientId", m.ClientID),
	}
	return amazon.Injection{Headers: append(headers, m.Selectors...)}
}
