package unified

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Headers of a list's answer.
const (
	HeaderNext    = "Lockkeeper-Next"     // cursor of the next page
	HeaderLeftOut = "Lockkeeper-Left-Out" // channels that policy keeps from the caller
	HeaderMissing = "Lockkeeper-Missing"  // how many of the accounts' lists could not be read
	HeaderAnew    = "Lockkeeper-Anew"     // "true" on a page of a sorted list that had to be read again since the page before
)

// A SourceFailure is one account's list that could not be read.
type SourceFailure struct {
	ConnectionID   string        `json:"connection_id"`
	OrganizationID string        `json:"organization_id"`
	Channel        canon.Channel `json:"channel,omitempty"`
	Error          Failure       `json:"error"`
}

func (g *gathered) fail(s *source, err error, w watcher) {
	f := SourceFailure{s.Grant.Name, s.Account.ID, s.channel, FailureOf(err)}
	g.failures = append(g.failures, f)
	w.failure(f)
}

// err is what the whole fails with: the first error, where no source answered at all.
func (g *gathered) err(errs []error) error {
	var why error
	for _, err := range errs {
		if err != nil && why == nil {
			why = err
		}
	}
	if len(g.failures) == g.asked {
		return why
	}
	return nil
}

// list answers GET of a kind.
func (u *Ads) list(ctx context.Context, q *Request) (Answer, error) {
	l, err := readListing(q)
	if err != nil {
		return Answer{}, err
	}
	if len(u.cfg.Model.AdsChannels(l.kind)) == 0 && l.kind != canon.KindInsertionOrder {
		return Answer{}, problem.New(problem.UnifiedRouteUnknown).With("nothing reads the kind %s yet", l.kind)
	}
	sources, denied, err := u.sources(l)
	if err != nil {
		return Answer{}, err
	}
	if l.lines {
		return u.listLines(ctx, l, sources), nil
	}
	g, err := u.gather(ctx, l, sources, watcher{func(part) {}, func(SourceFailure) {}, func(int, int) {}})
	if err != nil {
		return Answer{}, err
	}
	return u.listed(l, g, denied)
}

// listed says what was found. A list of which a part is missing is 207, never 200.
func (u *Ads) listed(l *listing, g gathered, denied []string) (Answer, error) {
	a := Answer{Status: http.StatusOK}
	if len(denied) > 0 {
		a = a.With(HeaderLeftOut, strings.Join(denied, ", "))
	}
	if g.next != "" {
		a = a.With(HeaderNext, g.next).With("Link", "<"+l.nextURL(g.next)+`>; rel="next"`)
	}
	if g.anew {
		a = a.With(HeaderAnew, "true")
	}
	if n := len(g.failures); n > 0 {
		a.Status = http.StatusMultiStatus
		a = a.With(HeaderMissing, fmt.Sprintf("%d of %d", n, g.asked)).With("Lockkeeper-Problem", g.failures[0].Error.Code)
	}
	if !l.envelope {
		a.Stream, a.Length = func(w io.Writer) error { return u.writeParts(w, g.parts) }, size(g.parts)
		return a, nil
	}
	var objects bytes.Buffer
	if err := u.writeParts(&objects, g.parts); err != nil {
		return Answer{}, err
	}
	a.Body = struct {
		Objects  json.RawMessage `json:"objects"`
		Next     string          `json:"next,omitempty"`
		Anew     bool            `json:"anew,omitempty"` // a sorted list was read again since its last page
		Failures []SourceFailure `json:"failures,omitempty"`
		LeftOut  []string        `json:"left_out,omitempty"`
		Lists    int             `json:"lists"` // how many lists of accounts were asked for
	}{objects.Bytes(), g.next, g.anew, g.failures, denied, g.asked}
	return a, nil
}

func (l *listing) nextURL(next string) string {
	query := maps.Clone(l.values)
	query.Del("offset")
	query.Set("cursor", next)
	return l.request.Base + l.request.Path + "?" + query.Encode()
}

// listLines writes one JSON object a line while it reads: {"object":…}, {"failure":…}, {"progress":{"done":…,"of":…}}, and at the end
// {"end":{"next":…}}, without which the answer is not whole.
func (u *Ads) listLines(ctx context.Context, l *listing, sources []source) Answer {
	return Answer{Type: "application/x-ndjson", Stream: func(w io.Writer) error {
		var broken error
		line := func(name string, v any) {
			if broken != nil {
				return
			}
			text, err := json.Marshal(map[string]any{name: v})
			if err == nil {
				_, err = w.Write(append(text, '\n'))
			}
			broken = err
		}
		began := u.cfg.Now()
		g, err := u.gather(ctx, l, sources, watcher{
			rows: func(p part) {
				for i := p.from; i < p.to && broken == nil; i++ {
					one := part{p.rows, i, i + 1, p.stamp}
					_, broken = w.Write(append(one.appendRows([]byte(`{"object":`), i, i+1), '}', '\n'))
				}
				flush(w)
			},
			failure: func(f SourceFailure) { line("failure", f) },
			progress: func(done, of int) {
				took := u.cfg.Now().Sub(began)
				line("progress", Progress{done, of, (took / time.Duration(max(1, done)) * time.Duration(of-done)).Seconds()})
				flush(w)
			},
		})
		if err != nil {
			line("error", FailureOf(err))
			return err
		}
		line("end", map[string]any{"next": g.next, "missing": len(g.failures), "lists": g.asked})
		return broken
	}}
}

// Progress is how far a list over many accounts is.
type Progress struct {
	Done int     `json:"done"` // lists of accounts that were read
	Of   int     `json:"of"`
	ETA  float64 `json:"eta_seconds"`
}

func flush(w io.Writer) {
	if rw, ok := w.(http.ResponseWriter); ok {
		_ = http.NewResponseController(rw).Flush()
	}
}

// allow asks policy for all operations that something takes.
func (q *Request) allow(p Place, operations []string) error {
	for _, op := range operations {
		if err := q.Access.Allow(p.Grant, p.Account, op); err != nil {
			return err
		}
	}
	return nil
}

// finish fills in what the reader of an object knows and its wire does not.
func finish(p Place, o canon.AdsObject, now time.Time) {
	c := o.Common()
	c.ConnectionID, c.FetchedAt, c.ETag = p.Grant.Name, now, canon.AdsETag(o)
	o.Unify()
}
