package amazon

import (
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A Descriptor is a program's program.toml: all that is data about it.
type Descriptor struct {
	Code    string                    `toml:"code"` // "ads"; begins every operation id and problem code
	Name    string                    `toml:"name"` // "Amazon Ads API"
	Auth    string                    `toml:"auth"` // how a grant is had: "lwa" for a Login with Amazon consent, "client_credentials" for the app's own authority, "key", "none"
	Docs    string                    `toml:"docs"`
	Scopes  []string                  `toml:"scopes"`  // asked for by default
	Hosts   map[canon.Region]string   `toml:"hosts"`   // API host of each region; it may be one and the same
	Also    []string                  `toml:"also"`    // its other hosts, such as token endpoints of its own
	Files   map[canon.Region]string   `toml:"files"`   // host of each region that holds the files which its answers link to
	Uploads map[canon.Region][]string `toml:"uploads"` // hosts of each region that take files which its answers ask for
	Roots   []string                  `toml:"roots"`   // path prefixes that this program owns at the gateway's root
	Headers HeaderRules               `toml:"headers"` // what of a caller's headers is ours
	Pace    Pace                      `toml:"pace"`    // how throttled calls of one account go on; the zero Pace spaces nothing

	Operations []Operation `toml:"operation"`
}

// A Pace bounds the calls a second that Amazon allows an account, where it does not tell which allowance an account has.
type Pace struct {
	Slow float64 `toml:"slow"` // what every account has
	Fast float64 `toml:"fast"` // what none has more than
}

// HeaderRules name the headers that a caller does not decide alone.
type HeaderRules struct {
	Credential []string   `toml:"credential"` // dropped in any spelling, ours set instead
	Selector   []Selector `toml:"selector"`   // parsed, checked and re-emitted by us
}

// A Selector is a header that says which account a call is for.
type Selector struct {
	Header  string `toml:"header"`  // canonical spelling, as re-emitted
	Account string `toml:"account"` // what it names: "id" (an account id), "manager" or "global"
	Pattern string `toml:"pattern"` // "digits" or "token": which characters it may have
}

// An Effect says what an operation does at Amazon. What is not listed counts as Write.
type Effect string

// The effects.
const (
	Read  Effect = "read"
	Write Effect = "write"
	Spend Effect = "spend" // a write that can move money: bids, budgets, enabling
)

// An Operation is one Amazon call.
type Operation struct {
	ID     string `toml:"id"`     // "campaigns.list"; with the program's code before it, it is unique
	Method string `toml:"method"` // upper case
	Path   string `toml:"path"`   // with {name} for one segment
	Effect Effect `toml:"effect"`
	Scoped bool   `toml:"scoped"` // acts on one account, named by a selector header
	Merge  bool   `toml:"merge"`  // lists what one region holds; a call that names no region gets the lists of all, joined
	Accept string `toml:"accept"` // media type that Amazon wants for request and answer, if a special one
	Answer string `toml:"answer"` // media type of the answer, where it is another than the request's
	Queue  string `toml:"queue"`  // what Amazon limits it by, apart from the program's other calls: a refusal for too many holds back what has the same queue, and nothing else
	Secret string `toml:"secret"` // field of the body in which Amazon wants an app's secret; callers have none, so the gateway does not make such calls
}

// Media are the media types of its request and of its answer; empty where any JSON will do.
func (o *Operation) Media() (request, answer string) {
	if o.Answer != "" {
		return o.Accept, o.Answer
	}
	return o.Accept, o.Accept
}

// Unlisted is the operation that stands for every call no program lists.
const Unlisted = "unlisted"

// ParseDescriptor reads a program.toml strictly: an unknown key, an effect that is none, or two operations of one id are errors.
func ParseDescriptor(text []byte) (*Descriptor, error) {
	var d Descriptor
	meta, err := toml.Decode(string(text), &d)
	if err != nil {
		return nil, fmt.Errorf("reading program.toml: %w", err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("reading program.toml of %s: unknown key %s", d.Code, extra[0])
	}
	seen := map[string]bool{}
	for _, op := range d.Operations {
		if seen[op.ID] || op.ID == Unlisted {
			return nil, fmt.Errorf("reading program.toml of %s: operation %s stands twice or is reserved", d.Code, op.ID)
		}
		seen[op.ID] = true
		if op.Effect != Read && op.Effect != Write && op.Effect != Spend {
			return nil, fmt.Errorf("reading program.toml of %s: operation %s has effect %q", d.Code, op.ID, op.Effect)
		}
		if !strings.HasPrefix(op.Path, "/") || op.Method != strings.ToUpper(op.Method) {
			return nil, fmt.Errorf("reading program.toml of %s: operation %s has method %q, path %q", d.Code, op.ID, op.Method, op.Path)
		}
	}
	return &d, nil
}

// Is reports whether a call of a method to a canonical path is this operation.
func (o *Operation) Is(method, path string) bool {
	return o.Method == method && matchPath(o.Path, path)
}

// Match finds the operation that a canonical path and method are. What is not listed is the Unlisted operation: a
// write, on an account, so that policy errs on the careful side.
func (d *Descriptor) Match(method, path string) Operation {
	for i := range d.Operations {
		if op := &d.Operations[i]; op.Is(method, path) {
			return *op
		}
	}
	return Operation{ID: Unlisted, Method: method, Path: path, Effect: Write, Scoped: true}
}

// Owns reports whether the program's roots hold path.
func (d *Descriptor) Owns(path string) bool {
	for _, root := range d.Roots {
		if path == root || strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/") {
			return true
		}
	}
	return false
}

// matchPath compares segment by segment; {name} stands for one segment that is not empty.
func matchPath(pattern, path string) bool {
	for {
		p, prest, pmore := strings.Cut(pattern, "/")
		s, srest, smore := strings.Cut(path, "/")
		wild := strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}")
		if (wild && s == "") || (!wild && p != s) || pmore != smore {
			return false
		}
		if !pmore {
			return true
		}
		pattern, path = prest, srest
	}
}
