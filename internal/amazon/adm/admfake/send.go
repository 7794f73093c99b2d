package admfake

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

var errTrailing = errors.New("something stands behind the JSON")

// send takes a message for one app instance (adm 3.2).
func (f *fake) send(x *kit.Exchange) kit.Response {
	p, refused := f.caller(x)
	if refused != nil {
		return *refused
	}
	m, refused := f.read(x)
	if refused != nil {
		return *refused
	}
	if wait := f.limits.take(p.ClientID, x.Now, f.is.pace.Duration()); wait > 0 {
		return f.busy(x, http.StatusTooManyRequests, wait)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	d, refused, lost := f.meet(x, p, x.Var("registrationId"))
	if refused != nil {
		return *refused
	}
	f.put(d, m)
	x.Effect = "enqueued"
	r := f.taken(x, d.id, m.Checksum)
	if lost {
		r.Reset = true
		return r
	}
	d.answered++
	return r
}

// taken is the answer to a message that was taken.
func (f *fake) taken(x *kit.Exchange, id, checksum string) kit.Response {
	pairs := make([]string, 0, 12)
	pairs = append(pairs, "Content-Type", "application/json", "Server", "Server", "X-Amzn-Requestid", x.UUID())
	if f.is.checksum.Is("on") {
		pairs = append(pairs, "X-Amzn-Data-Md5", checksum)
	}
	return kit.Response{Status: http.StatusOK, Pairs: pairs, Body: []byte(`{"registrationID":"` + id + `"}`)} // an id of ours needs no escaping
}

// put lays a message into a device's inbox, which drops what it replaces. The lock is held.
func (f *fake) put(d *device, m message) {
	f.seq++
	m.Seq = f.seq
	d.accepted++
	if m.Key != "" {
		d.inbox = slices.DeleteFunc(d.inbox, func(old message) bool { return old.Key == m.Key })
	}
	d.inbox = append(d.inbox, m)
}

// waiting are the messages of a device that have not expired. The lock is held.
func (d *device) waiting(now time.Time) []message {
	d.inbox = slices.DeleteFunc(d.inbox, func(m message) bool { return !now.Before(m.Expires) })
	return slices.Clone(d.inbox)
}
