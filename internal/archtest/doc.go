// Package archtest holds the rules of the house as tests: who may import whom, how large a file may grow, what a package may keep.
//
// It has no code of its own for others to use. A rule that fails here is either broken by a change or wrong; in the second case
// the rule changes, with its reason, in docs/decisions. The rules come from DESIGN, which CONTRIBUTING.md sums up.
package archtest
