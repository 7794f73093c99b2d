package awsfake

import (
	"net/http"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// operations are all that the two services know here.
var operations = map[string]func(*visit) kit.Response{
	"iam CreateAccessKey":      createAccessKey,
	"iam ListAccessKeys":       listAccessKeys,
	"iam UpdateAccessKey":      updateAccessKey,
	"iam DeleteAccessKey":      deleteAccessKey,
	"iam GetAccessKeyLastUsed": getAccessKeyLastUsed,
	"iam CreateUser":           createUser,
	"iam GetUser":              getUser,
	"iam ListUsers":            listUsers,
	"iam DeleteUser":           deleteUser,
	"iam PutUserPolicy":        putUserPolicy,
	"iam GetUserPolicy":        getUserPolicy,
	"iam ListUserPolicies":     listUserPolicies,
	"iam DeleteUserPolicy":     deleteUserPolicy,
	"sts GetCallerIdentity":    getCallerIdentity,
	"sts GetSessionToken":      getSessionToken,
	"sts AssumeRole":           assumeRole,
	"sts GetAccessKeyInfo":     getAccessKeyInfo,
}

// A metadata is a key without its secret.
type metadata struct {
	UserName    string
	AccessKeyId string //nolint:revive // AWS's spelling
	Status      string
	CreateDate  string
}

// whose finds the user that a request is about: the one named, or else the one that asks, and whether that is permitted.
func (v *visit) whose() (*user, kit.Response, bool) {
	name := v.in.Get("UserName")
	if name == "" {
		if v.user.name == kit.AWSRoot && (v.action == "UpdateAccessKey" || v.action == "DeleteAccessKey") {
			return v.user, kit.Response{}, true // the root's own keys
		}
		if v.session != nil {
			return nil, fault(v.x, http.StatusBadRequest, "ValidationError", "Must specify userName when calling with non-User credentials"), false
		}
		name = v.user.name
	}
	u := v.f.users[name]
	about := u
	if about == nil {
		about = &user{name: name, path: "/"}
	}
	if r, ok := v.may(about); !ok {
		return nil, r, false
	}
	if u == nil {
		return nil, fault(v.x, http.StatusNotFound, "NoSuchEntity", "The user with name "+name+" cannot be found."), false
	}
	return u, kit.Response{}, true
}

// theirs finds the key that a request is about, which must be of the user that it is about.
func (v *visit) theirs() (*key, kit.Response, bool) {
	u, r, ok := v.whose()
	if !ok {
		return nil, r, false
	}
	id := v.in.Get("AccessKeyId")
	if id == "" {
		return nil, v.missing("AccessKeyId"), false
	}
	if k := v.f.keys[id]; k != nil && k.user == u {
		return k, kit.Response{}, true
	}
	return nil, fault(v.x, http.StatusNotFound, "NoSuchEntity", "The Access Key with id "+id+" cannot be found."), false
}

func (v *visit) missing(name string) kit.Response {
	return fault(v.x, http.StatusBadRequest, "ValidationError", "1 validation error detected: Value null at '"+lowerFirst(name)+
		"' failed to satisfy constraint: Member must not be null")
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

func createAccessKey(v *visit) kit.Response {
	u, r, ok := v.whose()
	if !ok {
		return r
	}
	if len(u.keys) >= most {
		return fault(v.x, http.StatusConflict, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	}
	k := v.f.makeKey(u, v.x.Now.UTC())
	type accessKey struct {
		UserName        string
		AccessKeyId     string //nolint:revive // AWS's spelling
		Status          string
		SecretAccessKey string
		CreateDate      string
	}
	return v.answer(struct{ AccessKey accessKey }{accessKey{u.name, k.ID, k.status(), k.Secret, stamp(k.created)}})
}

func listAccessKeys(v *visit) kit.Response {
	u, r, ok := v.whose()
	if !ok {
		return r
	}
	first, last, more, ok := v.page(len(u.keys))
	if !ok {
		return fault(v.x, http.StatusBadRequest, "ValidationError", "Invalid Marker or MaxItems")
	}
	var out struct {
		Members     []metadata `xml:"AccessKeyMetadata>member"`
		IsTruncated bool
		Marker      string `xml:",omitempty"`
	}
	for _, k := range u.keys[first:last] {
		out.Members = append(out.Members, metadata{u.name, k.ID, k.status(), stamp(k.created)})
	}
	if more {
		out.IsTruncated, out.Marker = true, strconv.Itoa(last)
	}
	return v.answer(out)
}

// page reads Marker and MaxItems, 1 to 1000 (contract 5.2).
func (v *visit) page(n int) (first, last int, more, ok bool) {
	size := 100
	if text := v.in.Get("MaxItems"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > 1000 {
			return 0, 0, false, false
		}
	}
	if text := v.in.Get("Marker"); text != "" {
		var err error
		if first, err = strconv.Atoi(text); err != nil || first < 0 || first > n {
			return 0, 0, false, false
		}
	}
	last = min(n, first+size)
	return first, last, last < n, true
}

func updateAccessKey(v *visit) kit.Response {
	k, r, ok := v.theirs()
	if !ok {
		return r
	}
	switch v.in.Get("Status") {
	case "Active":
		k.inactive = false
	case "Inactive":
		k.inactive = true
	default:
		return fault(v.x, http.StatusBadRequest, "ValidationError", "1 validation error detected: Value at 'status' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [Active, Inactive]")
	}
	return v.answer(nil)
}

func deleteAccessKey(v *visit) kit.Response {
	k, r, ok := v.theirs()
	if !ok {
		return r
	}
	v.f.dropKey(k)
	return v.answer(nil)
}

func getAccessKeyLastUsed(v *visit) kit.Response {
	id := v.in.Get("AccessKeyId")
	k := v.f.keys[id]
	if k == nil {
		if v.f.is.unknownKey.Is("no_such_entity") {
			return fault(v.x, http.StatusNotFound, "NoSuchEntity", "The Access Key with id "+id+" cannot be found.")
		}
		return fault(v.x, http.StatusForbidden, "AccessDenied", "User: "+v.caller()+" is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key "+id)
	}
	if r, ok := v.may(k.user); !ok {
		return r
	}
	type last struct {
		LastUsedDate string `xml:",omitempty"`
		ServiceName  string
		Region       string
	}
	out := struct {
		UserName          string
		AccessKeyLastUsed last
	}{k.user.name, last{ServiceName: "N/A", Region: "N/A"}}
	if u := k.lastUsed(v.x.Now, v.f.is.lag.Duration()); !u.at.IsZero() {
		out.AccessKeyLastUsed = last{stamp(u.at), u.service, u.region}
	}
	return v.answer(out)
}
