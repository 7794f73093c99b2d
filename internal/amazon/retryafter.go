package amazon

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter bounds what an answer can make us wait: a server that says a year means something else.
const MaxRetryAfter = 24 * time.Hour

// RetryAfter reads the Retry-After header: whole seconds or an HTTP date (RFC 9110 section 10.2.3). It reports false where the header is
// missing or unreadable, as in the HTML 429 of the servers in front of Amazon's own (ads-lwa part 7). Several headers: the longest counts.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	var longest time.Duration
	found := false
	for _, v := range h.Values("Retry-After") {
		if wait, ok := retryAfter(strings.TrimSpace(v), now); ok {
			longest, found = max(longest, wait), true
		}
	}
	return longest, found
}

func retryAfter(v string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseFloat(v, 64); err == nil && strings.Trim(v, "0123456789.") == "" {
		// The standard has whole seconds only; a fraction is rounded up rather than refused.
		return time.Duration(min(math.Ceil(seconds), MaxRetryAfter.Seconds())) * time.Second, true
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), MaxRetryAfter), true
	}
	return 0, false
}

// retryAfterSeconds is what some services say in a JSON body in place of the header (creators-paapi-aws 3.5).
var retryAfterSeconds = regexp.MustCompile(`"retryAfterSeconds"\s*:\s*"?([0-9]{1,9})`)

// RetryAfterBody reads how long a refusal's body asks to wait. It reports false where it does not say.
func RetryAfterBody(body []byte) (time.Duration, bool) {
	found := retryAfterSeconds.FindSubmatch(body[:min(len(body), readLimit)])
	if found == nil {
		return 0, false
	}
	seconds, err := strconv.ParseInt(string(found[1]), 10, 64)
	return min(time.Duration(seconds)*time.Second, MaxRetryAfter), err == nil
}
