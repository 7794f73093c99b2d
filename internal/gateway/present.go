package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/policy"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A bearer is who makes a request, and the grant that his token is for if he came with one.
type bearer struct {
	snapshot.Holder
	claims claims
	token  bool
}

// presented finds the one pass or token in a request: as Authorization Bearer, as the password of Basic, or as the whole
// value of a header in which a program's clients carry their credential.
//
// Where naked, a pass may be all of Authorization: Unified's clients send their key so, and Amazon's never.
func (g *Gateway) presented(h http.Header, naked bool) (string, *problem.Problem) {
	found, foreign, bare := "", false, false
	take := func(text string) *problem.Problem {
		if text == found {
			return nil
		}
		if found != "" {
			return refusal(problem.GatewayPassRepeated)
		}
		found = text
		return nil
	}
	for _, v := range h["Authorization"] {
		text, scheme := credential(v)
		text, _, _ = strings.Cut(text, ",") // clients of the Creators API put ", Version 2.1" behind a token
		switch {
		case !ours(text):
			foreign = foreign || amazons(text)
		case !scheme && !naked:
			bare = true
		default:
			if p := take(text); p != nil {
				return "", p
			}
		}
	}
	for _, name := range g.credentials {
		for _, v := range h[name] {
			if ours(v) {
				if p := take(v); p != nil {
					return "", p
				}
			}
			foreign = foreign || amazons(v)
		}
	}
	switch {
	case found != "":
		return found, nil
	case bare:
		return "", refusal(problem.GatewayBearerMissing)
	case foreign:
		return "", refusal(problem.GatewayAmazonTokenSent)
	}
	return "", refusal(problem.GatewayPassMissing)
}

// credential takes the scheme off an Authorization value. Of Basic it returns the password.
func credential(v string) (text string, scheme bool) {
	name, rest, ok := strings.Cut(v, " ")
	rest = strings.TrimLeft(rest, " ")
	switch {
	case ok && strings.EqualFold(name, "Bearer"):
		return rest, true
	case ok && strings.EqualFold(name, "Basic"):
		plain, err := base64.StdEncoding.DecodeString(rest)
		if err != nil {
			return "", true
		}
		_, password, _ := strings.Cut(string(plain), ":")
		return password, true
	}
	if text, ok := keyed(v); ok {
		return text, true
	}
	return v, false
}

func ours(text string) bool {
	return strings.HasPrefix(text, passPrefix) || strings.HasPrefix(text, tokenPrefix)
}

// amazons tells Amazon's tokens by their beginning (ads-lwa 1.6).
func amazons(text string) bool {
	return strings.HasPrefix(text, "Atza|") || strings.HasPrefix(text, "Atzr|") || strings.HasPrefix(text, "Atc|")
}

// authenticate says who presents text, as of now: a token's pass must still be good, so a revoked one stops at once.
func (g *Gateway) authenticate(text string, now time.Time) (bearer, *problem.Problem) {
	if !strings.HasPrefix(text, tokenPrefix) {
		h, p := g.holder(text, now)
		return bearer{Holder: h}, p
	}
	c, err := readToken(g.cfg.MAC, text, now)
	if err != nil {
		if err == errTokenExpired {
			return bearer{}, refusal(problem.GatewayTokenExpired)
		}
		return bearer{}, refusal(problem.GatewayTokenInvalid)
	}
	h, ok := g.cfg.Snapshot.Pass(c.Pass)
	if !ok || h.Caller.ID != c.Caller || h.Pass.Kind != policy.Bearer {
		return bearer{}, refusal(problem.GatewayTokenInvalid)
	}
	if p := live(h, now); p != nil {
		return bearer{}, p
	}
	return bearer{h, c, true}, nil
}

// holder finds the holder of a pass by the hash of its text.
func (g *Gateway) holder(text string, now time.Time) (snapshot.Holder, *problem.Problem) {
	hash := sha256.Sum256([]byte(text))
	h, ok := g.cfg.Snapshot.PassByHash(hash)
	if !ok || subtle.ConstantTimeCompare(h.Pass.Hash[:], hash[:]) != 1 {
		if !policy.WellFormed(text) {
			return snapshot.Holder{}, refusal(problem.GatewayPassMalformed)
		}
		return snapshot.Holder{}, refusal(problem.GatewayPassUnknown)
	}
	return h, live(h, now)
}

// live says why a holder may not call any more, or nothing.
func live(h snapshot.Holder, now time.Time) *problem.Problem {
	switch {
	case h.Caller.Live(h.Pass, now):
		return nil
	case !h.Caller.Revoked.IsZero() || !h.Pass.Revoked.IsZero():
		return refusal(problem.GatewayPassRevoked)
	}
	return refusal(problem.GatewayPassExpired)
}

func refusal(code problem.Code) *problem.Problem {
	p := problem.New(code)
	return &p
}
