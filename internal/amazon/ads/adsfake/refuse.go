package adsfake

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The body shapes of ads-lwa 8.1, by who answers.

// gatewayBody is what the gateway in front says: about tokens, scopes and profiles.
type gatewayBody struct {
	Code      string `json:"code"`
	Details   string `json:"details"`
	RequestID string `json:"requestId,omitempty"`
}

// serviceBody is what SP v3 and the manager accounts say.
type serviceBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// rawBody is what API Gateway says when a request never reached a service.
type rawBody struct {
	Message string `json:"message"`
}

// behindAPIGateway reports whether a path is served by a service behind API Gateway rather than by the Ads gateway
// itself, which decides the style of request ids (ads-lwa 2.3).
func behindAPIGateway(x *kit.Exchange) bool {
	return len(x.Path) < 4 || x.Path[:4] != "/v2/"
}

// answer gives a JSON value the headers of who answers.
func answer(x *kit.Exchange, status int, v any, service bool) kit.Response {
	r := kit.JSON(status, v)
	if service {
		r.Header = x.ServiceHeaders("")
	} else {
		r.Header, r.Chunked = x.GatewayHeaders(), true
	}
	return r
}

// remapped gives a JSON value the headers of a service whose own media type is told among the remapped headers only (ads-lwa 2.3).
func remapped(x *kit.Exchange, status int, media string, v any) kit.Response {
	r := kit.JSON(status, v)
	r.Header = x.ServiceHeaders(media)
	return r
}

// gatewayRefusal refuses as the gateway does, with its request id in the body.
func gatewayRefusal(x *kit.Exchange, status int, code, details string) kit.Response {
	x.Error = code
	h := x.GatewayHeaders()
	r := kit.JSON(status, gatewayBody{code, details, h.Get("X-Amz-Rid")})
	r.Header, r.Chunked = h, true
	return r
}

// scopeRefusal refuses a scope: these answers carry no request id in the body (ads-lwa 8.2).
func scopeRefusal(x *kit.Exchange, status int, code, details string) kit.Response {
	x.Error = code
	return answer(x, status, gatewayBody{Code: code, Details: details}, false)
}

// serviceRefusal refuses as SP v3 and the manager accounts do.
func serviceRefusal(x *kit.Exchange, status int, code, message string) kit.Response {
	if strings.HasPrefix(x.Path, "/reporting/") {
		return reportRefusal(x, status, message)
	}
	if strings.HasPrefix(x.Path, v1Path) {
		return v1Refusal(x, status, message)
	}
	if older(x.Path) {
		return detailsRefusal(x, status, code, message)
	}
	x.Error = code
	r := answer(x, status, serviceBody{code, message}, true)
	if media := errorMedia(x); media != "" {
		r.Header = x.ServiceHeaders(media)
	}
	return r
}

// older reports whether a path is of those that say details (ads-lwa 8.1).
func older(path string) bool {
	return strings.HasPrefix(path, "/sd/") || strings.HasPrefix(path, "/testAccounts") || (strings.HasPrefix(path, "/sb/") && !strings.HasPrefix(path, "/sb/v4/") && !strings.HasPrefix(path, "/sb/ads/"))
}

// errorMedia is the media type of refusals where the documents give one: Sponsored Brands v4.
func errorMedia(x *kit.Exchange) string {
	switch rest, ok := strings.CutPrefix(x.Path, "/sb/v4/"); {
	case strings.HasPrefix(x.Path, "/sb/ads/creatives/"):
		return sbCreativeMedia
	case !ok:
	case strings.HasPrefix(rest, "campaigns"):
		return sbCampaignMedia
	case strings.HasPrefix(rest, "adGroups"):
		return sbGroupMedia
	case strings.HasPrefix(rest, "ads"):
		return sbAdMedia
	}
	return ""
}

// refuse words a failure that a fault asked for as the answerer of that path would. An Error of "html" asks for the page
// that proxies in front of it show.
func refuse(x *kit.Exchange, r kit.Refusal) kit.Response {
	if r.Error == "html" || r.Status == http.StatusBadGateway || r.Status == http.StatusGatewayTimeout {
		return proxyPage(x, r.Status)
	}
	service := behindAPIGateway(x)
	code, text := wording(r.Status, service)
	if r.Error != "" {
		code = r.Error
	}
	if service && r.Status != http.StatusUnauthorized {
		return serviceRefusal(x, r.Status, code, text)
	}
	return gatewayRefusal(x, r.Status, code, text)
}

func wording(status int, service bool) (code, text string) {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT", "The request is not valid"
	case http.StatusUnauthorized:
		return "401", authenticationFailed
	case http.StatusForbidden:
		if service {
			return "ACCESS_DENIED", "Access denied"
		}
		return "403", "Forbidden"
	case http.StatusUnsupportedMediaType:
		if service {
			return "UNSUPPORTED_MEDIA_TYPE", cannotConsume
		}
		return "415", cannotConsume
	case http.StatusTooManyRequests:
		if service {
			return "THROTTLED", "Too Many Requests"
		}
		return "429", "Too Many Requests"
	case http.StatusServiceUnavailable:
		return "SERVICE_UNAVAILABLE", "Service Unavailable"
	}
	return "INTERNAL_ERROR", "Internal error"
}

// proxyPage is the HTML that openresty and its like answer with, without Retry-After (ads-lwa 7, 8.1).
func proxyPage(x *kit.Exchange, status int) kit.Response {
	text := http.StatusText(status)
	r := kit.Text(status, "text/html", "<html>\r\n<head><title>"+strconv.Itoa(status)+" "+text+"</title></head>\r\n<body>\r\n<center><h1>"+
		strconv.Itoa(status)+" "+text+"</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n")
	x.Error = "html"
	r.Header.Set("Server", "openresty")
	return r
}
