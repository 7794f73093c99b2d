package adsfake

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Limits of the filters (ads-lwa 3.3).
const (
	mostStates  = 10
	mostIDs     = 1000
	mostReduced = 100
)

// How a filter stands in the body.
const (
	includes   = iota // {"include":[...]}
	texts             // the same with a queryTermMatchType
	bare              // an array
	single            // one value
	allocation        // {"include":[...]} that asks for global campaigns, of which there are none
	goals             // {"include":[...]} that is read and selects nothing
	ignored           // a string that selects nothing
)

// A filterKey is one filter that a collection's list takes.
type filterKey struct {
	key     string
	form    int
	by      field
	ownID   bool // selects by the record's own id
	most    int
	allowed []string
}

// A filter is a list request that was understood.
type filter struct {
	states   []string // empty: all but ARCHIVED (ads-lwa 3.3, a guess there)
	ids      map[string]bool
	sets     []setTest
	texts    []textTest
	none     bool // selects nothing
	extended bool
	max      int
	token    string
}

type setTest struct {
	by     field
	values map[string]bool
	only   string // the value, where there is just one
}

func newSetTest(by field, values []string) setTest {
	t := setTest{by: by, values: set(values)}
	if len(values) == 1 {
		t.only = values[0]
	}
	return t
}

func (t *setTest) keeps(e record) bool {
	v := e.value(t.by)
	if t.only != "" {
		return v == t.only
	}
	return t.values[v]
}

type textTest struct {
	by     field
	values []string
	exact  bool // equal to one of the values, else containing the first (OAS)
}

// A reader gathers what is wrong with the filters of a list request; after an error of shape it reads nothing more.
type reader struct {
	o   object
	bad []itemError
	err error
}

func (r *reader) include(k filterKey) (values []string, inner object) {
	if r.err != nil {
		return nil, nil
	}
	inner, ok, err := readObject(r.o, k.key, "$")
	if r.err = err; err != nil || !ok {
		return nil, nil
	}
	at := "$." + k.key
	values, _, r.err = read[[]string](inner, "include", at)
	r.check(k, values, at+".include")
	return values, inner
}

func (r *reader) check(k filterKey, values []string, at string) {
	if len(values) > k.most {
		r.bad = append(r.bad, outOfRange(at, int64(len(values)), 0, int64(k.most)))
	}
	if k.allowed == nil {
		return
	}
	for i, s := range values {
		if !slices.Contains(k.allowed, s) {
			r.bad = append(r.bad, notInEnum(fmt.Sprintf("%s[%d]", at, i), s, k.allowed))
		}
	}
}

// one reads a value that is no array.
func one[T string | bool | int32](r *reader, o object, key, at string) (v T, ok bool) {
	if r.err != nil {
		return v, false
	}
	v, ok, r.err = read[T](o, key, at)
	return v, ok
}

func (r *reader) exact(inner object, at string) bool {
	match, ok := one[string](r, inner, "queryTermMatchType", at)
	if allowed := []string{"BROAD_MATCH", "EXACT_MATCH"}; ok && !slices.Contains(allowed, match) {
		r.bad = append(r.bad, notInEnum(at+".queryTermMatchType", match, allowed))
	}
	return match == "EXACT_MATCH"
}

// filter reads the body of a list request; an empty body is an empty filter. page is the most one page may hold. The
// error is one of shape, the item errors are rules broken.
func (c *collection[T, I]) filter(body []byte, page int) (*filter, []itemError, error) {
	q := &filter{max: page}
	if len(strings.TrimSpace(string(body))) == 0 {
		return q, nil, nil
	}
	o, err := parseObject(body, "$")
	if err != nil {
		return nil, nil, err
	}
	keys := []string{"includeExtendedDataFields", "maxResults", "nextToken", "stateFilter"}
	for _, k := range c.filters {
		keys = append(keys, k.key)
	}
	if err := c.known(o, keys, "$"); err != nil {
		return nil, nil, err
	}
	r := &reader{o: o}
	for _, k := range c.filters {
		q.take(r, k)
	}
	q.extended, _ = one[bool](r, o, "includeExtendedDataFields", "$")
	if n, ok := one[int32](r, o, "maxResults", "$"); ok {
		if n < 1 {
			r.bad = append(r.bad, outOfRange("$.maxResults", int64(n), 1, int64(page)))
		}
		q.max = min(int(n), page)
	}
	q.token, _ = one[string](r, o, "nextToken", "$")
	return q, r.bad, r.err
}

// take reads one filter.
func (q *filter) take(r *reader, k filterKey) {
	var values []string
	switch k.form {
	case bare:
		if r.err == nil {
			values, _, r.err = read[[]string](r.o, k.key, "$")
			r.check(k, values, "$."+k.key)
		}
	case single, ignored:
		if v, ok := one[string](r, r.o, k.key, "$"); ok && k.form == single {
			values = []string{v}
			if !slices.Contains(k.allowed, v) {
				r.bad = append(r.bad, notInEnum("$."+k.key, v, k.allowed))
			}
		}
	default:
		var inner object
		values, inner = r.include(k)
		if k.form == texts {
			if exact := r.exact(inner, "$."+k.key); len(values) > 0 {
				q.texts = append(q.texts, textTest{k.by, values, exact})
			}
			return
		}
	}
	switch {
	case len(values) == 0: // an empty filter is no filter (ads-lwa 3.3)
	case k.key == "stateFilter":
		q.states = values
	case k.form == goals:
	case k.form == allocation:
		q.none = true
	case k.ownID:
		q.ids = set(values)
	default:
		q.sets = append(q.sets, newSetTest(k.by, values))
	}
}

func set(values []string) map[string]bool {
	m := make(map[string]bool, len(values))
	for _, v := range values {
		m[v] = true
	}
	return m
}

// byState reports whether the filter asks for nothing but states.
func (q *filter) byState() bool {
	return !q.none && q.ids == nil && len(q.sets) == 0 && len(q.texts) == 0
}

// keeps reports whether the filter lets a record through.
func (q *filter) keeps(e record) bool {
	h := e.top()
	if len(q.states) == 0 {
		if h.state == archived {
			return false
		}
	} else if !slices.Contains(q.states, h.state) {
		return false
	}
	if q.none || (q.ids != nil && !q.ids[h.id]) {
		return false
	}
	for i := range q.sets {
		if !q.sets[i].keeps(e) {
			return false
		}
	}
	for _, t := range q.texts {
		v := e.value(t.by)
		if t.exact && !slices.Contains(t.values, v) || !t.exact && !strings.Contains(v, t.values[0]) {
			return false
		}
	}
	return true
}

// sum is a hash of what the filter selects, so that a nextToken cannot be taken to another selection.
func (q *filter) sum() uint64 {
	h := fnv.New64a()
	write := func(label string, values []string) {
		h.Write([]byte(label))
		for _, v := range values {
			h.Write(strconv.AppendQuote(nil, v))
		}
	}
	write("s", slices.Sorted(slices.Values(q.states)))
	write("i", slices.Sorted(maps.Keys(q.ids)))
	for _, t := range q.sets {
		write("f"+strconv.Itoa(int(t.by)), slices.Sorted(maps.Keys(t.values)))
	}
	for _, t := range q.texts {
		write("t"+strconv.Itoa(int(t.by))+strconv.FormatBool(t.exact), t.values)
	}
	write(strconv.FormatBool(q.none), nil)
	return h.Sum64()
}
