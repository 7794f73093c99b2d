package unified

import (
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// Most objects whose place is remembered.
const placesMost = 1 << 16

// places remembers in which account and channel an object was seen, so that one asked for by its id alone need not be looked for in all
// accounts. It is a hint: what is not where it was is looked for again.
type places struct {
	mu       sync.Mutex
	now, old map[placeKey]placeOf // when now is full it becomes old
}

type placeKey struct {
	kind canon.AdsKind
	id   string
}

type placeOf struct {
	account string
	channel canon.Channel
}

func newPlaces() *places { return &places{now: map[placeKey]placeOf{}} }

func (p *places) note(kind canon.AdsKind, channel canon.Channel, account string, o canon.AdsObject) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, at := placeKey{kind, o.Common().ID}, placeOf{account, channel}
	if p.now[key] == at {
		return
	}
	if len(p.now) >= placesMost/2 {
		p.now, p.old = map[placeKey]placeOf{}, p.now
	}
	key.id = strings.Clone(key.id) // it may be a part of a whole page
	p.now[key] = at
}

func (p *places) find(kind canon.AdsKind, id string) (placeOf, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.now[placeKey{kind, id}]
	if !ok {
		at, ok = p.old[placeKey{kind, id}]
	}
	return at, ok
}
