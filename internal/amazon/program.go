// Package amazon says what an Amazon program is: a description, a way to authorise calls, and a way to read refusals.
//
// A program is one family of Amazon APIs reached with one kind of credential. Its folder below this one holds all that
// Lockkeeper knows of it: program.toml (hosts, scopes, operations), problems.toml (how its refusals look), its wire types
// and its fake. Programs return data, never act: egress alone reveals what an Injection holds.
package amazon

import (
	"context"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Program is one family of Amazon APIs.
type Program interface {
	// Descriptor returns the program's static description. It is shared and must not be changed.
	Descriptor() *Descriptor

	// Inject returns what must be put on a call so that Amazon accepts it.
	Inject(m Material) Injection

	// Classify names the refusal that e shows. What it does not know is "<program>.unrecognised" with its evidence, never a guess;
	// an answer that is no refusal returns false.
	Classify(e Evidence) (problem.Problem, bool)
}

// Material is what a grant brings to a call.
type Material struct {
	ClientID  string
	Version   string // of the credential, where the program's have versions: "3.1"
	Access    secret.Value
	Signs     Signs   // what the grant's key pair signs; zero where the program is reached with tokens
	Selectors []Field // selector headers, parsed and checked by who builds the Material, to be re-emitted
}

// An AccountLister is a Program that can tell which accounts a grant opens.
type AccountLister interface {
	// Accounts asks Amazon in the given regions and merges the answers. A region that refuses is reported in
	// problems without hiding the others; err is for when nothing could be learned.
	Accounts(ctx context.Context, s Asker, regions []canon.Region) (accounts []canon.Account, problems []problem.Problem, err error)
}

// An AppChecker is a Program whose applications have other ids and secrets than a security profile of Login with Amazon.
type AppChecker interface {
	// CheckApp says what is wrong with an application's credential as it was typed or pasted, without a byte of the secret; nil if it
	// can be one.
	CheckApp(clientID string, s secret.Value, version string) error
}

// An EligibilityChecker is a Program whose Amazon side answers only while an account meets conditions, whatever its token.
type EligibilityChecker interface {
	// Eligible asks, by one call that changes nothing. The problem is of a code that NotEligible knows where Amazon says no; err is
	// for when nothing could be learned.
	Eligible(ctx context.Context, s Asker, region canon.Region) (why *problem.Problem, err error)
}

// A SelectorChecker is a Program that knows which selectors a grant can use without asking Amazon.
type SelectorChecker interface {
	// CheckSelector says what is wrong with a selector's value for a grant of that region; nil if it fits.
	CheckSelector(header, value string, region canon.Region) *problem.Problem
}

// NotEligible reports whether code says that Amazon does not answer for the account until it meets its conditions again. Every program
// that has such conditions calls that problem <program>.not_eligible.
func NotEligible(code problem.Code) bool { return strings.HasSuffix(string(code), ".not_eligible") }

// A Repeater is an Asker that makes one call many times, to paths that differ.
type Repeater interface {
	// Repeat makes a call of the grant ready. c's own path is not looked at; it has no query.
	Repeat(region canon.Region, c Call) Repeat
}

// A Repeat is such a call. It is not safe for concurrent use.
type Repeat interface {
	// Ask sends the call to a path, as Asker.Ask does. The answer is good until the next Ask. Where its status is 200, it need not tell headers.
	Ask(ctx context.Context, path string) (*Answer, error)

	// End forgets what was made ready.
	End()
}

// An Asker sends one authorised call of a grant: egress.For(grant) is one.
type Asker interface {
	// Ask fills in host, realm and injection for the grant and sends the call. c.Host may be left empty; form and JSON fields that
	// c.Inject holds already are sent along.
	Ask(ctx context.Context, region canon.Region, c Call, selectors ...Field) (*Answer, error)
}
