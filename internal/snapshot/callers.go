package snapshot

import (
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
)

// A Holder is a pass together with the caller that holds it, as they were published together. Neither may be changed.
type Holder struct {
	Caller *policy.Caller
	Pass   *policy.Pass
}

// PassByHash finds a bearer pass by the SHA-256 of its text. A revoked pass is found too: whether it is good is for
// Caller.Live to say at each request.
func (s *Snapshot) PassByHash(hash [32]byte) (Holder, bool) { return s.hashes.get(hash) }

// PassByKey finds a pass of kind sigv4 by its key id, a revoked one too.
func (s *Snapshot) PassByKey(keyID string) (Holder, bool) { return s.keys.get(keyID) }

// Pass finds a pass by its id.
func (s *Snapshot) Pass(p id.Pass) (Holder, bool) { return s.passes.get(p) }

// Caller finds a caller by its id.
func (s *Snapshot) Caller(c id.Caller) (*policy.Caller, bool) { return s.callers.get(c) }

// CallerNamed finds a caller by its name.
func (s *Snapshot) CallerNamed(name string) (*policy.Caller, bool) { return s.callerNames.get(name) }

// PublishCaller adds a caller or replaces all that is known of it, its passes and rules included.
func (s *Snapshot) PublishCaller(c policy.Caller) {
	c.Passes, c.Rules = slices.Clone(c.Passes), slices.Clone(c.Rules)
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.callers.get(c.ID)
	s.callers.set(c.ID, &c)
	s.callerNames.set(c.Name, &c)
	for i := range c.Passes {
		h := Holder{Caller: &c, Pass: &c.Passes[i]}
		s.passes.set(h.Pass.ID, h)
		switch h.Pass.Kind {
		case policy.Bearer:
			s.hashes.set(h.Pass.Hash, h)
		case policy.SigV4:
			s.keys.set(h.Pass.KeyID, h)
		}
	}
	if known {
		s.forget(old, &c)
	}
}

// RemoveCaller forgets a caller and its passes.
func (s *Snapshot) RemoveCaller(c id.Caller) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.callers.get(c)
	if !known {
		return
	}
	s.callers.drop(c)
	s.forget(old, &policy.Caller{})
}

// forget drops what old had and now has not.
func (s *Snapshot) forget(old, now *policy.Caller) {
	if old.Name != now.Name {
		s.callerNames.drop(old.Name)
	}
	for i := range old.Passes {
		gone := &old.Passes[i]
		if slices.ContainsFunc(now.Passes, func(p policy.Pass) bool { return p.ID == gone.ID }) {
			continue
		}
		s.passes.drop(gone.ID)
		switch gone.Kind {
		case policy.Bearer:
			s.hashes.drop(gone.Hash)
		case policy.SigV4:
			s.keys.drop(gone.KeyID)
		}
	}
}
