// Package admfake is Amazon Device Messaging on loopback: sends to app instances, groups and topics.
//
// It follows part 3 of the wire contract adm: the checks of a message, its MD5 and headers, the ten reasons of refusal, and what
// becomes of a registration. What Amazon shows nobody is visible here on the control side: every device's inbox, with expiry and
// consolidation by the sandbox's clock, and receipts. The token endpoint is Login with Amazon's, which fakelwa plays. What is
// a guess, or differs between sources, stands in divergences.md, mostly with a switch.
package admfake

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// fake is what Device Messaging remembers.
type fake struct {
	world  *kit.World
	is     *switches
	limits limiter
	last   atomic.Pointer[parsed]

	mu      sync.Mutex
	devices []*device          // in the order of their making
	byID    map[string]*device // by every registration id that ever was the device's
	byKey   map[string]*device
	groups  map[string]*group // by client id and name
	topics  map[string]*topic // by client id and name
	topical map[string]bool   // client ids that were registered for topics
	seq     int64             // messages so far
}

// New returns the fake for one world.
func New(w *kit.World) kit.Fake {
	f := &fake{
		world: w, is: newSwitches(), limits: limiter{until: map[string]int64{}},
		byID: map[string]*device{}, byKey: map[string]*device{}, groups: map[string]*group{}, topics: map[string]*topic{}, topical: map[string]bool{},
	}
	f.populate()
	return kit.Fake{
		Program: "adm", Hosts: []kit.Host{{Name: "api.amazon.com", Region: "NA"}}, Roots: []string{"/messaging", "/v1/messaging"},
		Routes: f.routes(), Identify: f.identify, Refuse: refuse, Unknown: unknown, Switches: f.is.all(), World: func() any { return f.describe() },
		Controls: f.controls(),
	}
}

// routes are the operations (adm 3.2, 3.4, 3.5).
func (f *fake) routes() []kit.Route {
	return []kit.Route{
		{Operation: "messages.send", Method: http.MethodPost, Pattern: "/messaging/registrations/{registrationId}/messages", Handle: f.send},
		{Operation: "group.operations", Method: http.MethodPost, Pattern: "/v1/messaging/group/operations", Handle: f.changeGroup},
		{Operation: "group.send", Method: http.MethodPost, Pattern: "/v1/messaging/group/messages", Handle: f.sendGroup},
		{Operation: "topic.register", Method: http.MethodPost, Pattern: "/v1/messaging/topic/registrations", Handle: f.registerTopics},
		{Operation: "topic.send", Method: http.MethodPost, Pattern: "/v1/messaging/topic/messages", Handle: f.sendTopic},
	}
}

// A visit is who is calling.
type visit struct {
	claims kit.Claims
	err    error
	bearer bool
}

// identify reads the access token.
func (f *fake) identify(x *kit.Exchange) {
	v := &visit{}
	x.Parsed = v
	scheme, token, ok := strings.Cut(kit.First(x.Header, "Authorization"), " ")
	if v.bearer = ok && strings.EqualFold(scheme, "Bearer"); !v.bearer && !f.world.Lax() {
		return
	}
	if v.claims, v.err = f.world.Tokens.Check(strings.TrimSpace(token)); v.claims.Profile != nil {
		x.Client = v.claims.Profile.ClientID
	}
}

// caller returns the security profile whose authority the call has, or how the call is refused: a token must be of client credentials,
// for messaging:push, and live (adm 3.1, 3.3).
func (f *fake) caller(x *kit.Exchange) (*kit.SecurityProfile, *kit.Response) {
	v, ok := x.Parsed.(*visit)
	if !ok {
		f.identify(x)
		v = x.Parsed.(*visit)
	}
	if v.err == nil && (v.bearer && v.claims.Is(kit.Client) && v.claims.Has("messaging:push") || f.world.Lax()) {
		return v.claims.Profile, nil
	}
	r := deny(x, http.StatusUnauthorized, "AccessTokenExpired")
	if v.err != kit.ErrExpired && f.is.badToken.Is("silent") {
		r = bare(x, http.StatusUnauthorized)
	}
	return nil, &r
}
