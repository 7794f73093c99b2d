package awsfake

import (
	"encoding/base32"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// getCallerIdentity needs no permission and cannot be denied.
func getCallerIdentity(v *visit) kit.Response {
	id := v.user.id
	if v.session != nil && v.session.role != "" {
		id = v.session.roleID
	}
	return v.answer(struct{ Arn, UserId, Account string }{v.caller(), id, v.f.account}) //nolint:revive // AWS's spelling
}

// credentials are what a session is given as.
type credentials struct {
	AccessKeyId     string //nolint:revive // AWS's spelling
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// open begins a session and forgets those that have long ended.
func (v *visit) open(life time.Duration) *session {
	for id, s := range v.f.sessions {
		if v.x.Now.Sub(s.expires) > time.Hour {
			delete(v.f.sessions, id)
		}
	}
	v.f.made++
	key := v.f.world.AWSSession(v.f.made)
	s := &session{
		AWSKey: key, user: v.user, expires: v.x.Now.UTC().Add(life).Truncate(time.Second),
		token: "IQoJb3JpZ2luX2VjEsbx" + v.f.world.Hex("aws token "+key.ID, 64) + "//////////",
	}
	v.f.sessions[s.ID] = s
	return s
}

func (s *session) credentials() credentials {
	return credentials{s.ID, s.Secret, s.token, stamp(s.expires)}
}

// life reads DurationSeconds.
func (v *visit) life(least, most, usual int) (time.Duration, kit.Response, bool) {
	n := usual
	if text := v.in.Get("DurationSeconds"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < least || n > most {
			return 0, fault(v.x, http.StatusBadRequest, "ValidationError", "1 validation error detected: Value '"+text+
				"' at 'durationSeconds' failed to satisfy constraint: Member must have value between "+strconv.Itoa(least)+" and "+strconv.Itoa(most)), false
		}
	}
	return time.Duration(n) * time.Second, kit.Response{}, true
}

// getSessionToken needs no permission, but a policy can deny it.
func getSessionToken(v *visit) kit.Response {
	life, r, ok := v.life(900, 129600, 43200)
	switch {
	case !ok:
		return r
	case v.session != nil:
		return fault(v.x, http.StatusForbidden, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	case v.user.denied("sts:GetSessionToken"):
		return fault(v.x, http.StatusForbidden, "AccessDenied", "User: "+v.caller()+
			" is not authorized to perform: sts:GetSessionToken on resource: arn:aws:sts::"+v.f.account+":* with an explicit deny in an identity-based policy")
	case v.user.name == kit.AWSRoot:
		life = min(life, time.Hour)
	}
	return v.answer(struct{ Credentials credentials }{v.open(life).credentials()})
}

func assumeRole(v *visit) kit.Response {
	life, r, ok := v.life(900, 43200, 3600)
	if !ok {
		return r
	}
	role, name := v.in.Get("RoleArn"), v.in.Get("RoleSessionName")
	switch {
	case role == "":
		return v.missing("RoleArn")
	case len(name) < 2 || len(name) > 64:
		return fault(v.x, http.StatusBadRequest, "ValidationError", "1 validation error detected: Value '"+name+
			"' at 'roleSessionName' failed to satisfy constraint: Member must have length between 2 and 64")
	case v.user.name == kit.AWSRoot:
		return fault(v.x, http.StatusForbidden, "AccessDenied", "Roles may not be assumed by root accounts.")
	case role != v.f.roleARN() || v.user.denied("sts:AssumeRole"):
		return fault(v.x, http.StatusForbidden, "AccessDenied", "User: "+v.caller()+" is not authorized to perform: sts:AssumeRole on resource: "+role)
	}
	s := v.open(life)
	s.role = strings.Replace(strings.Replace(role, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/" + name
	s.roleID = "AROA" + v.f.letters("role "+role, 17) + ":" + name
	return v.answer(struct {
		AssumedRoleUser  struct{ AssumedRoleId, Arn string } //nolint:revive // AWS's spelling
		Credentials      credentials
		PackedPolicySize int
	}{struct{ AssumedRoleId, Arn string }{s.roleID, s.role}, s.credentials(), 6}) //nolint:revive // AWS's spelling
}

// getAccessKeyInfo tells the account of any key id, which is written in the id itself.
func getAccessKeyInfo(v *visit) kit.Response {
	id := v.in.Get("AccessKeyId")
	if len(id) != 20 {
		return fault(v.x, http.StatusBadRequest, "ValidationError", "Access key ID is malformed")
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil {
		return fault(v.x, http.StatusBadRequest, "ValidationError", "Access key ID is malformed")
	}
	n := binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...)) & 0x7fffffffff80 >> 7
	account := strconv.FormatUint(n, 10)
	return v.answer(struct{ Account string }{strings.Repeat("0", max(0, 12-len(account))) + account})
}
