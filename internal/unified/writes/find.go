package writes

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A found object, and the account that it is in.
type found struct {
	account canon.Account
	object  canon.AdsObject
}

// idsAtOnce is how many objects are asked for by one list.
const idsAtOnce = 100

// find reads objects by their ids, as Amazon has them now, in the accounts given. What is not there is not in the answer; err is the last
// refusal met, which may be why. Where policy lets none of them be read, that is why.
func (w *Writer) find(ctx context.Context, p Place, kind canon.AdsKind, ids []string, accounts []canon.Account) (all map[string]found, err error) {
	all = map[string]found{}
	want := map[string]bool{}
	for _, is := range ids {
		if is != "" {
			want[is] = true
		}
	}
	var denied error
	looked := false
	look := func(a canon.Account, c canon.Channel, these map[string]bool) {
		ability := p.Model.AdsCan(kind, c)
		if len(these) == 0 || !ability.List {
			return
		}
		if no := p.allow(ability.Operations["list"], a); no != nil {
			denied = no
			return
		}
		looked = true
		// What was archived is looked for too, so that it is named as that.
		got, e := listIDs(ctx, p, a, amazon.AdsQuery{Kind: kind, Channel: c, Statuses: canon.AdsStatuses()}, these)
		if e != nil {
			err = e
		}
		for _, o := range got {
			common := o.Common()
			if want[common.ID] {
				delete(want, common.ID)
				common.OrganizationID = a.ID
				setChannel(o, c)
				all[common.ID] = found{a, o}
			}
		}
	}
	for at, these := range p.hinted(kind, want) {
		for _, a := range accounts {
			if a.ID == at.account {
				look(a, at.channel, these)
			}
		}
	}
	if len(want) > 0 && len(accounts) > w.cfg.Search {
		return all, problem.New(problem.WritesWhichOrganization)
	}
	for _, a := range accounts {
		for _, c := range p.Model.AdsChannels(kind) {
			look(a, c, want)
		}
	}
	switch {
	case len(want) == 0:
		err = nil
	case !looked && err == nil:
		err = denied
	}
	return all, err
}

// A spot is where an object was seen last.
type spot struct {
	account string
	channel canon.Channel
}

// hinted divides ids by where they were seen last.
func (p Place) hinted(kind canon.AdsKind, ids map[string]bool) map[spot]map[string]bool {
	out := map[spot]map[string]bool{}
	if p.Hint == nil {
		return out
	}
	for is := range ids {
		if account, channel, ok := p.Hint(kind, is); ok {
			at := spot{account, channel}
			if out[at] == nil {
				out[at] = map[string]bool{}
			}
			out[at][is] = true
		}
	}
	return out
}

// listIDs reads the wanted ids out of one account and channel.
func listIDs(ctx context.Context, p Place, a canon.Account, q amazon.AdsQuery, want map[string]bool) (all []canon.AdsObject, err error) {
	var ids []string
	for is := range want {
		ids = append(ids, is)
	}
	for len(ids) > 0 {
		n := min(len(ids), idsAtOnce)
		q.IDs, q.Page, ids = ids[:n], "", ids[n:]
		for {
			page, err := p.Model.AdsList(ctx, p.Asker, a, q)
			if err != nil {
				return all, err
			}
			all = append(all, page.Objects...)
			if page.Next == "" {
				break
			}
			q.Page = page.Next
		}
	}
	return all, nil
}

// allow asks policy for all operations that something may take.
func (p Place) allow(operations []string, a canon.Account) error {
	if p.Allow == nil {
		return nil
	}
	for _, o := range operations {
		if err := p.Allow(o, a); err != nil {
			return err
		}
	}
	return nil
}

// accountsFor are the accounts that a row may be in: the one it names, else all of the grant.
func (p Place) accountsFor(organization string) ([]canon.Account, *amazon.AdsRefusal) {
	if organization == "" {
		return p.Accounts, nil
	}
	for _, a := range p.Accounts {
		if a.ID == organization {
			return []canon.Account{a}, nil
		}
	}
	return nil, refuse(problem.WritesNoAccount, "organization_id", "")
}
