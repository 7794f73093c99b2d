package adsfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// What answers about themes are called (guide to theme-based targeting of Sponsored Brands, July 2026).
const (
	themesListed  = "application/vnd.sbthemeslistresponse.v3+json"
	themesCreated = "application/vnd.sbthemescreateresponse.v3+json"
	themesUpdated = "application/vnd.sbthemesupdateresponse.v3+json"
)

// brandThemes are the routes of themes of Sponsored Brands v3: sets of keywords that Amazon chooses. They have filters as v4 does, ids that are
// texts, and outcomes by index; they are archived by an update.
func (f *fake) brandThemes() []kit.Route {
	t := themes{arrays{f.kinds[sbThemes], f}}
	asks := guard{scoped: true, media: "application/json"}
	writes := asks
	writes.write = true
	return []kit.Route{
		{Operation: t.operation + ".create", Method: "POST", Pattern: t.path, Handle: f.guarded(writes, t.write(false))},
		{Operation: t.operation + ".update", Method: "PUT", Pattern: t.path, Handle: f.guarded(writes, t.write(true))},
		{Operation: t.operation + ".list", Method: "POST", Pattern: t.path + "/list", Handle: f.guarded(asks, t.page)},
	}
}

type themes struct{ arrays }

// write serves a create or an update.
func (t themes) write(update bool) func(*visit) kit.Response {
	media, effect := themesCreated, "created"
	if update {
		media, effect = themesUpdated, "updated"
	}
	return func(v *visit) kit.Response {
		if r, refused := t.refuses(v); refused {
			return r
		}
		inputs, err := t.items(v.x.Body)
		if err != nil {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		for _, in := range inputs {
			in.grouped = update
		}
		good, bad := []byte{}, []byte{}
		for i, o := range t.apply(v, inputs, update) {
			if o.record != nil {
				good = strconv.AppendInt(append(comma(good, len(good)), `{"index":`...), int64(i), 10)
				good = append(appendString(append(good, `,"themeId":`...), o.record.id), '}')
				continue
			}
			bad = strconv.AppendInt(append(comma(bad, len(bad)), `{"index":`...), int64(i), 10)
			bad = appendString(append(bad, `,"code":"INVALID_ARGUMENT","details":`...), o.errors[0].message+": "+o.errors[0].at)
			bad = append(bad, '}')
		}
		if len(good) > 0 {
			v.x.Effect = effect
		}
		b := append(append([]byte(`{"success":[`), good...), `],"error":[`...)
		return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(media), Body: append(append(b, bad...), ']', '}')}
	}
}

// items reads what a write holds.
func (t themes) items(body []byte) ([]*thingInput, error) {
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, err
	}
	items, sent, err := read[[]json.RawMessage](o, "themes", "$")
	if err != nil || !sent || len(items) > t.most {
		return nil, &shapeError{"$.themes", "an array of at most " + strconv.Itoa(t.most)}
	}
	return t.inputs(items, "$.themes")
}

// themeFilters are the filters of a list, and what they compare.
var themeFilters = map[string]func(*thing) string{
	"themeIdFilter": func(t *thing) string { return t.id }, "adGroupIdFilter": func(t *thing) string { return t.group },
	"campaignIdFilter": func(t *thing) string { return t.campaign }, "stateFilter": func(t *thing) string { return strings.ToLower(t.state) },
	"themeTypeFilter": func(t *thing) string { return t.text("themeType") },
}

// page serves a list. Without a state filter it leaves out what is archived.
func (t themes) page(v *visit) kit.Response {
	if r, refused := t.refuses(v); refused {
		return r
	}
	q, err := t.filter(v.x.Body)
	if err != nil {
		return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
	}
	after, ok := t.f.openToken(v.profile, t.path, q)
	if !ok {
		return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "nextToken is not valid")
	}
	drops := func(e *thing) bool {
		return e.seq <= after || slices.ContainsFunc(q.texts, func(x textTest) bool { return !slices.Contains(x.values[1:], themeFilters[x.values[0]](e)) })
	}
	b, n, last := []byte(`{"themes":[`), 0, after
	end := []byte(`]}`)
	for _, e := range v.profile.things[t.n].all() {
		if drops(e) {
			continue
		}
		if n == q.max {
			end = append(appendString([]byte(`],"nextToken":`), t.f.sealToken(v.profile, t.path, q, last)), '}')
			break
		}
		b = append(append(comma(b, n), e.wire...), '}')
		n, last = n+1, e.seq
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(themesListed), Body: append(b, end...)}
}

// filter reads the body of a list.
func (t themes) filter(body []byte) (*filter, error) {
	q, o := &filter{max: t.most}, object{}
	var err error
	if len(body) > 0 {
		if o, err = parseObject(body, "$"); err != nil {
			return nil, err
		}
	}
	if n, sent, err := read[int32](o, "maxResults", "$"); err != nil || sent && n < 1 {
		return nil, &shapeError{"$.maxResults", "a whole number above 0"}
	} else if sent {
		q.max = min(int(n), t.most)
	}
	if q.token, _, err = read[string](o, "nextToken", "$"); err != nil {
		return nil, err
	}
	for _, key := range []string{"adGroupIdFilter", "campaignIdFilter", "stateFilter", "themeIdFilter", "themeTypeFilter"} {
		inner, _, err := readObject(o, key, "$")
		if err != nil {
			return nil, err
		}
		values, _, err := read[[]string](inner, "include", "$."+key)
		switch {
		case err != nil:
			return nil, err
		case len(values) > mostReduced:
			return nil, &shapeError{"$." + key + ".include", "an array of at most " + strconv.Itoa(mostReduced)}
		case len(values) == 0 && key == "stateFilter":
			values = []string{"enabled", "paused"}
		case len(values) == 0:
			continue
		}
		q.texts = append(q.texts, textTest{values: append([]string{key}, values...)})
	}
	return q, nil
}
