package intake

import (
	"cmp"
	"context"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// ask puts the probes for an item, in their order. A host that refused the key is not asked again; one that knows it, but not for what was
// asked, may be asked the next thing, since with it nothing is guessed any more. The first that works ends it.
func (n *Intake) ask(ctx context.Context, realm amazon.Realm, item *Item) {
	if !item.Whole || blocked(item.Item) {
		return
	}
	probes := n.probes(realm, item.Item)
	if len(probes) == 0 {
		return
	}
	refused, fresh, silent := map[string]bool{}, false, false
	known := false
	strange := map[string]bool{} // programs whose hosts know the key for something else
	var last amazon.Probed
	for _, p := range probes {
		if refused[p.Host] || p.Program != "" && strange[p.Program] {
			continue
		}
		if len(item.Asked) == 0 || item.Asked[len(item.Asked)-1] != p.Host {
			item.Asked = append(item.Asked, p.Host)
		}
		got := p.Ask(ctx, n.cfg.Sender, n.cfg.Now)
		switch got.Outcome {
		case amazon.Works:
			item.accept(p, got)
			return
		case amazon.Stranger:
			known, strange[p.Program] = true, true
		case amazon.Refused:
			refused[p.Host], fresh, last = true, fresh || got.Fresh, got
		case amazon.Silent:
			silent, last = true, got
			refused[p.Host] = true // what cannot be reached now is not tried twice either
		}
	}
	item.conclude(known, fresh, silent, last)
}

// blocked reports a problem of form that asking Amazon would only confirm.
func blocked(i detect.Item) bool {
	return slices.ContainsFunc(i.Problems, func(p problem.Problem) bool {
		return p.Code != problem.AWSRootKey && p.Code != problem.AWSNotForPaapi && p.Code != problem.AWSKeyTemporary
	})
}

func (n *Intake) probes(realm amazon.Realm, i detect.Item) []amazon.Probe {
	pair := amazon.Pair{
		Kind: i.Kind, Program: i.Program, Version: i.Version, Realm: realm,
		ID: i.Public(), Secret: i.Text(amazon.TheSecret), Session: i.Text(amazon.TheSession),
	}
	var all []amazon.Probe
	for _, of := range n.cfg.Probes {
		all = append(all, of(pair)...)
	}
	slices.SortStableFunc(all, func(a, b amazon.Probe) int { return a.Order - b.Order })
	return all
}

// accept takes over what a probe that works tells: kind, region and version out of the answer.
func (i *Item) accept(p amazon.Probe, got amazon.Probed) {
	if p.Program == "" { // Login with Amazon gave a token of the Selling Partner API
		i.State, i.Kind = Good, "selling-partner-app"
		i.Problems = append(slices.Clone(i.Problems), problem.New(problem.LWASellingPartner))
		return
	}
	i.State, i.Program, i.Detail = Good, p.Program, got.Detail
	i.Version = cmp.Or(p.Version, i.Version)
	if p.Region != "" {
		i.Region = string(p.Region)
	}
	if p.Program == "creators" {
		i.Kind = "creators-credential"
	}
	if got.Careful != nil {
		i.Careful = append(i.Careful, *got.Careful)
	}
}

// conclude says what it means that nothing worked.
func (i *Item) conclude(known, fresh, silent bool, last amazon.Probed) {
	add := func(p problem.Problem) { i.Problems = append(slices.Clone(i.Problems), p) }
	switch {
	case known: // by exclusion what needs a person's consent: Amazon Ads
		i.State, i.Program = Proven, cmp.Or(i.Program, "ads")
		i.Notes = append(slices.Clone(i.Notes), "Amazon knows id and secret together; for Amazon Ads a person's consent comes next")
	case silent:
		i.State = Unclear
		add(last.Problem)
	case fresh:
		i.State = Waits
		add(problem.New(problem.IntakeRefusedOrNew))
	default:
		i.State = Bad
		add(last.Problem)
	}
}
