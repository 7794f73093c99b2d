package push

import (
	"context"
	"errors"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Registration is one app on one device.
type Registration struct {
	ID           id.Registration
	Grant        id.Grant
	Registration string // Amazon's id, which is personal data; the newest one that Amazon told
	Name         string // for people; may be empty
	Tags         []string
	Added        time.Time
	Moved        time.Time // when Amazon last told a newer id; zero: never
	Retired      time.Time // zero while messages may be sent to it
	Reason       string    // why it was retired: a problem's code, or "replaced" or "removed"
}

// A Filter says which registrations are meant.
type Filter struct {
	Grant   id.Grant
	Tags    []string        // it has all of these
	Retired bool            // those that were retired, too
	After   id.Registration // only later ones, in the order of ids
	Limit   int             // Defaults to 1,000.
}

// Count is how many registrations of a grant there are.
type Count struct {
	Live    int            `json:"live"`
	Moved   int            `json:"moved"`   // of the live ones, how many got a newer id from Amazon
	Retired map[string]int `json:"retired"` // by reason
}

// A State says how far a broadcast is.
type State string

// The states of a broadcast.
const (
	Listing   State = "listing" // its devices are being written down
	Sending   State = "sending"
	Held      State = "held"      // waits, for a token or a network; it goes on by itself
	Done      State = "done"      // every device is accounted for
	Stopped   State = "stopped"   // Amazon refuses the message itself, so nobody will get it
	Cancelled State = "cancelled" // by an operator
)

// Ended reports whether nothing more will be sent.
func (s State) Ended() bool { return s == Done || s == Stopped || s == Cancelled }

// Fates of a device within a broadcast, beyond the outcomes of a send (adm.Outcome).
const (
	Waiting = ""       // still to be sent
	Moved   = "moved"  // accepted, and Amazon told a newer registration id, which replaced the old one
	GivenUp = "failed" // Amazon could not take it, however often it was tried
	Skipped = "skipped"
)

// A Broadcast is one message to many devices.
type Broadcast struct {
	ID         id.Broadcast
	Grant      id.Grant
	Message    adm.Message
	Tags       []string // whom it is for: those that have all of these; everybody where there are none
	Rate       int      // Most messages a second; 0 is as fast as Amazon takes them.
	ResendLost bool     // a message that left without an answer is sent again; a device may then get it twice
	State      State
	Problem    problem.Code // why it is held or stopped
	By         string       // who began it
	Created    time.Time
	Ended      time.Time
	HeldUntil  time.Time

	Listed Listed         // how far the list of its devices is
	Mark   Mark           // how far devices were taken up, as the last flush to disk has it
	Counts map[string]int // devices by fate; "" are those still waiting
}

// Listed is how far a broadcast's list of devices is written down, in the order of ids.
type Listed struct{ To, Until id.Registration }

// A Mark is written before devices are taken up. After a loss of power, when the log of what was sent may be gone too, those up to it
// whose fate is not in the store may have been sent to.
type Mark struct {
	Device id.Registration // first tries, in the order of ids
	Retry  time.Time       // further tries, by when they were due
}

// A Target is one device of a broadcast.
type Target struct {
	Device       id.Registration
	Registration string
	Name         string
	Fate         string // Waiting, an adm.Outcome, Moved, GivenUp or Skipped
	Tries        int
	Next         time.Time // not before
	Status       int       // HTTP status of the last answer
	Problem      problem.Code
	At           time.Time

	New     string // where it moved, to be stored as the registration's id
	retired bool   // it was retired since it was listed
}

// A Span is a row of devices of a broadcast's list, in the order of ids, that Amazon took at the first try: all between two, both with them,
// that wait and were never told to.
type Span struct {
	From, To id.Registration
	At       time.Time // of the last answer among them
}

// Retired reports whether the registration was retired since it was listed.
func (t Target) Retired() bool { return t.retired }

// WithRetired returns t as a store found it.
func (t Target) WithRetired(is bool) Target { t.retired = is; return t }

// ErrNotFound is a Store's word for what it does not have.
var ErrNotFound = errors.New("looking it up: there is none")

// Store is what push needs of a database. Each changing method is one transaction and durable when it returns.
type Store interface {
	// PutRegistrations adds registrations, and gives those that are known their new name and tags; one that was retired lives again.
	// It tells how many were new. A long list may be kept in parts, of which each is one transaction.
	PutRegistrations(ctx context.Context, all []Registration) (added int, err error)
	Registrations(ctx context.Context, f Filter) ([]Registration, error)
	RegistrationsNamed(ctx context.Context, g id.Grant, texts []string) ([]Registration, error) // by Amazon's id or by name
	CountRegistrations(ctx context.Context, g id.Grant) (Count, error)
	// NoteRegistrations applies what Amazon told: moved ids are replaced, gone ones retired.
	NoteRegistrations(ctx context.Context, g id.Grant, notes []Note) error

	AddBroadcast(ctx context.Context, b Broadcast) error // Listed.Until is set to the newest registration
	Broadcast(ctx context.Context, b id.Broadcast) (Broadcast, error)
	Broadcasts(ctx context.Context, limit int) ([]Broadcast, error) // newest first
	FreeBroadcasts(ctx context.Context) error
	// DueBroadcasts are those in which something may be done now, and when the next one is due that is held.
	DueBroadcasts(ctx context.Context, now time.Time) ([]id.Broadcast, time.Time, error)
	// ClaimBroadcast takes the lease. It reports false where another owner has it, or it has ended.
	ClaimBroadcast(ctx context.Context, b id.Broadcast, owner string) (Broadcast, bool, error)
	// ListTargets writes the next devices down and returns the broadcast as it is then.
	ListTargets(ctx context.Context, b id.Broadcast, limit int) (Broadcast, error)
	// Targets returns devices that wait and are due, and when the next is due where there are none: those that were never told to wait,
	// after one and in the order of ids, and once there are no more, those that were, in the order in which they are due.
	Targets(ctx context.Context, b id.Broadcast, after id.Registration, now time.Time, limit int) ([]Target, time.Time, error)
	// MarkBroadcast moves the mark, before devices are taken up.
	MarkBroadcast(ctx context.Context, b id.Broadcast, m Mark) error
	// Unmarked returns the devices that wait and lie before the mark: those that may have been sent to.
	Unmarked(ctx context.Context, b id.Broadcast, m Mark) ([]Target, error)
	// SettleTargets writes down what became of devices, in broadcast and registrations, and returns the broadcast's state and counts. A
	// fate that is known stays.
	SettleTargets(ctx context.Context, b id.Broadcast, taken []Span, others []Target) (State, map[string]int, error)
	// EndBroadcast lets the lease go with a state; one that was cancelled meanwhile stays so.
	EndBroadcast(ctx context.Context, b id.Broadcast, s State, p problem.Code, at, heldUntil time.Time) error
	CancelBroadcast(ctx context.Context, b id.Broadcast, at time.Time) error
	// Results returns the devices of a broadcast after one, in the order of ids.
	Results(ctx context.Context, b id.Broadcast, after id.Registration, limit int) ([]Target, error)
}

// A Note is what an answer of Amazon's says of a registration.
type Note struct {
	Registration string // as it was sent to
	New          string // its newer id, where it moved
	Retire       string // the reason, where it has gone
	At           time.Time
}
