package console

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// appsPage lists the security profiles and takes a new one. What was typed comes back after a mistake, save the secret.
type appsPage struct {
	Apps      []vault.App
	Grants    map[string][]string // names of grants by app
	ReturnURL string
	Sandbox   bool

	Name, ClientID, Region, Realm string
	Problem                       *problem.Problem
}

func (appsPage) template() string { return "apps" }
func (appsPage) title() string    { return "Security profiles" }

func (c *Console) apps(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showApps(w, r, op, http.StatusOK, appsPage{})
}

func (c *Console) showApps(w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p appsPage) {
	var err error
	if p.Apps, err = c.cfg.Vault.Apps(r.Context()); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p.ReturnURL, p.Sandbox, p.Grants = c.cfg.ReturnURL, c.cfg.Sandbox, map[string][]string{}
	for _, g := range c.cfg.Broker.Grants() {
		p.Grants[string(g.App)] = append(p.Grants[string(g.App)], g.Name)
	}
	render(c, w, r, op, status, p)
}

func (c *Console) addApp(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	field := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	p := appsPage{Name: clip(cmp.Or(strings.ToLower(field("name")), "ads")), ClientID: clip(field("client_id")), Region: field("region"), Realm: field("realm")}
	region, err := canon.ParseRegion(cmp.Or(p.Region, string(canon.NA)))
	realm := amazon.Real
	switch {
	case err != nil:
		err = problem.New(problem.APIUnknownRegion)
	case p.Realm == string(amazon.Sandbox) && !c.cfg.Sandbox:
		err = problem.New(problem.ServerNoSandbox)
	default:
		if p.Realm == string(amazon.Sandbox) {
			realm = amazon.Sandbox
		}
		_, err = c.cfg.Vault.AddApp(r.Context(), op.Actor(), vault.NewApp{
			Name: p.Name, Program: "ads", Realm: realm, Region: region, ClientID: field("client_id"),
			Secret: secret.New(field("client_secret")), ReturnURL: c.cfg.ReturnURL,
		})
	}
	if err != nil {
		prob := asProblem(err)
		p.Problem = &prob
		if prob.Code == problem.LWAClientIDForm { // what was pasted there may be a secret
			p.ClientID = ""
		}
		w.Header().Set("Lockkeeper-Problem", string(prob.Code))
		c.showApps(w, r, op, status(prob), p)
		return
	}
	done(w, r, "/apps", "app-added")
}
