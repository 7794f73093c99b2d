package policy

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Store is what the registry needs of a database. Each changing method is one transaction together with its audit entry,
// and durable when it returns.
type Store interface {
	AddCaller(ctx context.Context, c Caller, e audit.Entry) error // ErrTaken
	Callers(ctx context.Context) ([]Caller, error)                // all, revoked ones too, by name, with passes and rules
	AddPass(ctx context.Context, c id.Caller, p Pass, e audit.Entry) error
	SetRules(ctx context.Context, c id.Caller, rules []Rule, e audit.Entry) error
	RevokeCaller(ctx context.Context, c id.Caller, at time.Time, e audit.Entry) error // its passes too
	RevokePass(ctx context.Context, p id.Pass, at time.Time, e audit.Entry) error
}

// ErrTaken is what a Store says of a name that is, or was, another caller's.
var ErrTaken = errors.New("storing a caller: the name is taken")

// Publisher is told of callers after their commit; *snapshot.Snapshot is one.
type Publisher interface {
	PublishCaller(Caller)
}

// Config is what a Registry needs.
type Config struct {
	Store     Store
	Publisher Publisher

	// Sealer keeps the secrets of sigv4 passes. Defaults to none: then only bearer passes are given out.
	Sealer Sealer

	// Audit is told of what was refused. Defaults to nobody; what was done is recorded by the store with the deed.
	Audit audit.Sink

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// A Registry issues and revokes passes. Its methods may be called from any goroutine.
type Registry struct {
	cfg Config

	mu      sync.Mutex // held over commit and publishing, so that both happen in one order
	callers map[id.Caller]Caller
}

// New returns a Registry. It reads nothing until Load.
func New(cfg Config) *Registry {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Registry{cfg: cfg, callers: map[id.Caller]Caller{}}
}

// Load reads and publishes every caller. The server calls it once before it serves.
func (r *Registry) Load(ctx context.Context) error {
	all, err := r.cfg.Store.Callers(ctx)
	if err != nil {
		return fmt.Errorf("loading callers: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range all {
		if err := r.open(&c); err != nil {
			return fmt.Errorf("opening the passes of %s: %w", c.Name, err)
		}
		r.keep(c)
	}
	return nil
}

// open reads the sealed secrets of a caller's passes.
func (r *Registry) open(c *Caller) (err error) {
	for i := range c.Passes {
		p := &c.Passes[i]
		if p.Kind != SigV4 {
			continue
		}
		if r.cfg.Sealer == nil {
			return problem.New(problem.PolicyKindForm)
		}
		if p.Secret, err = r.cfg.Sealer.OpenPass(p.ID, p.Sealed); err != nil {
			return err
		}
		p.Sealed = nil
	}
	return nil
}

// A NewCaller is a caller to be added, with its first pass.
type NewCaller struct {
	Name    string
	Rules   []Rule
	Kind    PassKind  // Defaults to Bearer.
	Expires time.Time // of the pass. Defaults to no end.
	Vend    bool      // the pass may take AWS credentials. Defaults to false.
}

// Add keeps a new caller and gives it a pass, whose text is returned this once. Of a sigv4 pass the text is the secret; its key id is the
// pass's KeyID.
func (r *Registry) Add(ctx context.Context, by audit.Actor, n NewCaller) (Caller, secret.Value, error) {
	if !nameForm.MatchString(n.Name) {
		return Caller{}, secret.Value{}, problem.New(problem.PolicyNameForm)
	}
	rules, err := checkRules(n.Rules)
	if err != nil {
		return Caller{}, secret.Value{}, err
	}
	now := r.cfg.Now()
	pass, text, err := r.pass(NewPass{n.Kind, n.Expires, n.Vend}, now)
	if err != nil {
		return Caller{}, secret.Value{}, err
	}
	c := Caller{ID: id.New[id.Caller](now), Name: n.Name, Created: stored(now), Passes: []Pass{pass}, Rules: rules}
	r.mu.Lock()
	defer r.mu.Unlock()
	err = r.cfg.Store.AddCaller(ctx, c, r.entry(by, "caller.add", string(c.ID), n.Name))
	c.Passes[0].Sealed = nil
	if errors.Is(err, ErrTaken) {
		return Caller{}, secret.Value{}, problem.New(problem.PolicyNameTaken).With("%s", n.Name)
	}
	if err != nil {
		return Caller{}, secret.Value{}, fmt.Errorf("storing a caller: %w", err)
	}
	r.keep(c)
	return clone(c), text, nil
}

// A NewPass is a further pass for a caller.
type NewPass struct {
	Kind    PassKind  // Defaults to Bearer.
	Expires time.Time // Defaults to no end.
	Vend    bool      // may take AWS credentials. Defaults to false.
}

// AddPass gives a caller one more pass, so that one can be replaced by another without a gap.
func (r *Registry) AddPass(ctx context.Context, by audit.Actor, caller id.Caller, n NewPass) (Pass, secret.Value, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.live(caller)
	if err != nil {
		return Pass{}, secret.Value{}, err
	}
	pass, text, err := r.pass(n, r.cfg.Now())
	if err != nil {
		return Pass{}, secret.Value{}, err
	}
	if err := r.cfg.Store.AddPass(ctx, caller, pass, r.entry(by, "pass.add", string(pass.ID), c.Name)); err != nil {
		return Pass{}, secret.Value{}, fmt.Errorf("storing a pass: %w", err)
	}
	pass.Sealed = nil
	c.Passes = append(c.Passes, pass)
	r.keep(c)
	return pass, text, nil
}

// SetRules replaces what a caller may do.
func (r *Registry) SetRules(ctx context.Context, by audit.Actor, caller id.Caller, rules []Rule) (Caller, error) {
	rules, err := checkRules(rules)
	if err != nil {
		return Caller{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.live(caller)
	if err != nil {
		return Caller{}, err
	}
	if err := r.cfg.Store.SetRules(ctx, caller, rules, r.entry(by, "caller.rules", string(caller), c.Name)); err != nil {
		return Caller{}, fmt.Errorf("storing a caller's rules: %w", err)
	}
	c.Rules = rules
	r.keep(c)
	return clone(c), nil
}

// Revoke ends a caller and all its passes, for good. Doing it twice is no error.
func (r *Registry) Revoke(ctx context.Context, by audit.Actor, caller id.Caller) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.callers[caller]
	if !ok {
		return problem.New(problem.PolicyCallerUnknown)
	}
	if !c.Revoked.IsZero() {
		return nil
	}
	now := stored(r.cfg.Now())
	if err := r.cfg.Store.RevokeCaller(ctx, caller, now, r.entry(by, "caller.revoke", string(caller), c.Name)); err != nil {
		return fmt.Errorf("revoking a caller: %w", err)
	}
	c = clone(c)
	c.Revoked = now
	for i := range c.Passes {
		if c.Passes[i].Revoked.IsZero() {
			c.Passes[i].Revoked = now
		}
	}
	r.keep(c)
	return nil
}

// RevokePass ends one pass. Doing it twice is no error.
func (r *Registry) RevokePass(ctx context.Context, by audit.Actor, pass id.Pass) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.callers {
		i := slices.IndexFunc(c.Passes, func(p Pass) bool { return p.ID == pass })
		if i < 0 {
			continue
		}
		if !c.Passes[i].Revoked.IsZero() {
			return nil
		}
		now := stored(r.cfg.Now())
		if err := r.cfg.Store.RevokePass(ctx, pass, now, r.entry(by, "pass.revoke", string(pass), c.Name)); err != nil {
			return fmt.Errorf("revoking a pass: %w", err)
		}
		c = clone(c)
		c.Passes[i].Revoked = now
		r.keep(c)
		return nil
	}
	return problem.New(problem.PolicyPassUnknown)
}

// List returns all callers by name, revoked ones too.
func (r *Registry) List(context.Context) ([]Caller, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Caller, 0, len(r.callers))
	for _, c := range r.callers {
		all = append(all, clone(c))
	}
	slices.SortFunc(all, func(a, b Caller) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Named returns a caller by name or id.
func (r *Registry) Named(_ context.Context, name string) (Caller, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.callers {
		if c.Name == name || string(c.ID) == name {
			return clone(c), nil
		}
	}
	return Caller{}, problem.New(problem.PolicyCallerUnknown)
}

// pass makes a pass and its text.
func (r *Registry) pass(n NewPass, now time.Time) (Pass, secret.Value, error) {
	if n.Kind == "" {
		n.Kind = Bearer
	}
	if n.Kind != Bearer && (n.Kind != SigV4 || r.cfg.Sealer == nil) {
		return Pass{}, secret.Value{}, problem.New(problem.PolicyKindForm)
	}
	if n.Vend && n.Kind != Bearer {
		return Pass{}, secret.Value{}, problem.New(problem.PolicyVendKind)
	}
	if !n.Expires.IsZero() && !n.Expires.After(now) {
		return Pass{}, secret.Value{}, problem.New(problem.PolicyExpiryPast)
	}
	p := Pass{ID: id.New[id.Pass](now), Kind: n.Kind, Created: stored(now), Expires: stored(n.Expires), Vend: n.Vend}
	if n.Kind == Bearer {
		var text secret.Value
		text, p.Hash = newPass()
		return p, text, nil
	}
	p.KeyID, p.Secret = newKeyPair()
	p.Hash = sha256.Sum256([]byte(p.KeyID))
	var err error
	if p.Sealed, err = r.cfg.Sealer.SealPass(p.ID, p.Secret); err != nil {
		return Pass{}, secret.Value{}, fmt.Errorf("sealing a pass: %w", err)
	}
	return p, p.Secret, nil
}

func (r *Registry) live(caller id.Caller) (Caller, error) {
	c, ok := r.callers[caller]
	switch {
	case !ok:
		return Caller{}, problem.New(problem.PolicyCallerUnknown)
	case !c.Revoked.IsZero():
		return Caller{}, problem.New(problem.PolicyCallerRevoked)
	}
	return clone(c), nil
}

func (r *Registry) keep(c Caller) {
	r.callers[c.ID] = c
	if r.cfg.Publisher != nil {
		r.cfg.Publisher.PublishCaller(clone(c))
	}
}

func (r *Registry) entry(by audit.Actor, action, object, name string) audit.Entry {
	return audit.Entry{At: r.cfg.Now(), Actor: by, Action: action, Object: object, Outcome: audit.Done, Detail: name}
}

// stored is a time as the store gives it back.
func stored(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

func clone(c Caller) Caller {
	c.Passes, c.Rules = slices.Clone(c.Passes), slices.Clone(c.Rules)
	return c
}

var (
	nameForm      = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)
	operationForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[A-Za-z0-9_-]+)*(\.\*)?$`)
)

// checkRules refuses rules that would not say what they seem to, and returns them in the spelling that Allow compares.
func checkRules(rules []Rule) ([]Rule, error) {
	bad := func(i int, why string) ([]Rule, error) {
		return nil, problem.New(problem.PolicyRulesForm).With("rule %d: %s", i+1, why)
	}
	out := make([]Rule, 0, len(rules))
	for i, r := range rules {
		if len(r.Grants) == 0 || slices.Contains(r.Grants, "") {
			return bad(i, "it names no grant")
		}
		for _, g := range r.Grants {
			if !id.Valid(g) {
				return bad(i, "a grant is not given by its id")
			}
		}
		r.Regions = slices.Clone(r.Regions)
		for j, region := range r.Regions {
			r.Regions[j] = strings.ToUpper(region)
			if !slices.Contains([]string{"NA", "EU", "FE"}, r.Regions[j]) {
				return bad(i, "there is no such region")
			}
		}
		for _, e := range r.Effects {
			if e != effectRead && e != effectWrite && e != effectSpend {
				return bad(i, "there is no such effect")
			}
		}
		for _, op := range r.Operations {
			if !operationForm.MatchString(op) || !strings.Contains(op, ".") {
				return bad(i, "an operation is the program, a dot and its name, or ends in .*")
			}
		}
		if slices.Contains(r.Accounts, "") {
			return bad(i, "an account is empty")
		}
		out = append(out, r)
	}
	return out, nil
}
