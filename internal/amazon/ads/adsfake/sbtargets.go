package adsfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// brandTargets are the routes of targets of Sponsored Brands v3, whose writes and lists are objects and whose errors are apart.
func (f *fake) brandTargets() []kit.Route {
	var all []kit.Route
	for _, s := range []struct {
		n    int
		list string
	}{{sbTargets, "targets"}, {sbNegativeTargets, "negativeTargets"}} {
		a := arrays{f.kinds[s.n], f}
		t := brandTargets{a, s.list}
		read, write := guard{scoped: true}, guard{scoped: true, write: true, media: "application/json"}
		asks := read
		asks.media = "application/json"
		all = append(all,
			kit.Route{Operation: a.operation + ".create", Method: "POST", Pattern: a.path, Handle: f.guarded(write, t.write(false))},
			kit.Route{Operation: a.operation + ".update", Method: "PUT", Pattern: a.path, Handle: f.guarded(write, t.write(true))},
			kit.Route{Operation: a.operation + ".list", Method: "POST", Pattern: a.path + "/list", Handle: f.guarded(asks, t.page)},
			kit.Route{Operation: a.operation + ".get", Method: "GET", Pattern: a.path + "/{targetId}", Handle: f.guarded(read, a.get(false))},
			kit.Route{Operation: a.operation + ".delete", Method: "DELETE", Pattern: a.path + "/{targetId}", Handle: f.guarded(guard{scoped: true, write: true}, a.remove)},
		)
	}
	return all
}

type brandTargets struct {
	arrays
	listKey string
}

// write serves a create or an update.
func (t brandTargets) write(update bool) func(*visit) kit.Response {
	word := map[bool]string{true: "update", false: "create"}[update]
	return func(v *visit) kit.Response {
		if r, refused := t.refuses(v); refused {
			return r
		}
		o, err := parseObject(v.x.Body, "$")
		if err != nil {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		items, sent, err := read[[]json.RawMessage](o, t.listKey, "$")
		if err != nil || !sent || len(items) > t.most {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "$."+t.listKey+" must be an array of at most "+strconv.Itoa(t.most))
		}
		inputs, err := t.inputs(items, "$."+t.listKey)
		if err != nil {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		good, bad := []byte{}, []byte{}
		for i, o := range t.apply(v, inputs, update) {
			if o.record != nil {
				good = strconv.AppendInt(append(comma(good, len(good)), `{"targetRequestIndex":`...), int64(i), 10)
				good = append(append(append(good, `,"targetId":`...), o.record.id...), '}')
				continue
			}
			bad = strconv.AppendInt(append(comma(bad, len(bad)), `{"targetRequestIndex":`...), int64(i), 10)
			bad = appendString(append(bad, `,"code":"INVALID_ARGUMENT","details":`...), o.errors[0].message+": "+o.errors[0].at)
			bad = append(bad, '}')
		}
		if len(good) > 0 {
			v.x.Effect = word + "d"
		}
		b := append([]byte(`{"`+word+`TargetSuccessResults":[`), good...)
		b = append(append(append(b, `],"`+word+`TargetErrorResults":[`...), bad...), ']', '}')
		return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(""), Body: b}
	}
}

// brandFilters are the filters that lists of targets take, by their filterType.
var brandFilters = map[string]func(*thing) string{
	"TARGETING_STATE": func(t *thing) string { return strings.ToLower(t.state) }, "CAMPAIGN_ID": func(t *thing) string { return t.campaign },
	"AD_GROUP_ID": func(t *thing) string { return t.group }, "TARGET_ID": func(t *thing) string { return t.id },
}

// page serves a list.
func (t brandTargets) page(v *visit) kit.Response {
	if r, refused := t.refuses(v); refused {
		return r
	}
	fail := func(text string) kit.Response {
		return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", text)
	}
	o := object{}
	var err error
	if len(v.x.Body) > 0 {
		if o, err = parseObject(v.x.Body, "$"); err != nil {
			return fail(err.Error())
		}
	}
	q := &filter{max: mostListed}
	if n, sent, err := read[int32](o, "maxResults", "$"); err != nil || (sent && n < 1) {
		return fail("$.maxResults must be a whole number above 0")
	} else if sent {
		q.max = min(int(n), mostListed)
	}
	if q.token, _, err = read[string](o, "nextToken", "$"); err != nil {
		return fail(err.Error())
	}
	filters, _, err := read[[]json.RawMessage](o, "filters", "$")
	if err != nil {
		return fail(err.Error())
	}
	for i, raw := range filters {
		at := "$.filters[" + strconv.Itoa(i) + "]"
		o, err := parseObject(raw, at)
		if err != nil {
			return fail(err.Error())
		}
		kind, _, err := read[string](o, "filterType", at)
		values, _, err2 := read[[]string](o, "values", at)
		if err != nil || err2 != nil || brandFilters[kind] == nil {
			return fail(at + " is no filter")
		}
		q.texts = append(q.texts, textTest{values: append([]string{kind}, values...)})
	}
	after, ok := t.f.openToken(v.profile, t.path, q)
	if !ok {
		return fail("nextToken is not valid")
	}
	b, n, last := []byte(`{"`+t.listKey+`":[`), 0, after
	for _, e := range v.profile.things[t.n].all() {
		if e.seq <= after || slices.ContainsFunc(q.texts, func(x textTest) bool { return !slices.Contains(x.values[1:], brandFilters[x.values[0]](e)) }) {
			continue
		}
		if n == q.max {
			b = append(b, `],"nextToken":`...)
			b = append(appendString(b, t.f.sealToken(v.profile, t.path, q, last)), '}')
			return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: b}
		}
		b = append(append(comma(b, n), e.wire...), '}')
		n, last = n+1, e.seq
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, `]}`...)}
}
