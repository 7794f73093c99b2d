package kit

import (
	"net/http"
	"strings"
)

// find returns the fake and the route for a request. Where no route matches, the route is nil and the fake is the one
// that the path belongs to, or nil.
func find(fakes []*mounted, method, path string) (*mounted, *Route, []string) {
	for _, m := range fakes {
		if r, vars := m.route(method, path); r != nil {
			return m, r, vars
		}
	}
	for _, m := range fakes {
		if m.owns(path) {
			return m, nil, nil
		}
	}
	return nil, nil, nil
}

func (m *mounted) route(method, path string) (*Route, []string) {
	if by := m.static[path]; by != nil {
		if r := by[method]; r != nil {
			return r, nil
		}
		if r := by[""]; r != nil {
			return r, nil
		}
	}
	for _, r := range m.folded {
		if (r.Method == "" || r.Method == method) && strings.EqualFold(r.Pattern, path) {
			return r, nil
		}
	}
	for _, p := range m.varied {
		if p.route.Method != "" && p.route.Method != method {
			continue
		}
		if vars, ok := p.match(path); ok {
			return p.route, vars
		}
	}
	return nil, nil
}

func (p pattern) match(path string) ([]string, bool) {
	rest := path[1:]
	vars := make([]string, 0, 2)
	for i, want := range p.segments {
		have, after, more := strings.Cut(rest, "/")
		if more == (i == len(p.segments)-1) {
			return nil, false
		}
		if strings.HasPrefix(want, "{") {
			if have == "" {
				return nil, false
			}
			vars = append(vars, want[1:len(want)-1], have)
		} else if want != have {
			return nil, false
		}
		rest = after
	}
	return vars, true
}

func (m *mounted) owns(path string) bool {
	for _, root := range m.Roots {
		root = strings.TrimSuffix(root, "/")
		if len(path) >= len(root) && strings.EqualFold(path[:len(root)], root) && (len(path) == len(root) || path[len(root)] == '/') {
			return true
		}
	}
	return false
}

// unknown answers what no route matches.
func unknown(m *mounted, x *Exchange) Response {
	if m != nil && m.Unknown != nil {
		return m.Unknown(x)
	}
	return Text(http.StatusNotFound, "text/plain; charset=utf-8", "lockkeeper sandbox: none of the fakes has this path\n")
}

// refuse words a status fault.
func refuse(m *mounted, x *Exchange, a *Armed) Response {
	var r Response
	wait := a.retryAfter(x)
	switch {
	case a.Body != "":
		r = Text(a.Status, "application/json", a.Body)
	case m != nil && m.Refuse != nil:
		r = m.Refuse(x, Refusal{Status: a.Status, Error: a.Error, RetryAfter: wait})
	}
	r.Status = a.Status
	if wait != "" {
		r = r.Set("Retry-After", wait)
	}
	return r
}
