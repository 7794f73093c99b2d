package adm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// An Outcome says what became of one message to one registration (adm 3.3).
type Outcome string

// The outcomes.
const (
	Accepted     Outcome = "accepted"     // Amazon took it; whether it arrives nobody tells
	Unregistered Outcome = "unregistered" // the app is gone: retire the registration
	Invalid      Outcome = "invalid"      // Amazon does not know the registration, or it is another profile's: retire it
	Refused      Outcome = "refused"      // the message's fault: no device will get it
	TokenRefused Outcome = "token"        // the access token is no longer good: get a new one, send again
	Throttled    Outcome = "throttled"    // nothing was taken: wait, send again
	Busy         Outcome = "busy"         // Amazon cannot now: wait, send again
	Lost         Outcome = "lost"         // it left and no answer came: Amazon may have taken it
	Unsent       Outcome = "unsent"       // nothing left this machine: send again
)

// A Result is what one send came to.
type Result struct {
	Outcome Outcome
	ID      string          // the registration id that is good from now on; other than the one sent to where it moved
	Wait    time.Duration   // what Retry-After asked for; 0 where it did not say
	Status  int             // HTTP status, 0 where no answer came
	Problem problem.Problem // zero where Accepted
}

// The headers of a message (adm 3.2). Amazon's old sample had a blank at the end of the first name, which servers refuse.
var messageHeaders = http.Header{
	"Content-Type":        {"application/json"},
	"Accept":              {"application/json"},
	"X-Amzn-Type-Version": {"com.amazon.device.messaging.ADMMessage@1.0"},
	"X-Amzn-Accept-Type":  {"com.amazon.device.messaging.ADMSendResult@1.0"},
}

// Most bytes of an answer that are looked at: a registration id and little else.
const answerLimit = 16 << 10

// Region is where Device Messaging has its one host.
const Region = canon.NA

// A Sender sends one body to registrations, one after the other. It is not safe for concurrent use.
type Sender struct {
	program *Program
	ask     func(ctx context.Context, path string) (*amazon.Answer, error)
	end     func()
}

// Sender returns a Sender of a body made by Message.Body. An Asker that can repeat a call does.
func (p *Program) Sender(s amazon.Asker, body []byte) *Sender {
	call := amazon.Call{Method: http.MethodPost, Header: messageHeaders, Body: body, Limit: answerLimit}
	if r, ok := s.(amazon.Repeater); ok {
		each := r.Repeat(Region, call)
		return &Sender{program: p, ask: each.Ask, end: each.End}
	}
	return &Sender{program: p, end: func() {}, ask: func(ctx context.Context, path string) (*amazon.Answer, error) {
		call := call
		call.Path = path
		return s.Ask(ctx, Region, call)
	}}
}

// End forgets what was made ready for sending.
func (s *Sender) End() { s.end() }

// Send sends to one registration. It never sends twice.
func (s *Sender) Send(ctx context.Context, registration string, now time.Time) Result {
	if !CleanRegistration(registration) {
		return Result{Outcome: Invalid, Problem: problem.New(problem.ADMInvalidRegistration).With("it is no registration id")}
	}
	answer, err := s.ask(ctx, "/messaging/registrations/"+registration+"/messages")
	r := s.program.told(answer, err, now)
	if r.Outcome != Accepted {
		return r
	}
	r.ID = registration
	if !answer.Truncated && echoes(answer.Body, registration) {
		return r
	}
	var in struct {
		ID string `json:"registrationID"`
	}
	if answer.Truncated || json.Unmarshal(answer.Body, &in) != nil || in.ID != "" && !CleanRegistration(in.ID) {
		r.Problem = problem.New(problem.ADMBrokenAnswer) // taken all the same: 200 is what counts
	} else if in.ID != "" {
		r.ID = in.ID
	}
	return r
}

// echoes reports whether an answer tells nothing but the registration id that was sent to, as nearly all do: a broadcast need not take those
// apart.
func echoes(body []byte, registration string) bool {
	const before, after = `{"registrationID":"`, `"}`
	return len(body) == len(before)+len(registration)+len(after) && string(body[:len(before)]) == before &&
		string(body[len(before):len(before)+len(registration)]) == registration && string(body[len(body)-len(after):]) == after
}

// CleanRegistration reports whether text could be a registration id: one path segment of plain characters. Ids are opaque; all that
// were seen begin with amzn1.adm-registration. and are longer than 256 characters (adm 0, 3.7).
func CleanRegistration(text string) bool {
	if text == "" || text == "." || text == ".." || len(text) > 4096 {
		return false
	}
	for i := range len(text) { // a broadcast asks for every device
		if !idChars[text[i]] {
			return false
		}
	}
	return true
}

// idChars are the characters that an id may have: visible ASCII that ends no path segment and is no part of an escape.
var idChars = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = !strings.ContainsRune("/\\?#%\"<>", c)
	}
	return t
}()

// post makes one call that sends something, and says what came of it.
func (p *Program) post(ctx context.Context, s amazon.Asker, path string, body []byte, now time.Time) (Result, *amazon.Answer) {
	return p.ask(ctx, s, amazon.Call{Method: http.MethodPost, Path: path, Header: messageHeaders, Body: body, Limit: answerLimit}, now)
}

// ask makes one call, and says what came of it.
func (p *Program) ask(ctx context.Context, s amazon.Asker, c amazon.Call, now time.Time) (Result, *amazon.Answer) {
	answer, err := s.Ask(ctx, Region, c)
	return p.told(answer, err, now), answer
}

// told is what an answer, or the lack of one, says.
func (p *Program) told(answer *amazon.Answer, err error, now time.Time) Result {
	if err != nil {
		return failed(err, now)
	}
	r := Result{Outcome: Accepted, Status: answer.Status}
	if answer.Status >= 200 && answer.Status < 300 {
		return r
	}
	r.Problem = p.Refusal(amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Now: now})
	r.Wait, _ = amazon.RetryAfter(answer.Header, now)
	r.Outcome = outcomeOf(r.Problem.Code, answer.Status)
	return r
}

// outcomeOf turns a named refusal into what is to be done about it.
func outcomeOf(code problem.Code, status int) Outcome {
	switch {
	case code == problem.ADMUnregistered:
		return Unregistered
	case code == problem.ADMInvalidRegistration:
		return Invalid
	case code == problem.ADMTokenRefused, status == http.StatusUnauthorized:
		return TokenRefused
	case code == problem.ADMThrottled:
		return Throttled
	case status >= 500:
		return Busy
	}
	return Refused
}

// failed says what a call without an answer means.
func failed(err error, now time.Time) Result {
	var send *amazon.SendError
	if !errors.As(err, &send) || send.Wrote {
		return Result{Outcome: Lost, Problem: problem.New(problem.ADMAnswerLost).Because(err)}
	}
	r := Result{Outcome: Unsent, Problem: problem.New(problem.ADMUnreachable).Because(err)}
	if known, ok := problem.Of(err); ok {
		r.Problem = known
		if known.Code == problem.EgressThrottled {
			r.Outcome = Throttled // Amazon said so a moment ago
			r.Wait = max(known.RetryAt.Sub(now), 0)
		}
	}
	return r
}
