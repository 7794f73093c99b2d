// Package audit says what is written down about who did what.
//
// An entry is made before the deed where the deed shows a secret, and after it otherwise; it is added and never changed. It
// names things by id and says nothing secret. Whoever acts (vault, broker, policy, operator) records through a Sink; the
// store keeps the entries in a chain of hashes, so that a missing or altered one shows.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// An Actor is who did it.
type Actor struct {
	Kind string `json:"kind"` // "operator", "viewer", "caller" or "system"
	ID   string `json:"id"`
	Name string `json:"name"`
}

// The kinds of actor.
const (
	Operator = "operator"
	Viewer   = "viewer" // an operator whose role lets him look and change nothing
	Caller   = "caller"
	System   = "system"
)

// Itself is the actor of what Lockkeeper does unasked: sweeps, rotations that Amazon made.
func Itself(part string) Actor { return Actor{Kind: System, ID: part, Name: part} }

// An Outcome says how it ended.
const (
	Done    = "done"
	Denied  = "denied"
	Failed  = "failed"
	Started = "started" // written before a deed whose end has an entry of its own
)

// An Entry is one thing that was done, or tried.
type Entry struct {
	At      time.Time `json:"at"`
	Actor   Actor     `json:"actor"`
	Action  string    `json:"action"` // "credential.reveal": the thing, then the verb
	Object  string    `json:"object"` // the id of what it was done to
	Outcome string    `json:"outcome"`
	Detail  string    `json:"detail,omitempty"` // never a secret
}

// A Sink takes entries. When Record returns nil the entry is durable.
type Sink interface {
	Record(ctx context.Context, e Entry) error
}

// A Recorded entry has its number and its link in the chain.
type Recorded struct {
	Seq int64 `json:"seq"`
	Entry
	Hash string `json:"hash"`
}

// Link returns the hash of e as entry number seq after one whose hash is before. Every part has its length before it.
func Link(before string, seq int64, e Entry) string {
	h := sha256.New()
	var n [8]byte
	number := func(v uint64) { binary.BigEndian.PutUint64(n[:], v); h.Write(n[:]) }
	number(uint64(seq))
	number(uint64(e.At.UnixMilli()))
	for _, part := range []string{before, e.Actor.Kind, e.Actor.ID, e.Actor.Name, e.Action, e.Object, e.Outcome, e.Detail} {
		number(uint64(len(part)))
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}
