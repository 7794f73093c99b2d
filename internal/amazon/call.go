package amazon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Realm says which Amazon is meant: the real one, or the sandbox on loopback. It is fixed on the app at creation,
// inherited by everything below it, and part of every seal.
type Realm string

// The realms.
const (
	Real    Realm = "amazon"
	Sandbox Realm = "sandbox"
)

// A Call is one HTTP exchange with Amazon, as data. It holds credentials only in Inject, and only egress reveals them.
type Call struct {
	Realm   Realm
	Host    string // Amazon's own host name, e.g. "api.amazon.com"; egress decides where that is dialled
	Method  string
	Path    string // absolute, already escaped
	Query   url.Values
	Header  http.Header // without credentials
	Body    []byte      // nil where Inject has Form or JSON fields, which then are the body
	Inject  Injection
	Timeout time.Duration // Whole exchange. Defaults to 30 seconds.
	Limit   int64         // Most bytes read of the answer's body. Defaults to 1 MiB.
	Room    []byte        // The answer's body is put into it as far as it fits. Defaults to room of its own.
}

// An Injection is what a program wants put on a request so that Amazon accepts it.
type Injection struct {
	Headers []Field // set after every header of that name in any spelling was dropped
	Form    []Field // becomes an application/x-www-form-urlencoded body, in this order
	JSON    []Field // becomes a flat JSON object of strings, in this order
	SigV4   *SigV4  // signs the request last
}

// A Field is one named value of an Injection. Prefix and, in headers, Suffix are plain text put around the value, such as "Bearer ".
type Field struct {
	Name   string
	Prefix string
	Value  secret.Value
	Suffix string
}

// Plain makes a Field whose value is no secret.
func Plain(name, value string) Field { return Field{Name: name, Value: secret.New(value)} }

// SigV4 asks for an AWS Signature Version 4 over the whole request, with service and region fixed here.
type SigV4 struct {
	KeyID   string
	Secret  secret.Value
	Session secret.Value // zero for long-lived keys
	Service string
	Region  string // an AWS region such as "us-east-1"
}

// An Answer is what came back of a Call.
type Answer struct {
	Status    int
	Header    http.Header
	Body      []byte
	Truncated bool          // the body was longer than Call.Limit, or ended early
	Took      time.Duration // from before the send to the end of the body
}

// A Sender sends calls. Egress is the one implementation outside tests.
// Every error that Send returns is a *SendError.
type Sender interface {
	Send(ctx context.Context, c Call) (*Answer, error)
}

// A SendError says that no whole answer came. Wrote tells whether any byte of the request may have left:
// if not, nothing can have happened at Amazon and the same call may be sent again.
type SendError struct {
	Wrote bool
	Err   error
}

// Error implements error.
func (e *SendError) Error() string {
	if e.Wrote {
		return fmt.Sprintf("waiting for Amazon's answer: %v", e.Err)
	}
	return fmt.Sprintf("reaching Amazon: %v", e.Err)
}

// Unwrap returns the transport's error.
func (e *SendError) Unwrap() error { return e.Err }
