package fakelwa

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A refusal is one row of the token endpoint's errors (ads-lwa 1.8).
type refusal struct {
	status int
	code   string
	text   string
	index  bool // error_index, a long opaque trace, comes first
}

var (
	invalidClient    = refusal{401, "invalid_client", "Client authentication failed", false}
	otherClient      = refusal{400, "unauthorized_client", "Not authorized for requested operation", false}
	badCode          = refusal{400, "invalid_grant", "The request has an invalid grant parameter : code", false}
	revoked          = refusal{400, "invalid_grant", "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.", false}
	badRefresh       = refusal{400, "invalid_grant", "The request has an invalid grant parameter : refresh_token", false}
	expiredCode      = refusal{400, "invalid_request", "The request has an invalid parameter : code", false}
	malformed        = refusal{400, "invalid_request", "Malformed request", true}
	unsupportedGrant = refusal{400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server", false}
	badScope         = refusal{400, "invalid_scope", "The request has an invalid parameter : scope", false}
	throttled        = refusal{429, "TooManyRequests", "Request is throttled.", false}
	serverError      = refusal{500, "ServerError", "The server encountered a runtime error.", false}
	unavailable      = refusal{503, "temporarily_unavailable", "The server encountered a runtime error.", false}
)

func missing(parameter string) refusal {
	return refusal{400, "invalid_request", "The request is missing a required parameter : " + parameter, false}
}

// deny refuses a token request with error_description before error, as in most captures (ads-lwa 1.8).
func deny(x *kit.Exchange, r refusal) kit.Response {
	x.Effect = "refused"
	return word(x, r)
}

// word gives the refusal's answer without saying that it was the operation's own.
func word(x *kit.Exchange, r refusal) kit.Response {
	x.Error = r.code
	body := struct {
		Index string `json:"error_index,omitempty"`
		Text  string `json:"error_description"`
		Code  string `json:"error"`
	}{Text: r.text, Code: r.code}
	if r.index {
		body.Index = x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 118) + "=="
	}
	resp := kit.JSON(r.status, body)
	resp.Header = x.LWAHeaders(len(resp.Body))
	return resp
}

// refuse words a failure that a fault asked for.
func (f *fake) refuse(x *kit.Exchange, want kit.Refusal) kit.Response {
	if x.Operation == "user_profile" {
		return profileError(x, want.Status, pick(want).code, pick(want).text)
	}
	if x.Operation == "tokeninfo" && want.Status < 500 {
		return tokenInfoError(x, want.Status)
	}
	if want.Status == http.StatusBadGateway || want.Status == http.StatusGatewayTimeout {
		x.Error = http.StatusText(want.Status)
		return kit.Text(want.Status, "text/html", "<html><body><h1>"+http.StatusText(want.Status)+"</h1></body></html>\n")
	}
	return word(x, pick(want))
}

// pick finds the row that a fault means: by its error, else the usual one of its status.
func pick(want kit.Refusal) refusal {
	for _, r := range []refusal{invalidClient, otherClient, revoked, malformed, unsupportedGrant, badScope, throttled, serverError, unavailable} {
		if r.code == want.Error {
			r.status = want.Status
			return r
		}
	}
	r := map[int]refusal{400: revoked, 401: invalidClient, 429: throttled, 503: unavailable}[want.Status]
	if r.code == "" {
		r = serverError
	}
	r.status = want.Status
	if want.Error != "" {
		r.code = want.Error
	}
	return r
}

// notAllowed answers a GET of the token endpoint (ads-lwa 1.8).
func notAllowed(x *kit.Exchange) kit.Response {
	x.Effect = "refused"
	r := kit.Response{Status: http.StatusMethodNotAllowed, Header: x.LWAHeaders(0)}
	return r.Set("Content-Type", "text/html").Set("Allow", "POST")
}

func notFound(x *kit.Exchange) kit.Response {
	return kit.Text(http.StatusNotFound, "text/html", "<html><head><title>Document not found</title></head><body><h1>404 Not Found</h1></body></html>\n")
}
