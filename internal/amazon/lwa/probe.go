package lwa

import (
	"context"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// sellingScope is one that an application of the Selling Partner API may have and that gives a right to nothing but listing notifications.
// The scope for rotating secrets is not used, although asking for a token would change nothing (guides 5.6).
const sellingScope = "sellingpartnerapi::notifications"

// Order of the questions that Login with Amazon itself answers: after those of programs with scopes of their own.
const sellingOrder = 30

// Probes asks whether a security profile is an application of the Selling Partner API. Where the text says that it is for Amazon Ads, whose
// authority comes from a person's consent alone, a made-up code is offered: it is refused as a client if id or secret are wrong, and as a
// code if both are right.
func Probes(k amazon.Pair) []amazon.Probe {
	if k.Kind != "security-profile" || k.Program != "" && k.Program != "ads" {
		return nil
	}
	p := amazon.Probe{Order: sellingOrder, Host: Hosts(canon.NA).API, Program: k.Program}
	if k.Program == "" {
		p.Ask = ClientProbe(k, canon.NA, sellingScope)
		return []amazon.Probe{p}
	}
	p.Ask = func(ctx context.Context, s amazon.Sender, now func() time.Time) amazon.Probed {
		r := Client{Sender: s, Now: now}.Exchange(ctx, App{ClientID: k.ID, Secret: k.Secret, Realm: k.Realm, Region: canon.NA}, Code{Code: madeUpCode()})
		if r.Class == BadGrant || r.Problem.Code == problem.LWACodeRefused {
			return amazon.Probed{Outcome: amazon.Stranger}
		}
		return Judge(r)
	}
	return []amazon.Probe{p}
}

// ClientProbe asks a region's host for a token of the app's own authority with one scope. Nothing at Amazon changes by it.
func ClientProbe(k amazon.Pair, region canon.Region, scope string) func(context.Context, amazon.Sender, func() time.Time) amazon.Probed {
	return func(ctx context.Context, s amazon.Sender, now func() time.Time) amazon.Probed {
		return Judge(Client{Sender: s, Now: now}.ClientCredentials(ctx, App{ClientID: k.ID, Secret: k.Secret, Realm: k.Realm, Region: region}, scope))
	}
}

// Judge says what a token endpoint's answer means for a pasted key.
func Judge(r Result) amazon.Probed {
	p := amazon.Probed{Outcome: amazon.Silent, Problem: r.Problem}
	switch {
	case r.Class == Granted:
		return amazon.Probed{Outcome: amazon.Works}
	case r.Class == BadClient, r.Class == Pending:
		p.Outcome = amazon.Refused
	case r.Class == WrongClient, r.AmazonError == "invalid_scope", r.Problem.Code == problem.LWAScopeNotGranted:
		p.Outcome = amazon.Stranger
	}
	return p
}
