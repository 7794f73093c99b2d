package cli_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// silent runs scripts that say nothing unless they fail, even under -v: some commands exist to show a secret (token, credential
// reveal, caller add), and no secret of any kind may stand in a suite's output (attack case G1).
type silent struct{ *testing.T }

// Run implements testscript.T.
func (s silent) Run(name string, script func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { script(silent{t}) })
}

// Verbose implements testscript.T.
func (s silent) Verbose() bool { return false }
