package amazon

import "github.com/lockkeeper-dev/lockkeeper/internal/problem"

// Described is the part of a Program that its two files say: program.toml and problems.toml. Programs embed it.
type Described struct {
	descriptor *Descriptor
	matcher    *Matcher
}

// Describe reads both files, which a program embeds. A broken one is a mistake of ours, which every test would meet, and panics.
func Describe(program, problems []byte) Described {
	descriptor, err := ParseDescriptor(program)
	if err != nil {
		panic(err)
	}
	matcher, err := NewMatcher(descriptor.Code, problems)
	if err != nil {
		panic(err)
	}
	return Described{descriptor: descriptor, matcher: matcher}
}

// Descriptor implements Program.
func (d *Described) Descriptor() *Descriptor { return d.descriptor }

// Classify implements Program: what is no success and no redirect is a refusal.
func (d *Described) Classify(e Evidence) (problem.Problem, bool) {
	if e.Status >= 200 && e.Status < 400 {
		return problem.Problem{}, false
	}
	return d.matcher.Match(e), true
}

// Refusal names what e shows, whatever its status.
func (d *Described) Refusal(e Evidence) problem.Problem { return d.matcher.Match(e) }
