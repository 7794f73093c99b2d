// Package storetest holds what every engine behind a store must do, as one suite that each engine runs.
//
// Vault, broker, policy and operator each say in an interface of their own what they need of a database; the comments there
// promise more than Go's types can hold: what is one transaction, what is told apart, what never goes backwards. The suites
// here are those promises. Each owner has a file with a function, listed in suites. Run gives every test a fresh store.
package storetest

import (
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
)

// Open returns a fresh, empty store that is closed when the test ends.
type Open func(t *testing.T) *store.Store

// Run runs all suites against an engine.
func Run(t *testing.T, open Open) {
	suites := map[string]func(*testing.T, Open){
		"write":       writing,
		"apps":        apps,
		"credentials": credentials,
		"audit":       audits,
		"callers":     callers,
		"grants":      grants,
		"operators":   operators,
		"sites":       sitesSuite,

		"registrations": registrations,
		"broadcasts":    broadcasts,
		"ads writes":    adsWrites,
		"reports":       reports,
	}
	for name, suite := range suites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite(t, open)
		})
	}
}

// start is when every suite begins; times are stored in milliseconds.
func start() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

func did(action, object string) audit.Entry {
	return audit.Entry{At: start(), Actor: audit.Actor{Kind: audit.Operator, ID: "01JD0000000000000000000OPR", Name: "ana"}, Action: action, Object: object, Outcome: audit.Done}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
