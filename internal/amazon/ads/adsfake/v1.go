package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The Ads API v1 is a second door to the same store: an item is put into the words of Sponsored Products v3 and goes through the same rules,
// and what is there is told in v1's words (ads-lwa 6.2, 6.3).

// A v1Resource is one of the resources of v1.
type v1Resource struct {
	list, one, id string // "campaigns", "campaign", "campaignId"
	most          int    // of one page
	shapes        []*v1Shape
}

func (f *fake) v1Resources() []*v1Resource {
	return []*v1Resource{
		{"campaigns", "campaign", "campaignId", 5000, campaignShapes(f)},
		{"adGroups", "adGroup", "adGroupId", 1000, groupShapes(f)},
		{"ads", "ad", "adId", 1000, adShapes(f)},
		{"targets", "target", "targetId", 5000, targetShapes(f)},
	}
}

// shape is the resource as one ad product has it; nil for products that are not served.
func (r *v1Resource) shape(product string) *v1Shape {
	for _, s := range r.shapes {
		if s.product == product {
			return s
		}
	}
	return nil
}

// find tells which ad product and which store have an id. Held by the profile's lock.
func (r *v1Resource) find(p *profile, id string) (*v1Shape, v1Store) {
	for _, shape := range r.shapes {
		for _, store := range shape.stores {
			if store.holds(p, id) {
				return shape, store
			}
		}
	}
	return nil, nil
}

// absent is the error of an id that nothing has.
func (r *v1Resource) absent(at, id string) []itemError {
	return []itemError{r.shapes[0].stores[0].notFound(at, id)}
}

// v1Path is what all of v1's paths begin with.
const v1Path = "/adsApi/v1/"

func (f *fake) v1Routes() []kit.Route {
	var all []kit.Route
	for _, r := range f.v1Resources() {
		read := guard{scoped: true, media: "application/json"}
		write := read
		write.write = true
		for _, verb := range []struct {
			name   string
			g      guard
			handle func(*visit) kit.Response
		}{
			{"create", write, func(v *visit) kit.Response { return f.v1Write(v, r, "created") }},
			{"update", write, func(v *visit) kit.Response { return f.v1Write(v, r, "updated") }},
			{"delete", write, func(v *visit) kit.Response { return f.v1Delete(v, r) }},
			{"query", read, func(v *visit) kit.Response { return f.v1Query(v, r) }},
		} {
			all = append(all, kit.Route{Operation: "v1." + r.list + "." + verb.name, Method: "POST", Pattern: v1Path + verb.name + "/" + r.list, Handle: f.guarded(verb.g, verb.handle)})
		}
	}
	return all
}

// A v1Outcome is what a write did to one item.
type v1Outcome struct {
	record record
	errors []itemError
}

// v1Write serves a create or an update.
func (f *fake) v1Write(v *visit, r *v1Resource, effect string) kit.Response {
	if refusal, refused := unusable(v); refused {
		return refusal
	}
	items, refusal := v1Items[json.RawMessage](v.x, r.list)
	if items == nil {
		return refusal
	}
	objects := make([]object, len(items))
	for i, raw := range items {
		var err error
		if objects[i], err = parseObject(raw, r.list+"["+strconv.Itoa(i)+"]"); err != nil {
			return v1Refusal(v.x, http.StatusBadRequest, err.Error())
		}
	}
	outcomes := make([]v1Outcome, len(items))
	seen := map[string]bool{}
	v.profile.change(v.x.Now, func(b *batch) {
		for i, o := range objects {
			t := &translation{b: b, resource: r, in: o, at: r.list + "[" + strconv.Itoa(i) + "]", create: effect == "created", out: object{}}
			outcomes[i].record, outcomes[i].errors = t.run(seen)
		}
	})
	return v1Answer(v, r, outcomes, effect)
}

// v1Delete serves a delete, which archives.
func (f *fake) v1Delete(v *visit, r *v1Resource) kit.Response {
	if refusal, refused := unusable(v); refused {
		return refusal
	}
	key := r.id + "s"
	ids, refusal := v1Items[string](v.x, key)
	if ids == nil {
		return refusal
	}
	outcomes := make([]v1Outcome, len(ids))
	v.profile.change(v.x.Now, func(b *batch) {
		for i, id := range ids {
			outcomes[i].record, outcomes[i].errors = r.archive(b, id, key+"["+strconv.Itoa(i)+"]")
		}
	})
	return v1Answer(v, r, outcomes, "archived")
}

func (r *v1Resource) archive(b *batch, id, at string) (record, []itemError) {
	_, store := r.find(b.p, id)
	if store == nil {
		return nil, r.absent(at, id)
	}
	return store.drop(b, id, at)
}

// v1Items reads the array of a write; nil goes with a refusal.
func v1Items[T json.RawMessage | string](x *kit.Exchange, key string) ([]T, kit.Response) {
	o, err := parseObject(x.Body, "$")
	if err != nil {
		return nil, v1Refusal(x, http.StatusBadRequest, err.Error())
	}
	items := []T{}
	if !o.has(key) || json.Unmarshal(o[key], &items) != nil || items == nil {
		return nil, v1Refusal(x, http.StatusBadRequest, key+" must be an array")
	}
	if n := len(items); n < 1 || n > mostItems {
		return nil, v1Refusal(x, http.StatusBadRequest, fmt.Sprintf("%s must have between 1 and %d elements", key, mostItems))
	}
	return items, kit.Response{}
}

// v1Refusal refuses a whole request: {"code","message"} (ads-lwa 6.4).
func v1Refusal(x *kit.Exchange, status int, message string) kit.Response {
	code := map[int]string{
		http.StatusBadRequest: "BAD_REQUEST", http.StatusUnauthorized: "UNAUTHORIZED", http.StatusForbidden: "FORBIDDEN", http.StatusNotFound: "NOT_FOUND",
		http.StatusRequestEntityTooLarge: "CONTENT_TOO_LARGE", http.StatusTooManyRequests: "TOO_MANY_REQUESTS",
	}[status]
	if code == "" && status < http.StatusInternalServerError {
		code = "BAD_REQUEST"
	} else if code == "" {
		code = "INTERNAL_ERROR"
	}
	x.Error, x.Effect = code, "refused"
	return answer(x, status, serviceBody{code, message}, true)
}

// v1Answer writes a 207; error is an array, and partialSuccess stays empty (ads-lwa 6.2).
func v1Answer(v *visit, r *v1Resource, outcomes []v1Outcome, effect string) kit.Response {
	s := v.profile.prospect(v.x.Now)
	b, done := []byte(`{"success":[`), 0
	for i, o := range outcomes {
		if o.errors != nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, done), `{"index":`...), int64(i), 10)
		b = append(appendString(append(b, ','), r.one), ':')
		b = append(r.append(b, s, o.record), '}')
		done++
	}
	b = append(b, `],"error":[`...)
	failed := 0
	for i, o := range outcomes {
		if o.errors == nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, failed), `{"index":`...), int64(i), 10)
		b = append(b, `,"errors":[`...)
		for j := range o.errors {
			b = o.errors[j].appendV1(comma(b, j))
		}
		b = append(b, ']', '}')
		failed++
	}
	if done > 0 {
		v.x.Effect = effect
	}
	if failed > 0 {
		v.x.Note("failed_items", strconv.Itoa(failed))
	}
	return kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(""), Body: append(b, `],"partialSuccess":[]}`...)}
}
