package admfake

import (
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// headers are on every answer (adm 3.1).
func headers(x *kit.Exchange, r kit.Response) kit.Response {
	return r.Set("X-Amzn-Requestid", x.UUID()).Set("Server", "Server")
}

// deny refuses with a reason, the only member of Amazon's error bodies (adm 3.3).
func deny(x *kit.Exchange, status int, reason string) kit.Response {
	x.Effect, x.Error = "refused", reason
	return headers(x, kit.JSON(status, struct {
		Reason string `json:"reason"`
	}{reason}))
}

// bare refuses without a word, as 500 and 503 do.
func bare(x *kit.Exchange, status int) kit.Response {
	x.Effect = "refused"
	return headers(x, kit.Response{Status: status})
}

// refuse words a failure that a fault asked for. An Error of "html" is a proxy's page.
func refuse(x *kit.Exchange, r kit.Refusal) kit.Response {
	reason := r.Error
	switch {
	case reason == "html":
		return headers(x, kit.Text(r.Status, "text/html", "<html><head><title>Error</title></head><body>Service Unavailable</body></html>"))
	case reason != "":
	case r.Status == http.StatusUnauthorized:
		reason = "AccessTokenExpired"
	case r.Status == http.StatusRequestEntityTooLarge:
		reason = "MessageTooLarge"
	case r.Status == http.StatusTooManyRequests:
		reason = "MaxRateExceeded"
	case r.Status == http.StatusBadRequest:
		reason = "InvalidData"
	default:
		return bare(x, r.Status)
	}
	return deny(x, r.Status, reason)
}

// unknown answers paths that Device Messaging does not have.
func unknown(x *kit.Exchange) kit.Response { return bare(x, http.StatusNotFound) }
