package push

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// judge says what a result means for the device, for the pace, and for the whole broadcast (adm 3.3).
func (r *run) judge(t *Target, result adm.Result) {
	now := r.push.cfg.Now()
	t.Status, t.Problem, t.At = result.Status, result.Problem.Code, now
	if result.Outcome != adm.Unsent && result.Outcome != adm.TokenRefused {
		t.Tries++
	}
	odd := 0
	switch result.Outcome {
	case adm.Accepted:
		r.pace.passed()
		if t.Fate = string(adm.Accepted); result.ID != "" && result.ID != t.Registration {
			t.Fate, t.New = Moved, result.ID
		}
	case adm.Unregistered, adm.Invalid:
		r.pace.passed()
		t.Fate = string(result.Outcome)
	case adm.Lost:
		if t.Fate = string(adm.Lost); r.b.ResendLost && t.Tries < mostTries {
			t.Fate, t.Next = Waiting, now.Add(backoff(t.Tries))
		}
	case adm.Throttled:
		t.Fate, t.Next = Waiting, r.pace.throttled(result.Wait)
		if t.Tries >= mostWaits {
			t.Fate = GivenUp
		}
	case adm.Busy:
		wait := result.Wait
		if wait == 0 {
			wait = backoff(t.Tries)
		}
		t.Fate, t.Next = Waiting, now.Add(min(wait, time.Hour))
		if t.Tries >= mostTries {
			t.Fate = GivenUp
		}
	case adm.Unsent:
		t.Fate, t.Next = Waiting, r.pace.pause()
	case adm.TokenRefused:
		t.Fate, t.Next = Waiting, now
		r.end(result.Problem, true)
	case adm.Refused:
		t.Fate = string(adm.Refused)
		odd = r.refused(result.Problem)
	}
	r.mu.Lock()
	r.odd = odd
	r.mu.Unlock()
}

// refused ends the broadcast where the message itself is at fault, and where nobody understands what Amazon says, time after time.
func (r *run) refused(p problem.Problem) (odd int) {
	if p.Code != problem.ADMUnrecognised {
		r.end(p, false)
		return 0
	}
	r.mu.Lock()
	odd = r.odd + 1
	r.mu.Unlock()
	if odd >= mostOdd {
		r.end(p, false)
	}
	return odd
}

func (r *run) end(p problem.Problem, hold bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop.Code == "" {
		r.stop, r.hold = p, hold
	}
}

// backoff is 1, 2, 4 seconds and so on to a minute.
func backoff(tries int) time.Duration {
	return min(time.Second<<max(0, min(tries-1, 6)), time.Minute)
}
