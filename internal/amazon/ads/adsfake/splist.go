package adsfake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"sort"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// extendedCost is how many calls more a list with extended data counts for: five in all (ads-lwa 7).
const extendedCost = 4

// doList serves a list. It takes no lock: it reads the slice that the last write published and copies JSON that was
// written when each record last changed.
func (c *collection[T, I]) doList(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	f := c.f
	page := 100
	if f.is.pageSize.Is("1000") {
		page = 1000
	}
	if c.shape.page > 0 {
		page = c.shape.page
	}
	q, bad, err := c.filter(v.x.Body, page)
	if err != nil {
		return invalid(v.x, err.Error())
	}
	if len(bad) > 0 {
		return invalid(v.x, "The request is not valid", bad...)
	}
	if pace := f.is.pace.Duration(); q.extended && pace > 0 {
		if r, refused := v.charge(extendedCost, pace); refused {
			return r
		}
	}
	after, ok := f.openToken(v.profile, c.media, q)
	if !ok {
		e := itemError{kind: "invalidInputError", reason: "INVALID_TOKEN", message: "The token is not valid", at: "$.nextToken", trigger: q.token}
		if c.entity == portfolioEntity { // its document has no such error
			e.kind, e.reason = "otherError", "OTHER_ERROR"
		}
		return invalid(v.x, "nextToken is not valid", e)
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(c.media), Body: c.page(v, q, after)}
}

// page writes one page: the records after a sequence number, and a token if there are more.
func (c *collection[T, I]) page(v *visit, q *filter, after uint64) []byte {
	stock := c.of(v.profile)
	all, states := stock.counted()
	first := sort.Search(len(all), func(i int) bool { return all[i].top().seq > after })
	total, taken, more := 0, 0, false
	last, counted := after, q.byState()
	if counted { // nothing before the page need be looked at, nor anything after it
		total, all, first = states.of(q.states), all[first:], 0
	}
	var s *prospect
	if q.extended {
		s = v.profile.prospect(v.x.Now)
	}
	places, some := stock.inside(all, q)
	n := len(all)
	if some {
		n = len(places)
	}
	b := append(make([]byte, 0, 128+min(n, q.max)*400), '{')
	b = append(appendString(b, c.list), ':', '[')
	for i := range n {
		if counted && more {
			break
		}
		if some {
			i = int(places[i])
		}
		e := all[i]
		if !q.keeps(e) {
			continue
		}
		if !counted {
			total++
		}
		switch {
		case i < first:
		case taken == q.max:
			more = true
		default:
			b = comma(b, taken)
			if q.extended {
				b = c.extended(b, s, e)
			} else {
				b = append(append(b, e.top().wire...), '}')
			}
			taken, last = taken+1, e.top().seq
		}
	}
	b = append(b, ']')
	if more {
		b = appendString(append(b, `,"nextToken":`...), c.f.sealToken(v.profile, c.media, q, last))
	}
	key := "totalResults"
	if c.total != "" {
		key = c.total
	}
	b = strconv.AppendInt(append(appendString(append(b, ','), key), ':'), int64(total), 10)
	return append(b, '}')
}

// A nextToken is where a list goes on, the sum of its filter, and a MAC that binds both to the profile and the collection.
const tokenLength = 8 + 8 + 16

func (f *fake) sealToken(p *profile, media string, q *filter, after uint64) string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, tokenLength), after)
	b = binary.BigEndian.AppendUint64(b, q.sum())
	return base64.RawURLEncoding.EncodeToString(append(b, f.tokenMAC(p, media, b)...))
}

// openToken reads a nextToken that this profile gave out for this filter. No token means the beginning.
func (f *fake) openToken(p *profile, media string, q *filter) (after uint64, ok bool) {
	if q.token == "" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(q.token)
	if err != nil || len(b) != tokenLength || !hmac.Equal(b[16:], f.tokenMAC(p, media, b[:16])) {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]) == q.sum()
}

func (f *fake) tokenMAC(p *profile, media string, b []byte) []byte {
	m := hmac.New(sha256.New, []byte(f.tokenKey))
	m.Write([]byte(p.id + "\x00" + media + "\x00"))
	m.Write(b)
	return m.Sum(nil)[:16]
}
