package paapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

const (
	namespace = "com.amazon.paapi5#"
	errorData = namespace + "ErrorData"
)

// A detail is one entry of Errors. Kind stands in partial failures only (creators-paapi-aws 2.4).
type detail struct {
	Kind    string `json:"__type,omitempty"`
	Code    string `json:"Code"`
	Message string `json:"Message"`
}

// A failure is one of PA-API's refusals (2.5).
type failure struct {
	status    int
	exception string
	code      string
}

var (
	incompleteSignature = failure{http.StatusBadRequest, "IncompleteSignatureException", "IncompleteSignature"}
	invalidSignature    = failure{http.StatusUnauthorized, "InvalidSignatureException", "InvalidSignature"}
	unrecognizedClient  = failure{http.StatusUnauthorized, "UnrecognizedClientException", "UnrecognizedClient"}
	requestExpired      = failure{http.StatusUnauthorized, "RequestExpiredException", "RequestExpired"}
	accessDenied        = failure{http.StatusForbidden, "AccessDeniedException", "AccessDenied"}
	invalidAssociate    = failure{http.StatusForbidden, "AssociateValidationException", "InvalidAssociate"}
	notEligible         = failure{http.StatusForbidden, "AssociateEligibilityException", "AssociateNotEligible"}
	invalidTag          = failure{http.StatusBadRequest, "InvalidPartnerTagException", "InvalidPartnerTag"}
	missingParameter    = failure{http.StatusBadRequest, "ValidationException", "MissingParameter"}
	invalidValue        = failure{http.StatusBadRequest, "ValidationException", "InvalidParameterValue"}
	unknownOperation    = failure{http.StatusNotFound, "UnknownOperationException", "UnknownOperation"}
	tooManyRequests     = failure{http.StatusTooManyRequests, "TooManyRequestsException", "TooManyRequests"}
	internalFailure     = failure{http.StatusInternalServerError, "InternalFailure", "InternalFailure"}
)

// refused is a whole answer that refuses.
func refused(f failure, message string) *amazon.FrontAnswer {
	body, err := json.Marshal(struct {
		Kind   string   `json:"__type"`
		Errors []detail `json:"Errors"`
	}{namespace + f.exception, []detail{{Code: f.code, Message: message}}})
	if err != nil {
		body = []byte("{}")
	}
	return &amazon.FrontAnswer{Status: f.status, Type: kind, Body: body}
}

// ours are the problems of Lockkeeper's own that have a name of PA-API's.
var ours = map[problem.Code]failure{
	problem.GatewaySignatureIncomplete:     incompleteSignature,
	problem.GatewaySignatureBody:           incompleteSignature,
	problem.GatewaySignatureInURL:          incompleteSignature,
	problem.GatewayPassMissing:             incompleteSignature,
	problem.GatewaySignatureMismatch:       invalidSignature,
	problem.GatewaySignatureExpired:        requestExpired,
	problem.GatewayKeyUnknown:              unrecognizedClient,
	problem.GatewayPassMalformed:           unrecognizedClient,
	problem.GatewayPassUnknown:             unrecognizedClient,
	problem.GatewayPassRevoked:             unrecognizedClient,
	problem.GatewayPassExpired:             unrecognizedClient,
	problem.GatewayGrantUnknown:            invalidAssociate,
	problem.GatewayGrantAmbiguous:          invalidAssociate,
	problem.CreatorsMarketplaceOtherRegion: invalidAssociate,
	problem.CreatorsMarketplaceUnknown:     invalidValue,
	problem.GatewayRouteUnknown:            unknownOperation,
	problem.GatewayPathRefused:             unknownOperation,
	problem.GatewayMethodRefused:           unknownOperation,
}

// Refuse implements amazon.Front. What PA-API has no name for keeps its status's meaning, and every message says what to do.
func (f *Front) Refuse(p problem.Problem) amazon.FrontAnswer {
	as, ok := ours[p.Code]
	switch {
	case ok:
	case amazon.NotEligible(p.Code):
		as = notEligible
	case p.Status == http.StatusTooManyRequests:
		as = tooManyRequests
	case p.Status == http.StatusUnauthorized:
		as = unrecognizedClient
	case p.Status == http.StatusForbidden:
		as = accessDenied
	case p.Whose == problem.CallersOwn && p.Status >= http.StatusBadRequest && p.Status < http.StatusInternalServerError:
		as = failure{p.Status, invalidValue.exception, invalidValue.code}
	case p.Whose == problem.OperatorsOwn && p.Status < http.StatusInternalServerError:
		as = accessDenied // nothing that the software could change: the account cannot be used through Lockkeeper for now
	default:
		as = internalFailure
	}
	message := p.What
	if p.Detail != "" && !strings.Contains(message, p.Detail) {
		message += " (" + p.Detail + ")"
	}
	return *refused(as, message+" "+p.Fix+" [Lockkeeper: "+string(p.Code)+"]")
}
