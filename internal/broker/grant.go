package broker

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Kind says how a grant is had.
type Kind string

// The kinds of grant.
const (
	Consented         Kind = "consent"            // a person allowed it: there is a refresh token
	ClientCredentials Kind = "client_credentials" // the app's own authority: nothing to refresh with but the app's secret
)

// A Grant is a grant with all that may be shown of it. It holds no secret.
type Grant struct {
	ID            id.Grant
	Name          string
	Program       string // "ads"
	Kind          Kind
	Realm         amazon.Realm
	App           id.App
	ClientID      string       // of the credential that gave the token in use
	AmazonVersion string       // of that credential, where the program's have versions: "3.1"
	Region        canon.Region // whose token host it belongs to
	Signs         amazon.Signs // what a key pair signs
	Scopes        []string
	Accounts      []canon.Account
	Created       time.Time
	Revoked       time.Time // zero while it is ours

	Eligibility Eligibility

	Credential id.Credential // the refresh token in the vault's tables; empty for client credentials
	State
}

// Eligibility is whether Amazon answers for a grant at all, apart from its token: some programs want conditions met all the time.
type Eligibility struct {
	Problem problem.Code // why not; empty while it does, or where nobody knows
	Since   time.Time    // since when not
	Checked time.Time    // when Amazon last told; zero where it never did
}

// Standing is a grant's health as people are told it: that of its token, or else that Amazon does not answer for it.
func (g *Grant) Standing() (h snapshot.Health, p problem.Code, since time.Time) {
	if g.Health == snapshot.OK && g.Eligibility.Problem != "" {
		return snapshot.Ineligible, g.Eligibility.Problem, g.Eligibility.Since
	}
	return g.Health, g.Problem, g.Since
}

// State is a grant's hot part: what a refresh reads and writes.
type State struct {
	Rev        int64 // counts every change of the row; a claim compares it
	Generation int64 // counts the tokens stored; a commit compares it. Blocking never moves it.

	Health   snapshot.Health
	Problem  problem.Code // why Health is not ok, if it is not
	Since    time.Time    // since when Health is what it is
	Failures int          // refreshes that failed since the last that did not

	Obtained  time.Time // when the current access token was asked for
	Expires   time.Time
	RefreshAt time.Time
	ForcedAt  time.Time // when a 401 last forced a refresh
	RotatedAt time.Time // when Amazon last answered with another refresh token

	Lease  Lease
	Intent Intent
	Sends  int       // exchanges of this generation whose fate is unknown, counted before each is sent
	Wrote  int       // those of them known to have left this machine whole
	LostAt time.Time // when the first answer of this generation was lost

	Version   int64      // its version in use
	Presented string     // keyed fingerprint of the refresh token in use
	Attempts  int64      // exchanges ever made
	LastGood  id.Attempt // whose answer the current tokens are
}

// A Lease is a process's right to exchange a grant's token.
type Lease struct {
	Owner string // empty where nobody holds it
	Epoch int64  // counts the holders
	Until time.Time
}

// An Intent is written before an exchange is sent, so that after a crash it is known what may have happened.
type Intent struct {
	Attempt     id.Attempt // empty where none is open
	At          time.Time
	Deadline    time.Time // after it the exchange has surely ended
	Fingerprint string    // of the token to be sent, keyed
}

// Open reports whether an exchange was begun of which nothing more was written.
func (i Intent) Open() bool { return i.Attempt != "" }

// An Attempt is one exchange at a token endpoint, as kept for people to read.
type Attempt struct {
	ID          id.Attempt    `json:"id"`
	Grant       id.Grant      `json:"grant"`
	At          time.Time     `json:"at"`
	Kind        string        `json:"kind"` // refresh, consent, client_credentials
	Outcome     Outcome       `json:"outcome"`
	Status      int           `json:"status,omitempty"`       // HTTP status; 0 where no answer came
	AmazonError string        `json:"amazon_error,omitempty"` // Amazon's "error"
	Problem     problem.Code  `json:"problem,omitempty"`
	Took        time.Duration `json:"took"`
	Rotated     bool          `json:"rotated"`        // Amazon gave another refresh token
	Check       bool          `json:"check,omitzero"` // the one exchange that finds out whether a token survived a lost answer
	Sent        int64         `json:"sent"`           // the generation presented
}

// Published is the grant as the gateway sees it.
func (g Grant) Published() snapshot.Grant {
	health, why, since := g.Standing()
	return snapshot.Grant{
		ID: g.ID, Name: g.Name, Program: g.Program, Realm: g.Realm, App: g.App, ClientID: g.ClientID, Version: g.AmazonVersion, Region: g.Region,
		Signs: g.Signs, Accounts: g.Accounts, Health: health, Problem: why, Since: since,
	}
}

// CutOff is the problem of an attempt whose process ended before its outcome was written.
const CutOff = problem.BrokerCutOff
