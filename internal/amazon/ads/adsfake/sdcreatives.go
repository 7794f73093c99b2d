package adsfake

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// mostCreatives is the most that the list of creatives gives (OpenAPI document of Sponsored Display 3.0).
const mostCreatives = 100

func (f *fake) creativeRoutes() []kit.Route {
	return []kit.Route{{Operation: "sd.creatives.list", Method: "GET", Pattern: "/sd/creatives", Handle: f.guarded(guard{scoped: true}, f.listCreatives)}}
}

// listCreatives serves GET /sd/creatives: each ad group has one picture, which follows from its id alone.
func (f *fake) listCreatives(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	q := v.x.Query()
	start, okStart := whole(q.Get("startIndex"), 0)
	count, okCount := whole(q.Get("count"), mostCreatives)
	groups, ids := values(q, "adGroupIdFilter"), values(q, "creativeIdFilter")
	switch {
	case !okStart || !okCount || count > mostCreatives:
		return detailsRefusal(v.x, http.StatusBadRequest, "400", "startIndex and count must be whole numbers, count at most 100")
	case groups != nil && ids != nil:
		return detailsRefusal(v.x, http.StatusBadRequest, "400", "adGroupIdFilter and creativeIdFilter cannot be used together")
	}
	b, n, taken := []byte{'['}, 0, 0
	for i, g := range v.profile.things[sdGroups].all() {
		id := strconv.FormatUint(1e14+f.world.Number("ads creative "+g.id, 8e14), 10)
		if groups != nil && !slices.Contains(groups, g.id) || ids != nil && !slices.Contains(ids, id) {
			continue
		}
		if n++; n <= start || taken == count {
			continue
		}
		b = append(append(comma(b, taken), `{"creativeId":`...), id...)
		b = append(append(b, `,"adGroupId":`...), g.id...)
		b = appendString(append(b, `,"creativeType":"IMAGE","moderationStatus":`...), [...]string{"APPROVED", "PENDING_REVIEW"}[i%2])
		b = appendString(append(b, `,"properties":{"headline":`...), "See our "+strings.ToLower(wares[f.world.Number("ads creative ware "+g.id, uint64(len(wares)))]))
		for j, part := range []string{"brandLogo", "rectCustomImage", "squareCustomImage"} {
			b = appendString(append(append(append(b, `,"`...), part...), `":{"assetId":`...), f.displayAssetID(g.id, j == 0))
			b = append(b, `,"assetVersion":"version_v1"}`...)
		}
		b = append(b, '}', '}')
		taken++
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, ']')}
}

// values are those of a filter; nil where there is none.
func values(q url.Values, name string) []string {
	text := q.Get(name)
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
