package snapshot

import (
	"hash/maphash"
	"maps"
	"sync/atomic"
)

// shards bounds what one addition copies: a million grants are four thousand to a shard.
const shards = 256

// A table is a map that readers use without a lock. A change copies one shard; writers exclude one another.
type table[K comparable, V any] struct {
	seed  maphash.Seed
	parts [shards]atomic.Pointer[map[K]V]
}

func newTable[K comparable, V any]() *table[K, V] {
	return &table[K, V]{seed: maphash.MakeSeed()}
}

func (t *table[K, V]) part(k K) *atomic.Pointer[map[K]V] {
	return &t.parts[maphash.Comparable(t.seed, k)%shards]
}

func (t *table[K, V]) get(k K) (V, bool) {
	m := t.part(k).Load()
	if m == nil {
		var zero V
		return zero, false
	}
	v, ok := (*m)[k]
	return v, ok
}

// set must be called by one writer at a time.
func (t *table[K, V]) set(k K, v V) {
	p := t.part(k)
	next := map[K]V{}
	if m := p.Load(); m != nil {
		next = make(map[K]V, len(*m)+1)
		maps.Copy(next, *m)
	}
	next[k] = v
	p.Store(&next)
}

// drop must be called by one writer at a time.
func (t *table[K, V]) drop(k K) {
	p := t.part(k)
	m := p.Load()
	if m == nil {
		return
	}
	if _, ok := (*m)[k]; !ok {
		return
	}
	next := maps.Clone(*m)
	delete(next, k)
	p.Store(&next)
}

// each calls yield for every entry until it returns false.
func (t *table[K, V]) each(yield func(K, V) bool) {
	for i := range t.parts {
		m := t.parts[i].Load()
		if m == nil {
			continue
		}
		for k, v := range *m {
			if !yield(k, v) {
				return
			}
		}
	}
}
