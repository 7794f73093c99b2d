package writes

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A Verb is what somebody wants done.
type Verb string

// The verbs.
const (
	Create Verb = "create"
	Update Verb = "update" // what is given holds; what an object as it was read shows besides is no wish
	Patch  Verb = "patch"  // RFC 7396 upon the object as Amazon has it
	Remove Verb = "remove" // archives, which is final
	Undo   Verb = "undo"
)

// A Place is where changes are made: the accounts of one grant.
type Place struct {
	Grant    id.Grant
	Name     string          // the grant's
	Accounts []canon.Account // that the grant opens
	Model    amazon.AdsModel
	Asker    amazon.Asker
	By       audit.Actor

	// Allow asks policy, by the id of one of the program's operations. Its error is a problem. Defaults to allowing everything.
	Allow func(operation string, a canon.Account) error

	// Hint tells where an object was seen last. Defaults to nothing being known.
	Hint func(kind canon.AdsKind, id string) (account string, channel canon.Channel, ok bool)
}

// An Order is one asking: what is to be done to objects of one kind.
type Order struct {
	Kind         canon.AdsKind `json:"kind"`
	Verb         Verb          `json:"verb"`
	Rows         []Row         `json:"rows"`
	Organization string        `json:"organization,omitempty"` // of the rows that name none
	Raw          Raw           `json:"raw,omitempty"`          // what each row says besides
	Force        bool          `json:"force,omitempty"`        // past the spend guard
	DryRun       bool          `json:"dry_run,omitempty"`
	Key          string        `json:"-"` // Idempotency-Key; empty for none
}

// Raw is what an order says of all its objects besides their bodies: fields of the model, or members of Amazon's own object by their paths.
type Raw map[string]string

// A Row is one object of an order.
type Row struct {
	ID      string          `json:"id,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
	IfMatch string          `json:"if_match,omitempty"` // ETag that the object must have; empty or "*" for any
}

// An Outcome is what became of an order.
type Outcome struct {
	Write    id.AdsWrite         // in the ledger; empty where nothing was sent
	Kind     canon.AdsKind       // of the objects
	Verb     Verb                // of the order
	Replayed bool                // the answer is the one that an earlier order with the same key had
	DryRun   bool                // nothing was sent
	Requests []amazon.AdsRequest // of a dry run: what would leave
	Results  []Result            // one for each row, in order
}

// Count tells how many rows were done, were not, and may have been.
func (o Outcome) Count() (done, failed, unknown int) {
	for _, r := range o.Results {
		switch {
		case r.OK:
			done++
		case r.Unknown:
			unknown++
		default:
			failed++
		}
	}
	return done, failed, unknown
}

// A Result is what became of one row.
type Result struct {
	Index   int
	OK      bool
	Unknown bool            // no answer came: it may have been done
	Same    bool            // nothing had to be done
	Final   bool            // it cannot be undone
	ID      string          // of the object, where it is known
	Object  canon.AdsObject // as it is now, or as it was asked for where that is unknown; nil where there is none
	Refusal *amazon.AdsRefusal
}

// A State is how far a change is.
type State string

// The states of a change.
const (
	Waiting State = "waiting" // not sent yet
	Sent    State = "sent"    // it may have been made
	Done    State = "done"
	Refused State = "refused"
	Unknown State = "unknown"  // sent, and no answer came
	NotSent State = "not_sent" // Lockkeeper ended before its turn
)

// A Write is an order as the ledger has it.
type Write struct {
	ID      id.AdsWrite
	Grant   id.Grant
	Kind    canon.AdsKind
	Verb    Verb
	By      audit.Actor
	At      time.Time
	Ended   time.Time   // zero while it is under way
	Undoes  id.AdsWrite // of an undoing
	Key     string      // Idempotency-Key
	Digest  string      // of the order that came with the key
	Changes []Change    // in order of rows; in a list of writes there are none
	Counts  map[State]int
}

// A Change is one row of a Write.
type Change struct {
	Row      int
	Account  string
	Channel  canon.Channel
	Object   string // id; empty for a new one that Amazon gave none yet
	Action   Verb   // Create, Update or Remove
	Before   json.RawMessage
	After    json.RawMessage // as asked for, then as Amazon told
	State    State
	Same     bool // nothing had to be sent
	Refusal  *Refusal
	Undoes   int         // row that it undoes, where the write undoes another
	UndoneBy id.AdsWrite // the write that reversed it
}

// A Refusal is an amazon.AdsRefusal as it is kept.
type Refusal struct {
	Problem   string `json:"problem"`
	Detail    string `json:"detail,omitempty"`
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// A Filter asks for writes.
type Filter struct {
	Grant  id.Grant
	Object string      // with a change of this object; empty for any
	Kind   string      // empty for any
	Before id.AdsWrite // older than this one; empty for the newest
	Since  time.Time   // zero for any
	Limit  int
}

// A Store's words.
var (
	ErrNotFound = errors.New("looking up a write: there is none")
	ErrKeyUsed  = errors.New("beginning a write: its key was used")
)

// A Store keeps the ledger. Each changing method is one transaction and durable when it returns.
type Store interface {
	// BeginAdsWrite adds a write with its changes. It fails with ErrKeyUsed where the caller used the key with this grant before.
	BeginAdsWrite(ctx context.Context, w Write, e audit.Entry) error
	// SendAdsChanges marks changes that are about to leave.
	SendAdsChanges(ctx context.Context, w id.AdsWrite, rows []int) error
	// SettleAdsChanges writes down what became of changes: object, after, state and refusal. A change of an undoing that was done marks
	// the one that it undoes.
	SettleAdsChanges(ctx context.Context, w id.AdsWrite, changes []Change) error
	// EndAdsWrite ends a write.
	EndAdsWrite(ctx context.Context, w id.AdsWrite, at time.Time, e audit.Entry) error
	AdsWrite(ctx context.Context, w id.AdsWrite) (Write, error)
	AdsWriteByKey(ctx context.Context, g id.Grant, by, key string) (Write, error)
	AdsWrites(ctx context.Context, f Filter) ([]Write, error) // newest first
	// LoseAdsWrites ends the writes that a process before this one left: what was sent is unknown, what was waiting was not sent.
	LoseAdsWrites(ctx context.Context, at time.Time) (int, error)
}
