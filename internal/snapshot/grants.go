package snapshot

import (
	"iter"
	"slices"
	"sync/atomic"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
)

// A cell is one grant's place. The grant and its token are replaced in it without touching any map.
type cell struct {
	grant atomic.Pointer[Grant]
	token atomic.Pointer[Token]
}

// An opened is the key of the account index: account ids are unique within a program only.
type opened struct{ program, account string }

// Grant returns a grant by its id. It must not be changed.
func (s *Snapshot) Grant(g id.Grant) (*Grant, bool) {
	c, ok := s.grants.get(g)
	if !ok {
		return nil, false
	}
	return c.grant.Load(), true
}

// GrantNamed returns a grant by its name.
func (s *Snapshot) GrantNamed(name string) (*Grant, bool) {
	c, ok := s.names.get(name)
	if !ok {
		return nil, false
	}
	g := c.grant.Load()
	return g, g.Name == name // it may just have been renamed
}

// Grants lists all grants in no order.
func (s *Snapshot) Grants() iter.Seq[*Grant] {
	return func(yield func(*Grant) bool) {
		s.grants.each(func(_ id.Grant, c *cell) bool { return yield(c.grant.Load()) })
	}
}

// Token returns a grant's current access token, which may have expired, if one was published.
func (s *Snapshot) Token(g id.Grant) (Token, bool) {
	c, ok := s.grants.get(g)
	if !ok {
		return Token{}, false
	}
	t := c.token.Load()
	if t == nil {
		return Token{}, false
	}
	return *t, true
}

// AccountsFor lists the grants of a program for which the account is verified, with the account as that grant sees it.
func (s *Snapshot) AccountsFor(program, account string) iter.Seq2[*Grant, *canon.Account] {
	return func(yield func(*Grant, *canon.Account) bool) {
		cells, _ := s.accounts.get(opened{program, account})
		for _, c := range cells {
			g := c.grant.Load()
			a := g.Account(account)
			if a == nil { // the grant was published anew between the two reads
				continue
			}
			if !yield(g, a) {
				return
			}
		}
	}
}

// Account returns the grant's verified account of that id, or nil.
func (g *Grant) Account(account string) *canon.Account {
	for i := range g.Accounts {
		if g.Accounts[i].ID == account {
			return &g.Accounts[i]
		}
	}
	return nil
}

// PublishGrant adds a grant or replaces what is known of it. Its token stays.
func (s *Snapshot) PublishGrant(g Grant) {
	g.Accounts = slices.Clone(g.Accounts)
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.grants.get(g.ID)
	if !known {
		c = &cell{}
		c.grant.Store(&g)
		s.grants.set(g.ID, c)
		s.names.set(g.Name, c)
		s.index(c, &g, nil)
		return
	}
	old := c.grant.Swap(&g)
	if old.Name != g.Name {
		if at, ok := s.names.get(old.Name); ok && at == c {
			s.names.drop(old.Name)
		}
		s.names.set(g.Name, c)
	}
	s.index(c, &g, old)
}

// PublishToken replaces a grant's token, unless the one held is of the same or a higher generation: a late publisher never
// takes the gateway back. The token of a grant that was not published, or is removed, is dropped.
func (s *Snapshot) PublishToken(g id.Grant, t Token) {
	c, ok := s.grants.get(g)
	if !ok {
		return
	}
	for {
		old := c.token.Load()
		if old != nil && old.Generation >= t.Generation {
			return
		}
		if c.token.CompareAndSwap(old, &t) {
			return
		}
	}
}

// RemoveGrant forgets a grant and its token.
func (s *Snapshot) RemoveGrant(g id.Grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.grants.get(g)
	if !ok {
		return
	}
	s.grants.drop(g)
	old := c.grant.Load()
	if at, ok := s.names.get(old.Name); ok && at == c {
		s.names.drop(old.Name)
	}
	s.index(c, &Grant{}, old)
	c.token.Store(nil)
}

// index moves a cell in the account index from what old opened to what g opens.
func (s *Snapshot) index(c *cell, g, old *Grant) {
	if old != nil {
		for i := range old.Accounts {
			k := opened{old.Program, old.Accounts[i].ID}
			if g.Program == old.Program && g.Account(k.account) != nil {
				continue
			}
			cells, _ := s.accounts.get(k)
			rest := slices.DeleteFunc(slices.Clone(cells), func(at *cell) bool { return at == c })
			if len(rest) == 0 {
				s.accounts.drop(k)
			} else {
				s.accounts.set(k, rest)
			}
		}
	}
	for i := range g.Accounts {
		k := opened{g.Program, g.Accounts[i].ID}
		cells, _ := s.accounts.get(k)
		if !slices.Contains(cells, c) {
			s.accounts.set(k, append(slices.Clone(cells), c))
		}
	}
}
