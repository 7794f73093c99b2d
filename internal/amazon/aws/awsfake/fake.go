// Package awsfake is AWS's IAM and STS in the sandbox: one account, a few users, their access keys and what became of them.
//
// It speaks the AWS Query protocol as boto3 and the SDKs do, verifies every signature by itself, keeps the limit of two keys a
// user, evaluates the users' policies, and can be told to take its time: a new key that works only after a while, a last use that
// shows only after hours, calls that are throttled. divergences.md says what is guessed. It imports nothing of Lockkeeper's client
// side, so that what is misspelt there fails here.
package awsfake

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fake is the state of one sandbox's AWS account.
type fake struct {
	world *kit.World
	is    *switches
	pace  limiter

	mu       sync.Mutex // guards all below
	account  string
	users    map[string]*user
	keys     map[string]*key
	sessions map[string]*session
	made     uint64 // sessions so far
}

// switches are the points where AWS differs by the day.
type switches struct {
	activation *kit.Switch
	lag        *kit.Switch
	unknownKey *kit.Switch
	pace       *kit.Switch
}

func newSwitches() *switches {
	return &switches{
		activation: kit.NewDurationSwitch("aws.activation", "how long after its creation a key begins to work", 0),
		lag:        kit.NewDurationSwitch("aws.last_used_lag", "how long it takes until a use shows in GetAccessKeyLastUsed", 4*time.Hour),
		unknownKey: kit.NewSwitch("aws.unknown_key", "what GetAccessKeyLastUsed answers for a key that does not exist", "access_denied", "no_such_entity"),
		pace:       kit.NewDurationSwitch("aws.pace", "how much time an IAM client needs between calls in the long run; 0 throttles nobody", 0),
	}
}

// New returns the AWS of a world, with its users and keys.
func New(w *kit.World) kit.Fake {
	f := &fake{
		world: w, is: newSwitches(), pace: limiter{until: map[string]time.Time{}}, account: w.AWSAccount(),
		users: map[string]*user{}, keys: map[string]*key{}, sessions: map[string]*session{},
	}
	f.populate()
	return kit.Fake{
		Program: "aws",
		Hosts:   hosts(),
		Routes: []kit.Route{
			{Operation: "query", Method: http.MethodPost, Pattern: "/", Handle: f.handle, Operations: actions()},
			{Operation: "query", Method: http.MethodGet, Pattern: "/", Handle: f.handle, Operations: actions()},
		},
		Identify: f.identify,
		Refuse:   refuse,
		Unknown: func(x *kit.Exchange) kit.Response {
			return fault(x, http.StatusNotFound, "UnknownOperationException", "")
		},
		Switches: []*kit.Switch{f.is.activation, f.is.lag, f.is.unknownKey, f.is.pace},
		World:    func() any { return f.describe() },
		Env:      f.env,
	}
}

// actions are the names of what can be asked, all of them by one path.
func actions() []string {
	var all []string
	for name := range operations {
		_, action, _ := strings.Cut(name, " ")
		all = append(all, action)
	}
	slices.Sort(all)
	return all
}

// regions are AWS's, by the region of Lockkeeper's that is nearest. IAM and the old STS are in us-east-1.
var regions = map[string][]string{
	"NA": {"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "mx-central-1"},
	"EU": {"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "me-south-1", "me-central-1", "af-south-1"},
	"FE": {"ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-south-1", "ap-east-1"},
}

func hosts() []kit.Host {
	all := []kit.Host{{Name: "iam.amazonaws.com", Region: "NA"}, {Name: "sts.amazonaws.com", Region: "NA"}}
	for region, names := range regions {
		for _, name := range names {
			all = append(all, kit.Host{Name: "sts." + name + ".amazonaws.com", Region: region})
		}
	}
	return all
}

// The two services, as a request's Version or host tells them apart.
const (
	iam = "iam"
	sts = "sts"
)

// serviceOf tells which service is asked, and in which region its requests must be signed; empty where any will do.
func serviceOf(x *kit.Exchange, version string) (service, region string) {
	switch {
	case x.Host == "iam.amazonaws.com":
		return iam, "us-east-1"
	case x.Host == "sts.amazonaws.com":
		return sts, "us-east-1"
	case strings.HasPrefix(x.Host, "sts."):
		return sts, strings.Split(x.Host, ".")[1]
	case version == "2011-06-15":
		return sts, ""
	}
	return iam, "us-east-1"
}

// describe tells the control side what there is, secrets included: nothing of it opens anything but the sandbox.
func (f *fake) describe() map[string]any {
	type shown struct {
		kit.AWSKey
		User    string    `json:"user"`
		Status  string    `json:"status"`
		Created time.Time `json:"created"`
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []shown
	for _, name := range f.names() {
		for _, k := range f.users[name].keys {
			all = append(all, shown{k.AWSKey, name, k.status(), k.created})
		}
	}
	return map[string]any{"account": f.account, "role": f.roleARN(), "access_keys": all}
}
