package admfake

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A group is a list of app instances under a name (adm 3.4).
type group struct {
	name    string
	profile *kit.SecurityProfile
	members []*device
}

var groupName = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// changeGroup creates a group, adds to it or removes from it. A group of which no member could be added is not made.
func (f *fake) changeGroup(x *kit.Exchange) kit.Response {
	p, refused := f.caller(x)
	if refused != nil {
		return *refused
	}
	var in struct {
		Operation string   `json:"operation"`
		Name      string   `json:"group_name"`
		IDs       []string `json:"registration_ids"`
	}
	if decode(x.Body, &in) != nil || !groupName.MatchString(in.Name) || len(in.IDs) == 0 || !slices.Contains([]string{"create", "add", "remove"}, in.Operation) {
		return deny(x, http.StatusBadRequest, "InvalidData")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := p.ClientID + " " + in.Name
	g := f.groups[key]
	if (g == nil) != (in.Operation == "create") {
		return deny(x, http.StatusBadRequest, "InvalidData")
	}
	if g == nil {
		g = &group{name: in.Name, profile: p}
	}
	var answer struct {
		Success int      `json:"success"`
		Failure int      `json:"failure"`
		Failed  []string `json:"failed_registration_ids,omitempty"`
	}
	for _, id := range in.IDs {
		if f.member(g, in.Operation, id) {
			answer.Success++
		} else {
			answer.Failure++
			answer.Failed = append(answer.Failed, id)
		}
	}
	x.Effect = "changed"
	if in.Operation == "create" && answer.Success > 0 {
		f.groups[key], x.Effect = g, "created"
	}
	return headers(x, kit.JSON(http.StatusOK, answer))
}

// member adds an app instance to a group or takes it out.
func (f *fake) member(g *group, operation, id string) bool {
	d := f.byID[id]
	if d == nil || d.profile != g.profile || d.state == unregistered {
		return false
	}
	in := slices.Contains(g.members, d)
	switch {
	case operation == "remove" && in:
		g.members = slices.DeleteFunc(g.members, func(o *device) bool { return o == d })
	case operation == "remove" || in:
		return false
	default:
		g.members = append(g.members, d)
	}
	return true
}

// sendGroup sends to all members. Those who have gone are passed over (a guess; see divergences.md).
func (f *fake) sendGroup(x *kit.Exchange) kit.Response {
	p, refused := f.caller(x)
	if refused != nil {
		return *refused
	}
	m, refused := f.read(x)
	if refused != nil {
		return *refused
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.groups[p.ClientID+" "+m.Group]
	if g == nil {
		return deny(x, http.StatusBadRequest, "InvalidData")
	}
	for _, d := range g.members {
		if d.state != unregistered {
			f.put(d, m)
			d.answered++
		}
	}
	x.Effect = "enqueued"
	return headers(x, kit.JSON(http.StatusOK, struct{}{}))
}
