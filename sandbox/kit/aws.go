package kit

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

// The IAM users of the sandbox's AWS account. What each may do is the AWS fake's to say.
const (
	AWSRoot    = "root"    // the account's root user, who should have no keys
	AWSAdmin   = "admin"   // may do everything in IAM
	AWSStream  = "stream"  // reads queues and may rotate its own key
	AWSTwoKeys = "twokeys" // both of its slots hold active keys
	AWSSpare   = "spare"   // its older key is inactive
	AWSLocked  = "locked"  // has no policy at all
	AWSStale   = "stale"   // its key was last used 200 days ago
	AWSDenied  = "denied"  // may not ask for session credentials
)

// An AWSKey is an AWS access key pair.
type AWSKey struct {
	ID     string `json:"access_key_id"`
	Secret string `json:"secret_access_key"`
}

// AWSAccount is the id of the world's AWS account, 12 digits.
func (w *World) AWSAccount() string {
	return fmt.Sprint(100_000_000_000 + w.Number("aws account", 899_999_999_999))
}

// AWSKey returns the n-th key pair of an IAM user, counted from 1. Which of them exist is the AWS fake's to say. As at AWS, the id
// holds the account's number; unlike there, it says SBX.
func (w *World) AWSKey(user string, n int) AWSKey {
	label := fmt.Sprint("aws key ", user, " ", n)
	return AWSKey{ID: "AKIA" + w.awsID(label), Secret: w.AWSSecret(label)}
}

// AWSSecret returns a secret access key that is always the same for this seed and label: 40 characters, sbx among them.
func (w *World) AWSSecret(label string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return "sbx" + w.Letters(label+" secret 1", alphabet, 32) + w.Letters(label+" secret 2", alphabet, 5)
}

// AWSSession returns the key pair of session credentials.
func (w *World) AWSSession(n uint64) AWSKey {
	label := fmt.Sprint("aws session ", n)
	return AWSKey{ID: "ASIA" + w.awsID(label), Secret: w.AWSSecret(label)}
}

// awsID is the part of a key id after its prefix: 48 bits of which 40 are the account's number, then what tells keys apart.
func (w *World) awsID(label string) string {
	var account uint64
	_, _ = fmt.Sscan(w.AWSAccount(), &account) // it is a number
	var b [12]byte
	binary.BigEndian.PutUint64(b[:8], (1<<47|account<<7)<<16)
	copy(b[6:], w.draw(label))
	text := []byte(base32.StdEncoding.EncodeToString(b[:10]))
	copy(text[10:], "SBX")
	return string(text)
}
