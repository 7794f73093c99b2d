package adsfake

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// burst is how many calls a client may make at once before its pace matters.
const burst = 10

// A limiter throttles each client in each region on its own, by the sandbox's clock. Amazon publishes no numbers (ads-lwa
// 7); this one is a leaky bucket whose speed the switch ads.pace sets.
type limiter struct {
	mu    sync.Mutex
	until map[string]time.Time // when a client's bucket will be empty
}

// take counts cost calls and tells how long to wait if they are too many; they are then not counted.
func (l *limiter) take(key string, now time.Time, pace time.Duration, cost int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.until[key]
	if full.Before(now) {
		full = now
	}
	next := full.Add(time.Duration(cost) * pace)
	if wait := next.Sub(now) - burst*pace; wait > 0 {
		return wait
	}
	l.until[key] = next
	return 0
}

// throttle is the last of the gateway's checks.
func throttle(v *visit, g guard) (kit.Response, bool) {
	pace := v.f.is.pace.Duration()
	if pace <= 0 {
		return kit.Response{}, false
	}
	return v.charge(max(1, g.cost), pace)
}

func (v *visit) charge(cost int, pace time.Duration) (kit.Response, bool) {
	x := v.x
	wait := v.f.limits.take(x.Region+" "+v.claims.Profile.ClientID, x.Now, pace, cost)
	if wait == 0 {
		return kit.Response{}, false
	}
	if v.f.is.throttleBody.Is("html") {
		return proxyPage(x, http.StatusTooManyRequests), true
	}
	seconds := int64((wait + time.Second - 1) / time.Second)
	return refuse(x, kit.Refusal{Status: http.StatusTooManyRequests}).Set("Retry-After", strconv.FormatInt(seconds, 10)), true
}
