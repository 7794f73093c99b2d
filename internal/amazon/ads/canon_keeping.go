package ads

import (
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// A keeping keeps of a page's objects those that a query asks for: in objects, or with the query's taker.
type keeping struct {
	objects []canon.AdsObject
	taker   amazon.AdsTaker // nil for none
	query   *amazon.AdsQuery
	origin  amazon.AdsOrigin // but for the text
}

func newKeeping(c *collection, v *view, q *amazon.AdsQuery) *keeping {
	k := &keeping{taker: q.Taker, query: q}
	if k.taker != nil && c.holes != nil && !v.raw && len(q.IDs) == 0 {
		k.origin.List = c.ops[verbList]
		k.origin.Holes = func() []stencil.Hole { return unasked(c.holes(v), q) }
		k.origin.Read = func(text string) canon.AdsObject {
			o, err := c.object([]byte(text), v)
			if err != nil || !keeps(q, o) {
				return nil
			}
			return o
		}
	}
	return k
}

// unasked are those holes on which it does not depend whether a query asks for an object.
func unasked(holes []stencil.Hole, q *amazon.AdsQuery) []stencil.Hole {
	return slices.DeleteFunc(holes, func(h stencil.Hole) bool {
		return h.Key == "campaignId" && len(q.Campaigns) > 0 || h.Key == "adGroupId" && len(q.Groups) > 0 || h.Key == "portfolioId" && len(q.Portfolios) > 0
	})
}

// copy keeps the object that a text begins with unread, where the taker knows ones like it, and returns the length of its text.
func (k *keeping) copy(text string) int {
	if k.origin.Read == nil {
		return 0
	}
	return k.taker.Copy(k.origin.List, text)
}

// keep keeps an object, if the query asks for it.
func (k *keeping) keep(o canon.AdsObject, text string) {
	switch {
	case !keeps(k.query, o):
	case k.taker == nil:
		k.objects = append(k.objects, o)
	default:
		from := k.origin
		from.Text = text
		k.taker.Take(o, from)
	}
}
