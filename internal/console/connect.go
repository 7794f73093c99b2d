package console

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// connectPage asks what a consent shall be for.
type connectPage struct {
	Apps    []vault.App
	App     string
	Name    string
	Region  string
	Again   bool // the name is a grant's, which is authorised again
	Problem *problem.Problem
}

func (connectPage) template() string { return "connect" }
func (connectPage) title() string    { return "Connect" }

func (c *Console) connectForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showConnect(w, r, op, http.StatusOK, connectPage{Name: r.URL.Query().Get("grant"), App: r.URL.Query().Get("app")})
}

func (c *Console) showConnect(w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p connectPage) {
	var err error
	if p.Apps, err = c.cfg.Vault.Apps(r.Context()); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	if g, ok := c.cfg.Broker.GrantNamed(p.Name); ok {
		p.Again = true
		for _, a := range p.Apps {
			if a.ID == g.App {
				p.App = a.Name
			}
		}
		p.Region = cmp.Or(p.Region, string(g.Region))
	}
	p.Name = clip(p.Name)
	render(c, w, r, op, status, p)
}

// connect begins the consent and leads to a page that says what comes, from which one goes on to Amazon.
func (c *Console) connect(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	p := connectPage{Name: strings.ToLower(strings.TrimSpace(r.PostFormValue("name"))), App: r.PostFormValue("app"), Region: r.PostFormValue("region")}
	to, err := c.begin(r, op, p)
	if err != nil {
		prob := asProblem(err)
		p.Problem = &prob
		w.Header().Set("Lockkeeper-Problem", string(prob.Code))
		c.showConnect(w, r, op, status(prob), p)
		return
	}
	done(w, r, to, "")
}

// begin begins a consent and returns the page that goes on from there. Where nobody has to consent, that is the grant's.
func (c *Console) begin(r *http.Request, op operator.Operator, p connectPage) (to string, err error) {
	apps, err := c.cfg.Vault.Apps(r.Context())
	if err != nil {
		return "", err
	}
	for _, a := range apps {
		if a.Name != p.App {
			continue
		}
		in := broker.Connect{Name: cmp.Or(p.Name, a.Name), App: a.ID, Program: a.Program, Scopes: c.cfg.Scopes(a.Program), ReturnURL: c.cfg.ReturnURL}
		if p.Region != "" {
			if in.Region, err = canon.ParseRegion(p.Region); err != nil {
				return "", problem.New(problem.APIUnknownRegion)
			}
		}
		if c.cfg.OwnAuthority != nil && c.cfg.OwnAuthority(a.Program) {
			g, err := c.cfg.Broker.ConnectCredentials(r.Context(), op.Actor(), in)
			if err != nil {
				return "", err
			}
			return "/grants/" + g.Name, nil
		}
		begun, err := c.cfg.Broker.Begin(r.Context(), op.Actor(), in)
		if err != nil {
			return "", err
		}
		return "/connect/" + c.Begin(begun), nil
	}
	if len(apps) == 0 {
		return "", problem.New(problem.APINoApp)
	}
	return "", problem.New(problem.APIUnknown).With("a security profile of this name")
}

// connectingPage stands between the form and Amazon: it says whom to sign in as, which is what most often goes wrong.
type connectingPage struct {
	Start   string
	State   string
	Left    time.Duration
	Return  string
	Grant   string
	Problem *problem.Problem
}

func (connectingPage) template() string { return "connecting" }
func (connectingPage) title() string    { return "On to Amazon" }

func (c *Console) connecting(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	ticket := r.PathValue("ticket")
	s, ok := c.Consent(ticket)
	if !ok {
		c.fail(w, r, op, problem.New(problem.ConsentUnknownLink), "")
		return
	}
	p := connectingPage{Start: "/oauth/start/" + ticket, State: s.State, Return: c.cfg.ReturnURL, Problem: s.Problem, Left: s.Expires.Sub(c.cfg.Now())}
	if s.Started && s.State == "waiting" {
		p.State = "started"
	}
	if s.Grant != nil {
		p.Grant = s.Grant.Name
	}
	render(c, w, r, op, http.StatusOK, p)
}
