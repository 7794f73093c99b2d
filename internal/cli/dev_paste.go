package cli

import (
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

// recognisePaste pastes a credential as somebody copied it out of a page, without its version, and lets the answers tell it.
func (w *walk) recognisePaste() (string, error) {
	cred := w.sandbox.World().Affiliates.Credential("creators-2.2")
	out, err := w.client.Look(w.ctx, api.Paste{Text: "Credential ID\n" + cred.ID + "\nSecret\n" + cred.Secret + "\n", Ask: true, Realm: "sandbox"})
	if err != nil {
		return "", err
	}
	if out.Ticket != "" {
		if err := w.client.ForgetPasted(w.ctx, out.Ticket); err != nil {
			return "", err
		}
	}
	if len(out.Items) != 1 || out.Items[0].State != "works" || out.Items[0].Version != cred.Version {
		return "", fmt.Errorf("%d things were recognised in a page with one credential, or not as what they are", len(out.Items))
	}
	i := out.Items[0]
	return fmt.Sprintf("a Creators API credential, version %s (%s), found by asking %s once each; nothing kept", i.Version, i.Region, hosts(len(i.Asked))), nil
}

func hosts(n int) string {
	if n == 1 {
		return "1 host"
	}
	return fmt.Sprintf("%d hosts", n)
}
