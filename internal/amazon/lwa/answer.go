package lwa

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// Bounds of what is believed. Amazon says that tokens may have 2048 bytes (ads-lwa 1.6); more is allowed here, since refusing a good
// token loses a grant, but not so much that a row or header breaks.
const (
	maxToken        = 8 << 10
	usualLifetime   = time.Hour // every captured answer says 3600
	longestLifetime = 24 * time.Hour
	shortest        = time.Minute
)

// judge classes an outcome exactly by the table of the refresh protocol.
func (c Client) judge(answer *amazon.Answer, err error) Result {
	if err != nil {
		var send *amazon.SendError
		wrote := !errors.As(err, &send) || send.Wrote // an error of another kind proves nothing, so bytes may have left
		if wrote {
			return Result{Class: Ambiguous, Wrote: true, Problem: problem.New(problem.LWAAnswerLost).Because(err)}
		}
		return Result{Class: NotConsumed, Problem: problem.New(problem.LWAUnreachable).Because(err)}
	}
	r := Result{Status: answer.Status, Wrote: true, Took: answer.Took, Class: Ambiguous}
	if answer.Status == http.StatusOK {
		if !answer.Truncated {
			if tokens, ok := readTokens(answer.Body); ok {
				r.Class, r.Tokens = Granted, tokens
				return r
			}
		}
		r.Problem = c.odd(answer)
		r.AmazonError = errorWord(answer.Body)
		return r
	}
	r.AmazonError = errorWord(answer.Body)
	if wait, ok := amazon.RetryAfter(answer.Header, c.now()); ok {
		r.RetryAfter = wait
	}
	r.Problem = Classify(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Now: c.now()})
	switch answer.Status {
	case http.StatusTooManyRequests:
		r.Class = Throttled
	case http.StatusBadRequest, http.StatusUnauthorized:
		// Only a whole JSON answer that says so condemns a credential; a proxy's page or half an answer does not.
		if answer.Truncated {
			break
		}
		switch r.AmazonError {
		case "invalid_client":
			r.Class = BadClient
		case "unauthorized_client":
			r.Class = WrongClient
		case "invalid_grant":
			r.Class = BadGrant
		}
	}
	return r
}

// odd names a 200 that holds no tokens: empty, HTML, an error inside, cut short, or unusable values.
func (c Client) odd(answer *amazon.Answer) problem.Problem {
	p := problem.New(problem.LWABrokenAnswer)
	body := bytes.TrimSpace(answer.Body)
	switch {
	case answer.Truncated:
		p.Evidence = "HTTP 200, the body was cut short or longer than 1 MiB"
	case len(body) == 0:
		p.Evidence = "HTTP 200, empty body"
	case body[0] == '<':
		p.Evidence = "HTTP 200, an HTML page"
	case errorWord(body) != "":
		p.Evidence = "HTTP 200, error " + errorWord(body) + " inside"
	case !json.Valid(body):
		p.Evidence = "HTTP 200, the body is no whole JSON"
	default:
		p.Evidence = "HTTP 200, JSON without a usable access token"
	}
	return p
}

// readTokens reads a token answer. Keys are compared exactly and one that stands twice makes the answer no answer, since readers differ
// on which counts. An `error` beside tokens makes it no answer either.
func readTokens(body []byte) (*Tokens, bool) {
	fields, ok := object(body)
	if !ok {
		return nil, false
	}
	if e, present := fields["error"]; present && string(e) != "null" && string(e) != `""` {
		return nil, false
	}
	access, _, ok := token(fields["access_token"])
	if !ok || access == "" {
		return nil, false
	}
	refresh, _, ok := token(fields["refresh_token"]) // absent, null and empty all mean "unchanged"
	if !ok {
		return nil, false
	}
	// "bearer" on the wire, "Bearer" in some documents; left out by none, but nothing hangs on its presence.
	if kind, present, ok := token(fields["token_type"]); !ok || present && !strings.EqualFold(kind, "bearer") {
		return nil, false
	}
	scope, _ := text(fields["scope"])
	return &Tokens{Access: secret.New(access), Refresh: secret.New(refresh), ExpiresIn: lifetime(fields["expires_in"]), Scope: scope}, true
}

// token reads a JSON string that may stand in a header: visible ASCII only, so that no CR or LF can be smuggled into a request.
func token(raw json.RawMessage) (value string, present, ok bool) {
	s, ok := text(raw)
	if !ok || len(s) > maxToken {
		return "", false, false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return "", false, false
		}
	}
	return s, s != "", true
}

// lifetime reads expires_in, a number or a string of one (ads-lwa 1.6). An answer with good tokens is never thrown away for a bad
// lifetime: missing or unreadable means Amazon's usual hour; none or less means a minute, so that the token is renewed at once but
// not in a loop; more than a day means a day.
func lifetime(raw json.RawMessage) time.Duration {
	s := strings.Trim(strings.TrimSpace(string(raw)), `"`)
	seconds, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	switch {
	case err != nil || seconds != seconds:
		return usualLifetime
	case seconds < shortest.Seconds():
		return shortest
	case seconds > longestLifetime.Seconds():
		return longestLifetime
	}
	return time.Duration(seconds) * time.Second
}

// errorWord returns the `error` of a JSON answer, if it is one that could be a machine word. Anything else could be a secret echoed back.
func errorWord(body []byte) string {
	fields, ok := object(body)
	if !ok {
		return ""
	}
	word, _ := text(fields["error"])
	if len(word) > 64 || strings.ContainsFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-'
	}) {
		return ""
	}
	return word
}
