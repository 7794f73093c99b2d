package unified

import (
	lru "container/list"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A sum stands for the bytes of one of Amazon's pages and for all else that its rows depend on: two tags of AES-GCM, whose key is drawn when
// the process starts and never leaves it. Whoever does not know the key cannot make two pages of the same tag, and by chance some hundred
// megabytes have one with a probability of less than 2^-100 (NIST SP 800-38D, appendix B). It costs a fifth of what SHA-256 does.
type sum struct{ about, page tag }

type tag [16]byte

// A summer makes sums.
type summer struct{ gcm cipher.AEAD }

func newSummer() (summer, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		return summer{}, fmt.Errorf("making a key for sums: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return summer{}, fmt.Errorf("making sums: %w", err)
	}
	return summer{gcm}, nil
}

// tag may use the same nonce each time, since tags are compared and never told.
func (s summer) tag(text []byte) (out tag) {
	var nonce [12]byte
	s.gcm.Seal(out[:0], nonce[:], nil, text)
	return out
}

// of takes in what a list asks for, whose page it is and of which of Amazon's lists, and the page.
func (s summer) of(said string, from *source, list string, text []byte) (sum, bool) {
	account := from.Account
	account.VerifiedAt = time.Time{}
	about, err := json.Marshal([]any{said, from.Grant.Name, from.channel, list, account})
	return sum{s.tag(about), s.tag(text)}, err == nil
}

// A memo keeps the rows of pages that were read, so that a page that comes again byte by byte, as most do of lists that are looked at over and
// over, need not be read again. It is asked after Amazon answered, and so never tells what Amazon no longer tells. It is in memory alone, holds
// at most so many bytes, and lets go of what was asked for longest ago. It is safe for concurrent use.
type memo struct {
	summer
	most int

	mu    sync.Mutex
	bytes int
	known map[sum]*lru.Element
	order *lru.List // of remembered; the one asked for last is in front
}

type remembered struct {
	sum  sum
	rows *rows
}

func newMemo(most int) (*memo, error) {
	s, err := newSummer()
	return &memo{summer: s, most: most, known: map[sum]*lru.Element{}, order: lru.New()}, err
}

func (m *memo) get(s sum) *rows {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.known[s]
	if e == nil {
		return nil
	}
	m.order.MoveToFront(e)
	return e.Value.(*remembered).rows
}

func (m *memo) put(s sum, r *rows) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[s] != nil || r.weight() > m.most {
		return
	}
	m.known[s] = m.order.PushFront(&remembered{s, r})
	for m.bytes += r.weight(); m.bytes > m.most; {
		last := m.order.Remove(m.order.Back()).(*remembered)
		m.bytes -= last.rows.weight()
		delete(m.known, last.sum)
	}
}

// weight is about how many bytes of memory rows take.
func (r *rows) weight() int {
	n := 512 + cap(r.text) + 12*cap(r.all)
	for i := range r.keys {
		n += 64 + len(r.keys[i].Text) + len(r.keys[i].ID)
	}
	return n
}
