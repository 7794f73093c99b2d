package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// A Choice is one item that the person wants kept.
type Choice struct {
	Item       int    // counted from 0
	Name       string // Defaults to the proposed one.
	Program    string // where the item is of several. Defaults to the item's, else ads.
	RootAnyway bool   // keep a root user's key
}

// A Kept is what became of a Choice.
type Kept struct {
	Item    int
	Name    string
	As      string // "app", "grant" or "site"
	Health  string // of a grant
	Next    string // what to do next; empty where nothing is
	Notes   []string
	Problem *problem.Problem // why it was not kept
}

// Keep keeps what was confirmed. What was kept cannot be kept again under the same ticket; what was refused can, with another choice.
func (n *Intake) Keep(ctx context.Context, by audit.Actor, ticket string, choices []Choice) ([]Kept, error) {
	n.mu.Lock()
	h, err := n.of(by, ticket)
	if err == nil && h.busy {
		err = problem.New(problem.IntakeGone)
	}
	if err != nil {
		n.mu.Unlock()
		return nil, err
	}
	h.busy = true
	items := slices.Clone(h.items)
	n.mu.Unlock()

	k := keeper{n: n, by: by, realm: h.realm, items: items, apps: map[string]vault.App{}}
	for _, c := range sorted(choices, items) {
		k.kept = append(k.kept, k.keep(ctx, c))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	h.busy, h.items = false, k.items
	if !slices.ContainsFunc(k.items, func(i Item) bool { return i.Name != "" }) {
		delete(n.waiting, ticket)
	}
	return k.kept, nil
}

// sorted puts refresh tokens last, so that the security profile which they belong to is there.
func sorted(choices []Choice, items []Item) []Choice {
	late := func(c Choice) int {
		if c.Item >= 0 && c.Item < len(items) && items[c.Item].Kind == "refresh-token" {
			return 1
		}
		return 0
	}
	out := slices.Clone(choices)
	slices.SortStableFunc(out, func(a, b Choice) int { return late(a) - late(b) })
	return out
}

type keeper struct {
	n     *Intake
	by    audit.Actor
	realm amazon.Realm
	items []Item
	apps  map[string]vault.App // kept here, by program
	kept  []Kept
}

func (k *keeper) keep(ctx context.Context, c Choice) Kept {
	out := Kept{Item: c.Item}
	if c.Item < 0 || c.Item >= len(k.items) || k.items[c.Item].Name == "" {
		p := problem.New(problem.IntakeNothingToKeep)
		out.Problem = &p
		return out
	}
	item := &k.items[c.Item]
	out.Name = cmp.Or(strings.TrimSpace(c.Name), item.Name)
	program := cmp.Or(item.Program, c.Program, "ads")
	var err error
	switch item.Kind {
	case "creators-credential":
		err = k.credential(ctx, item, &out)
	case "security-profile":
		err = k.profile(ctx, item, program, &out)
	case "refresh-token":
		err = k.adopt(ctx, item, program, &out)
	case "access-key":
		err = k.pair(ctx, item, c, &out)
	case "site-id":
		err = k.site(ctx, item, &out)
	default:
		err = problem.New(problem.IntakeNothingToKeep)
	}
	if err != nil {
		p, ok := problem.Of(err)
		if !ok {
			p = problem.New(problem.APIInternal).Because(err)
			k.n.cfg.Log.Error("keeping what was pasted", "kind", item.Kind, "error", err)
		}
		out.Problem = &p
		return out
	}
	item.Name = "" // it is not kept twice
	return out
}

// credential keeps a Creators API credential: an app, and the grant of its own authority, which is pending where Amazon does not know it yet.
func (k *keeper) credential(ctx context.Context, i *Item, out *Kept) error {
	if len(i.Version) != 3 {
		return problem.New(problem.IntakeVersionUnknown)
	}
	app, err := k.app(ctx, i, out.Name, "creators", i.Version)
	if err != nil {
		return err
	}
	return k.authority(ctx, app, out)
}

// app keeps id and secret. A security profile's home is NA unless its region is known.
func (k *keeper) app(ctx context.Context, i *Item, name, program, version string) (vault.App, error) {
	region, err := canon.ParseRegion(cmp.Or(i.Region, string(canon.NA)))
	if err != nil {
		region = canon.NA
	}
	return k.n.cfg.Vault.AddApp(ctx, k.by, vault.NewApp{
		Name: name, Program: program, Realm: k.realm, Region: region, ClientID: i.Public(), Secret: i.Text(amazon.TheSecret),
		Version: version, ReturnURL: k.n.cfg.ReturnURL,
	})
}

// authority makes the grant of an app's own authority. An app whose secret Amazon refuses is not left behind.
func (k *keeper) authority(ctx context.Context, app vault.App, out *Kept) error {
	g, err := k.n.cfg.Broker.ConnectCredentials(ctx, k.by, broker.Connect{Name: out.Name, App: app.ID, Program: app.Program, Region: app.Region, Scopes: k.n.cfg.Authority(app.Program)})
	if err != nil {
		if undo := k.n.cfg.Vault.RemoveApp(context.WithoutCancel(ctx), k.by, app.ID); undo != nil {
			k.n.cfg.Log.Error("removing an app that was refused", "app", app.Name, "error", undo)
		}
		return err
	}
	out.As, out.Health = "grant", string(g.Health)
	if g.Health == "pending" {
		out.Notes = append(out.Notes, "Amazon does not know it yet; it is tried again until it does, at most 48 hours")
	}
	return nil
}

func (k *keeper) profile(ctx context.Context, i *Item, program string, out *Kept) error {
	app, err := k.app(ctx, i, out.Name, program, "")
	if err != nil {
		return err
	}
	if program == "adm" {
		return k.authority(ctx, app, out)
	}
	k.apps[program] = app
	out.As, out.Next = "app", "lockkeeper grant connect --app "+out.Name
	return nil
}

// adopt makes a grant of a refresh token, with the security profile that was pasted beside it, or the only one that there is.
func (k *keeper) adopt(ctx context.Context, i *Item, program string, out *Kept) error {
	app, ok := k.apps[program]
	if !ok {
		apps, err := k.n.cfg.Vault.Apps(ctx)
		if err != nil {
			return err
		}
		var fit []vault.App
		for _, a := range apps {
			if a.Program == program && a.Realm == k.realm {
				fit = append(fit, a)
			}
		}
		switch len(fit) {
		case 0:
			return problem.New(problem.IntakeNoApp)
		case 1:
			app = fit[0]
		default:
			return problem.New(problem.APIWhichApp).With("%d of them", len(fit))
		}
	}
	g, err := k.n.cfg.Broker.Adopt(ctx, k.by, broker.Connect{
		Name: out.Name, App: app.ID, Program: app.Program, Scopes: k.n.cfg.Scopes(app.Program), ReturnURL: k.n.cfg.ReturnURL,
	}, i.Text(amazon.TheWhole))
	if err != nil {
		return err
	}
	out.As, out.Health = "grant", string(g.Health)
	return nil
}

func (k *keeper) pair(ctx context.Context, i *Item, c Choice, out *Kept) error {
	g, notes, err := k.n.cfg.Keys.Add(ctx, k.by, keypair.Pair{
		Name: out.Name, Realm: k.realm, KeyID: i.Public(), Secret: i.Text(amazon.TheSecret), RootAnyway: c.RootAnyway,
	})
	if err != nil {
		return err
	}
	out.As, out.Health = "grant", string(g.Health)
	for _, p := range notes {
		out.Notes = append(out.Notes, p.What)
	}
	return nil
}

func (k *keeper) site(ctx context.Context, i *Item, out *Kept) error {
	s, notes, err := k.n.cfg.Sites.Add(ctx, k.by, sites.NewSite{Tag: i.Public()})
	if err != nil {
		return err
	}
	out.As, out.Name = "site", s.Tag
	for _, note := range notes {
		out.Notes = append(out.Notes, note.Problem().Error())
	}
	return nil
}

// propose gives a free name to everything that can be kept, and says whether there is any.
func (n *Intake) propose(ctx context.Context, items []Item) bool {
	taken := map[string]bool{}
	apps, err := n.cfg.Vault.Apps(ctx)
	if err != nil {
		n.cfg.Log.Error("listing apps", "error", err)
	}
	for _, a := range apps {
		taken[a.Name] = true
	}
	for _, g := range n.cfg.Broker.Grants() {
		taken[g.Name] = true
	}
	any := false
	for i := range items {
		if !keepable(items[i]) {
			continue
		}
		base := nameFor(items[i].Item)
		name := base
		for k := 2; taken[name]; k++ {
			name = fmt.Sprintf("%s-%d", base, k)
		}
		taken[name], items[i].Name, any = true, name, true
	}
	return any
}

// keepable reports what is whole, and against which nothing speaks but that Amazon may not know it yet, could not be asked, or that it is a
// root user's.
func keepable(i Item) bool {
	if !i.Whole || i.State == Bad || !slices.Contains([]string{"creators-credential", "security-profile", "refresh-token", "access-key", "site-id"}, i.Kind) {
		return false
	}
	for _, p := range i.Problems {
		switch p.Code {
		case problem.AWSRootKey, problem.AWSNotForPaapi:
		case problem.IntakeRefusedOrNew:
			if len(i.Version) != 3 {
				return false
			}
		default:
			if i.State != Unclear {
				return false
			}
		}
	}
	return true
}

func nameFor(i detect.Item) string {
	switch i.Kind {
	case "creators-credential":
		if i.Region != "" {
			return "creators-" + strings.ToLower(i.Region)
		}
		return "creators"
	case "access-key":
		return "aws"
	case "site-id":
		return i.Public()
	}
	return cmp.Or(i.Program, "ads")
}
