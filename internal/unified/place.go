package unified

import (
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A Place is one account of one grant, and the way there.
type Place struct {
	Grant   *snapshot.Grant
	Account canon.Account
	Asker   amazon.Asker
}

// Places are the accounts that a request is about: those of the grant in its path, or of all grants, that the asker may use, narrowed to
// organizations where some are named. They stand in the order of grants and of Amazon's list.
func (u *Ads) Places(q *Request, organizations []string) ([]Place, error) {
	grants, err := u.grants(q)
	if err != nil {
		return nil, err
	}
	var all []Place
	for _, g := range grants {
		asker := u.cfg.Asker(g)
		for i := range g.Accounts {
			a := g.Accounts[i]
			if len(organizations) > 0 && !slices.Contains(organizations, a.ID) || !q.Access.Account(g, a.ID) {
				continue
			}
			if q.Grant == All && slices.ContainsFunc(all, func(p Place) bool { return p.Account.ID == a.ID && p.Account.Region == a.Region }) {
				continue // two grants open it: it is read once
			}
			all = append(all, Place{g, a, asker})
		}
	}
	if len(all) == 0 && len(organizations) > 0 {
		return nil, problem.New(problem.UnifiedNoAccount)
	}
	return all, nil
}

// grants are those that the path names.
func (u *Ads) grants(q *Request) ([]*snapshot.Grant, error) {
	if q.Grant == All {
		return q.Access.Grants(), nil
	}
	g, err := q.Access.Grant(q.Grant)
	if err != nil {
		return nil, err
	}
	return []*snapshot.Grant{g}, nil
}

// words reads a parameter that is a list: repeated, or separated by commas.
func words(values []string) []string {
	var all []string
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" && !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}
