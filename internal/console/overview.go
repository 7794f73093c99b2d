package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// A sentence says how one kind of credential fares.
type sentence struct {
	Level string
	Kind  string
	Says  string
	To    string // where one reads on
}

// overviewPage is the first one: what is wrong, before what is well.
type overviewPage struct {
	Sentences []sentence
	Troubled  []verdict
	Fine      []verdict
	Steps     []step // shown until a first call can be made
	Tasks     []guide.Guide
}

// A step leads from nothing to a first call.
type step struct {
	Done bool
	Text string
	To   string
}

func (overviewPage) template() string { return "overview" }
func (overviewPage) title() string    { return "Overview" }

func (c *Console) overview(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	apps, err := c.cfg.Vault.Apps(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	callers, err := c.cfg.Callers.List(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	kept, err := c.cfg.Sites.List(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	now := c.cfg.Now()
	all := judgeAll(c.cfg.Broker.Grants(), now)
	p := overviewPage{Tasks: guide.All()}
	for _, v := range all {
		if v.Level == bad || v.Level == warn {
			p.Troubled = append(p.Troubled, v)
		} else {
			p.Fine = append(p.Fine, v)
		}
	}
	passes := live(callers, now)
	p.Sentences = []sentence{grantSentence(all), appSentence(apps, now), passSentence(passes, now), siteSentence(kept, now)}
	if len(apps) == 0 || len(all) == 0 || len(passes) == 0 {
		p.Steps = []step{
			{len(apps) > 0, "Keep the security profile: its Client ID and Client Secret", "/apps"},
			{len(all) > 0, "Have the advertiser consent at Amazon", "/connect"},
			{len(passes) > 0, "Let your software in: it gets a pass, and calls", "/callers"},
		}
	}
	render(c, w, r, op, http.StatusOK, p)
}

func grantSentence(all []verdict) sentence {
	s := sentence{Level: off, Kind: "Amazon Ads consents", Says: "none yet.", To: "/grants"}
	if len(all) == 0 {
		return s
	}
	n := map[string]int{}
	for _, v := range all {
		n[v.Level]++
	}
	worst := all[0]
	switch worst.Level {
	case bad:
		s.Level, s.Says = bad, fmt.Sprintf("%s; “%s” does not work.", count(n[bad], "needs a person", "need a person"), worst.Grant.Name)
	case warn:
		s.Level, s.Says = warn, fmt.Sprintf("%s; “%s” %s.", count(n[warn], "is in danger", "are in danger"), worst.Grant.Name, worst.Word)
	case off:
		s.Says = count(n[off], "is switched off.", "are switched off.")
	default:
		s.Level, s.Says = fine, count(n[fine], "kept alive, and fine.", "kept alive, all of them fine.")
	}
	return s
}

func appSentence(apps []vault.App, now time.Time) sentence {
	if len(apps) == 0 {
		return sentence{off, "Security profiles", "none kept yet.", "/apps"}
	}
	oldest := apps[0].Created
	for _, a := range apps {
		if a.Created.Before(oldest) {
			oldest = a.Created
		}
	}
	return sentence{fine, "Security profiles", fmt.Sprintf("%s, the oldest %s ago.", count(len(apps), "kept", "kept"), span(now.Sub(oldest))), "/credentials"}
}

// live are the passes that open something at the moment.
func live(callers []policy.Caller, now time.Time) []policy.Pass {
	var out []policy.Pass
	for _, k := range callers {
		for _, p := range k.Passes {
			if k.Revoked.IsZero() && p.Revoked.IsZero() && (p.Expires.IsZero() || p.Expires.After(now)) {
				out = append(out, p)
			}
		}
	}
	return out
}

// soon is how long before its end a pass is spoken of.
const soon = 14 * 24 * time.Hour

func passSentence(passes []policy.Pass, now time.Time) sentence {
	if len(passes) == 0 {
		return sentence{off, "Passes", "no software has one yet.", "/callers"}
	}
	s := sentence{fine, "Passes", count(len(passes), "is in use.", "are in use."), "/callers"}
	for _, p := range passes {
		if left := p.Expires.Sub(now); !p.Expires.IsZero() && left < soon {
			s.Level, s.Says = warn, fmt.Sprintf("one of %d ends in %s.", len(passes), span(left))
		}
	}
	return s
}
