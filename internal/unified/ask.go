package unified

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// An Ask is one request, whichever door it came by.
type Ask struct {
	By        audit.Actor
	RequestID string // for people who ask about it; may be empty
	Method    string
	Base      string // where the API is mounted: "/lk/v1/ads"
	Path      string // below that, as it came: "/{grant}/campaign/123"
	Query     url.Values
	Header    http.Header // without credentials
	Body      io.Reader
	Access    Access
}

// Access is what an asker may use. It is asked from one goroutine at a time.
type Access interface {
	// Grants lists the program's grants that may be used at all, by name.
	Grants() []*snapshot.Grant
	// Grant finds one by name. One that does not exist and one that may not be used fail alike, with a problem.
	Grant(name string) (*snapshot.Grant, error)
	// Account reports whether anything may be done on an account of a grant.
	Account(g *snapshot.Grant, account string) bool
	// Allow asks whether an operation of the program, such as "sp.campaigns.list", may be made on an account. Its error is a problem.
	Allow(g *snapshot.Grant, account canon.Account, operation string) error
}

// A Request is an Ask whose path was read.
type Request struct {
	Ask
	Grant string   // name of the grant, or "-" for all that may be used
	Word  string   // what follows it: a kind, or a mount's word
	Rest  []string // the segments behind that, unescaped
}

// Kind is the kind of objects that the request is about.
func (q *Request) Kind() canon.AdsKind { return canon.AdsKind(q.Word) }

// ID is the segment behind the kind; empty where there is none.
func (q *Request) ID() string {
	if len(q.Rest) == 0 {
		return ""
	}
	return q.Rest[0]
}

// A Handler answers requests. Its error is a problem, or a mistake of ours.
type Handler func(ctx context.Context, q *Request) (Answer, error)

// All is the word that stands for every grant that the asker may use.
const All = "-"

// Serve answers one request.
func (u *Ads) Serve(ctx context.Context, a Ask) Answer {
	answer, err := u.serve(ctx, a)
	if err != nil {
		return u.Refused(a, err)
	}
	return answer
}

func (u *Ads) serve(ctx context.Context, a Ask) (Answer, error) {
	if answer, done, err := u.about(ctx, a, strings.TrimPrefix(a.Path, "/")); done || err != nil {
		return answer, err
	}
	q, err := readPath(a)
	if err != nil {
		return Answer{}, err
	}
	if h := u.cfg.Mounts[q.Word]; h != nil {
		return h(ctx, q)
	}
	switch {
	case u.cfg.Writer == nil:
	case q.Word == "undo":
		return u.undo(ctx, q)
	case q.Word == "history":
		return u.history(ctx, q)
	}
	if !isKind(q.Kind()) || len(q.Rest) > 1 {
		return Answer{}, problem.New(problem.UnifiedRouteUnknown)
	}
	switch a.Method {
	case http.MethodGet, http.MethodHead:
		switch len(q.Rest) {
		case 0:
			return u.list(ctx, q)
		case 1:
			return u.get(ctx, q)
		}
		return Answer{}, problem.New(problem.UnifiedRouteUnknown)
	}
	if u.cfg.Writer == nil {
		return Answer{}, problem.New(problem.UnifiedMethodRefused)
	}
	return u.write(ctx, q)
}

func isKind(k canon.AdsKind) bool {
	for _, one := range Kinds() {
		if one == k {
			return true
		}
	}
	return false
}

// readPath takes a path apart. Each segment was checked by whoever mounts the API to hold no escaped slash.
func readPath(a Ask) (*Request, error) {
	parts := strings.Split(strings.TrimPrefix(a.Path, "/"), "/")
	for i := range parts {
		s, err := url.PathUnescape(parts[i])
		if err != nil || s == "" || len(s) > 256 {
			return nil, problem.New(problem.UnifiedRouteUnknown)
		}
		parts[i] = s
	}
	if len(parts) < 2 {
		return nil, problem.New(problem.UnifiedRouteUnknown)
	}
	return &Request{Ask: a, Grant: parts[0], Word: parts[1], Rest: parts[2:]}, nil
}
