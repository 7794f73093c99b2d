package adm

import (
	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
)

var _ amazon.Prober = (*Program)(nil)

// Probes implements amazon.Prober: a security profile is for Device Messaging if it may have the scope. It is asked first, since there is
// one host for it (guides 5.6).
func (p *Program) Probes(k amazon.Pair) []amazon.Probe {
	if k.Kind != "security-profile" || k.Program != "" && k.Program != "adm" {
		return nil
	}
	return []amazon.Probe{{
		Order: 10, Host: lwa.Hosts(canon.NA).API, Program: "adm", Region: canon.NA, Ask: lwa.ClientProbe(k, canon.NA, p.Descriptor().Scopes[0]),
	}}
}
