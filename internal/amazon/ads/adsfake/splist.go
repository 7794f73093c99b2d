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

// listCampaigns serves POST /sp/campaigns/list. It takes no lock: it reads the slice that the last write published and
// copies JSON that was written when each campaign last changed.
func (f *fake) listCampaigns(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	page := 100
	if f.is.pageSize.Is("1000") {
		page = 1000
	}
	q, bad, err := parseFilter(v.x.Body, page, f.is.unknownFields.Is("refuse"))
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
	after, ok := f.openToken(v.profile, q)
	if !ok {
		return invalid(v.x, "nextToken is not valid", itemError{
			kind: "invalidInputError", reason: "INVALID_TOKEN",
			message: "The token is not valid", at: "$.nextToken", trigger: q.token,
		})
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(spCampaign), Body: f.page(v, q, after)}
}

// page writes one page: the campaigns after a sequence number, and a token if there are more.
func (f *fake) page(v *visit, q *filter, after uint64) []byte {
	all := v.profile.campaigns()
	first := sort.Search(len(all), func(i int) bool { return all[i].seq > after })
	total, taken, more := 0, 0, false
	last := after
	today := ""
	if q.extended {
		today = v.profile.today(v.x.Now)
	}
	b := append(make([]byte, 0, 128+min(len(all), q.max)*400), `{"campaigns":[`...)
	for i, c := range all {
		if !q.keeps(c) {
			continue
		}
		total++
		switch {
		case i < first:
		case taken == q.max:
			more = true
		default:
			b = comma(b, taken)
			if q.extended {
				b = v.profile.appendExtended(b, c, today)
			} else {
				b = append(append(b, c.wire...), '}')
			}
			taken, last = taken+1, c.seq
		}
	}
	b = append(b, ']')
	if more {
		b = appendString(append(b, `,"nextToken":`...), f.sealToken(v.profile, q, last))
	}
	b = strconv.AppendInt(append(b, `,"totalResults":`...), int64(total), 10)
	return append(b, '}')
}

// A nextToken is where a list goes on, the sum of its filter, and a MAC that binds both to the profile.
const tokenLength = 8 + 8 + 16

func (f *fake) sealToken(p *profile, q *filter, after uint64) string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, tokenLength), after)
	b = binary.BigEndian.AppendUint64(b, q.sum())
	return base64.RawURLEncoding.EncodeToString(append(b, f.tokenMAC(p, b)...))
}

// openToken reads a nextToken that this profile gave out for this filter. No token means the beginning.
func (f *fake) openToken(p *profile, q *filter) (after uint64, ok bool) {
	if q.token == "" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(q.token)
	if err != nil || len(b) != tokenLength || !hmac.Equal(b[16:], f.tokenMAC(p, b[:16])) {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]) == q.sum()
}

func (f *fake) tokenMAC(p *profile, b []byte) []byte {
	m := hmac.New(sha256.New, []byte(f.tokenKey))
	m.Write([]byte(p.id))
	m.Write([]byte{0})
	m.Write(b)
	return m.Sum(nil)[:16]
}
