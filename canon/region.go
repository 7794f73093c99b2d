// Package canon holds the neutral shapes that programs share: regions, marketplaces, accounts, money.
//
// It does no I/O and imports nothing but the standard library, so that a program written against Lockkeeper can use it too.
// Wire formats live in the folder of the Amazon program that speaks them; only files named canon_*.go there
// translate between a wire and this package.
package canon

import (
	"fmt"
	"strings"
)

// A Region is one of Amazon's three API regions. Each has its own hosts, and an account lives in exactly one.
type Region string

// The regions, as Amazon's documents abbreviate them.
const (
	NA Region = "NA" // North America: US CA MX BR
	EU Region = "EU" // Europe, the Middle East, Africa and India
	FE Region = "FE" // Far East: JP AU SG
)

// Regions lists all regions in the order in which Amazon's documents do.
func Regions() []Region { return []Region{NA, EU, FE} }

// ParseRegion reads a region in any letter case. The error names what is allowed.
func ParseRegion(s string) (Region, error) {
	switch r := Region(strings.ToUpper(strings.TrimSpace(s))); r {
	case NA, EU, FE:
		return r, nil
	}
	return "", fmt.Errorf("unknown region %q: the regions are NA, EU and FE", s)
}
