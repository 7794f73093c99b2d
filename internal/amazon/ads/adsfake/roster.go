package adsfake

import (
	"maps"
	"slices"
)

// A roster is which profiles there are and who may use them. It is replaced, never changed, so that requests read it without a lock.
type roster struct {
	profiles []*profile
	byID     map[int64]*profile
	access   map[string][]access // by the user's key
}

// roster is the profiles as they are now.
func (f *fake) roster() *roster { return f.known.Load() }

// enlist adds a profile that a user may change.
func (f *fake) enlist(p *profile, user string) { f.admit(p, user, true) }

// admit lets a user look at a profile, or change it, and adds the profile if it is new.
func (f *fake) admit(p *profile, user string, edit bool) {
	f.admitting.Lock()
	defer f.admitting.Unlock()
	old := f.roster()
	next := &roster{profiles: old.profiles, byID: old.byID, access: maps.Clone(old.access)}
	if old.byID[p.number] == nil {
		next.profiles = append(slices.Clip(old.profiles), p)
		next.byID = maps.Clone(old.byID)
		next.byID[p.number] = p
	}
	next.access[user] = append(slices.Clip(old.access[user]), access{p, edit})
	f.known.Store(next)
}
