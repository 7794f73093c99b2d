package sandbox

import (
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// world tells who and what exists, with ids and secrets: they open nothing outside this sandbox.
func (c *Control) world(w http.ResponseWriter, _ *http.Request) {
	programs := map[string]any{}
	for _, f := range c.sandbox.front.Fakes() {
		if f.World != nil {
			programs[f.Program] = f.World()
		}
	}
	world := c.sandbox.World()
	reply(w, http.StatusOK, map[string]any{
		"seed": world.Seed, "lax": world.Lax(), "now": world.Now(), "url": "http://" + c.sandbox.Addr(),
		"profiles": world.Profiles(), "users": world.Users(), "consents": append([]kit.ScenarioConsent{}, world.Consents...), "programs": programs,
	})
}

// clockState is the clock as the control side shows it.
type clockState struct {
	Now    time.Time `json:"now"`
	Factor float64   `json:"factor"` // 1 runs with real time, 0 stands still
}

func (c *Control) clock(w http.ResponseWriter, _ *http.Request) {
	clock := c.sandbox.Clock()
	reply(w, http.StatusOK, clockState{clock.Now(), clock.Factor()})
}

// moveClock sets, advances and scales, in this order, whatever is asked for.
func (c *Control) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Set     *time.Time   `json:"set"`
		Advance kit.Duration `json:"advance"`
		Factor  *float64     `json:"factor"`
	}
	if !take(w, r, &in) {
		return
	}
	clock := c.sandbox.Clock()
	if in.Set != nil {
		clock.Set(*in.Set)
	}
	if in.Advance != 0 {
		clock.Advance(time.Duration(in.Advance))
	}
	if in.Factor != nil {
		clock.Scale(*in.Factor)
	}
	c.clock(w, r)
}

func (c *Control) switches(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Name    string   `json:"name"`
		Value   string   `json:"value"`
		Default string   `json:"default"`
		Values  []string `json:"values,omitempty"`
		About   string   `json:"about"`
	}
	rows := []row{}
	for _, s := range c.sandbox.front.Switches() {
		rows = append(rows, row{s.Name, s.Get(), s.Default, s.Values, s.About})
	}
	reply(w, http.StatusOK, rows)
}

// turnSwitches takes an object of names and values.
func (c *Control) turnSwitches(w http.ResponseWriter, r *http.Request) {
	in := map[string]string{}
	if !take(w, r, &in) {
		return
	}
	for name, value := range in {
		if err := c.sandbox.Switch(name, value); err != nil {
			problem(w, http.StatusBadRequest, err.Error())
			return
		}
	}
	c.switches(w, r)
}

// who names a security profile and a user, each by its key; empty stands for every one where that makes sense.
type who struct {
	Profile string   `json:"profile"`
	User    string   `json:"user"`
	Scopes  []string `json:"scopes,omitempty"`
}

// find looks both up. It reports whether the handler goes on.
func (c *Control) find(w http.ResponseWriter, in who) (*kit.SecurityProfile, *kit.User, bool) {
	p, u := c.sandbox.World().Profile(in.Profile), c.sandbox.World().User(in.User)
	if (p == nil && in.Profile != "") || (u == nil && in.User != "") {
		problem(w, http.StatusNotFound, "this world has no such security profile or user; GET /world lists them")
		return nil, nil, false
	}
	return p, u, true
}

// makeConsent gives a refresh token without pages and codes.
func (c *Control) makeConsent(w http.ResponseWriter, r *http.Request) {
	in := who{Profile: kit.Shop, User: kit.Advertiser}
	if !take(w, r, &in) {
		return
	}
	if _, _, ok := c.find(w, in); !ok {
		return
	}
	if in.Profile == "" || in.User == "" {
		problem(w, http.StatusBadRequest, "a consent is one user's, for one security profile")
		return
	}
	consent := c.sandbox.Consent(in.Profile, in.User, in.Scopes...)
	reply(w, http.StatusCreated, map[string]any{"grant": consent.ID, "refresh_token": consent.RefreshToken(), "scopes": consent.Scopes})
}

// revokeConsents withdraws consent as a user does in their Amazon account.
func (c *Control) revokeConsents(w http.ResponseWriter, r *http.Request) {
	var in who
	if !take(w, r, &in) {
		return
	}
	if p, u, ok := c.find(w, in); ok {
		reply(w, http.StatusOK, map[string]int{"revoked": c.sandbox.World().Tokens.Revoke(p, u)})
	}
}

// changeProfile changes what a developer can change at Amazon about a security profile.
func (c *Control) changeProfile(w http.ResponseWriter, r *http.Request) {
	p := c.sandbox.World().Profile(r.PathValue("key"))
	if p == nil {
		problem(w, http.StatusNotFound, "this world has no such security profile; GET /world lists them")
		return
	}
	var in struct {
		Linked       *bool         `json:"linked"`        // to an approved Ads API application, from now on
		ReturnURL    string        `json:"return_url"`    // one more Allowed Return URL
		RotateSecret *kit.Duration `json:"rotate_secret"` // make a new one; the old ones work for so long more
	}
	if !take(w, r, &in) {
		return
	}
	if in.Linked != nil && *in.Linked {
		p.Link(c.sandbox.Now())
	} else if in.Linked != nil {
		p.Link(time.Time{})
	}
	if in.ReturnURL != "" {
		p.AllowReturnURL(in.ReturnURL)
	}
	if in.RotateSecret != nil {
		p.RotateSecret(time.Duration(*in.RotateSecret))
	}
	reply(w, http.StatusOK, p)
}
