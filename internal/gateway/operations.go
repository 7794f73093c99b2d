package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// ourRoots are the paths that no program may own.
var ourRoots = []string{"/lk", "/auth/o2", "/oauth2"}

// An operation is one of a program's, with the name that policy, log and metrics use.
type operation struct {
	amazon.Operation
	name   string // "ads.campaigns.list"
	counts counters
}

// A program is an Amazon program with its operations ready to be found.
type program struct {
	amazon.Program
	desc     *amazon.Descriptor
	code     string
	literal  map[string][]*operation // by path, for paths without {names}
	patterns map[int][]*operation    // the others by number of segments, in the descriptor's order
	all      []*operation
	unlisted *operation
	front    *front // the other API that it answers for; nil for none
}

func newProgram(p amazon.Program) *program {
	d := p.Descriptor()
	out := &program{Program: p, desc: d, code: d.Code, literal: map[string][]*operation{}, patterns: map[int][]*operation{}}
	for _, o := range d.Operations {
		op := &operation{Operation: o, name: d.Code + "." + o.ID}
		out.all = append(out.all, op)
		if strings.Contains(o.Path, "{") {
			n := strings.Count(o.Path, "/")
			out.patterns[n] = append(out.patterns[n], op)
		} else {
			out.literal[o.Path] = append(out.literal[o.Path], op)
		}
	}
	out.unlisted = &operation{
		Operation: amazon.Operation{ID: amazon.Unlisted, Effect: amazon.Write, Scoped: true},
		name:      d.Code + "." + amazon.Unlisted,
	}
	if f, ok := p.(amazon.Fronted); ok {
		out.front = &front{Front: f.Front(), program: out}
	}
	return out
}

// match finds the operation of a canonical path. HEAD is GET without the body. A path that only its letter case or a slash
// keeps from being a listed one is refused: Amazon might read it as that operation while policy did not.
func (p *program) match(method, path string) (op *operation, why string) {
	if method == "HEAD" {
		method = "GET"
	}
	for _, op := range p.literal[path] {
		if op.Method == method {
			return op, ""
		}
	}
	for _, op := range p.patterns[strings.Count(path, "/")] {
		if op.Method == method && fits(op.Path, path, equal) {
			return op, ""
		}
	}
	for _, op := range p.all {
		if fits(op.Path, path, strings.EqualFold) && !fits(op.Path, path, equal) {
			return nil, pathSpelling
		}
	}
	return p.unlisted, ""
}

func equal(a, b string) bool { return a == b }

// fits compares segment by segment; {name} stands for one segment.
func fits(pattern, path string, same func(a, b string) bool) bool {
	for {
		p, prest, pmore := strings.Cut(pattern, "/")
		s, srest, smore := strings.Cut(path, "/")
		wild := strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}")
		if pmore != smore || (wild && s == "") || (!wild && !same(p, s)) {
			return false
		}
		if !pmore {
			return true
		}
		pattern, path = prest, srest
	}
}

// A root is a path prefix that a program owns at the gateway's root.
type root struct {
	path    string
	program *program
}

// A hostAs says whose host a name of Amazon's is.
type hostAs struct {
	program *program
	region  canon.Region
}

// learn builds the tables of roots and hosts. Two programs must not own one path, nor any of them one of ours.
func learn(programs []*program) (roots []root, hosts map[string]hostAs, err error) {
	hosts = map[string]hostAs{}
	for _, p := range programs {
		for region, h := range p.desc.Hosts {
			as := hostAs{p, region}
			if other, ok := hosts[strings.ToLower(h)]; ok && other.program == p {
				as.region = "" // one host for several regions says nothing of the region
			}
			hosts[strings.ToLower(h)] = as
		}
		owned := p.desc.Roots
		if p.front != nil {
			owned = slices.Concat(owned, p.front.Face().Roots)
			for h, region := range p.front.Face().Hosts {
				if _, taken := hosts[h]; taken {
					return nil, nil, fmt.Errorf("reading the hosts of %s: %s stands twice", p.code, h)
				}
				hosts[h] = hostAs{p, region}
			}
		}
		for _, r := range owned {
			path, why := canonicalPath(r)
			if why != "" || path != r || r == "/" {
				return nil, nil, fmt.Errorf("reading the roots of %s: %s is no canonical path", p.code, r)
			}
			for _, own := range ourRoots {
				if under(own, strings.ToLower(r)) || under(r, own) {
					return nil, nil, fmt.Errorf("reading the roots of %s: %s is Lockkeeper's own", p.code, r)
				}
			}
			for _, other := range roots {
				if other.program != p && (under(other.path, r) || under(r, other.path)) {
					return nil, nil, fmt.Errorf("reading the roots of %s: %s overlaps %s of %s", p.code, r, other.path, other.program.code)
				}
			}
			roots = append(roots, root{r, p})
		}
	}
	return roots, hosts, nil
}

// under reports whether path is prefix or below it.
func under(prefix, path string) bool {
	return strings.HasPrefix(path, prefix) && (len(path) == len(prefix) || path[len(prefix)] == '/')
}
