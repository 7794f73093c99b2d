package unified

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// A ChangedBy is the part of an order over many grants that one of them did. Each is a write of its own in the ledger.
type ChangedBy struct {
	ConnectionID string      `json:"connection_id"`
	Write        id.AdsWrite `json:"write"`
	Undo         string      `json:"undo,omitempty"`
}

// A share is one grant's part of an order.
type share struct {
	grant *snapshot.Grant
	rows  []int // of the order
	place writes.Place
	out   writes.Outcome
	err   error // with the whole share, of which then nothing was sent
}

// writeAnywhere does an order through all grants that the asker may use: each row through the one that opens its account. An order is never
// refused as a whole for one grant's sake, and what came of each row stands in its place.
func (u *Ads) writeAnywhere(ctx context.Context, q *Request, o writes.Order, many bool) (Answer, error) {
	shares, refused := u.shares(ctx, q, o)
	if len(o.Rows) == 1 && len(shares) == 0 {
		return Answer{}, refused[0]
	}
	var wait sync.WaitGroup
	var asking sync.Mutex // Access is asked from one goroutine at a time
	for _, s := range shares {
		s.place = u.placeOf(q, s.grant)
		allow := s.place.Allow
		s.place.Allow = func(operation string, a canon.Account) error {
			asking.Lock()
			defer asking.Unlock()
			return allow(operation, a)
		}
	}
	for _, s := range shares {
		wait.Go(func() {
			part := o
			part.Rows = nil
			for _, i := range s.rows {
				part.Rows = append(part.Rows, o.Rows[i])
			}
			s.err = u.contained(func() (err error) {
				s.out, err = u.cfg.Writer.Do(ctx, s.place, part)
				return err
			})
			u.noteChanged(s.out)
		})
	}
	wait.Wait()
	u.sorted.forget()
	if len(o.Rows) == 1 {
		s := shares[0]
		switch {
		case s.err != nil:
			return Answer{}, s.err
		case !many && !o.DryRun:
			return u.changedOne(q, s.out), nil
		}
	}
	return u.gatherShares(q, o, shares, refused), nil
}

// gatherShares puts the results of all shares into the order of the rows.
func (u *Ads) gatherShares(q *Request, o writes.Order, shares []*share, refused map[int]error) Answer {
	body := Changed{Kind: o.Kind, DryRun: o.DryRun, Results: make([]ChangedRow, len(o.Rows))}
	for i, err := range refused {
		body.refuse(i, o.Rows[i].ID, err)
	}
	answer := Answer{Status: http.StatusOK}
	for _, s := range shares {
		if s.err != nil {
			for _, i := range s.rows {
				body.refuse(i, o.Rows[i].ID, s.err)
			}
			continue
		}
		own := *q
		own.Grant = s.grant.Name
		told := u.told(&own, s.out)
		for at, row := range told.Results {
			row.Index = s.rows[at]
			body.Results[row.Index] = row
		}
		for _, r := range told.Requests {
			r.Rows = slices.Clone(r.Rows)
			for at := range r.Rows {
				r.Rows[at] = s.rows[r.Rows[at]]
			}
			body.Requests = append(body.Requests, r)
		}
		if told.Write != "" {
			body.Writes = append(body.Writes, ChangedBy{s.grant.Name, told.Write, told.Undo})
		}
		body.Done, body.Failed, body.Unknown = body.Done+told.Done, body.Failed+told.Failed, body.Unknown+told.Unknown
		answer = u.ledgered(q, s.out, answer)
	}
	if body.Failed+body.Unknown > 0 {
		answer.Status = http.StatusMultiStatus // a partial failure is never a success
	}
	answer.Body = body
	return answer
}

// refuse says that nothing was sent for a row.
func (c *Changed) refuse(row int, is string, err error) {
	f := FailureOf(err)
	c.Results[row] = ChangedRow{Index: row, ID: is, Error: &f}
	c.Failed++
}

// shares hands each row to its grant. What belongs to none, or cannot be told, is refused under its index.
func (u *Ads) shares(ctx context.Context, q *Request, o writes.Order) (all []*share, refused map[int]error) {
	refused = map[int]error{}
	grants := q.Access.Grants()
	for i, row := range o.Rows {
		g, err := u.grantOf(ctx, q, o, row, grants)
		if err != nil {
			refused[i] = err
			continue
		}
		at := slices.IndexFunc(all, func(s *share) bool { return s.grant.ID == g.ID })
		if at < 0 {
			at, all = len(all), append(all, &share{grant: g})
		}
		all[at].rows = append(all[at].rows, i)
	}
	return all, refused
}

// grantOf is the grant that a row goes through: the one that it names by connection_id, else the only one that opens the account which it
// names, or in which its object was seen. Where two open it, none is taken for the other.
func (u *Ads) grantOf(ctx context.Context, q *Request, o writes.Order, row writes.Row, grants []*snapshot.Grant) (*snapshot.Grant, error) {
	var names struct {
		Connection   string `json:"connection_id"`
		Organization string `json:"organization_id"`
	}
	_ = json.Unmarshal(row.Body, &names) // what is no object is refused by itself
	account := names.Organization
	if account == "" {
		account = o.Organization
	}
	if account == "" && names.Connection == "" && row.ID != "" {
		account = u.accountOf(ctx, q, o, row.ID)
	}
	if account == "" && names.Connection == "" {
		return nil, problem.New(problem.WritesWhichOrganization)
	}
	var found []*snapshot.Grant
	for _, g := range grants {
		opens := slices.ContainsFunc(g.Accounts, func(a canon.Account) bool { return a.ID == account && q.Access.Account(g, a.ID) })
		if (names.Connection == "" || g.Name == names.Connection) && (account == "" || opens) {
			found = append(found, g)
		}
	}
	switch len(found) {
	case 0:
		return nil, problem.New(problem.WritesNoAccount)
	case 1:
		return found[0], nil
	}
	return nil, problem.New(problem.GatewayGrantAmbiguous).With("give connection_id with the row: %s or %s", found[0].Name, found[1].Name)
}

// accountOf is where an object was seen last. One that was never seen is looked for where it is the only one asked about; a list of such would
// search every account for each of them.
func (u *Ads) accountOf(ctx context.Context, q *Request, o writes.Order, is string) string {
	if at, ok := u.known.find(o.Kind, is); ok {
		return at.account
	}
	if len(o.Rows) > 1 {
		return ""
	}
	_, at, err := u.Find(ctx, q, Finding{Kind: o.Kind, ID: is})
	if err != nil {
		return ""
	}
	return at.Account.ID
}

// placeOf is a grant as changes are made through it, with what the asker may use of it.
func (u *Ads) placeOf(q *Request, g *snapshot.Grant) writes.Place {
	p := writes.Place{
		Grant: g.ID, Name: g.Name, Model: u.cfg.Model, Asker: u.cfg.Asker(g), By: q.By,
		Allow: func(operation string, a canon.Account) error { return q.Access.Allow(g, a, operation) },
		Hint: func(kind canon.AdsKind, is string) (string, canon.Channel, bool) {
			at, ok := u.known.find(kind, is)
			return at.account, at.channel, ok
		},
	}
	for _, a := range g.Accounts {
		if q.Access.Account(g, a.ID) {
			p.Accounts = append(p.Accounts, a)
		}
	}
	return p
}
