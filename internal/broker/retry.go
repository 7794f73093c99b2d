package broker

import "time"

// pauses is how long a grant rests after its n-th failure in a row. Totals, without jitter:
//
//	after the  4th failure  17 s
//	after the  6th          77 s
//	after the  8th         5 min 17 s   the old token ends about here, if the margin is 5 minutes
//	after the 10th        15 min 17 s
//	then one try in 5 minutes: 12 an hour, 288 a day for a grant that Amazon never answers
var pauses = [...]time.Duration{
	1 * time.Second, 2 * time.Second, 4 * time.Second, 10 * time.Second, // 1 3 7 17 s
	20 * time.Second, 40 * time.Second, // 37 77 s
	2 * time.Minute, 2 * time.Minute, // 3:17 5:17
	5 * time.Minute, 5 * time.Minute, // 10:17 15:17
}

// pause is the rest after the given number of failures in a row, spread by a fifth either way. jitter is in [0, 1).
func pause(failures int, jitter float64) time.Duration {
	d := pauses[min(max(failures, 1), len(pauses))-1]
	return d + time.Duration((jitter-0.5)*0.4*float64(d))
}
