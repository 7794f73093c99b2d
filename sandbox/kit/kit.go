// Package kit is what the sandbox's fakes are made of: a clock, a world of security profiles and users, an issuer of
// tokens, routes, faults and a journal.
//
// A fake is one Amazon program's part of the sandbox. It is a value: hosts, routes and the shape of its refusals. Its
// handlers return a Response instead of writing one, so that a fault can act before an operation takes effect, after
// it, or in the middle of the body. A fake imports this package and the standard library, nothing else, so that what
// is misspelt on Lockkeeper's side fails here.
package kit

// A Fake is one Amazon program's part of the sandbox. One value serves one sandbox.
type Fake struct {
	Program string   // "lwa", "ads": what faults and the journal call it
	Hosts   []Host   // Amazon's host names that it answers for
	Roots   []string // path prefixes that are its own when it is reached under a loopback name
	Routes  []Route

	// Identify says who is calling, before anything takes effect: it may set Client, User, Grant, Generation and
	// Parsed of the exchange, for faults, the journal and its own handlers. Defaults to knowing nobody.
	Identify func(*Exchange)

	// Refuse gives Amazon's own body for a failure that a fault asked for. Defaults to an empty body.
	Refuse func(*Exchange, Refusal) Response

	// Unknown answers what no route matches. Defaults to an empty 404.
	Unknown func(*Exchange) Response

	// Switches are the points where sources differ about Amazon, each with its default.
	Switches []*Switch

	// World describes the fake's own part of the world (accounts, campaigns) for the control side, as JSON.
	// Defaults to nothing.
	World func() any

	// Env names what a program exports to use this fake: ids and secrets of the world's first user, by the names under which
	// people know them. Defaults to nothing.
	Env func() map[string]string

	// Controls are what the control side can ask of this fake alone, such as to see a device's inbox. Defaults to nothing.
	Controls []Control
}

// A Control is one thing that tests and people can ask of a fake behind Amazon's back.
type Control struct {
	Name  string // "devices": the last segment of its path on the control side
	About string // one sentence for people

	// Do is given JSON, which may be empty, and returns what is told as JSON. Its error is for people.
	Do func(in []byte) (any, error)
}

// A Host is a host name of Amazon's and the region that it serves.
type Host struct {
	Name   string // "api.amazon.co.uk"
	Region string // "NA", "EU" or "FE"
}

// A Route is one operation of a fake.
type Route struct {
	Operation string // "token", "profiles.list"
	Method    string // upper case; empty for every method
	Pattern   string // "/v2/profiles/{id}": {name} stands for one segment that is not empty
	Fold      bool   // the path is compared without regard to letter case, as LWA does (ads-lwa 1.1)
	Handle    func(*Exchange) Response

	// Operations are those that Identify tells apart where one path serves many. Defaults to Operation alone.
	Operations []string
}

// A Refusal is a failure that a fault asks a fake to word as Amazon would.
type Refusal struct {
	Status     int    // 400, 401, 403, 429, 500, 502, 503 ...
	Error      string // which of several of that status, as Amazon names it ("invalid_grant"); may be empty
	RetryAfter string // already set as header by the kit; here for bodies that repeat it
}
