package awsfake

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

var userName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// A person is a user as IAM shows it.
type person struct {
	Path       string
	UserName   string
	UserId     string //nolint:revive // AWS's spelling
	Arn        string
	CreateDate string
}

func (v *visit) person(u *user) person {
	return person{u.path, u.name, u.id, v.f.arn(u), stamp(u.created)}
}

func createUser(v *visit) kit.Response {
	name, path := v.in.Get("UserName"), v.in.Get("Path")
	if path == "" {
		path = "/"
	}
	if r, ok := v.may(&user{name: name, path: path}); !ok {
		return r
	}
	switch {
	case name == "":
		return v.missing("UserName")
	case !userName.MatchString(name):
		return fault(v.x, http.StatusBadRequest, "ValidationError", "The specified value for userName is invalid. "+
			"It must contain only alphanumeric characters and/or the following: +=,.@_-")
	case v.f.users[name] != nil:
		return fault(v.x, http.StatusConflict, "EntityAlreadyExists", "User with name "+name+" already exists.")
	}
	u := &user{name: name, path: path, id: "AIDA" + v.f.letters("user "+name, 17), created: v.x.Now.UTC(), policies: map[string]string{}}
	v.f.users[name] = u
	return v.answer(struct{ User person }{v.person(u)})
}

func getUser(v *visit) kit.Response {
	u, r, ok := v.whose()
	if !ok {
		return r
	}
	return v.answer(struct{ User person }{v.person(u)})
}

func listUsers(v *visit) kit.Response {
	if r, ok := v.may(nil); !ok {
		return r
	}
	names := v.f.names()[1:]
	first, last, more, ok := v.page(len(names))
	if !ok {
		return fault(v.x, http.StatusBadRequest, "ValidationError", "Invalid Marker or MaxItems")
	}
	var out struct {
		Users       []person `xml:"Users>member"`
		IsTruncated bool
		Marker      string `xml:",omitempty"`
	}
	for _, name := range names[first:last] {
		out.Users = append(out.Users, v.person(v.f.users[name]))
	}
	if more {
		out.IsTruncated, out.Marker = true, strconv.Itoa(last)
	}
	return v.answer(out)
}

func deleteUser(v *visit) kit.Response {
	u, r, ok := v.whose()
	switch {
	case !ok:
		return r
	case len(u.keys) > 0:
		return fault(v.x, http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	case len(u.policies) > 0:
		return fault(v.x, http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	delete(v.f.users, u.name)
	return v.answer(nil)
}

// mostInline is how long a user's inline policies may be together (contract 5.3).
const mostInline = 2048

func putUserPolicy(v *visit) kit.Response {
	u, r, ok := v.whose()
	if !ok {
		return r
	}
	name, text := v.in.Get("PolicyName"), v.in.Get("PolicyDocument")
	if name == "" {
		return v.missing("PolicyName")
	}
	if _, ok := parsePolicy(text); !ok {
		return fault(v.x, http.StatusBadRequest, "MalformedPolicyDocument", "Syntax errors in policy.")
	}
	total := len(text)
	for other, t := range u.policies {
		if other != name {
			total += len(t)
		}
	}
	if total > mostInline {
		return fault(v.x, http.StatusConflict, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user "+u.name)
	}
	u.policies[name] = text
	return v.answer(nil)
}

// policy finds the inline policy that a request names.
func (v *visit) policy() (*user, string, kit.Response, bool) {
	u, r, ok := v.whose()
	if !ok {
		return nil, "", r, false
	}
	name := v.in.Get("PolicyName")
	if _, there := u.policies[name]; !there {
		return nil, "", fault(v.x, http.StatusNotFound, "NoSuchEntity", "The user policy with name "+name+" cannot be found."), false
	}
	return u, name, kit.Response{}, true
}

// getUserPolicy answers the document URL-encoded, as IAM does.
func getUserPolicy(v *visit) kit.Response {
	u, name, r, ok := v.policy()
	if !ok {
		return r
	}
	return v.answer(struct{ UserName, PolicyName, PolicyDocument string }{u.name, name, url.PathEscape(u.policies[name])})
}

func deleteUserPolicy(v *visit) kit.Response {
	u, name, r, ok := v.policy()
	if !ok {
		return r
	}
	delete(u.policies, name)
	return v.answer(nil)
}

func listUserPolicies(v *visit) kit.Response {
	u, r, ok := v.whose()
	if !ok {
		return r
	}
	var out struct {
		PolicyNames []string `xml:"PolicyNames>member"`
		IsTruncated bool
	}
	out.PolicyNames = slices.Sorted(maps.Keys(u.policies))
	return v.answer(out)
}
