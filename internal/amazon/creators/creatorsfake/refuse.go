package creatorsfake

import (
	"net/http"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Kinds of error (creators-paapi-aws 3.5).
const (
	validation   = "ValidationException"
	unauthorized = "UnauthorizedException"
	denied       = "AccessDeniedException"
	notFound     = "ResourceNotFoundException"
	throttled    = "ThrottleException"
	internal     = "InternalServerException"
)

// A failure is one error of the API.
type failure struct {
	status       int
	kind         string
	reason       string
	message      string
	fields       []field
	resourceType string
	resourceID   string
	retryAfter   int // seconds
}

// A field is one entry of fieldList.
type field struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// refuse words a failure in the form that the switches ask for.
func (f *fake) refuse(x *kit.Exchange, e failure) kit.Response {
	x.Effect, x.Error = "refused", e.kind
	if e.reason != "" {
		x.Error = e.reason
	}
	body := struct {
		Smithy       string `json:"__type,omitempty"`
		Type         string `json:"type,omitempty"`
		Message      string `json:"message"`
		Reason       string `json:"reason,omitempty"`
		Fields       any    `json:"fieldList,omitempty"`
		ResourceID   string `json:"resourceId,omitempty"`
		ResourceType string `json:"resourceType,omitempty"`
		RetryAfter   int    `json:"retryAfterSeconds,omitempty"`
	}{Message: e.message, Reason: e.reason, ResourceID: e.resourceID, ResourceType: e.resourceType}
	if f.is.errorForm.Is("__type") {
		body.Smithy = "com.amazon.creators#" + e.kind
	} else {
		body.Type = e.kind
	}
	switch {
	case len(e.fields) > 0 && f.is.fieldList.Is("texts"):
		var texts []string
		for _, one := range e.fields {
			texts = append(texts, one.Name+": "+one.Message)
		}
		body.Fields = texts
	case len(e.fields) > 0:
		body.Fields = e.fields
	}
	if e.retryAfter > 0 && f.is.retryAfter.Is("body") {
		body.RetryAfter = e.retryAfter
	}
	r := kit.JSON(e.status, body)
	r.Header = headers(x)
	if e.retryAfter > 0 && f.is.retryAfter.Is("header") {
		r = r.Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	return r
}

// headers are those of every answer of the API, as PA-API's were captured (creators-paapi-aws 2.2).
func headers(x *kit.Exchange) http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "Server": {"Server"}, "X-Amzn-Requestid": {x.UUID()}, "X-Amz-Rid": {x.RID()},
		"Vary": {"Content-Type,Accept-Encoding,User-Agent"},
	}
}

func invalid(fields ...field) failure {
	return failure{status: http.StatusBadRequest, kind: validation, reason: "FieldValidationFailed", message: "Request validation failed.", fields: fields}
}

func badToken(reason, message string) failure {
	return failure{status: http.StatusUnauthorized, kind: unauthorized, reason: reason, message: message}
}

func overLimit(seconds int) failure {
	return failure{
		status: http.StatusTooManyRequests, kind: throttled, retryAfter: max(1, seconds),
		message: "The request was denied due to request throttling. Please verify the number of requests made per second.",
	}
}

func nothing(resourceType, resourceID, message string) failure {
	return failure{status: http.StatusNotFound, kind: notFound, resourceType: resourceType, resourceID: resourceID, message: message}
}

func notEligible() failure {
	return failure{
		status: http.StatusForbidden, kind: denied, reason: "AssociateNotEligible",
		message: "Your account does not currently meet the eligibility requirements.",
	}
}

// refusal words a failure that a fault asked for. Error names a reason, and with it the kind.
func (f *fake) refusal(x *kit.Exchange, r kit.Refusal) kit.Response {
	if x.Operation == "token" {
		code := r.Error
		if code == "" {
			code = "invalid_client"
		}
		return kit.JSON(r.Status, map[string]string{"error": code})
	}
	switch r.Status {
	case http.StatusUnauthorized:
		return f.refuse(x, badToken(or(r.Error, "InvalidToken"), "The authentication token is invalid or malformed."))
	case http.StatusForbidden:
		e := notEligible()
		e.reason = or(r.Error, e.reason)
		return f.refuse(x, e)
	case http.StatusBadRequest:
		return f.refuse(x, failure{status: r.Status, kind: validation, reason: or(r.Error, "Other"), message: "The request is invalid."})
	case http.StatusNotFound:
		return f.refuse(x, nothing("Item", "", "No items found for the requested item IDs."))
	case http.StatusTooManyRequests:
		e := overLimit(1)
		if seconds, err := strconv.Atoi(r.RetryAfter); err == nil {
			e.retryAfter = seconds
		}
		return f.refuse(x, e)
	}
	return f.refuse(x, failure{status: r.Status, kind: internal, message: "An unexpected error occurred while processing your request."})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
