// Package snapshot is what the gateway reads: grants, their tokens, callers and their passes, as of now.
//
// Broker, vault and policy publish into it after their own commits; nothing else writes. A token is replaced only by one
// of a higher generation, so a late publisher cannot take the gateway back. Readers take no lock and touch no database:
// maps are copied when something is added or removed, and each grant's token is one atomic pointer.
package snapshot

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Health is how a grant fares.
type Health string

// The states of health (refresh-protocol).
const (
	OK       Health = "ok"
	Pending  Health = "pending"  // consent asked for, or new at Amazon
	Retrying Health = "retrying" // the last refresh failed in a way that may pass
	Blocked  Health = "blocked"  // nothing is sent until a person acts

	// Ineligible: the token is good, but Amazon answers nothing until the account meets its conditions again, which it may do by itself.
	// Calls still go out, since only they can tell.
	Ineligible Health = "ineligible"

	Disabled Health = "disabled" // an operator switched it off
)

// A Grant is the published view of a grant. It is immutable: a change publishes a new one.
type Grant struct {
	ID       id.Grant
	Name     string
	Program  string // "ads"
	Realm    amazon.Realm
	App      id.App
	ClientID string
	Version  string       // of the credential, where the program's have versions: "3.1"
	Region   canon.Region // whose token host it belongs to
	Signs    amazon.Signs // what a key pair signs; zero for what has tokens
	Accounts []canon.Account
	Health   Health
	Problem  problem.Code // why it is not ok, if it is not
	Since    time.Time    // since when Health is what it is
}

// A Token is a short-lived access token of a grant.
type Token struct {
	Access     secret.Value // or a key pair's secret, which signs and is never sent
	KeyID      string       // of a key pair
	Generation int64        // the grant's generation whose exchange gave it
	Obtained   time.Time
	Expires    time.Time // zero for a key pair, which does not end by itself
}

// Good reports whether the token can be used at now.
func (t Token) Good(now time.Time) bool {
	return !t.Access.IsZero() && (t.KeyID != "" || now.Before(t.Expires))
}

// Same reports whether both are the same token, so that what was made with one serves for the other.
func (t Token) Same(u Token) bool {
	return t.Generation == u.Generation && t.KeyID == u.KeyID && t.Access.Equal(u.Access)
}

// Client is the client id that goes with the token: a key pair's own, or else the grant's.
func (t Token) Client(g *Grant) string {
	if t.KeyID != "" {
		return t.KeyID
	}
	return g.ClientID
}
