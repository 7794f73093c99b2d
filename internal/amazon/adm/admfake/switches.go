package admfake

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// switches are the points where the contract guesses or sources differ. What speaks for each value stands in divergences.md.
type switches struct {
	size          *kit.Switch
	sizeLimit     *kit.Switch
	expiry        *kit.Switch
	consolidation *kit.Switch
	types         *kit.Switch
	values        *kit.Switch
	badToken      *kit.Switch
	retryAfter    *kit.Switch
	checksum      *kit.Switch
	unavailable   *kit.Switch
	topics        *kit.Switch
	pace          *kit.Switch
}

func newSwitches() *switches {
	return &switches{
		size:          kit.NewSwitch("adm.size", "what the 6 KB of a message count", "body", "data"),
		sizeLimit:     kit.NewSwitch("adm.size_limit", "how many bytes a message may have", "6144", "6000"),
		expiry:        kit.NewSwitch("adm.max_expiry", "the longest expiresAfter in seconds", "2678400", "2592000", "2419200"),
		consolidation: kit.NewSwitch("adm.consolidation_key", "whether a consolidation key may have more than 64 characters", "64", "any"),
		types:         kit.NewSwitch("adm.types", "whether the two X-Amzn type headers must be there", "strict", "lenient"),
		values:        kit.NewSwitch("adm.values", "whether values of data must be texts", "strict", "lenient"),
		badToken:      kit.NewSwitch("adm.bad_token", "whether a token that never was good is refused with a reason", "reason", "silent"),
		retryAfter:    kit.NewSwitch("adm.retry_after", "the form of Retry-After", "seconds", "date", "none"),
		checksum:      kit.NewSwitch("adm.checksum_header", "whether an answer tells the checksum of data", "on", "off"),
		unavailable:   kit.NewSwitch("adm.unavailable_body", "what a 503 says", "empty", "html"),
		topics:        kit.NewSwitch("adm.topic_registration", "whether a profile must be registered before it sends to topics", "needed", "optional"),
		pace:          kit.NewDurationSwitch("adm.pace", "how much time a profile needs between messages in the long run; 0 throttles nobody", 0),
	}
}

func (s *switches) all() []*kit.Switch {
	return []*kit.Switch{
		s.size, s.sizeLimit, s.expiry, s.consolidation, s.types, s.values, s.badToken, s.retryAfter, s.checksum, s.unavailable, s.topics, s.pace,
	}
}

// number reads a switch whose values are numbers.
func number(s *kit.Switch) int {
	n, err := strconv.Atoi(s.Get())
	if err != nil {
		panic("admfake: switch " + s.Name + " is no number")
	}
	return n
}

// burst is how many messages a profile may send at once before its pace matters.
const burst = 50

// A limiter throttles each profile by the sandbox's clock. Amazon publishes no numbers (adm 3.3); this is a leaky bucket whose
// speed the switch adm.pace sets.
type limiter struct {
	mu    sync.Mutex
	until map[string]int64 // when a profile's bucket will be empty, in nanoseconds
}

// take counts one message, and tells how long to wait if it is too many.
func (l *limiter) take(client string, now time.Time, pace time.Duration) time.Duration {
	if pace <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next := max(l.until[client], now.UnixNano()) + int64(pace)
	if wait := next - now.UnixNano() - burst*int64(pace); wait > 0 {
		return time.Duration(wait)
	}
	l.until[client] = next
	return 0
}

// busy is a 429 or 503 with Retry-After in the form that the switch says.
func (f *fake) busy(x *kit.Exchange, status int, wait time.Duration) kit.Response {
	var r kit.Response
	if status == http.StatusTooManyRequests {
		r = deny(x, status, "MaxRateExceeded")
	} else if r = bare(x, status); f.is.unavailable.Is("html") {
		r = refuse(x, kit.Refusal{Status: status, Error: "html"})
	}
	switch f.is.retryAfter.Get() {
	case "seconds":
		return r.Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	case "date":
		return r.Set("Retry-After", x.Now.Add(wait+time.Second-1).Format(http.TimeFormat))
	}
	return r
}
