package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/cli/control"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Names in the demo world.
const (
	devApp   = "demo"
	devGrant = "demo"
)

// A walkStep is one step of the walk and what was seen.
type walkStep struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// walk goes through Lockkeeper's main job over real HTTP and believes nothing but what it sees: on the control socket, at the
// gateway, and in the sandbox's journal.
type walk struct {
	f       *Factory
	ctx     context.Context
	client  *control.Client
	sandbox *sandbox.Server
	status  api.Status
	steps   []walkStep

	profile *kit.SecurityProfile
	pass    string
	account canon.Account
	bid     *canon.AdsTarget // whose bid is changed, as it was before
	change  string           // that change in the ledger
}

func (w *walk) done(name, detail string) { w.add(walkStep{name, true, detail}) }

func (w *walk) add(s walkStep) {
	w.steps = append(w.steps, s)
	if w.f.flags.json {
		return
	}
	mark := "ok  "
	if !s.OK {
		mark = "FAIL"
	}
	fmt.Fprintf(w.f.Out, "%s  %-18s %s\n", mark, s.Name, s.Detail)
}

// all takes the steps in order and stops at the first that fails: the others stand on it.
func (w *walk) all() {
	w.profile = w.sandbox.World().Profile(kit.Shop)
	for _, s := range []struct {
		name string
		do   func() (string, error)
	}{
		{"app", w.keepApp},
		{"check", w.checkApp},
		{"consent", w.consent},
		{"accounts", w.accounts},
		{"caller", w.caller},
		{"profiles", w.callProfiles},
		{"campaigns", w.callCampaigns},
		{"refresh", w.refreshUnasked},
		{"break", w.breakConsent},
		{"doctor", w.doctorNames},
		{"mend", w.mend},
		{"paste recognised", w.recognisePaste},
		{"product shown", w.productShown},
		{"app key explained", w.explainAppKey},
		{"key rotated", w.rotateKey},
		{"push accepted", w.pushAccepted},
		{"journal", w.journal},
		{"link tagged", w.linkTagged},
		{"campaign created", w.campaignCreated},
		{"bid changed", w.bidChanged},
		{"bid undone", w.bidUndone},
		{"report read", w.reportRead},
	} {
		detail, err := s.do()
		if err != nil {
			r := asRefusal(err)
			w.add(walkStep{s.name, false, strings.TrimSpace(detail + " " + r.What + ". " + r.Hint)})
			return
		}
		w.done(s.name, detail)
	}
}

func (w *walk) keepApp() (string, error) {
	if app, err := w.client.App(w.ctx, devApp); err == nil {
		return fmt.Sprintf("security profile %q is kept from before, return URL %s", app.Name, app.ReturnURL), nil
	}
	app, err := w.client.AddApp(w.ctx, api.NewApp{
		Name: devApp, Realm: "sandbox", ClientID: w.profile.ClientID, ClientSecret: w.profile.Secret(), SecurityProfileID: w.profile.ID,
	})
	return fmt.Sprintf("security profile %q kept, sealed; return URL %s", app.Name, app.ReturnURL), err
}

func (w *walk) checkApp() (string, error) {
	found, err := w.client.Doctor(w.ctx, api.Examine{Name: devApp})
	if err != nil {
		return "", err
	}
	n := 0
	for _, x := range found {
		if strings.HasPrefix(x.Check, "app.") {
			n++
			if !x.OK {
				return "", fmt.Errorf("%s is not good", x.Check)
			}
		}
	}
	return fmt.Sprintf("client id, return URL, scope and secret found good before anybody signs in (%d checks)", n), nil
}

func (w *walk) consent() (string, error) {
	consent, err := w.client.Connect(w.ctx, api.Connect{Name: devGrant, App: devApp})
	if err != nil {
		return "", err
	}
	g, err := walkConsent(w.ctx, w.client, consent, kit.Advertiser)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("an advertiser signed in and allowed it; grant %q is %s, token number %d", g.Name, g.Health, g.Generation), nil
}

func (w *walk) accounts() (string, error) {
	g, err := w.client.Grant(w.ctx, devGrant)
	if err != nil {
		return "", err
	}
	regions := map[canon.Region]int{}
	for _, a := range g.Accounts {
		regions[a.Region]++
		if a.Region == canon.EU && w.account.ID == "" {
			w.account = a
		}
	}
	if len(regions) != 3 || w.account.ID == "" {
		return "", fmt.Errorf("%d accounts in %d regions, and three regions were expected", len(g.Accounts), len(regions))
	}
	return fmt.Sprintf("%d accounts verified: %d in NA, %d in EU, %d in FE", len(g.Accounts), regions[canon.NA], regions[canon.EU], regions[canon.FE]), nil
}

// refreshUnasked moves the clock that server and sandbox share, and then only watches.
func (w *walk) refreshUnasked() (string, error) {
	before, err := w.client.Grant(w.ctx, devGrant)
	if err != nil {
		return "", err
	}
	exchanges := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "lwa", Operation: "token"}})
	w.sandbox.Advance(55 * time.Minute)
	after, err := w.until(func(g api.Grant) bool { return g.Generation > before.Generation && g.Health == "ok" })
	if err != nil {
		return "55 minutes passed,", err
	}
	now := w.sandbox.Journal().Entries(kit.Filter{Match: kit.Match{Program: "lwa", Operation: "token"}})
	if len(now) != len(exchanges)+1 {
		return "", fmt.Errorf("the sandbox saw %d exchanges for one refresh", len(now)-len(exchanges))
	}
	return fmt.Sprintf("55 minutes passed, and nobody asked: token number %d, refreshed by itself, ends %s", after.Generation, at(after.Expires)), nil
}

// until waits for the grant to become what is expected, at most ten seconds.
func (w *walk) until(is func(api.Grant) bool) (api.Grant, error) {
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	var g api.Grant
	for {
		seen, err := w.client.Grant(ctx, devGrant)
		if err != nil && ctx.Err() == nil {
			return g, err
		}
		if err == nil {
			g = seen
		}
		if err == nil && is(g) {
			return g, nil
		}
		select {
		case <-ctx.Done():
			return g, fmt.Errorf("what was expected was not seen within ten seconds: the grant is %s, token number %d, to be refreshed at %s, %d exchanges",
				g.Health, g.Generation, at(g.RefreshAt), len(g.Attempts))
		case <-tick.C:
		}
	}
}

func randomText() string { return strings.ToLower(rand.Text()) }
