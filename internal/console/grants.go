package console

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
)

// grantsPage lists the grants, the worst first.
type grantsPage struct {
	Grants []verdict
	Apps   map[string]string // names by id
}

func (grantsPage) template() string { return "grants" }
func (grantsPage) title() string    { return "Grants" }

func (c *Console) grants(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	names, err := c.appNames(r)
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	render(c, w, r, op, http.StatusOK, grantsPage{judgeAll(c.cfg.Broker.Grants(), c.cfg.Now()), names})
}

func (c *Console) appNames(r *http.Request) (map[string]string, error) {
	apps, err := c.cfg.Vault.Apps(r.Context())
	names := map[string]string{}
	for _, a := range apps {
		names[string(a.ID)] = a.Name
	}
	return names, err
}
