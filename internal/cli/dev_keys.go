package cli

import (
	"fmt"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// devKeys begins the names of the demo's key pairs. Each start's sandbox knows only the keys that it was born with, so each start has a
// grant of its own and gives up those before it.
const devKeys = "aws-demo-"

// rotateKey keeps an AWS access key, replaces it, and sees that the sandbox knows both and the grant uses the new one.
func (w *walk) rotateKey() (string, error) {
	grants, err := w.client.Grants(w.ctx)
	if err != nil {
		return "", err
	}
	for _, g := range grants {
		if strings.HasPrefix(g.Name, devKeys) {
			if err := w.client.RevokeGrant(w.ctx, g.Name); err != nil {
				return "", err
			}
		}
	}
	name, pair := devKeys+randomText()[:6], w.sandbox.World().AWSKey(kit.AWSStream, 1)
	if _, err := w.client.AddKey(w.ctx, api.NewKeyPair{Name: name, Realm: "sandbox", KeyID: pair.ID, Secret: pair.Secret}); err != nil {
		return "keeping an access key:", err
	}
	r, err := w.client.RotateKey(w.ctx, name)
	if err != nil {
		return "rotating:", err
	}
	keys, err := w.client.Keys(w.ctx, name)
	if err != nil {
		return "", err
	}
	old, fresh := false, false
	for _, k := range keys {
		old = old || k.ID == pair.ID && k.Status == "Active" && !k.InUse
		fresh = fresh || k.ID == r.New && k.Status == "Active" && k.InUse
	}
	if r.Step != "published" || !old || !fresh {
		return "", fmt.Errorf("the rotation is %s, and %d keys are known", r.Step, len(keys))
	}
	return fmt.Sprintf("AWS key of %q: %s made, proved and in use; %s stays active until it was quiet for a day (next look %s)", r.User, r.New, r.Old, at(r.Next)), nil
}
