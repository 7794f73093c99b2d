package unified

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// get answers GET of one object.
func (u *Ads) get(ctx context.Context, q *Request) (Answer, error) {
	values, err := unfold(q.Query)
	if err != nil {
		return Answer{}, err
	}
	for name := range values {
		if !slices.Contains([]string{"org_id", "fields", "kind"}, name) {
			return Answer{}, badParameter(name, "the reading of one object does not take it")
		}
	}
	l := &listing{request: q, kind: q.Kind()}
	p := &parameters{values: values}
	l.targets(p)
	for _, f := range words(values["fields"]) {
		if l.query.Raw = l.query.Raw || f == "raw"; f != "raw" {
			l.fields = append(l.fields, f)
		}
	}
	if l.query.Raw && len(l.fields) > 0 {
		l.fields = append(l.fields, "raw")
	}
	if p.err != nil {
		return Answer{}, p.err
	}
	o, _, err := u.Find(ctx, q, Finding{Kind: l.kind, Organizations: words(values["org_id"]), ID: q.ID(), Raw: l.query.Raw})
	if err != nil {
		return Answer{}, err
	}
	mark := `"` + o.Common().ETag + `"`
	if q.Header.Get("If-None-Match") == mark {
		return Answer{Status: http.StatusNotModified}.With("ETag", mark), nil
	}
	text, err := l.object(nil, o)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Body: o, Text: text}.With("ETag", mark), nil
}

// A Finding is what is looked for.
type Finding struct {
	Kind          canon.AdsKind
	Organizations []string // in which; empty for all that the request is about
	ID            string
	Raw           bool // with Amazon's own object
}

// Find looks for one object in the accounts that the request is about: first where it was seen last, then in all at once. Its error is a
// problem; where some could not be looked into and the others do not have it, it is theirs.
func (u *Ads) Find(ctx context.Context, q *Request, f Finding) (canon.AdsObject, Place, error) {
	l := &listing{request: q, kind: f.Kind, organizations: f.Organizations}
	sources, _, err := u.sources(l)
	if err != nil {
		return nil, Place{}, err
	}
	query := amazon.AdsQuery{Kind: f.Kind, IDs: []string{f.ID}, Statuses: canon.AdsStatuses(), Raw: f.Raw} // an archived object is found too
	limits := u.lanes.limiter(sources)
	if at, ok := u.known.find(f.Kind, f.ID); ok {
		i := slices.IndexFunc(sources, func(s source) bool { return at == placeOf{s.Account.ID, s.channel} })
		if i >= 0 {
			if o, err := u.lookIn(ctx, limits, &sources[i], query); o != nil || err != nil {
				return o, sources[i].Place, err
			}
			sources = slices.Delete(sources, i, i+1)
		}
	}
	o, at, err := u.lookEverywhere(ctx, limits, sources, query)
	if o == nil && err == nil {
		err = problem.New(problem.UnifiedObjectUnknown).With("%s %s", f.Kind, f.ID)
	}
	return o, at, err
}

// lookIn asks one source for an object.
func (u *Ads) lookIn(ctx context.Context, limits *limiter, s *source, query amazon.AdsQuery) (canon.AdsObject, error) {
	for {
		page, err := u.read(ctx, limits, s, query)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			u.known.note(s.Account.ID, s.channel, u.known.hash(u.known.of(query.Kind), o.Common().ID))
			if o.Common().ID == query.IDs[0] {
				finish(s.Place, o, u.cfg.Now().UTC().Truncate(time.Second))
				return o, nil
			}
		}
		if query.Page = page.Next; query.Page == "" {
			return nil, nil
		}
	}
}

// lookEverywhere asks all sources, and ends as soon as one has it.
func (u *Ads) lookEverywhere(ctx context.Context, limits *limiter, sources []source, query amazon.AdsQuery) (canon.AdsObject, Place, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var found canon.AdsObject
	var at Place
	var failed error
	next := make(chan *source)
	var wait sync.WaitGroup
	for range min(limits.most(), len(sources)) {
		wait.Go(func() {
			for s := range next {
				o, err := u.lookIn(ctx, limits, s, query)
				mu.Lock()
				switch {
				case found != nil:
				case o != nil:
					found, at = o, s.Place
					cancel()
				case err != nil && failed == nil:
					failed = err
				}
				mu.Unlock()
			}
		})
	}
hand:
	for i := range sources {
		select {
		case next <- &sources[i]:
		case <-ctx.Done():
			break hand
		}
	}
	close(next)
	wait.Wait()
	if found != nil {
		return found, at, nil
	}
	return nil, Place{}, failed
}
