package paapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// A refusal is how the Creators API says no (creators-paapi-aws 3.5). Its kind stands in one of two members.
type refusal struct {
	Type       string            `json:"type"`
	Other      string            `json:"__type"`
	Reason     string            `json:"reason"`
	Message    string            `json:"message"`
	RetryAfter json.Number       `json:"retryAfterSeconds"`
	Fields     []json.RawMessage `json:"fieldList"`
}

// named reports whether the refusal is of that kind.
func (r *refusal) named(name string) bool {
	return r.Type == name || r.Type == "" && r.Other[strings.LastIndexByte(r.Other, '#')+1:] == name
}

// Answer implements amazon.Front.
func (f *Front) Answer(c *amazon.FrontCall, a amazon.Answer) amazon.FrontAnswer {
	n, ok := c.Notes.(note)
	if !ok {
		return *refused(internalFailure, internalMessage)
	}
	if a.Status == http.StatusOK && !a.Truncated {
		body, err := turn(a.Body, n.gone)
		if err != nil {
			return *refused(internalFailure, internalMessage)
		}
		return amazon.FrontAnswer{Status: http.StatusOK, Type: kind, Body: body}
	}
	var r refusal
	if json.Unmarshal(a.Body, &r) != nil {
		r = refusal{}
	}
	if a.Status == http.StatusNotFound && r.named("ResourceNotFoundException") {
		return n.nothing()
	}
	out := *refused(worded(a.Status, &r))
	if out.Status == http.StatusTooManyRequests {
		out.RetryAfter = a.Header.Get("Retry-After")
		if s, err := strconv.ParseFloat(r.RetryAfter.String(), 64); err == nil && s > 0 && s <= amazon.MaxRetryAfter.Seconds() && out.RetryAfter == "" {
			out.RetryAfter = strconv.Itoa(int(s + 0.999))
		}
	}
	return out
}

const internalMessage = "The request processing has failed because of an unknown error, exception or failure. Please retry again."

// nothing is PA-API's way to say that nothing was found: 200 with the errors alone, one for each id that was asked for.
func (n *note) nothing() amazon.FrontAnswer {
	var all []detail
	for _, id := range n.ids {
		all = append(all, detail{errorData, invalidValue.code, "The " + n.op.single + " " + clip(id) + " provided in the request is invalid."})
	}
	if len(all) == 0 {
		all = []detail{{errorData, "NoResults", "No results found for your request."}}
	}
	body, err := json.Marshal(map[string][]detail{"Errors": append(all, n.gone...)})
	if err != nil {
		return *refused(internalFailure, internalMessage)
	}
	return amazon.FrontAnswer{Status: http.StatusOK, Type: kind, Body: body}
}

// clip keeps an id to what ids may have: PA-API's message repeats it.
func clip(id string) string {
	if len(id) > 20 || !plain(id) {
		return "that was"
	}
	return id
}

// reasons are the refusals with a reason that has a name of PA-API's.
var reasons = map[string]failure{
	"UnknownOperation": unknownOperation, "InvalidAssociate": invalidAssociate, "InvalidPartnerTag": invalidTag,
	"FieldValidationFailed": invalidValue, "CannotParse": invalidValue, "AssociateNotEligible": notEligible,
}

// worded names a refusal of the Creators API as PA-API did. A token that Amazon refuses is the operator's matter, not the caller's: to whoever
// signed, the account has no access.
func worded(status int, r *refusal) (failure, string) {
	message := r.Message
	if message == "" {
		message = internalMessage
	}
	if as, ok := reasons[r.Reason]; ok {
		if fields := r.fields(); fields != "" {
			message = "The value provided in the request for " + fields + " is invalid."
		}
		return as, message
	}
	switch {
	case status == http.StatusTooManyRequests:
		return tooManyRequests, "The request was denied due to request throttling. Please verify the number of requests made per second to the Amazon Product Advertising API."
	case status == http.StatusUnauthorized:
		return accessDenied, "Amazon refuses the credential that Lockkeeper holds for this account. " + message
	case status == http.StatusForbidden:
		return accessDenied, message
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError && r.named("ValidationException"):
		return invalidValue, message
	}
	return internalFailure, internalMessage
}

// fields are the members that Amazon found wrong, in PA-API's names. They come as objects or as texts (3.5).
func (r *refusal) fields() string {
	back := map[string]string{"condition": "Condition", "resources": "Resources", "x-marketplace": "Marketplace"}
	for name, other := range members {
		back[other] = name
	}
	var names []string
	for _, raw := range r.Fields {
		var object struct{ Name string }
		name := text(raw)
		if name == "" && json.Unmarshal(raw, &object) == nil {
			name = object.Name
		}
		name, _, _ = strings.Cut(name, "[")
		if known, ok := back[name]; ok {
			names = append(names, known)
		}
	}
	return strings.Join(names, ", ")
}
