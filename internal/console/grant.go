package console

import (
	"context"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// shownAttempts is how many exchanges of a grant are told.
const shownAttempts = 50

// grantPage is all about one grant.
type grantPage struct {
	verdict
	App      string
	Attempts []broker.Attempt
	Findings []Finding
	Looked   bool // by the doctor, just now
}

func (grantPage) template() string { return "grant" }
func (p grantPage) title() string  { return p.Grant.Name }

func (c *Console) grant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showGrant(w, r, op, nil, false)
}

func (c *Console) showGrant(w http.ResponseWriter, r *http.Request, op operator.Operator, found []Finding, looked bool) {
	g, err := c.grantNamed(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	if g.Kind == broker.KeyPair {
		c.showKeyPair(w, r, op, g, found, looked)
		return
	}
	names, err := c.appNames(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	attempts, err := c.cfg.Broker.Attempts(r.Context(), g.ID, shownAttempts)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	v := judge(g, c.cfg.Now())
	if looked && v.Reach == "doctor" {
		v.Reach = "connect" // he has said why
	}
	render(c, w, r, op, http.StatusOK, grantPage{v, names[string(g.App)], attempts, found, looked})
}

func (c *Console) grantNamed(r *http.Request) (broker.Grant, error) {
	g, ok := c.cfg.Broker.GrantNamed(r.PathValue("name"))
	if !ok {
		return g, problem.New(problem.BrokerNoGrant)
	}
	return g, nil
}

// onGrant does something to the grant that the address names, and leads on.
func (c *Console) onGrant(w http.ResponseWriter, r *http.Request, op operator.Operator, what string, do func(ctx context.Context, g broker.Grant) error) {
	g, err := c.grantNamed(r)
	if err == nil {
		err = do(r.Context(), g)
	}
	switch {
	case err != nil:
		c.fail(w, r, op, asProblem(err), "")
	case what == "revoked":
		done(w, r, "/grants", what)
	default:
		done(w, r, "/grants/"+g.Name, what)
	}
}

func (c *Console) refreshGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "refreshed", func(ctx context.Context, g broker.Grant) error {
		_, err := c.cfg.Broker.Refresh(ctx, g.ID)
		return err
	})
}

func (c *Console) verifyGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "verified", func(ctx context.Context, g broker.Grant) error { return c.cfg.Verify(ctx, g.ID) })
}

func (c *Console) disableGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "disabled", func(ctx context.Context, g broker.Grant) error { return c.cfg.Broker.Disable(ctx, op.Actor(), g.ID) })
}

func (c *Console) enableGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "enabled", func(ctx context.Context, g broker.Grant) error { return c.cfg.Broker.Enable(ctx, op.Actor(), g.ID) })
}

// examineGrant has the doctor look, and shows the grant with what he found.
func (c *Console) examineGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	g, err := c.grantNamed(r)
	var found []Finding
	if err == nil {
		found, err = c.cfg.Doctor(r.Context(), g.Name)
	}
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	c.showGrant(w, r, op, found, true)
}

// surePage asks once more before something that cannot be undone.
type surePage struct {
	What   string
	Warns  []string
	Action string // where the form goes
	Button string
	Back   string
}

func (surePage) template() string { return "sure" }
func (surePage) title() string    { return "Are you sure?" }

func (c *Console) revokeGrantForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	g, err := c.grantNamed(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	if g.Kind == broker.KeyPair {
		render(c, w, r, op, http.StatusOK, surePage{
			What: "Forget “" + g.Name + "”?",
			Warns: []string{
				"Its secret is destroyed here, and every call through it stops. The name is not used again.",
				"At AWS the key stays as it is: make it inactive or delete it there, under IAM > Users > the user > Security credentials.",
			},
			Action: "/grants/" + g.Name + "/revoke", Button: "Forget " + g.Name, Back: "/grants/" + g.Name,
		})
		return
	}
	at := problem.New(problem.BrokerWithdrawAtAmazon)
	render(c, w, r, op, http.StatusOK, surePage{
		What: "Revoke “" + g.Name + "”?",
		Warns: []string{
			"Its tokens are destroyed here, and every call through it stops. The name is not used again.",
			"Amazon offers no way to end a consent from outside. " + at.Fix,
		},
		Action: "/grants/" + g.Name + "/revoke", Button: "Revoke " + g.Name, Back: "/grants/" + g.Name,
	})
}

func (c *Console) revokeGrant(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.onGrant(w, r, op, "revoked", func(ctx context.Context, g broker.Grant) error {
		_, err := c.cfg.Broker.Revoke(ctx, op.Actor(), g.ID)
		return err
	})
}
