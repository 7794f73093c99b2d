package policy_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// memory is a Store that keeps nothing but the audit.
type memory struct {
	entries []audit.Entry
	names   []string
	err     error
}

func (m *memory) done(e audit.Entry) error {
	if m.err == nil {
		m.entries = append(m.entries, e)
	}
	return m.err
}

func (m *memory) AddCaller(_ context.Context, c policy.Caller, e audit.Entry) error {
	if slices.Contains(m.names, c.Name) {
		return policy.ErrTaken
	}
	m.names = append(m.names, c.Name)
	return m.done(e)
}
func (m *memory) Callers(context.Context) ([]policy.Caller, error) { return nil, m.err }
func (m *memory) AddPass(_ context.Context, _ id.Caller, _ policy.Pass, e audit.Entry) error {
	return m.done(e)
}

func (m *memory) SetRules(_ context.Context, _ id.Caller, _ []policy.Rule, e audit.Entry) error {
	return m.done(e)
}

func (m *memory) RevokeCaller(_ context.Context, _ id.Caller, _ time.Time, e audit.Entry) error {
	return m.done(e)
}

func (m *memory) RevokePass(_ context.Context, _ id.Pass, _ time.Time, e audit.Entry) error {
	return m.done(e)
}

type published struct{ last policy.Caller }

func (p *published) PublishCaller(c policy.Caller) { p.last = c }

var (
	ctx = context.Background()
	by  = audit.Itself("test")
)

func newRegistry() (*policy.Registry, *memory, *published) {
	m, p := &memory{}, &published{}
	return policy.New(policy.Config{Store: m, Publisher: p}), m, p
}

func TestRegistryGivesAndTakesPasses(t *testing.T) {
	t.Parallel()
	r, m, p := newRegistry()
	grant := id.New[id.Grant](time.Now())
	c, text, err := r.Add(ctx, by, policy.NewCaller{Name: "reporter", Rules: []policy.Rule{{Grants: []id.Grant{grant}, Regions: []string{"eu"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if !policy.WellFormed(text.Reveal()) || c.Passes[0].Hash != sha256.Sum256([]byte(text.Reveal())) || c.Rules[0].Regions[0] != "EU" {
		t.Errorf("%+v", c)
	}
	if d := cmp.Diff(c, p.last); d != "" {
		t.Error(d)
	}
	second, text2, err := r.AddPass(ctx, by, c.ID, policy.NewPass{})
	if err != nil || text2.Equal(text) || len(p.last.Passes) != 2 {
		t.Fatal(err, p.last)
	}
	if err := r.RevokePass(ctx, by, second.ID); err != nil || p.last.Passes[1].Revoked.IsZero() || !p.last.Passes[0].Revoked.IsZero() {
		t.Error(err, p.last)
	}
	for range 2 {
		if err := r.Revoke(ctx, by, c.ID); err != nil {
			t.Error(err)
		}
	}
	if p.last.Revoked.IsZero() || p.last.Passes[0].Revoked.IsZero() {
		t.Errorf("%+v", p.last)
	}
	var actions []string
	for _, e := range m.entries {
		actions = append(actions, e.Action)
		if strings.Contains(e.Detail+e.Object, "lkp_") {
			t.Error("the audit holds a pass")
		}
	}
	if d := cmp.Diff([]string{"caller.add", "pass.add", "pass.revoke", "caller.revoke"}, actions); d != "" {
		t.Error(d)
	}
	if all, _ := r.List(ctx); len(all) != 1 {
		t.Errorf("%d callers", len(all))
	}
	if got, err := r.Named(ctx, "reporter"); err != nil || got.ID != c.ID {
		t.Error(got, err)
	}
}

func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	r, m, p := newRegistry()
	grant := id.New[id.Grant](time.Now())
	ok := []policy.Rule{{Grants: []id.Grant{grant}}}
	c, _, err := r.Add(ctx, by, policy.NewCaller{Name: "gone", Rules: ok})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(ctx, by, c.ID); err != nil {
		t.Fatal(err)
	}
	add := func(n policy.NewCaller) error { _, _, err := r.Add(ctx, by, n); return err }
	_, _, again := r.AddPass(ctx, by, c.ID, policy.NewPass{})
	_, rules := r.SetRules(ctx, by, c.ID, ok)
	for name, c := range map[string]struct {
		err  error
		want problem.Code
	}{
		"no name":         {add(policy.NewCaller{Rules: ok}), problem.PolicyNameForm},
		"upper case":      {add(policy.NewCaller{Name: "Reporter", Rules: ok}), problem.PolicyNameForm},
		"a line break":    {add(policy.NewCaller{Name: "a\nb", Rules: ok}), problem.PolicyNameForm},
		"taken for good":  {add(policy.NewCaller{Name: "gone", Rules: ok}), problem.PolicyNameTaken},
		"no grants":       {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{}}}), problem.PolicyRulesForm},
		"a grant's name":  {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: []id.Grant{"shop"}}}}), problem.PolicyRulesForm},
		"a region":        {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: ok[0].Grants, Regions: []string{"XX"}}}}), problem.PolicyRulesForm},
		"an effect":       {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: ok[0].Grants, Effects: []string{"Read"}}}}), problem.PolicyRulesForm},
		"an operation":    {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: ok[0].Grants, Operations: []string{"*"}}}}), problem.PolicyRulesForm},
		"half a pattern":  {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: ok[0].Grants, Operations: []string{"ads.sp*"}}}}), problem.PolicyRulesForm},
		"an empty one":    {add(policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: ok[0].Grants, Accounts: []string{""}}}}), problem.PolicyRulesForm},
		"a kind":          {add(policy.NewCaller{Name: "a", Rules: ok, Kind: policy.SigV4}), problem.PolicyKindForm},
		"an end gone by":  {add(policy.NewCaller{Name: "a", Rules: ok, Expires: time.Unix(1, 0)}), problem.PolicyExpiryPast},
		"a pass too late": {again, problem.PolicyCallerRevoked},
		"rules too late":  {rules, problem.PolicyCallerRevoked},
		"no caller":       {r.Revoke(ctx, by, "x"), problem.PolicyCallerUnknown},
		"no pass":         {r.RevokePass(ctx, by, "x"), problem.PolicyPassUnknown},
	} {
		if got, ok := problem.Of(c.err); !ok || got.Code != c.want {
			t.Errorf("%s: %v, want %s", name, c.err, c.want)
		}
	}
	before := p.last
	m.err = errors.New("disk full")
	if err := add(policy.NewCaller{Name: "b", Rules: ok}); err == nil {
		t.Error("nothing was stored and nothing said")
	}
	if d := cmp.Diff(before, p.last); d != "" {
		t.Errorf("what was not stored was published: %s", d)
	}
}

// H4: a pass that was cut, mistyped or made up is told from one that is merely unknown.
func TestWellFormed(t *testing.T) {
	t.Parallel()
	r, _, _ := newRegistry()
	_, text, err := r.Add(ctx, by, policy.NewCaller{Name: "a", Rules: []policy.Rule{{Grants: []id.Grant{id.New[id.Grant](time.Now())}}}})
	if err != nil {
		t.Fatal(err)
	}
	pass := text.Reveal()
	for i := range len(pass) {
		changed := []byte(pass)
		changed[i] ^= 1
		if policy.WellFormed(string(changed)) || policy.WellFormed(pass[:i]) {
			t.Errorf("well-formed though changed or cut at %d", i)
		}
	}
	if policy.WellFormed("") || policy.WellFormed(policy.PassPrefix) || policy.WellFormed(pass+"a") {
		t.Error("well-formed though it is not")
	}
}
