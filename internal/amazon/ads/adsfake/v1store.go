package adsfake

// A v1Shape is a resource of v1 as one ad product has it.
type v1Shape struct {
	product string
	layout  string // of dates in v3
	rules   []v1Rule
	more    func(*translation)                   // what no rule says. Defaults to nothing more.
	tell    func(n *nest, s *prospect, t *thing) // the same of reading
	stores  []v1Store                            // the first is the one that creates go to, unless more says another
	groups  int                                  // the kind of ad groups, of things
	types   []string                             // of targets
	places  map[string]string                    // where in v1 fields of v3 are that no rule carries
}

// A v1Store is a collection of v3 as v1 uses it.
type v1Store interface {
	holds(p *profile, id string) bool
	since(p *profile, seq uint64) tail
	apply(b *batch, o object, at row, create bool) (record, []itemError)
	drop(b *batch, id, at string) (record, []itemError)
	notFound(at, id string) itemError
}

// holds reports whether something in the collection has an id. Held by the profile's lock.
func (c *collection[T, I]) holds(p *profile, id string) bool {
	_, _, ok := c.of(p).find(id)
	return ok
}

// since are the records after a sequence number.
func (c *collection[T, I]) since(p *profile, seq uint64) tail { return tailOf(c.of(p).all(), seq) }

// apply applies one item of a create or an update, which is in v3's words.
func (c *collection[T, I]) apply(b *batch, o object, at row, create bool) (record, []itemError) {
	in, err := c.parse(o, at)
	if err != nil {
		return nil, []itemError{{kind: "malformedValueError", reason: "PATTERN_NOT_MATCHED", message: err.Error(), at: at.at}}
	}
	next := c.updated
	if create {
		next = c.create
	}
	e, bad := next(b, in)
	if bad != nil {
		return nil, bad
	}
	return e, nil
}

// drop archives what has an id.
func (c *collection[T, I]) drop(b *batch, id, at string) (record, []itemError) {
	if _, bad := c.archive(b, id, at); bad != nil {
		return nil, bad
	}
	e, _, _ := c.of(b.p).find(id)
	return e, nil
}

// thingShape is a resource of Sponsored Brands or Display, which is in these kinds.
func (f *fake) thingShape(rules []v1Rule, kinds ...int) *v1Shape {
	k := f.kinds[kinds[0]]
	s := &v1Shape{product: k.product, layout: k.layout(), rules: rules, groups: k.group}
	for _, n := range kinds {
		s.stores = append(s.stores, f.thingCollection(f.kinds[n]))
	}
	return s
}

// with adds what no rule says.
func (s *v1Shape) with(more func(*translation)) *v1Shape {
	s.more = more
	return s
}
