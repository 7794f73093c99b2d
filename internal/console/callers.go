package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// callersPage lists the software that may call, and lets more in.
type callersPage struct {
	Callers []callerRow
	Gone    []callerRow
	Grants  []broker.Grant

	Name    string
	Chosen  map[string]bool // grants, by name
	Effects map[string]bool
	Days    string
	Signs   bool // the software signs its requests, so its pass is a key pair
	Problem *problem.Problem
}

// A callerRow is a caller with the names of what it may use.
type callerRow struct {
	policy.Caller
	Grants  []string
	Effects []string
}

func (callersPage) template() string { return "callers" }
func (callersPage) title() string    { return "Callers and passes" }

func (c *Console) callers(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showCallers(w, r, op, http.StatusOK, callersPage{})
}

func (c *Console) showCallers(w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p callersPage) {
	all, err := c.cfg.Callers.List(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p.Grants = c.cfg.Broker.Grants()
	for _, k := range all {
		row := callerRow{Caller: k}
		for _, rule := range k.Rules {
			if rule.Deny {
				continue
			}
			for _, g := range rule.Grants {
				row.Grants = append(row.Grants, nameOf(p.Grants, g))
			}
			row.Effects = append(row.Effects, rule.Effects...)
		}
		if k.Revoked.IsZero() {
			p.Callers = append(p.Callers, row)
		} else {
			p.Gone = append(p.Gone, row)
		}
	}
	render(c, w, r, op, status, p)
}

// nameOf is a grant's name, or its id where the grant is gone.
func nameOf(all []broker.Grant, g id.Grant) string {
	if i := slices.IndexFunc(all, func(k broker.Grant) bool { return k.ID == g }); i >= 0 {
		return all[i].Name
	}
	return string(g)
}

// passPage shows a pass, this once. It is the answer to the form and stands at no address of its own.
type passPage struct {
	Caller  string
	KeyID   string // of a pass of kind sigv4, whose secret Pass is
	Pass    string
	Gateway string
	Grant   string
}

func (passPage) template() string { return "pass" }
func (passPage) title() string    { return "A pass, shown once" }

func (c *Console) addCaller(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	p := callersPage{
		Name: strings.ToLower(strings.TrimSpace(r.PostFormValue("name"))), Days: strings.TrimSpace(r.PostFormValue("days")),
		Chosen: set(r.PostForm["grant"]), Effects: set(r.PostForm["effect"]), Signs: r.PostFormValue("kind") == string(policy.SigV4),
	}
	k, pass, err := c.newCaller(r, op, p)
	if err != nil {
		prob := asProblem(err)
		p.Name, p.Problem = clip(p.Name), &prob
		w.Header().Set("Lockkeeper-Problem", string(prob.Code))
		c.showCallers(w, r, op, status(prob), p)
		return
	}
	c.showPass(w, r, op, k, k.Passes[0].KeyID, pass)
}

// newCaller makes one rule of the form. A caller without grants could do nothing, so it must name some.
func (c *Console) newCaller(r *http.Request, op operator.Operator, p callersPage) (policy.Caller, secret.Value, error) {
	rule := policy.Rule{Effects: keys(p.Effects)}
	for _, name := range keys(p.Chosen) {
		g, ok := c.cfg.Broker.GrantNamed(name)
		if !ok {
			return policy.Caller{}, secret.Value{}, problem.New(problem.BrokerNoGrant)
		}
		rule.Grants = append(rule.Grants, g.ID)
	}
	if len(rule.Grants) == 0 {
		return policy.Caller{}, secret.Value{}, problem.New(problem.APIBadRequest).With("choose at least one grant")
	}
	n := policy.NewCaller{Name: p.Name, Rules: []policy.Rule{rule}, Kind: policy.Bearer}
	if p.Signs {
		n.Kind = policy.SigV4
	}
	if p.Days != "" {
		days, err := strconv.Atoi(p.Days)
		if err != nil || days < 1 || days > 3650 {
			return policy.Caller{}, secret.Value{}, problem.New(problem.APIBadRequest).With("the days are a number from 1 to 3650, or empty")
		}
		n.Expires = c.cfg.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	return c.cfg.Callers.Add(r.Context(), op.Actor(), n)
}

func (c *Console) showPass(w http.ResponseWriter, r *http.Request, op operator.Operator, k policy.Caller, keyID string, pass secret.Value) {
	p := passPage{Caller: k.Name, KeyID: keyID, Pass: pass.Reveal(), Gateway: c.cfg.Gateway}
	for _, rule := range k.Rules {
		for _, g := range rule.Grants {
			if p.Grant == "" {
				p.Grant = nameOf(c.cfg.Broker.Grants(), g)
			}
		}
	}
	render(c, w, r, op, http.StatusOK, p)
}

// addPass gives a caller one more of the kind that it had last, so that one can be replaced by another without a gap.
func (c *Console) addPass(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	k, err := c.callerNamed(r)
	if err == nil {
		var made policy.Pass
		var text secret.Value
		var n policy.NewPass
		if len(k.Passes) > 0 {
			n.Kind = k.Passes[len(k.Passes)-1].Kind
		}
		if made, text, err = c.cfg.Callers.AddPass(r.Context(), op.Actor(), k.ID, n); err == nil {
			c.showPass(w, r, op, k, made.KeyID, text)
			return
		}
	}
	c.fail(w, r, op, asProblem(err), "")
}

func (c *Console) revokeCallerForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	k, err := c.callerNamed(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	render(c, w, r, op, http.StatusOK, surePage{
		What: "Shut “" + k.Name + "” out?", Warns: []string{"All its passes stop at the next call, for good. The name is not used again."},
		Action: "/callers/" + k.Name + "/revoke", Button: "Shut " + k.Name + " out", Back: "/callers",
	})
}

func (c *Console) revokeCaller(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	k, err := c.callerNamed(r)
	if err == nil {
		err = c.cfg.Callers.Revoke(r.Context(), op.Actor(), k.ID)
	}
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	done(w, r, "/callers", "shut-out")
}

// revokePass ends one pass of the caller that the address names, and of no other.
func (c *Console) revokePass(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	k, err := c.callerNamed(r)
	pass := id.Pass(r.PathValue("pass"))
	if err == nil && !slices.ContainsFunc(k.Passes, func(p policy.Pass) bool { return p.ID == pass }) {
		err = problem.New(problem.PolicyPassUnknown)
	}
	if err == nil {
		err = c.cfg.Callers.RevokePass(r.Context(), op.Actor(), pass)
	}
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	done(w, r, "/callers", "pass-out")
}

func (c *Console) callerNamed(r *http.Request) (policy.Caller, error) {
	all, err := c.cfg.Callers.List(r.Context())
	if err != nil {
		return policy.Caller{}, err
	}
	for _, k := range all {
		if k.Name == r.PathValue("name") {
			return k, nil
		}
	}
	return policy.Caller{}, problem.New(problem.PolicyCallerUnknown)
}

func set(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

func keys(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
