package broker

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// Store is what the broker needs of a database. Each method is one transaction, durable when it returns.
type Store interface {
	// Grants calls each with every grant that was not revoked, and its sealed access token.
	Grants(ctx context.Context, each func(Grant, []byte) error) error
	// GrantByID reads one grant, revoked or not, and its sealed access token.
	GrantByID(ctx context.Context, id id.Grant) (Grant, []byte, error)
	// AddGrant stores a new grant with its first tokens, or without any where it is pending. A name in use, or used before, is ErrNameTaken.
	AddGrant(ctx context.Context, g Grant, t SealedTokens, a Attempt) error
	// ReplaceTokens stores the tokens of a new consent, whatever the generation, and ends any block.
	ReplaceTokens(ctx context.Context, g Grant, t SealedTokens, a Attempt) (State, error)

	// Claim takes leases and writes intents. A claim whose Rev is not the row's is lost and reports the row as it is.
	Claim(ctx context.Context, claims []Claim) ([]Claimed, error)
	// Settle ends exchanges: it stores tokens where the generation is still the one sent, or closes intents.
	Settle(ctx context.Context, settlements []Settlement) ([]Settled, error)
	// Recover is called once at start by a process that has the store alone: it ends all leases, closes the intents that
	// proof tells were never sent, and counts those that surely were.
	Recover(ctx context.Context, fate func(id.Attempt) Fate) (int, error)

	// SetHealth disables or enables a grant.
	SetHealth(ctx context.Context, id id.Grant, h snapshot.Health, p problem.Code, at time.Time) (State, error)
	// SetAccounts replaces the accounts that a grant opens.
	SetAccounts(ctx context.Context, id id.Grant, accounts []canon.Account) error
	// SetClient notes which of its app's credentials gave a grant's token.
	SetClient(ctx context.Context, id id.Grant, clientID, version string) error
	// SetEligibility keeps whether Amazon answers for a grant.
	SetEligibility(ctx context.Context, id id.Grant, e Eligibility) error
	// Revoke forgets the grant's tokens, keeps its row and its name.
	Revoke(ctx context.Context, id id.Grant, at time.Time) error
	// Attempts returns the newest attempts first.
	Attempts(ctx context.Context, id id.Grant, limit int) ([]Attempt, error)

	// AddConsent keeps a consent that was begun.
	AddConsent(ctx context.Context, c PendingConsent) error
	// PeekConsent returns a consent by its state's fingerprint, used or not. ErrNoConsent where there is none.
	PeekConsent(ctx context.Context, state string) (PendingConsent, error)
	// UseConsent marks a consent as used and reports false where it was already.
	UseConsent(ctx context.Context, state string, at time.Time) (bool, error)
	// Waiting returns consents that were begun, not used and not expired.
	Waiting(ctx context.Context, now time.Time) ([]PendingConsent, error)
}

// SealedTokens is what an exchange gave, fit for a row.
type SealedTokens struct {
	Refresh     []byte        // nil: unchanged
	Credential  id.Credential // whose new version Refresh is
	Use         vault.Use     // of the version before it
	Fingerprint string        // of the refresh token, where Refresh is set
	Version     int64         // under which Refresh is sealed
	Access      []byte        // sealed for the generation after the one sent
	Generation  int64         // that generation
	Obtained    time.Time
	Expires     time.Time
	RefreshAt   time.Time
}

// A Claim asks for the right to exchange a grant's token.
type Claim struct {
	Grant    id.Grant
	Rev      int64 // of the state on which the decision to send was made
	Owner    string
	Until    time.Time // of the lease
	Attempt  id.Attempt
	At       time.Time
	Deadline time.Time // of the intent
	Retake   bool      // the same holder takes an older claim anew: nothing was sent, so sends is not counted again
	Forced   bool      // by a 401
}

// Claimed is a claim's result.
type Claimed struct {
	Won     bool
	State   State  // after the claim, or as the row stands
	Refresh []byte // sealed, where won
}

// A Settlement ends an exchange.
type Settlement struct {
	Grant   id.Grant
	Owner   string
	Epoch   int64 // of the lease held
	Sent    int64 // the generation presented
	Rev     int64 // set where nothing was sent: the row must be as it was decided on
	Attempt Attempt
	Tokens  *SealedTokens // of a whole 200; nil for everything else

	// Where Tokens is nil:
	Refund    bool // nothing was consumed: the send is not counted
	Wrote     bool // the request left whole and what became of it is unknown
	LostAt    time.Time
	Health    snapshot.Health
	Problem   problem.Code
	Failures  int
	RefreshAt time.Time
	Only      bool // record the attempt and nothing else: the exchange goes on
}

// Settled is a settlement's result.
type Settled struct {
	Won   bool   // the row changed as asked. Otherwise another was there first; tokens of ours are kept as previous.
	State State  // the row as it is now
	Taken []byte // the sealed access token of the winner, where not won
}

// A Fate is what is known of an exchange whose process ended.
type Fate int

// The fates.
const (
	FateUnknown Fate = iota
	NeverSent        // no byte left, or not all of them
	SurelySent       // the whole request left
)

// A PendingConsent is a consent that was begun.
type PendingConsent struct {
	State    string // keyed fingerprint; the text itself is only in the browser
	Binding  string // keyed fingerprint
	Verifier []byte // PKCE, sealed
	ID       string // its place in the seal
	Name     string // of the grant to be
	Grant    id.Grant
	App      id.App
	Program  string
	Region   canon.Region
	Scopes   []string
	Return   string
	By       string // the operator's name
	Created  time.Time
	Expires  time.Time
	Used     time.Time
}
