package console

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// keysPage puts the five credentials of Amazon Ads side by side, with what each is for and how long it lives, and the profile id that
// is none of them. Below stands what there is of each here.
type keysPage struct {
	Kinds []guide.Credential
	Held  []held
}

// held is what one grant has of them.
type held struct {
	verdict
	App   string
	Id    string // client id, which is public
	Known vault.Credential
	Token vault.Credential
}

func (keysPage) template() string { return "keys" }
func (keysPage) title() string    { return "The five Amazon Ads credentials" }

// fiveKinds are the credentials in the order in which one gets them.
var fiveKinds = []string{"lwa.client-id", "lwa.client-secret", "lwa.authorization-code", "lwa.refresh-token", "lwa.access-token", "ads.profile-id"}

func (c *Console) keys(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	kept, err := c.cfg.Vault.Credentials(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	names, err := c.appNames(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p := keysPage{Kinds: kindsOf("ads", fiveKinds)}
	for _, v := range judgeAll(c.cfg.Broker.Grants(), c.cfg.Now()) {
		p.Held = append(p.Held, held{
			verdict: v, App: names[string(v.Grant.App)], Id: v.Grant.ClientID,
			Known: ownedBy(kept, string(v.Grant.App), vault.ClientSecret), Token: ownedBy(kept, string(v.Grant.ID), vault.RefreshToken),
		})
	}
	render(c, w, r, op, http.StatusOK, p)
}

// kindsOf takes credentials out of a task's guide, in the order wanted.
func kindsOf(task string, ids []string) []guide.Credential {
	g, _ := guide.For(task)
	var out []guide.Credential
	for _, id := range ids {
		for _, k := range g.Credentials {
			if k.ID == id {
				out = append(out, k)
			}
		}
	}
	return out
}

func ownedBy(all []vault.Credential, owner string, kind vault.Kind) vault.Credential {
	for _, k := range all {
		if k.Owner == owner && k.Kind == kind {
			return k
		}
	}
	return vault.Credential{}
}

// Consented says whether a person's consent stands behind it, and not the app's own authority.
func (h held) Consented() bool { return h.Grant.Kind == broker.Consented }

// Ends is a client id's shape and end, enough to tell it from another.
func (h held) Ends() string {
	before, last, ok := cutLast(h.Id)
	if !ok || len(last) < 4 {
		return h.Id
	}
	return before + "…" + last[len(last)-4:]
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndex(s, ".")
	if i < 0 {
		return "", s, false
	}
	return s[:i+1], s[i+1:], true
}
