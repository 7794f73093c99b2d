package console

import (
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// credentialsPage lists what is kept in the columns of AWS's own page for access keys, which is what people know.
type credentialsPage struct{ Rows []credentialRow }

// A credentialRow is one version of one credential.
type credentialRow struct {
	Deleted time.Time
	Name    string
	Kind    string
	vault.Version
}

func (credentialsPage) template() string { return "credentials" }
func (credentialsPage) title() string    { return "Credentials" }

// kindNames are kinds as people say them.
var kindNames = map[vault.Kind]string{
	vault.ClientSecret: "client secret", vault.RefreshToken: "refresh token", vault.AccessKey: "AWS access key", vault.AppKey: "app key",
}

func (c *Console) credentials(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	all, err := c.cfg.Vault.Credentials(r.Context())
	if err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	var p credentialsPage
	for _, k := range all {
		for _, v := range k.Versions {
			p.Rows = append(p.Rows, credentialRow{v.Destroyed, k.Label, kindNames[k.Kind], v})
		}
	}
	render(c, w, r, op, http.StatusOK, p)
}
