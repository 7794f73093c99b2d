package gateway

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Headers of every answer.
const (
	headerRequest = "Lockkeeper-Request-Id"
	headerProblem = "Lockkeeper-Problem"
	headerAge     = "Lockkeeper-Token-Age" // seconds; only while the grant's refreshes fail
	headerRegions = "Lockkeeper-Regions"   // those whose answers were merged
)

// refuse answers with a problem of ours (RFC 9457).
func (q *request) refuse(p problem.Problem) {
	q.code, q.refused = p.Code, true
	status := p.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	q.status = status
	if q.front != nil {
		q.stamp(q.w.Header(), p)
		q.reply(q.front.Refuse(p))
		return
	}
	kind := p.Docs
	if kind == "" {
		kind = "about:blank"
	}
	body, err := json.Marshal(struct {
		Type     string        `json:"type"`
		Title    string        `json:"title"`
		Status   int           `json:"status"`
		Detail   string        `json:"detail,omitempty"`
		Instance string        `json:"instance"`
		Code     problem.Code  `json:"code"`
		Whose    problem.Whose `json:"whose"`
		Fix      string        `json:"fix"`
		Docs     string        `json:"docs,omitempty"`
		Guide    string        `json:"guide,omitempty"` // the guide's step that avoids it
		Details  string        `json:"details"`         // where clients of the Ads API look for the words (ads-lwa 8.1)
	}{kind, p.What, status, p.Detail, "urn:lockkeeper:request:" + string(q.id), p.Code, p.Whose, p.Fix, p.Docs, p.Guide, p.What + " " + p.Fix})
	if err != nil {
		body = []byte(`{"code":"gateway.internal"}`)
	}
	h := q.w.Header()
	q.stamp(h, p)
	h.Set("Content-Type", "application/problem+json")
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="lockkeeper"`)
	}
	q.write(status, body)
}

// stamp puts on what every answer of ours carries besides its body.
func (q *request) stamp(h http.Header, p problem.Problem) {
	h.Set(headerRequest, string(q.id))
	h.Set(headerProblem, string(p.Code))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if wait := p.RetryAt.Sub(q.now); !p.RetryAt.IsZero() && wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	q.closeAfterChunks(h)
}

// write sends a small answer whole.
func (q *request) write(status int, body []byte) {
	q.status = status
	q.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.w.WriteHeader(status)
	if q.r.Method != http.MethodHead {
		n, _ := q.w.Write(body)
		q.out += int64(n)
	}
}

// closeAfterChunks ends the connection after a request with a Transfer-Encoding. Go takes it over a Content-Length sent
// beside it and keeps no trace of that, so any such request may have been framed twice (RFC 9112, section 6.1).
func (q *request) closeAfterChunks(h http.Header) {
	if len(q.r.TransferEncoding) > 0 {
		h.Set("Connection", "close")
	}
}
