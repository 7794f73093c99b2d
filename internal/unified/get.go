package unified

import (
	"context"
	"errors"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// get answers GET of one object.
func (u *Ads) get(ctx context.Context, q *Request) (Answer, error) {
	o, _, err := u.Find(ctx, q, words(q.Query["org_id"]), q.ID())
	if err != nil {
		return Answer{}, err
	}
	mark := `"` + o.Common().ETag + `"`
	if q.Header.Get("If-None-Match") == mark {
		return Answer{Status: 304}.With("ETag", mark), nil
	}
	return OK(o).With("ETag", mark), nil
}

// every status, so that an archived object is found too.
var every = []canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusDraft, canon.StatusArchived, canon.StatusRemoved}

// Find looks for one object in the accounts that the request is about: where it was seen last, then in all.
func (u *Ads) Find(ctx context.Context, q *Request, organizations []string, id string) (canon.AdsObject, Place, error) {
	places, err := u.Places(q, organizations)
	if err != nil {
		return nil, Place{}, err
	}
	channels := u.cfg.Model.AdsChannels(q.Kind())
	at, hinted := u.known.find(q.Kind(), id)
	var failed []error
	for _, hint := range []bool{true, false} {
		for _, p := range places {
			for _, channel := range channels {
				here := hinted && at == placeOf{p.Account.ID, channel}
				if here != hint {
					continue
				}
				if err := u.allow(q, p, channel, "list"); err != nil {
					failed = append(failed, err)
					continue
				}
				page, err := u.cfg.Model.AdsList(ctx, p.Asker, p.Account, amazon.AdsQuery{Kind: q.Kind(), Channel: channel, IDs: []string{id}, Statuses: every, Raw: wantsRaw(q)})
				if err != nil {
					failed = append(failed, err)
					continue
				}
				for _, o := range page.Objects {
					if o.Common().ID == id {
						u.finish(p, o)
						u.known.note(q.Kind(), channel, p.Account.ID, page.Objects)
						return o, p, nil
					}
				}
			}
		}
	}
	if len(failed) > 0 {
		return nil, Place{}, errors.Join(failed...) // it may be where nobody could look
	}
	return nil, Place{}, problem.New(problem.UnifiedObjectUnknown).With("%s %s", q.Word, id)
}

func wantsRaw(q *Request) bool {
	for _, f := range words(q.Query["fields"]) {
		if f == "raw" {
			return true
		}
	}
	return false
}
