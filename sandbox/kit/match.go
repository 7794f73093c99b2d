package kit

import "strings"

// A Match says which requests are meant. An empty field matches everything.
type Match struct {
	Program   string `json:"program,omitempty"`
	Operation string `json:"operation,omitempty"`
	Client    string `json:"client,omitempty"` // a security profile's key, or a client id
	User      string `json:"user,omitempty"`   // a user's key
	Grant     string `json:"grant,omitempty"`  // a consent's id
	Region    string `json:"region,omitempty"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"` // exact in any letter case, or the beginning where it ends with *
}

// A Filter says which journal entries are meant. An empty field matches everything.
type Filter struct {
	Match
	Status     int    `json:"status,omitempty"`
	Effect     string `json:"effect,omitempty"`
	Error      string `json:"error,omitempty"`
	Generation int64  `json:"generation,omitempty"`
	Fault      string `json:"fault,omitempty"` // a fault's id
	Agent      string `json:"agent,omitempty"` // the beginning of User-Agent
	After      int64  `json:"after,omitempty"` // only entries with a greater number
}

func (m *Match) exchange(x *Exchange) bool {
	return fits(m.Program, x.Program) && fits(m.Operation, x.Operation) && m.client(x.World, x.Client) && fits(m.User, x.User) &&
		fits(m.Grant, x.Grant) && fits(m.Region, x.Region) && fits(m.Method, x.Method) && m.path(x.Path)
}

func (m *Match) entry(w *World, e *Entry) bool {
	return fits(m.Program, e.Program) && fits(m.Operation, e.Operation) && m.client(w, e.Client) && fits(m.User, e.User) &&
		fits(m.Grant, e.Grant) && fits(m.Region, e.Region) && fits(m.Method, e.Method) && m.path(e.Path)
}

func (f *Filter) entry(w *World, e *Entry) bool {
	return e.Seq > f.After && f.Match.entry(w, e) && (f.Status == 0 || f.Status == e.Status) && fits(f.Effect, e.Effect) &&
		fits(f.Error, e.Error) && (f.Generation == 0 || f.Generation == e.Generation) && fits(f.Fault, e.Fault) &&
		strings.HasPrefix(e.Agent, f.Agent)
}

// counted reports whether the counters alone can tell how many entries the filter meets.
func (f *Filter) counted() bool {
	return *f == Filter{Match: Match{Program: f.Program, Operation: f.Operation, Client: f.Client}, Status: f.Status, Effect: f.Effect}
}

func fits(want, have string) bool { return want == "" || want == have }

// client compares by key where the profile is known, so that either of key and client id may be given on either side.
func (m *Match) client(w *World, have string) bool {
	return m.Client == "" || m.Client == have || (have != "" && w.clientKey(m.Client) == w.clientKey(have))
}

func (m *Match) path(have string) bool {
	if begin, ok := strings.CutSuffix(m.Path, "*"); ok {
		return len(have) >= len(begin) && strings.EqualFold(have[:len(begin)], begin)
	}
	return m.Path == "" || strings.EqualFold(m.Path, have)
}

// clientKey returns the key of the profile with a client id; other texts stay as they are.
func (w *World) clientKey(client string) string {
	if p := w.ProfileByClient(client); p != nil {
		return p.Key
	}
	return w.Affiliates.keyOf(client)
}
