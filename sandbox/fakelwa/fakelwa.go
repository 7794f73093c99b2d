// Package fakelwa is Login with Amazon on loopback: the authorize page, the token endpoint, tokeninfo and user/profile.
//
// It follows part 1 of the wire contract ads-lwa to the letter of its error texts, key orders and header sets. Where the
// contract marks something as a guess, or sources differ, divergences.md says what was chosen and which switch turns it.
package fakelwa

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// New returns the fake for one world.
func New(w *kit.World) kit.Fake {
	return kit.Fake{Program: "lwa", Hosts: hosts(), Switches: w.Tokens.Switches()}
}

// hosts are Login with Amazon's, by region (ads-lwa 1.1).
func hosts() []kit.Host {
	return []kit.Host{
		{Name: "www.amazon.com", Region: "NA"}, {Name: "api.amazon.com", Region: "NA"},
		{Name: "eu.account.amazon.com", Region: "EU"}, {Name: "api.amazon.co.uk", Region: "EU"},
		{Name: "apac.account.amazon.com", Region: "FE"}, {Name: "api.amazon.co.jp", Region: "FE"},
	}
}
