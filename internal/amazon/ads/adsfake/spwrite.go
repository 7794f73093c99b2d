package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// An outcome is what a write did to one item: a record or errors.
type outcome struct {
	record *head
	errors []itemError
}

// doCreate serves a create.
func (c *collection[T, I]) doCreate(v *visit) kit.Response {
	return c.write(v, "created", c.create)
}

// doUpdate serves an update.
func (c *collection[T, I]) doUpdate(v *visit) kit.Response {
	seen := map[string]bool{}
	return c.write(v, "updated", func(b *batch, in I) (none T, _ []itemError) {
		if r := in.item(); r.id != nil && seen[*r.id] {
			return none, []itemError{duplicate("DUPLICATE_VALUE", r.at+"."+c.key, *r.id, "The id stands twice in the request")}
		} else if r.id != nil {
			seen[*r.id] = true
		}
		return c.updated(b, in)
	})
}

// updated applies one item of an update.
func (c *collection[T, I]) updated(b *batch, in I) (none T, _ []itemError) {
	r := in.item()
	at := r.at + "." + c.key
	if r.id == nil {
		return none, []itemError{missing(at)}
	}
	old, _, ok := c.of(b.p).find(*r.id)
	if !ok {
		return none, []itemError{c.notFound(at, *r.id)}
	}
	if old.top().state == archived {
		return none, []itemError{c.badState("ARCHIVED_ENTITY_CANNOT_BE_MODIFIED", at, *r.id, "What is archived cannot be changed")}
	}
	return c.update(b, old, in)
}

// write applies a mutation to each item in turn. Batches are not atomic (ads-lwa 3.2).
func (c *collection[T, I]) write(v *visit, effect string, apply func(*batch, I) (T, []itemError)) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	inputs, err := c.inputs(v.x.Body)
	if err != nil {
		return invalid(v.x, err.Error())
	}
	if n := len(inputs); n > c.most || n < c.least {
		return invalid(v.x, "Too many items, or too few", outOfRange("$."+c.list, int64(n), int64(c.least), int64(c.most)))
	}
	outcomes := make([]outcome, len(inputs))
	v.profile.change(v.x.Now, func(b *batch) {
		for i := range inputs {
			e, bad := apply(b, inputs[i])
			if outcomes[i].errors = bad; bad == nil {
				outcomes[i].record = e.top()
			}
		}
	})
	return c.multiStatus(v, outcomes, effect)
}

// inputs reads the items of a create or update body. An error is one of shape, which refuses the whole request.
func (c *collection[T, I]) inputs(body []byte) ([]I, error) {
	top, err := parseObject(body, "$")
	if err != nil {
		return nil, err
	}
	items, ok, err := read[[]json.RawMessage](top, c.list, "$")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &shapeError{"$." + c.list, "present"}
	}
	all := make([]I, len(items))
	for i, raw := range items {
		at := fmt.Sprintf("$.%s[%d]", c.list, i)
		o, err := parseObject(raw, at)
		if err != nil {
			return nil, err
		}
		if err := c.known(o, c.keys, at); err != nil {
			return nil, err
		}
		id, err := optional[string](o, c.key, at)
		if err != nil {
			return nil, err
		}
		if all[i], err = c.parse(o, row{at, id}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// doDelete serves a delete, which archives. What is archived stays listable (ads-lwa 3.4).
func (c *collection[T, I]) doDelete(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	top, err := parseObject(v.x.Body, "$")
	if err != nil {
		return invalid(v.x, err.Error())
	}
	at := "$." + c.deletes
	filter, ok, err := readObject(top, c.deletes, "$")
	if err != nil {
		return invalid(v.x, err.Error())
	}
	if !ok {
		return invalid(v.x, c.deletes+" is required", missing(at))
	}
	at += ".include"
	ids, ok, err := read[[]string](filter, "include", "$."+c.deletes)
	switch {
	case err != nil:
		return invalid(v.x, err.Error())
	case !ok:
		return invalid(v.x, c.deletes+".include is required", missing(at))
	case len(ids) > c.most:
		return invalid(v.x, "Too many items", outOfRange(at, int64(len(ids)), 0, int64(c.most)))
	}
	outcomes := make([]outcome, len(ids))
	v.profile.change(v.x.Now, func(b *batch) {
		for i, id := range ids {
			outcomes[i].record, outcomes[i].errors = c.archive(b, id, fmt.Sprintf("%s[%d]", at, i))
		}
	})
	return c.multiStatus(v, outcomes, "archived")
}

func (c *collection[T, I]) archive(b *batch, id, at string) (*head, []itemError) {
	old, _, ok := c.of(b.p).find(id)
	if !ok {
		return nil, []itemError{c.notFound(at, id)}
	}
	if old.top().state == archived {
		return nil, []itemError{c.badState("ARCHIVED_ENTITY_CANNOT_BE_MODIFIED", at, id, "It is archived already")}
	}
	e, reason := c.retire(old)
	if reason != "" {
		return nil, []itemError{c.badState(reason, at, id, "It is archived with its ad group only")}
	}
	h := e.top()
	h.state, h.updated = archived, b.now
	c.of(b.p).put(b, e)
	return h, nil
}

func (c *shape) notFound(at, id string) itemError {
	return itemError{
		kind: "entityNotFoundError", reason: "ENTITY_NOT_FOUND", message: "Nothing of this kind has this id", at: at, trigger: id,
		extra: []tag{{"entityType", c.entity}, {"entityId", id}},
	}
}

func (c *shape) badState(reason, at, value, message string) itemError {
	return itemError{
		kind: "entityStateError", reason: reason, message: message, at: at, trigger: value,
		extra: []tag{{"entityType", c.entity}},
	}
}

// worded is an error as the collection can tell it.
func (c *shape) worded(e itemError) *itemError {
	if c.errors != nil && !slices.Contains(c.errors, e.kind) {
		e.kind, e.extra, e.allowed = "otherError", nil, nil
	}
	return &e
}

// multiStatus writes a 207. success and error are always arrays (ads-lwa 3.2).
func (c *shape) multiStatus(v *visit, outcomes []outcome, effect string) kit.Response {
	whole := prefersRepresentation(v.x.Header["Prefer"])
	done := 0
	b := append(make([]byte, 0, 64+len(outcomes)*64), '{')
	b = append(appendString(b, c.list), `:{"success":[`...)
	for i, o := range outcomes {
		if o.record == nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, done), `{"index":`...), int64(i), 10)
		b = appendString(append(appendString(append(b, ','), c.success), ':'), o.record.id)
		if whole {
			b = append(appendString(append(b, ','), c.object), ':')
			b = append(append(b, o.record.wire...), '}')
		}
		b = append(b, '}')
		done++
	}
	b = append(b, `],"error":[`...)
	failed := 0
	for i, o := range outcomes {
		if o.record != nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, failed), `{"index":`...), int64(i), 10)
		b = append(b, `,"errors":[`...)
		for j := range o.errors {
			b = c.worded(o.errors[j]).append(comma(b, j))
		}
		b = append(b, ']', '}')
		failed++
	}
	b = append(b, `]}}`...)
	if done > 0 {
		v.x.Effect = effect
	}
	if failed > 0 {
		v.x.Note("failed_items", strconv.Itoa(failed))
	}
	r := kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(c.media), Body: b}
	if whole {
		r.Header["Preference-Applied"] = []string{"return=representation"}
	}
	return r
}

// prefersRepresentation reports whether the Prefer headers ask for whole entities in the answer (RFC 7240; several
// headers and one with commas are the same).
func prefersRepresentation(headers []string) bool {
	for _, h := range headers {
		for part := range strings.SplitSeq(h, ",") {
			name, value, _ := strings.Cut(part, "=")
			value, _, _ = strings.Cut(value, ";")
			if strings.EqualFold(strings.TrimSpace(name), "return") && strings.Trim(strings.TrimSpace(value), `"`) == "representation" {
				return true
			}
		}
	}
	return false
}

// unusable refuses profiles that have no sponsored ads at all: an agency's (ads-lwa 8.2; the leading space is real).
func unusable(v *visit) (kit.Response, bool) {
	if v.profile.kind != "agency" {
		return kit.Response{}, false
	}
	v.x.Error, v.x.Effect = "400", "refused"
	return answer(v.x, http.StatusBadRequest,
		gatewayBody{Code: "400", Details: " The request input is invalid. Advertiser ID cannot be decrypted"}, true), true
}

// invalid refuses a whole request with 400.
func invalid(x *kit.Exchange, message string, errors ...itemError) kit.Response {
	x.Error, x.Effect = "INVALID_ARGUMENT", "refused"
	b := appendString([]byte(`{"code":"INVALID_ARGUMENT","message":`), message)
	if len(errors) > 0 {
		b = append(b, `,"errors":[`...)
		for i := range errors {
			b = errors[i].append(comma(b, i))
		}
		b = append(b, ']')
	}
	return kit.Response{Status: http.StatusBadRequest, Header: x.ServiceHeaders(errorMedia(x)), Body: append(b, '}')}
}
