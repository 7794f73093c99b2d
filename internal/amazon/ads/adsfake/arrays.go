package adsfake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// mostListed is the most that one list of the older dialect gives.
const mostListed = 5000

// An arrays serves a kind of thing in the older dialect: plain arrays, ids as numbers, states in lower case (ads-lwa 4.3). So are
// Sponsored Display and the keywords of Sponsored Brands v3.
type arrays struct {
	*thingKind
	f *fake
}

func (a arrays) routes() []kit.Route {
	one := a.path + "/{" + a.variable() + "}"
	read, write := guard{scoped: true}, guard{scoped: true, write: true, media: "application/json"}
	all := []kit.Route{
		{Operation: a.operation + ".list", Method: "GET", Pattern: a.path, Handle: a.f.guarded(read, a.list(false))},
		{Operation: a.operation + ".create", Method: "POST", Pattern: a.path, Handle: a.f.guarded(write, a.write(false))},
		{Operation: a.operation + ".update", Method: "PUT", Pattern: a.path, Handle: a.f.guarded(write, a.write(true))},
	}
	if a.product == sponsoredDisplay {
		all = append(all,
			kit.Route{Operation: a.operation + ".extended.list", Method: "GET", Pattern: a.path + "/extended", Handle: a.f.guarded(read, a.list(true))},
			kit.Route{Operation: a.operation + ".extended.get", Method: "GET", Pattern: a.path + "/extended/{" + a.variable() + "}", Handle: a.f.guarded(read, a.get(true))})
	}
	return append(all,
		kit.Route{Operation: a.operation + ".get", Method: "GET", Pattern: one, Handle: a.f.guarded(read, a.get(false))},
		kit.Route{Operation: a.operation + ".delete", Method: "DELETE", Pattern: one, Handle: a.f.guarded(guard{scoped: true, write: true}, a.remove)})
}

// variable is what the documents call the id in paths.
func (a arrays) variable() string {
	if a.n == sdNegativeTargets {
		return "negativeTargetId"
	}
	return a.key
}

// detailsRefusal refuses as Sponsored Display, Sponsored Brands v3 and test accounts do (ads-lwa 8.1).
func detailsRefusal(x *kit.Exchange, status int, code, details string) kit.Response {
	x.Error, x.Effect = code, "refused"
	return answer(x, status, gatewayBody{Code: code, Details: details}, true)
}

// list serves a list.
func (a arrays) list(extended bool) func(*visit) kit.Response {
	return func(v *visit) kit.Response {
		if r, refused := a.refuses(v); refused {
			return r
		}
		q := v.x.Query()
		start, okStart := whole(q.Get("startIndex"), 0)
		count, okCount := whole(q.Get("count"), mostListed)
		if !okStart || !okCount {
			return detailsRefusal(v.x, http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", "startIndex and count must be whole numbers")
		}
		keeps, bad := a.filter(q)
		if bad != "" {
			return detailsRefusal(v.x, http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", "Invalid value for parameter "+bad)
		}
		all := v.profile.things[a.n].all()
		s := v.profile.prospect(v.x.Now)
		b, n, taken := []byte{'['}, 0, 0
		for _, t := range all {
			if !keeps(t) {
				continue
			}
			if n >= start && taken < min(count, mostListed) {
				b = a.append(comma(b, taken), s, t, extended)
				taken++
			}
			n++
		}
		return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, ']')}
	}
}

// refuses turns away who has no such ads: agencies, and authors of books from Sponsored Brands (ads-lwa 4.2).
func (a arrays) refuses(v *visit) (kit.Response, bool) {
	if a.product == sponsoredBrands && v.profile.subType == "KDP_AUTHOR" {
		return detailsRefusal(v.x, http.StatusBadRequest, "400", "KDP authors do not have access to Sponsored Brands functionality"), true
	}
	return unusable(v)
}

func whole(text string, otherwise int) (int, bool) {
	if text == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// filter makes a test of a query's filters. Without a state filter all states are listed.
func (a arrays) filter(q url.Values) (keeps func(*thing) bool, bad string) {
	states := strings.Split(q.Get("stateFilter"), ",")
	for i, s := range states {
		if states[i] = strings.ToUpper(strings.TrimSpace(s)); q.Get("stateFilter") != "" && !slices.Contains([]string{enabled, paused, archived}, states[i]) {
			return nil, "stateFilter"
		}
	}
	type test struct {
		of     func(*thing) string
		values []string
	}
	var tests []test
	id := func(t *thing) string { return t.id }
	for name, of := range map[string]func(*thing) string{
		"campaignIdFilter": func(t *thing) string { return t.value(byCampaign) }, "adGroupIdFilter": func(t *thing) string { return t.value(byGroup) },
		"portfolioIdFilter": func(t *thing) string { return t.value(byPortfolio) }, "name": func(t *thing) string { return t.name },
		"adIdFilter": id, "targetIdFilter": id, "keywordIdFilter": id, "keywordText": func(t *thing) string { return t.name },
		"matchTypeFilter": func(t *thing) string { return t.text("matchType") },
	} {
		if text := q.Get(name); text != "" {
			values := []string{text}
			if strings.HasSuffix(name, "Filter") {
				values = strings.Split(text, ",")
			}
			if name == "adGroupIdFilter" && a.inside == inCampaign {
				of = id
			}
			for i := range values {
				values[i] = strings.TrimSpace(values[i])
			}
			tests = append(tests, test{of, values})
		}
	}
	return func(t *thing) bool {
		if q.Get("stateFilter") != "" && !slices.Contains(states, t.state) {
			return false
		}
		return !slices.ContainsFunc(tests, func(x test) bool { return !slices.Contains(x.values, x.of(t)) })
	}, ""
}

func (a arrays) append(b []byte, s *prospect, t *thing, extended bool) []byte {
	b = append(b, t.wire...)
	if extended {
		b = appendString(append(b, `,"servingStatus":`...), s.thing(t))
		b = strconv.AppendInt(append(b, `,"creationDate":`...), t.created.UnixMilli(), 10)
		b = strconv.AppendInt(append(b, `,"lastUpdatedDate":`...), t.updated.UnixMilli(), 10)
	}
	return append(b, '}')
}

// get serves one by its id.
func (a arrays) get(extended bool) func(*visit) kit.Response {
	return func(v *visit) kit.Response {
		if r, refused := a.refuses(v); refused {
			return r
		}
		id := v.x.Var(a.variable())
		all := v.profile.things[a.n].all()
		i := slices.IndexFunc(all, func(t *thing) bool { return t.id == id })
		if i < 0 {
			return detailsRefusal(v.x, http.StatusNotFound, "NOT_FOUND", "Nothing of this kind has this id")
		}
		return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: a.append(nil, v.profile.prospect(v.x.Now), all[i], extended)}
	}
}

// write serves a create or an update: one array of items, one of results.
func (a arrays) write(update bool) func(*visit) kit.Response {
	return func(v *visit) kit.Response {
		if r, refused := a.refuses(v); refused {
			return r
		}
		var items []json.RawMessage
		if err := json.Unmarshal(v.x.Body, &items); err != nil || items == nil {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "The body must be an array")
		}
		inputs, err := a.inputs(items, "$")
		if err != nil {
			return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		if len(items) > a.most {
			return detailsRefusal(v.x, http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", "At most "+strconv.Itoa(a.most)+" items")
		}
		b, done := []byte{'['}, false
		for i, o := range a.apply(v, inputs, update) {
			b = append(comma(b, i), '{')
			if o.record == nil {
				b = appendString(append(b, `"code":"INVALID_ARGUMENT","description":`...), o.errors[0].message+": "+o.errors[0].at)
			} else {
				b = a.appendID(append(appendString(b, a.key), ':'), o.record.id)
				b = append(b, `,"code":"SUCCESS"`...)
				done = true
			}
			b = append(b, '}')
		}
		if done {
			v.x.Effect = map[bool]string{true: "updated", false: "created"}[update]
		}
		return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(""), Body: append(b, ']')}
	}
}

func (a arrays) inputs(items []json.RawMessage, at string) ([]*thingInput, error) {
	inputs := make([]*thingInput, len(items))
	for i, raw := range items {
		at := at + "[" + strconv.Itoa(i) + "]"
		o, err := parseObject(raw, at)
		if err != nil {
			return nil, err
		}
		id, err := readID(o, a.key, at, true)
		if err != nil {
			return nil, err
		}
		if inputs[i], err = parseThing(a.thingKind, o, row{at, id}); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// apply makes the changes in turn, and tells what became of each.
func (a arrays) apply(v *visit, inputs []*thingInput, update bool) []outcome {
	outcomes := make([]outcome, len(inputs))
	c := a.f.thingCollection(a.thingKind)
	v.profile.change(v.x.Now, func(b *batch) {
		next := func(in *thingInput) (*thing, []itemError) { return a.f.createThing(b, a.thingKind, in) }
		if update {
			next = func(in *thingInput) (*thing, []itemError) { return c.updated(b, in) }
		}
		for i, in := range inputs {
			t, bad := next(in)
			if outcomes[i].errors = bad; bad == nil {
				outcomes[i].record = &t.head
			}
		}
	})
	return outcomes
}

// remove serves DELETE by id, which archives.
func (a arrays) remove(v *visit) kit.Response {
	if r, refused := a.refuses(v); refused {
		return r
	}
	id := v.x.Var(a.variable())
	var bad []itemError
	v.profile.change(v.x.Now, func(b *batch) {
		_, bad = a.f.thingCollection(a.thingKind).archive(b, id, "$")
	})
	switch {
	case bad == nil:
	case bad[0].kind == "entityNotFoundError":
		return detailsRefusal(v.x, http.StatusNotFound, "NOT_FOUND", bad[0].message)
	default:
		return detailsRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", bad[0].message)
	}
	v.x.Effect = "archived"
	b := a.appendID(append(appendString([]byte{'{'}, a.key), ':'), id)
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, `,"code":"SUCCESS"}`...)}
}
