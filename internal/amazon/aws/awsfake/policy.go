package awsfake

import (
	"encoding/json"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A document is a policy, as much of it as matters here: no conditions, no NotAction.
type document struct {
	Version   string     `json:"Version"`
	Statement statements `json:"Statement"`
}

type statement struct {
	Sid      string `json:"Sid"`
	Effect   string `json:"Effect"`
	Action   list   `json:"Action"`
	Resource list   `json:"Resource"`
}

// AWS takes one where it takes several.
type (
	statements []statement
	list       []string
)

// UnmarshalJSON implements json.Unmarshaler.
func (s *statements) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		*s = make(statements, 1)
		return json.Unmarshal(b, &(*s)[0])
	}
	return json.Unmarshal(b, (*[]statement)(s))
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *list) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*l = make(list, 1)
		return json.Unmarshal(b, &(*l)[0])
	}
	return json.Unmarshal(b, (*[]string)(l))
}

// parsePolicy refuses what AWS calls a malformed policy document.
func parsePolicy(text string) (document, bool) {
	var d document
	if json.Unmarshal([]byte(text), &d) != nil || len(d.Statement) == 0 || (d.Version != "2012-10-17" && d.Version != "2008-10-17") {
		return d, false
	}
	for _, s := range d.Statement {
		if (s.Effect != "Allow" && s.Effect != "Deny") || len(s.Action) == 0 || len(s.Resource) == 0 {
			return d, false
		}
	}
	return d, true
}

// allowed evaluates a user's policies: a denial wins, and nothing is allowed by itself. The root may do everything.
func (u *user) allowed(action, resource string) bool {
	if u.name == kit.AWSRoot {
		return true
	}
	verdict := false
	for _, text := range u.policies {
		d, _ := parsePolicy(text)
		for _, s := range d.Statement {
			if !s.covers(u, action, resource) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			verdict = true
		}
	}
	return verdict
}

// denied reports whether a policy says no, for what needs no permission.
func (u *user) denied(action string) bool {
	for _, text := range u.policies {
		d, _ := parsePolicy(text)
		for _, s := range d.Statement {
			if s.Effect == "Deny" && s.covers(u, action, "*") {
				return true
			}
		}
	}
	return false
}

func (s statement) covers(u *user, action, resource string) bool {
	covered := false
	for _, a := range s.Action {
		covered = covered || wild(strings.ToLower(a), strings.ToLower(action))
	}
	if !covered {
		return false
	}
	for _, r := range s.Resource {
		if wild(strings.ReplaceAll(r, "${aws:username}", u.name), resource) {
			return true
		}
	}
	return false
}

// wild matches with "*" for any run of characters and "?" for one.
func wild(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
