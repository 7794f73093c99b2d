package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// passthrough is where software that knows nothing of Amazon's headers calls Amazon's own paths: host, account header and media type are
// chosen here (contract ads-model 1.6).
const passthrough = "/lk/v1/passthrough/"

// unifiedAds is the path of the normalised Ads API, whose clients are Unified's too.
const unifiedAds = "/lk/v1/ads"

// organization is the parameter by which such software names the account. No Amazon API has one of that name.
const organization = "org_id"

// unfolded writes the slashes of a passthrough's path as slashes: Unified's clients send Amazon's whole path as one segment. What comes of
// it is looked at like any path.
func unfolded(raw string) string {
	rest, ok := strings.CutPrefix(raw, passthrough)
	if !ok {
		return raw
	}
	rest = strings.ReplaceAll(strings.ReplaceAll(rest, "%2F", "/"), "%2f", "/")
	grant, path, found := strings.Cut(rest, "/")
	if !found {
		return raw
	}
	return passthrough + grant + "/" + strings.TrimPrefix(path, "/") // they may write it with the slash that it begins with
}

// dress puts on a call what Amazon wants there and its software did not say.
func (q *request) dress(grant *snapshot.Grant) *problem.Problem {
	h := q.r.Header
	account, p := q.organization()
	if p != nil {
		return p
	}
	if name := q.program.selector(); name != "" && q.op.Scoped && len(h[name]) == 0 {
		if account == "" && grant != nil {
			account = q.onlyAccount(grant)
		}
		if account != "" {
			h[name] = []string{account}
		}
	}
	request, answer := q.op.Media()
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	if kind = strings.ToLower(strings.TrimSpace(kind)); q.r.ContentLength == 0 {
		kind = "none"
	} else if q.program.selector() != "" && (kind == "application/x-www-form-urlencoded" || kind == "text/plain") { // what curl and fetch say of any text
		kind = ""
	}
	switch {
	case request != "" && (kind == "" || kind == "application/json"):
		h.Set("Content-Type", request)
	case kind == "" && q.program.selector() != "": // programs that take an account's header take JSON
		h.Set("Content-Type", "application/json")
	}
	if a := h.Get("Accept"); answer != "" && (a == "" || !strings.Contains(a, "application/vnd.")) {
		h.Set("Accept", answer)
	}
	return nil
}

// organization takes the account out of the query, which is else the caller's own.
func (q *request) organization() (string, *problem.Problem) {
	if !strings.Contains(q.query, organization+"=") {
		return "", nil
	}
	account := ""
	var rest []string
	for part := range strings.SplitSeq(q.query, "&") {
		value, ok := strings.CutPrefix(part, organization+"=")
		if !ok {
			rest = append(rest, part)
			continue
		}
		named, err := url.QueryUnescape(value)
		if err != nil || account != "" {
			return "", refusal(problem.GatewayQueryRefused)
		}
		account = named
	}
	q.query = strings.Join(rest, "&")
	return account, nil
}

// onlyAccount is the one account of a grant that the caller may use, where there is one.
func (q *request) onlyAccount(g *snapshot.Grant) string {
	found := ""
	for i := range g.Accounts {
		if id := g.Accounts[i].ID; q.who.Caller.MayUse(g.ID, id) {
			if found != "" {
				return ""
			}
			found = id
		}
	}
	return found
}

// selector is the header by which the program's software names an account.
func (p *program) selector() string {
	for _, s := range p.desc.Headers.Selector {
		if s.Account == "id" {
			return http.CanonicalHeaderKey(s.Header)
		}
	}
	return ""
}
