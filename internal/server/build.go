package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/authority"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/console"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/gateway"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/jobs"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/sites"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// build makes the parts, from those that need nothing to those that need the others, and lets them read what is stored.
func (s *Server) build(ctx context.Context) error {
	now := s.opt.Now
	s.snapshot = snapshot.New()
	s.standings = newStandings(s)
	s.programs = map[string]amazon.Program{}
	programs := all.Programs()
	var codes []string
	for _, p := range programs {
		s.programs[p.Descriptor().Code] = p
		if p.Descriptor().Auth != "none" { // else it has no app, and nothing to keep
			codes = append(codes, p.Descriptor().Code)
		}
	}
	var err error
	s.egress, err = egress.New(egress.Config{
		Programs: programs, Hosts: loginHosts(), SandboxURL: s.cfg.SandboxURL, UserAgent: "lockkeeper/" + s.opt.Version, Now: now, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("building the way out: %w", err)
	}
	s.closers = append(s.closers, func() error { s.egress.Close(); return nil })
	s.vault = vault.New(vault.Config{
		Store: s.store, Sealer: s.sealer, Audit: s.store, Publisher: s.snapshot, Dependent: s.dependents, Programs: codes,
		NoReveal: !s.cfg.Reveal, Now: now, Check: s.checkApp,
	})
	s.broker = broker.New(broker.Config{
		Store: s.store, Sealer: s.sealer, Apps: s.vault, LWA: exchanger{s.login(), s.programs}, Publisher: s.snapshot, Audit: s.store, Log: s.log,
		Dir: s.cfg.Data, Policy: broker.ServerPolicy(s.cfg.RefreshPolicy), Margin: s.cfg.Margin, Drain: s.cfg.Drain, Now: now,
		Authorize: s.consentPage, Connected: s.connected, Observer: s.numbers,
	})
	s.buildKeys()
	s.push = s.newPush()
	s.writer = s.newWriter()
	if s.reports, err = s.newReports(); err != nil {
		return err
	}
	if s.ads, err = s.newAds(); err != nil {
		return err
	}
	s.jobs = jobs.New(jobs.Config{Kinds: s.kinds(), Now: now, Tick: s.opt.Tick, Log: s.log})
	s.policy = policy.New(policy.Config{Store: s.store, Sealer: passSealer{s.sealer}, Audit: s.store, Publisher: s.snapshot, Now: now})
	s.sites = sites.New(sites.Config{Store: s.store, Now: now})
	s.people = operator.New(operator.Config{Store: s.store, Audit: s.store, Now: now})
	s.gateway, err = gateway.New(gateway.Config{
		Snapshot: s.snapshot, Door: s.egress, Refresher: s.broker, Vender: s.keys, Programs: programs, MAC: s.sealer, Usage: s.store, Audit: s.store,
		Access: s.opt.Access, Log: s.log, Metrics: s.metrics, Hosts: append(s.ownHosts(), s.cfg.Hosts...), Now: now,
		Standing: s.standings.note, Services: append(s.pushServices(), s.adsService()), TokenHosts: tokenHosts(programs), HeaderLimit: int(s.cfg.HeaderLimit), ReplayLimit: s.cfg.ReplayLimit,
	})
	if err != nil {
		return err
	}
	if s.cfg.AmazonTLS != "" {
		if s.authority, err = authority.Open(authority.Config{Dir: s.cfg.Data, Hosts: s.gateway.AmazonHosts(), Now: now}); err != nil {
			return err
		}
	}
	s.self = newSelf(s)
	s.intake = s.newIntake()
	s.console = console.New(console.Config{
		KeyPairs: s.keys, Rotations: s.rotator,
		Broker: s.broker, Vault: s.vault, Callers: s.policy, Operators: s.people, Sites: s.sites, Intake: s.intake, Audit: s.store, Now: now,
		Scopes: s.scopes, OwnAuthority: s.ownAuthority, Verify: s.verify, Doctor: s.look, ReturnURL: s.Addresses().ReturnURL, Gateway: s.Addresses().Gateway,
		Sandbox: s.cfg.SandboxURL != "", Secure: strings.HasPrefix(s.consoleURL(), "https:"),
	})
	s.api = api.New(api.Config{
		Version: s.opt.Version, Vault: s.vault, Credentials: s.vault, Broker: s.broker, Consents: s.console, Callers: s.policy,
		Operators: s.people, Sites: s.sites, Audit: s.store, Now: now, Status: s.Status, Verify: s.verify, Call: s.self.call, Doctor: s.examine, Scopes: s.scopes,
		Intake: s.intake, KeyPairs: s.keys, Rotations: s.rotator, Push: s.push, Ads: s.operatorAds,
		Find: s.findApp, OwnAuthority: s.ownAuthority,
	})
	for _, load := range []func(context.Context) error{s.vault.Load, s.broker.Load, s.policy.Load, s.push.Load, s.writer.Load, s.reports.Load} {
		if err := load(ctx); err != nil {
			return fmt.Errorf("reading what is stored: %w", err)
		}
	}
	return nil
}

// kinds are the sorts of durable work that this server does.
func (s *Server) kinds() []jobs.Kind {
	return append(s.reports.Kinds(), s.rotations(), s.eligibility(), s.push.Kind(), s.recheck(), s.lastUses())
}

// login is the way to Login with Amazon.
func (s *Server) login() lwa.Client { return lwa.Client{Sender: s.egress, Now: s.opt.Now} }

// loginHosts are Login with Amazon's hosts in all regions.
func loginHosts() []string {
	var hosts []string
	for _, r := range canon.Regions() {
		h := lwa.Hosts(r)
		hosts = append(hosts, h.Authorize, h.API)
	}
	return hosts
}

// tokenHosts are those of Login with Amazon's token endpoints, and of programs that have some of their own.
func tokenHosts(programs []amazon.Program) []string {
	var hosts []string
	for _, p := range programs {
		hosts = append(hosts, p.Descriptor().Also...)
	}
	for _, r := range canon.Regions() {
		hosts = append(hosts, lwa.Hosts(r).API)
	}
	return hosts
}

// consentPage is where a person consents: at Amazon, or in the sandbox, whose regions are told apart by a first path segment.
func (s *Server) consentPage(realm amazon.Realm, region canon.Region) string {
	if realm != amazon.Sandbox || s.cfg.SandboxURL == "" {
		return ""
	}
	return strings.TrimSuffix(s.cfg.SandboxURL, "/") + "/" + strings.ToLower(string(region))
}

// dependents names the grants that need an app.
func (s *Server) dependents(_ context.Context, app id.App) ([]string, error) {
	var names []string
	for _, g := range s.broker.Grants() {
		if g.App == app {
			names = append(names, g.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// scopes are what a program's consents ask for by default: `profile` besides the program's own, so that the doctor can tell who
// consented (ads-lwa 1.10).
func (s *Server) scopes(program string) []string {
	p, ok := s.programs[program]
	if !ok {
		return nil
	}
	scopes := p.Descriptor().Scopes
	if p.Descriptor().Auth == "client_credentials" {
		return scopes[:min(1, len(scopes))]
	}
	if slices.Contains(scopes, "profile") {
		return scopes
	}
	return append([]string{"profile"}, scopes...)
}

// ownHosts are the host names of the gateway's address, where it is not on loopback.
func (s *Server) ownHosts() []string {
	host, _, err := net.SplitHostPort(s.cfg.Gateway)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		if name, err := os.Hostname(); err == nil {
			return []string{name}
		}
		return nil
	}
	return []string{host}
}
