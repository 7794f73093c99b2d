package unified

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// list answers GET of a kind.
func (u *Ads) list(ctx context.Context, q *Request) (Answer, error) {
	places, err := u.Places(q, words(q.Query["org_id"]))
	if err != nil {
		return Answer{}, err
	}
	all := []canon.AdsObject{}
	for _, p := range places {
		for _, channel := range u.cfg.Model.AdsChannels(q.Kind()) {
			if err := u.allow(q, p, channel, "list"); err != nil {
				return Answer{}, err
			}
			page := ""
			for {
				got, err := u.cfg.Model.AdsList(ctx, p.Asker, p.Account, amazon.AdsQuery{Kind: q.Kind(), Channel: channel, Page: page})
				if err != nil {
					return Answer{}, err
				}
				for _, o := range got.Objects {
					u.finish(p, o)
				}
				u.known.note(q.Kind(), channel, p.Account.ID, got.Objects)
				all = append(all, got.Objects...)
				if page = got.Next; page == "" {
					break
				}
			}
		}
	}
	return OK(all), nil
}

// allow asks policy for all operations that a verb may take.
func (u *Ads) allow(q *Request, p Place, channel canon.Channel, verb string) error {
	for _, op := range u.cfg.Model.AdsCan(q.Kind(), channel).Operations[verb] {
		if err := q.Access.Allow(p.Grant, p.Account, op); err != nil {
			return err
		}
	}
	return nil
}

// finish fills in what the reader of an object knows and its wire does not.
func (u *Ads) finish(p Place, o canon.AdsObject) {
	c := o.Common()
	c.ConnectionID, c.FetchedAt, c.ETag = p.Grant.Name, u.cfg.Now().UTC(), canon.AdsETag(o)
	o.Unify()
}
