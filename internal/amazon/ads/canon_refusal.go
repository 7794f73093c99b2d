package ads

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// refused names Amazon's refusal of a whole request.
func (p *Program) refused(answer *amazon.Answer, a canon.Account, facts ...amazon.Fact) *amazon.AdsRefusal {
	facts = append(facts, amazon.KnownAccount)
	if a.ViewOnly {
		facts = append(facts, amazon.ViewOnly)
	}
	e := amazon.Evidence{Status: answer.Status, Header: answer.Header, Body: answer.Body, Facts: facts}
	if said, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		e.Now = said // Retry-After counts from when the answer was given
	}
	var said struct {
		Message, Details, Detail, Description string
	}
	_ = json.Unmarshal(answer.Body, &said) // what is no JSON says nothing
	r := &amazon.AdsRefusal{Problem: p.Refusal(e), Status: answer.Status, Code: amazon.ReadRefusal(e).Code(), RequestID: requestID(answer)}
	for _, text := range []string{said.Message, said.Details, said.Detail, said.Description} {
		if r.Message == "" {
			r.Message = text
		}
	}
	return r
}

// requestID is Amazon's own name for a call (ads-lwa 2.3).
func requestID(answer *amazon.Answer) string {
	for _, h := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "X-Amz-Rid"} {
		if id := answer.Header.Get(h); id != "" {
			return id
		}
	}
	return ""
}

// refusedItem names Amazon's refusal of one item of a write: the first of its reasons, with the words of all.
func (p *Program) refusedItem(c *collection, answer *amazon.Answer, reasons []itemRefusal) *amazon.AdsRefusal {
	first := reasons[0]
	body, err := json.Marshal(map[string]string{"code": first.code, "message": first.message})
	if err != nil {
		body = nil // strings can always be written
	}
	r := &amazon.AdsRefusal{
		Problem: p.Refusal(amazon.Evidence{Body: body}), Status: answer.Status, Code: first.code,
		Field: c.field(first.at), RequestID: requestID(answer),
	}
	var words []string
	for _, reason := range reasons {
		if reason.message != "" {
			words = append(words, reason.message)
		}
	}
	r.Message = strings.Join(words, "; ")
	return r
}

// field names in canon's words what Amazon calls "$.campaigns[0].budget.budget" or "campaigns[0].budgets[0]"; Amazon's own where that is unknown.
func (c *collection) field(at string) string {
	_, inside, ok := strings.Cut(at, "].")
	if !ok {
		return at
	}
	key := inside
	if i := strings.IndexAny(key, ".["); i >= 0 {
		key = key[:i]
	}
	for _, name := range []string{inside, key} {
		if f := c.fields[name]; f != "" {
			return f
		}
	}
	return at
}

// ownRefusal is one of Lockkeeper's: Amazon was not asked.
func ownRefusal(p problem.Problem, field string) amazon.AdsRefusal {
	return amazon.AdsRefusal{Problem: p, Field: field}
}
