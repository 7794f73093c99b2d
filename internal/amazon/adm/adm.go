// Package adm is Amazon Device Messaging: push messages to apps on Fire OS and other Android devices of Amazon's.
//
// program.toml holds its host and operations, problems.toml how it refuses. A grant is the own authority of a security profile
// (client credentials, scope messaging:push); it opens no accounts. Message says what can be sent and holds every rule that can be
// told before sending; Send, SendGroup, SendTopic and the others make the calls by the Asker that egress makes for a grant, and tell
// what the answer means for a registration. The app key (api_key.txt) of the same security profile is read here too.
package adm

import (
	_ "embed"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

//go:embed program.toml
var programText []byte

//go:embed problems.toml
var problemsText []byte

// Program is Amazon Device Messaging. Make it with New.
type Program struct{ amazon.Described }

var _ amazon.Program = (*Program)(nil)

// New returns the program.
func New() *Program { return embedded() }

// embedded reads the description once; it is shared and never changed.
var embedded = sync.OnceValue(func() *Program { return &Program{amazon.Describe(programText, problemsText)} })

// Inject implements amazon.Program (adm 3.2).
func (p *Program) Inject(m amazon.Material) amazon.Injection {
	return amazon.Injection{Headers: []amazon.Field{{Name: "Authorization", Prefix: "Bearer ", Value: m.Access}}}
}
