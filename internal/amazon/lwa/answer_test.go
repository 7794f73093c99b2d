package lwa_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// amazonSays is a Sender that answers from a list and keeps what it was asked.
type amazonSays struct {
	answers []any // *amazon.Answer or error
	calls   []amazon.Call
}

func (a *amazonSays) Send(_ context.Context, c amazon.Call) (*amazon.Answer, error) {
	a.calls = append(a.calls, c)
	next := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}
	if err, ok := next.(error); ok {
		return nil, err
	}
	return next.(*amazon.Answer), nil
}

func says(status int, body string) *amazon.Answer {
	return &amazon.Answer{Status: status, Header: http.Header{}, Body: []byte(body), Took: 7 * time.Millisecond}
}

func with(a *amazon.Answer, name, value string) *amazon.Answer {
	a.Header.Set(name, value)
	return a
}

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func client(answers ...any) (lwa.Client, *amazonSays) {
	s := &amazonSays{answers: answers}
	return lwa.Client{Sender: s, Now: func() time.Time { return testNow }}, s
}

var testApp = lwa.App{
	ClientID: "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef",
	Secret:   secret.New("amzn1.oa2-cs.v1.canaryEXAMPLE"),
	Realm:    amazon.Sandbox,
	Region:   canon.EU,
}

const good = `{"access_token":"Atza|sbxEXAMPLE","refresh_token":"Atzr|sbxEXAMPLE","token_type":"bearer","expires_in":3600}`

// TestD7_EveryOutcomeOfAnExchange is the outcome table of the refresh protocol, a row for each way in which an exchange can end (attack cases D7, R21 and A6).
func TestD7_EveryOutcomeOfAnExchange(t *testing.T) {
	t.Parallel()
	truncated := says(200, good)
	truncated.Truncated = true
	cutRefusal := says(400, `{"error":"invalid_grant"}`)
	cutRefusal.Truncated = true
	for _, c := range []struct {
		name   string
		answer any
		class  lwa.Class
		code   problem.Code
		word   string
	}{
		{"whole 200", says(200, good), lwa.Granted, "", ""},
		{"nothing written", &amazon.SendError{Err: errors.New("dial: no route")}, lwa.NotConsumed, problem.LWAUnreachable, ""},
		{"reset after the write", &amazon.SendError{Wrote: true, Err: errors.New("reset")}, lwa.Ambiguous, problem.LWAAnswerLost, ""},
		{"an error of no known kind", context.DeadlineExceeded, lwa.Ambiguous, problem.LWAAnswerLost, ""},
		{"429", with(says(429, `{"error_description":"slow","error":"TooManyRequests"}`), "Retry-After", "7"), lwa.Throttled, problem.LWAThrottled, "TooManyRequests"},
		{"429 as HTML", says(429, "<html>Too many</html>"), lwa.Throttled, problem.LWAThrottled, ""},
		{"429 with invalid_grant inside", says(429, `{"error":"invalid_grant"}`), lwa.Throttled, problem.LWARefreshTokenRefused, "invalid_grant"},
		{"invalid_client", says(401, `{"error_description":"Client authentication failed","error":"invalid_client"}`), lwa.BadClient, problem.LWAInvalidClient, "invalid_client"},
		{"invalid_client at 400", says(400, `{"error":"invalid_client"}`), lwa.BadClient, problem.LWAInvalidClient, "invalid_client"},
		{"unauthorized_client", says(400, `{"error_description":"Not authorized for requested operation","error":"unauthorized_client"}`), lwa.WrongClient, problem.LWAWrongClient, "unauthorized_client"},
		{"invalid_grant", says(400, `{"error_description":"The request has an invalid grant parameter : refresh_token","error":"invalid_grant"}`), lwa.BadGrant, problem.LWARefreshTokenRefused, "invalid_grant"},
		{"half of invalid_grant", cutRefusal, lwa.Ambiguous, problem.LWARefreshTokenRefused, "invalid_grant"},
		{"empty 200", says(200, ""), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"HTML 200", says(200, "<html>hello</html>"), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 with error", says(200, `{"error":"invalid_grant","error_description":"x"}`), lwa.Ambiguous, problem.LWABrokenAnswer, "invalid_grant"},
		{"200 with error beside tokens", says(200, strings.Replace(good, "{", `{"error":"server_error",`, 1)), lwa.Ambiguous, problem.LWABrokenAnswer, "server_error"},
		{"200 truncated", truncated, lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 cut in the JSON", says(200, good[:60]), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 with more after it", says(200, good+good), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 with a key twice", says(200, strings.Replace(good, "{", `{"access_token":"Atza|sbxOther",`, 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 without access token", says(200, `{"refresh_token":"Atzr|sbxEXAMPLE","token_type":"bearer","expires_in":3600}`), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"200 with keys in capitals", says(200, strings.ReplaceAll(good, "access_token", "Access_Token")), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"wrong token type", says(200, strings.Replace(good, "bearer", "mac", 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"access token with CR LF", says(200, strings.Replace(good, "Atza|sbx", `Atza|sbx\r\nHost: evil.example`, 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"refresh token with a blank", says(200, strings.Replace(good, "Atzr|sbx", "Atzr|s bx", 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"refresh token as a number", says(200, strings.Replace(good, `"Atzr|sbxEXAMPLE"`, "7", 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"token of 9 KB", says(200, strings.Replace(good, "Atza|sbx", "Atza|sbx"+strings.Repeat("x", 9000), 1)), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"an array", says(200, "["+good+"]"), lwa.Ambiguous, problem.LWABrokenAnswer, ""},
		{"302", with(says(302, ""), "Location", "https://evil.example/"), lwa.Ambiguous, problem.LWARedirected, ""},
		{"307", says(307, ""), lwa.Ambiguous, problem.LWARedirected, ""},
		{"403", says(403, `{"error":"invalid_grant"}`), lwa.Ambiguous, problem.LWARefreshTokenRefused, "invalid_grant"},
		{"403 as HTML", says(403, "<html>Forbidden by the office proxy</html>"), lwa.Ambiguous, problem.LWAUnrecognised, ""},
		{"405", says(405, ""), lwa.Ambiguous, problem.LWAWrongMethod, ""},
		{"another 400", says(400, `{"error_description":"The request is missing a required parameter : refresh_token","error":"invalid_request"}`), lwa.Ambiguous, problem.LWAMissingParameter, "invalid_request"},
		{"400 as HTML that says invalid_grant", says(400, "<html>invalid_grant</html>"), lwa.Ambiguous, problem.LWAUnrecognised, ""},
		{"500", says(500, `{"error_description":"The server encountered a runtime error.","error":"ServerError"}`), lwa.Ambiguous, problem.LWAServerError, "ServerError"},
		{"502 as HTML", says(502, "<html>Bad gateway</html>"), lwa.Ambiguous, problem.LWAServerError, ""},
		{"503 with invalid_grant inside", says(503, `{"error":"invalid_grant"}`), lwa.Ambiguous, problem.LWARefreshTokenRefused, "invalid_grant"},
		{"201", says(201, good), lwa.Ambiguous, problem.LWAUnrecognised, ""},
		{"204", says(204, ""), lwa.Ambiguous, problem.LWAUnrecognised, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lc, _ := client(c.answer)
			r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE"))
			if r.Class != c.class || r.Problem.Code != c.code || r.AmazonError != c.word {
				t.Errorf("class %s, problem %q, error %q; want %s, %q, %q", r.Class, r.Problem.Code, r.AmazonError, c.class, c.code, c.word)
			}
			if (r.Tokens != nil) != (c.class == lwa.Granted) {
				t.Errorf("tokens %v for class %s", r.Tokens, r.Class)
			}
			if r.Wrote != (c.class != lwa.NotConsumed) {
				t.Errorf("wrote %v for class %s", r.Wrote, r.Class)
			}
			if strings.Contains(r.Problem.Evidence+r.Problem.Detail+r.Problem.Error(), "sbxEXAMPLE") {
				t.Errorf("the problem holds a token: %+v", r.Problem)
			}
		})
	}
}

// TestD5_Lifetimes holds (attack case D5) that no answer with good tokens is lost for its lifetime, and that none makes a loop or lives for ever.
func TestD5_Lifetimes(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]time.Duration{
		"3600": time.Hour, `"3600"`: time.Hour, `" 3600 "`: time.Hour, "3599.9": 3599 * time.Second, "120": 2 * time.Minute,
		"0": time.Minute, "-5": time.Minute, "1": time.Minute, `"-1"`: time.Minute, "315360000": 24 * time.Hour, "1e300": 24 * time.Hour,
		"null": time.Hour, `"soon"`: time.Hour, `"NaN"`: time.Hour, "{}": time.Hour, "true": time.Hour, `""`: time.Hour,
	} {
		lc, _ := client(says(200, strings.Replace(good, "3600", raw, 1)))
		r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE"))
		if r.Class != lwa.Granted || r.Tokens.ExpiresIn != want {
			t.Errorf("expires_in %s: %s %+v, want %v", raw, r.Class, r.Tokens, want)
		}
	}
	lc, _ := client(says(200, `{"access_token":"Atza|sbxEXAMPLE"}`))
	if r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE")); r.Class != lwa.Granted || r.Tokens.ExpiresIn != time.Hour {
		t.Errorf("without expires_in: %+v", r)
	}
}

// TestR17_RefreshTokenUnchanged holds that absent, null and empty all mean "unchanged": a save that erased the stored one lost grants elsewhere (R17).
func TestR17_RefreshTokenUnchanged(t *testing.T) {
	t.Parallel()
	for _, field := range []string{``, `"refresh_token":null,`, `"refresh_token":"",`} {
		lc, _ := client(says(200, `{"access_token":"Atza|sbxEXAMPLE",`+field+`"token_type":"Bearer","expires_in":3600}`))
		r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE"))
		if r.Class != lwa.Granted || !r.Tokens.Refresh.IsZero() {
			t.Errorf("%q: %+v", field, r)
		}
	}
}

func TestRetryAfterIsReported(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"7": 7 * time.Second, "Sun, 01 Mar 2026 12:02:00 GMT": 2 * time.Minute, "": 0, "soon": 0} {
		lc, _ := client(with(says(429, "<html>slow down</html>"), "Retry-After", value))
		r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE"))
		if r.RetryAfter != want || (want > 0) != r.Problem.RetryAt.Equal(testNow.Add(want)) {
			t.Errorf("Retry-After %q: %v, problem says %v", value, r.RetryAfter, r.Problem.RetryAt)
		}
	}
}

// FuzzTokenAnswer: whatever Amazon answers, there are tokens or a problem, no panic, and no control character in a token.
func FuzzTokenAnswer(f *testing.F) {
	for _, s := range []string{good, "", "{}", good[:50], `{"error":"invalid_grant"}`, "<html>", `{"access_token":"a\u0000b"}`, `{"access_token":"x","expires_in":1e999}`} {
		f.Add(200, s)
		f.Add(400, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		lc, _ := client(says(status, body))
		r := lc.Refresh(t.Context(), testApp, secret.New("Atzr|sbxEXAMPLE"))
		switch {
		case r.Class == lwa.Granted:
			if status != 200 || r.Tokens == nil || r.Tokens.ExpiresIn < time.Minute || r.Tokens.ExpiresIn > 24*time.Hour {
				t.Errorf("granted %d %+v", status, r.Tokens)
			}
			for _, v := range []secret.Value{r.Tokens.Access, r.Tokens.Refresh} {
				if strings.ContainsFunc(v.Reveal(), func(c rune) bool { return c <= ' ' || c > '~' }) {
					t.Error("a token holds what no header may")
				}
			}
		case r.Problem.Code == "" || r.Tokens != nil:
			t.Errorf("class %s without a problem", r.Class)
		}
	})
}
