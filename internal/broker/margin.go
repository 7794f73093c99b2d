package broker

import "time"

// Bounds of what an answer's expires_in is taken for (attack case D5). A token that claims to live for years is still
// replaced daily, and one that claims to be dead on arrival does not make the sweep ask again and again.
const (
	longestLife = 24 * time.Hour
	leastPause  = 5 * time.Second // between two refreshes of one grant that both succeed
	mostMargin  = 5 * time.Minute // LWA tokens live 60 minutes, so they are refreshed at 55
)

// Margin is how long before its end a token of the given lifetime is replaced: what is configured, else min(5 minutes, a
// tenth of the lifetime). A configured margin is cut to half the lifetime: a margin longer than a token's life would cause a
// refresh per request (X2).
func Margin(lifetime, configured time.Duration) time.Duration {
	if configured > 0 {
		return min(configured, lifetime/2)
	}
	return min(mostMargin, lifetime/10)
}

// NeedsRefresh reports whether the token obtained and expiring at the given times is due for replacement at now.
func NeedsRefresh(obtained, expires, now time.Time, configured time.Duration) bool {
	return !now.Before(expires.Add(-Margin(expires.Sub(obtained), configured)))
}

// refreshAt is when a token is to be replaced: at its margin, and a little before by chance, so that grants that were obtained
// together do not stay together (D6). jitter is in [0, 1) and moves it by at most a fifth of the margin.
func refreshAt(obtained, expires time.Time, configured time.Duration, jitter float64) time.Time {
	margin := Margin(expires.Sub(obtained), configured)
	at := expires.Add(-margin - time.Duration(jitter*float64(margin)/5))
	if earliest := obtained.Add(leastPause); at.Before(earliest) {
		return earliest
	}
	return at
}

// expiry counts a token's end from before the send, on the careful side.
func expiry(obtained time.Time, expiresIn time.Duration) time.Time {
	return obtained.Add(min(max(expiresIn, 0), longestLife))
}
