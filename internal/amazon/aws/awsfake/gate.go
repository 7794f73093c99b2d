package awsfake

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A visit is one request on its way through the gate: what it asks, and who asks.
type visit struct {
	f       *fake
	x       *kit.Exchange
	in      url.Values
	action  string
	service string
	region  string   // in which it must be signed; empty for any
	key     *key     // the long-lived key that signed; nil for a session
	session *session // whose key signed
	user    *user
	signed  kit.Signature
}

// identify reads what is asked, and by which key id, before anything is checked.
func (f *fake) identify(x *kit.Exchange) {
	v := &visit{f: f, x: x}
	v.in = url.Values{}
	for name, values := range x.Query() {
		if !strings.HasPrefix(name, "X-Amz-") {
			v.in[name] = values
		}
	}
	if body, err := url.ParseQuery(string(x.Body)); err == nil {
		for name, values := range body {
			v.in[name] = values
		}
	}
	v.action = v.in.Get("Action")
	v.service, v.region = serviceOf(x, v.in.Get("Version"))
	if _, known := operations[v.service+" "+v.action]; known {
		x.Operation = v.action
	}
	var err error
	if v.signed, err = kit.ReadSignature(x); err == nil {
		x.Client = v.signed.KeyID
		f.mu.Lock()
		if k := f.keys[x.Client]; k != nil {
			x.User = k.user.name
		}
		f.mu.Unlock()
	}
	x.Parsed = v
}

// handle takes a request through the gate in AWS's order: signature, throttle, operation, permission, input.
func (f *fake) handle(x *kit.Exchange) kit.Response {
	v := x.Parsed.(*visit)
	f.mu.Lock()
	defer f.mu.Unlock()
	if r, refused := v.authenticate(); refused {
		return r
	}
	if v.service == iam && f.pace.late(f.account, x.Now, f.is.pace.Duration()) {
		return fault(x, http.StatusBadRequest, "Throttling", "Rate exceeded")
	}
	op, known := operations[v.service+" "+v.action]
	switch {
	case v.action == "" && v.in.Get("Version") == "":
		return fault(x, http.StatusFound, "", "")
	case !known:
		return fault(x, http.StatusBadRequest, "InvalidAction", "Could not find operation "+v.action+" for version "+v.in.Get("Version"))
	}
	if v.key != nil {
		region := v.signed.Region
		v.key.note(use{x.Now, v.service, region})
	}
	if v.service == iam && v.session != nil && v.session.role == "" { // GetSessionToken's credentials cannot call IAM without MFA
		return fault(x, http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid")
	}
	return op(v)
}

// authenticate finds the key and checks the signature, the time and the scope (contract 5.3, auth errors).
func (v *visit) authenticate() (kit.Response, bool) {
	x, f := v.x, v.f
	if f.world.Lax() && v.anyone() {
		return kit.Response{}, false
	}
	refused := func(status int, code, text string) (kit.Response, bool) { return fault(x, status, code, text), true }
	s, err := kit.ReadSignature(x)
	switch {
	case errors.Is(err, kit.ErrUnsigned):
		return refused(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	case err != nil:
		return refused(http.StatusBadRequest, "IncompleteSignature", "The request signature does not conform to AWS standards.")
	}
	invalid := func() (kit.Response, bool) {
		return refused(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	secret := ""
	if k := f.keys[s.KeyID]; k != nil && s.Session == "" {
		if k.inactive || x.Now.Before(k.usable) {
			return invalid()
		}
		v.key, v.user, secret = k, k.user, k.Secret
	} else if t := f.sessions[s.KeyID]; t != nil && t.token == s.Session {
		if !x.Now.Before(t.expires) {
			if v.service == sts {
				return refused(http.StatusBadRequest, "ExpiredTokenException", "The security token included in the request is expired")
			}
			return refused(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
		}
		v.session, v.user, secret = t, t.user, t.Secret
	} else {
		return invalid()
	}
	const form = "20060102T150405Z"
	limit := max(15*time.Minute, s.Lifetime)
	switch stamp := s.At.Format(form); {
	case x.Now.Sub(s.At) > limit:
		return refused(http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: "+stamp+" is now earlier than "+
			x.Now.UTC().Add(-limit).Format(form)+" ("+x.Now.UTC().Format(form)+" - 15 min.)")
	case s.At.Sub(x.Now) > 15*time.Minute:
		return refused(http.StatusForbidden, "SignatureDoesNotMatch", "Signature not yet current: "+stamp+" is still later than "+
			x.Now.UTC().Add(15*time.Minute).Format(form)+" ("+x.Now.UTC().Format(form)+" + 15 min.)")
	case s.Service != v.service:
		return refused(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to correct service: '"+v.service+"'.")
	case v.region != "" && s.Region != v.region:
		return refused(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to a valid region.")
	case !s.Matches(x, secret):
		return refused(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return kit.Response{}, false
}

// anyone is authenticate where nothing need be true: a key that is none, or no signature, is the administrator's while there is one.
func (v *visit) anyone() bool {
	if k := v.f.keys[v.signed.KeyID]; k != nil {
		v.key, v.user = k, k.user
	} else if t := v.f.sessions[v.signed.KeyID]; t != nil {
		v.session, v.user = t, t.user
	} else {
		v.user = v.f.users[kit.AWSAdmin]
	}
	return v.user != nil
}

// may asks the caller's policies about an action on a user.
func (v *visit) may(u *user) (kit.Response, bool) {
	resource := "*"
	if u != nil {
		resource = v.f.arn(u)
	}
	action := v.service + ":" + v.action
	if v.session == nil && v.user.allowed(action, resource) || v.f.world.Lax() {
		return kit.Response{}, true
	}
	return fault(v.x, http.StatusForbidden, "AccessDenied", "User: "+v.caller()+" is not authorized to perform: "+action+
		" on resource: "+resource+" because no identity-based policy allows the "+action+" action"), false
}

// caller is the ARN of who asks.
func (v *visit) caller() string {
	if v.session != nil && v.session.role != "" {
		return v.session.role
	}
	return v.f.arn(v.user)
}

// A limiter is a leaky bucket of five calls by the sandbox's clock; AWS publishes no numbers.
type limiter struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (l *limiter) late(who string, now time.Time, pace time.Duration) bool {
	if pace <= 0 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.until[who]
	if full.Before(now) {
		full = now
	}
	next := full.Add(pace)
	if next.Sub(now) > 5*pace {
		return true
	}
	l.until[who] = next
	return false
}
