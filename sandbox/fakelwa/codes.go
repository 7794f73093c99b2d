package fakelwa

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A code waits to be exchanged for tokens.
type code struct {
	profile     *kit.SecurityProfile
	user        *kit.User
	scopes      []string
	redirectURI string
	challenge   string
	plain       bool // the challenge is the verifier itself
	until       time.Time
}

// codeLife is how long a code can be exchanged (ads-lwa 1.2).
const codeLife = 5 * time.Minute

// codes are the codes that were given out and not exchanged yet.
type codes struct {
	mu      sync.Mutex
	count   int
	waiting map[string]*code
}

var (
	errCodeUnknown = errors.New("the code is unknown, used or another client's")
	errCodeExpired = errors.New("the code has expired")
)

// give returns a fresh code: 20 letters that begin with AN (ads-lwa 1.2).
func (cs *codes) give(w *kit.World, c *code) string {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for text, old := range cs.waiting { // those long expired are forgotten
		if c.until.After(old.until.Add(24 * time.Hour)) {
			delete(cs.waiting, text)
		}
	}
	cs.count++
	text := "AN" + w.Letters(fmt.Sprintf("code %d %d", cs.count, c.until.UnixMilli()),
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 18)
	cs.waiting[text] = c
	return text
}

// take uses up a code. One that another client presents stays good for its own.
func (cs *codes) take(text string, p *kit.SecurityProfile, now time.Time) (*code, error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.waiting[text]
	if c == nil || c.profile != p {
		return nil, errCodeUnknown
	}
	delete(cs.waiting, text)
	if !now.Before(c.until) {
		return nil, errCodeExpired
	}
	return c, nil
}

// verifies checks the PKCE verifier (RFC 7636 section 4.6).
func (c *code) verifies(verifier string) bool {
	switch {
	case c.challenge == "":
		return true
	case !c.plain:
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(c.challenge)) == 1
}
