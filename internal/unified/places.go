package unified

import (
	"hash/maphash"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// How many objects' places are remembered.
const placesMost = 1 << 16

// places remembers in which account and channel an object was seen, so that one asked for by its id alone need not be looked for in all
// accounts. It is a hint: what is not where it was is looked for again, and so an id is known by its hash alone, and gives way to whichever
// comes to the same spot. It is noted for each object of each list, which therefore must cost next to nothing.
type places struct {
	seed maphash.Seed

	mu    sync.Mutex
	spots []spot // none before the first object
	all   []placeOf
	which map[placeOf]uint32 // of all
}

type spot struct {
	id    uint64 // the hash of kind and id; 0 for none
	place uint32
}

type placeOf struct {
	account string
	channel canon.Channel
}

func newPlaces() *places { return &places{seed: maphash.MakeSeed(), which: map[placeOf]uint32{}} }

// of is what hashes of a kind's ids begin with.
func (p *places) of(kind canon.AdsKind) uint64 { return maphash.String(p.seed, string(kind)) }

// hash is that of an id of a kind.
func (p *places) hash(of uint64, id string) uint64 { return maphash.String(p.seed, id) ^ of | 1 }

// note takes in objects of an account and a channel, by their hashes.
func (p *places) note(account string, channel canon.Channel, ids ...uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spots == nil {
		p.spots = make([]spot, placesMost)
	}
	at := placeOf{account, channel}
	place, ok := p.which[at]
	if !ok {
		place = uint32(len(p.all))
		p.which[at], p.all = place, append(p.all, at)
	}
	for _, id := range ids {
		p.spots[id%placesMost] = spot{id, place}
	}
}

func (p *places) find(kind canon.AdsKind, id string) (placeOf, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spots == nil {
		return placeOf{}, false
	}
	hash := p.hash(p.of(kind), id)
	found := p.spots[hash%placesMost]
	if found.id != hash {
		return placeOf{}, false
	}
	return p.all[found.place], true
}
