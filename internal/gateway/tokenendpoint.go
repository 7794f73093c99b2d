package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// Amazon's words for what a token endpoint refuses (ads-lwa 1.8), which existing clients look for.
const (
	textClient   = "Client authentication failed"
	textRefresh  = "The request has an invalid grant parameter : refresh_token"
	textMissing  = "The request is missing a required parameter : "
	textBroken   = "Malformed request"
	textUnknown  = "The authorization grant type is not supported by the authorization server"
	textScope    = "The request has an invalid parameter : scope"
	textCode     = textUnknown + ": authorization_code. Lockkeeper keeps the consent; ask with grant_type=refresh_token and the grant's name as refresh_token."
	textOverload = "The server encountered a runtime error."
)

// A tokenRefusal is an error in the shape of Login with Amazon.
type tokenRefusal struct {
	status int
	code   string // Amazon's
	text   string
	ours   problem.Code
}

// token serves a token endpoint: the pass is the client's secret, the grant's name is the refresh token, and what comes back
// looks like Amazon's answer with a token of ours in it.
func (q *request) token() {
	q.op = q.g.vend
	if q.r.Method != http.MethodPost {
		q.onlyPost()
		return
	}
	answer, refused := q.vend()
	outcome := "granted"
	if refused != nil {
		outcome = refused.code
	}
	q.g.metrics.vended.WithLabelValues(outcome).Inc()
	if refused != nil {
		q.code, q.refused = refused.ours, true
		q.tokenAnswer(refused.status, struct {
			Description string `json:"error_description"`
			Error       string `json:"error"`
		}{refused.text, refused.code})
		return
	}
	q.tokenAnswer(http.StatusOK, answer)
}

// onlyPost answers another method as Amazon does, with nothing in it.
func (q *request) onlyPost() {
	q.code, q.refused = problem.GatewayMethodRefused, true
	q.stamp(q.w.Header(), problem.New(q.code))
	q.w.Header().Set("Allow", "POST")
	q.write(http.StatusMethodNotAllowed, nil)
}

// Answers with their keys in Amazon's order (ads-lwa 1.6).
type (
	refreshAnswer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Type    string `json:"token_type"`
		Expires int64  `json:"expires_in"`
	}
	clientAnswer struct {
		Access  string `json:"access_token"`
		Scope   string `json:"scope"`
		Type    string `json:"token_type"`
		Expires int64  `json:"expires_in"`
	}
)

// vend reads the request and makes the token.
func (q *request) vend() (any, *tokenRefusal) {
	body, ok := q.tokenBody()
	if !ok {
		return nil, &tokenRefusal{http.StatusBadRequest, "invalid_request", textBroken, problem.GatewayBodyTooLarge}
	}
	authorization := q.r.Header["Authorization"]
	if len(authorization) > 1 {
		return nil, &tokenRefusal{http.StatusBadRequest, "invalid_request", textBroken, problem.GatewayPassRepeated}
	}
	t, err := parseTokenRequest(q.r.Header.Get("Content-Type"), q.query, strings.Join(authorization, ""), body)
	if err != nil {
		return nil, &tokenRefusal{http.StatusBadRequest, "invalid_request", textBroken, problem.GatewayTokenRequest}
	}
	if name := t.missing("grant_type", "client_id", "client_secret"); name != "" {
		return nil, missing(name)
	}
	holder, refused := q.client(t["client_id"], t["client_secret"])
	if refused != nil {
		return nil, refused
	}
	q.who = bearer{Holder: holder}
	if q.g.full() {
		return nil, &tokenRefusal{http.StatusServiceUnavailable, "ServerError", textOverload, problem.GatewayRecordFull}
	}
	switch t["grant_type"] {
	case "refresh_token":
		if t["refresh_token"] == "" {
			return nil, missing("refresh_token")
		}
		return q.byName(t["refresh_token"])
	case "client_credentials":
		if t["scope"] == "" {
			return nil, missing("scope")
		}
		return q.byScope(t["scope"])
	case "authorization_code":
		return nil, &tokenRefusal{http.StatusBadRequest, "unsupported_grant_type", textCode, problem.GatewayTokenRequest}
	}
	return nil, &tokenRefusal{http.StatusBadRequest, "unsupported_grant_type", textUnknown, problem.GatewayTokenRequest}
}

func missing(name string) *tokenRefusal {
	return &tokenRefusal{http.StatusBadRequest, "invalid_request", textMissing + name, problem.GatewayTokenRequest}
}

// client authenticates by a pass, which must be of the caller that client_id names. A token of ours is no pass.
func (q *request) client(name, secret string) (snapshot.Holder, *tokenRefusal) {
	h, p := q.g.holder(secret, q.now)
	if p != nil {
		return h, &tokenRefusal{http.StatusUnauthorized, "invalid_client", textClient, p.Code}
	}
	if h.Pass.Kind != policy.Bearer || (h.Caller.Name != name && string(h.Caller.ID) != name) {
		return h, &tokenRefusal{http.StatusUnauthorized, "invalid_client", textClient, problem.GatewayPassUnknown}
	}
	return h, nil
}

// byName gives a token for the grant of that name. One that does not exist and one that may not be used are answered alike.
func (q *request) byName(name string) (any, *tokenRefusal) {
	g := q.g.lookUp(name)
	if g == nil || !q.who.Caller.MayUse(g.ID, "") {
		return nil, &tokenRefusal{http.StatusBadRequest, "invalid_grant", textRefresh, problem.GatewayGrantUnknown}
	}
	access, life, err := q.mint(g)
	if err != nil {
		return nil, err
	}
	return refreshAnswer{access, name, "bearer", life}, nil
}

// byScope gives a token for the only grant that the pass may use in the program that the scope names: by its code, by one of
// Amazon's scopes, or as "program/grant" where there are several.
func (q *request) byScope(scope string) (any, *tokenRefusal) {
	code, name, _ := strings.Cut(scope, "/")
	if q.g.programs[code] == nil {
		code, name = q.g.programOf(scope), ""
	}
	var names []string
	var found *snapshot.Grant
	for _, gid := range q.who.Caller.Grants() {
		g, ok := q.g.cfg.Snapshot.Grant(gid)
		if !ok || (code != "" && g.Program != code) || (name != "" && g.Name != name) {
			continue
		}
		found = g
		names = append(names, g.Name)
	}
	if code == "" || len(names) != 1 {
		text := textScope
		if len(names) > 0 {
			text += ". Name one of these grants as refresh_token, or as scope after the program and a slash: " + strings.Join(names, ", ")
		}
		return nil, &tokenRefusal{http.StatusBadRequest, "invalid_scope", text, problem.GatewayGrantAmbiguous}
	}
	access, life, err := q.mint(found)
	if err != nil {
		return nil, err
	}
	return clientAnswer{access, scope, "bearer", life}, nil
}

// programOf finds the one program that asks Amazon for this scope, alone or among others.
func (g *Gateway) programOf(scope string) string {
	found := ""
	for _, want := range strings.Fields(scope) {
		for code, p := range g.programs {
			for _, s := range p.desc.Scopes {
				if s == want && s != "profile" && found != code { // every program's people have a profile
					if found != "" {
						return ""
					}
					found = code
				}
			}
		}
	}
	return found
}

// mint makes a token that ends with its pass at the latest.
func (q *request) mint(g *snapshot.Grant) (string, int64, *tokenRefusal) {
	q.grant = g
	life := tokenLife
	if end := q.who.Pass.Expires; !end.IsZero() {
		life = min(life, end.Sub(q.now))
	}
	life = life.Truncate(time.Second)
	issued := q.now.Truncate(time.Second)
	text, err := mint(q.g.cfg.MAC, claims{
		Caller: q.who.Caller.ID, Pass: q.who.Pass.ID, Grant: g.ID, Realm: g.Realm, Issued: issued, Expires: issued.Add(life),
	})
	if err != nil {
		return "", 0, &tokenRefusal{http.StatusInternalServerError, "ServerError", textOverload, problem.GatewayInternal}
	}
	return text, int64(life / time.Second), nil
}

// tokenAnswer sends what a token endpoint of Amazon's would send, with its header (ads-lwa 1.6).
func (q *request) tokenAnswer(status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	h := q.w.Header()
	h.Set(headerRequest, string(q.id))
	h.Set("X-Amzn-Requestid", string(q.id))
	if q.code != "" {
		h.Set(headerProblem, string(q.code))
	}
	h.Set("Content-Type", "application/json;charset=UTF-8")
	h.Set("Cache-Control", "no-cache, no-store, must-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	q.closeAfterChunks(h)
	q.write(status, body)
}
