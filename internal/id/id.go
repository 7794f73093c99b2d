// Package id makes the typed ids of everything that Lockkeeper stores.
//
// An id is a ULID: 26 characters that sort by the time of creation and say nothing else. Each kind has a Go
// type of its own, so that an app's id cannot be passed where a grant's is wanted. People use names; policies,
// rows and seals hold ids, since a name may be given up and an id never is.
package id

import (
	"crypto/rand"
	"time"

	"github.com/oklog/ulid/v2"
)

// The kinds of id.
type (
	App        string
	Grant      string
	Credential string
	Caller     string
	Pass       string
	Operator   string
	Attempt    string
	Request    string
	Rotation   string
	Site       string

	Registration string // one app on one device, of Device Messaging
	Broadcast    string

	Report     string // a job of ours that asks Amazon for reports
	ReportPart string // one of Amazon's reports

	AdsWrite string // one asking to change objects of the advertising model
)

// New returns a fresh id of kind T, made at the given time.
func New[T ~string](now time.Time) T {
	return T(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

// Valid reports whether s has the form of an id.
func Valid[T ~string](s T) bool {
	_, err := ulid.ParseStrict(string(s))
	return err == nil
}
