package creators

import (
	"context"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
)

var _ amazon.Prober = (*Program)(nil)

// Probes implements amazon.Prober: one question to the token endpoint of each version that the credential can be of. A version that stood
// beside the credential is believed.
func (p *Program) Probes(k amazon.Pair) []amazon.Probe {
	if k.Kind != pastedKind && k.Kind != "security-profile" || k.Program != "" && k.Program != "creators" {
		return nil
	}
	var probes []amazon.Probe
	for _, v := range Candidates(k.ID, k.Secret, "") {
		if !strings.HasPrefix(string(v), k.Version) {
			continue
		}
		host, _ := v.TokenEndpoint()
		probes = append(probes, amazon.Probe{
			Order: 20, Host: host, Program: "creators", Version: string(v), Region: v.Region(),
			Ask: func(ctx context.Context, s amazon.Sender, now func() time.Time) amazon.Probed {
				r := p.ClientCredentials(ctx, lwa.Client{Sender: s, Now: now}, lwa.App{
					ClientID: k.ID, Secret: k.Secret, Realm: k.Realm, Region: v.Region(), Program: "creators", Version: string(v),
				})
				out := lwa.Judge(r)
				out.Fresh = out.Outcome == amazon.Refused
				return out
			},
		})
	}
	return probes
}
