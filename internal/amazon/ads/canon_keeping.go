package ads

import (
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
	if k.taker != nil && c.holes != nil && !v.raw {
		k.origin.List = c.ops[verbList]
		k.origin.Holes = func() []stencil.Hole { return c.holes(v) }
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

// copy keeps the object that a text begins with unread, where the taker knows ones like it, and returns the length of its text.
func (k *keeping) copy(text string) int {
	if k.origin.Read == nil {
		return 0
	}
	return k.taker.Copy(text)
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
