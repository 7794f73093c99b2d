package server

import (
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/detect"
	"github.com/lockkeeper-dev/lockkeeper/internal/intake"
)

// newIntake makes the place where pasted keys wait. Every program that can ask Amazon about a key does, and Login with Amazon for what
// no program here owns.
func (s *Server) newIntake() *intake.Intake {
	probes := []func(amazon.Pair) []amazon.Probe{lwa.Probes}
	for _, p := range all.Programs() {
		if prober, ok := p.(amazon.Prober); ok {
			probes = append(probes, prober.Probes)
		}
	}
	return intake.New(intake.Config{
		Detector: detect.New(all.Recognisers()), Probes: probes, Sender: s.egress, Vault: s.vault, Broker: s.broker, Keys: s.keys, Sites: s.sites,
		Scopes: s.scopes, Authority: s.authorityScopes, ReturnURL: s.Addresses().ReturnURL, Now: s.opt.Now, Log: s.log,
	})
}

// authorityScopes are what a program's apps ask for on their own authority.
func (s *Server) authorityScopes(program string) []string {
	p, ok := s.programs[program]
	if !ok {
		return nil
	}
	return slices.Clone(p.Descriptor().Scopes)
}
