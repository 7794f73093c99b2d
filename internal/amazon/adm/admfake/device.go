package admfake

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The states of a registration.
const (
	active       = "active"
	moved        = "moved"        // has a newer registration id, which each answer tells
	unregistered = "unregistered" // the app was removed
	throttled    = "throttled"    // answers 429 for its next few messages
	flaky        = "flaky"        // answers 503 for its next few messages
	reset        = "reset"        // takes its next few messages, and breaks the connection off instead of answering
)

// A device is one app on one device.
type device struct {
	key     string
	profile *kit.SecurityProfile
	id      string // the registration id that is current
	old     string // the one before, where it moved
	state   string
	left    int           // how many more messages meet throttled, flaky or reset
	wait    time.Duration // what their Retry-After says

	inbox    []message
	accepted int // messages taken, whatever became of them
	answered int // of those, how many its sender was told of
	topics   map[string]bool
}

const idPrefix = "amzn1.adm-registration.v3."

// registration draws a registration id. Real ones begin with this text inside and are longer than 256 characters (adm 3.7).
func (f *fake) registration(profile, key string, n int) string {
	inner := "com.amazon.DeviceMessaging.RegistrationIdEncryptionKey!1!sbx"
	for part := range 2 {
		inner += f.world.Hex(fmt.Sprintf("adm %s %s %d %d", profile, key, n, part), 64)
	}
	return idPrefix + base64.RawURLEncoding.EncodeToString([]byte(inner))
}

// add makes a device. Its key is new. The lock is held, or nobody else is there yet.
func (f *fake) add(p *kit.SecurityProfile, key, state string) *device {
	d := &device{key: key, profile: p, state: state, id: f.registration(p.Key, key, 1), wait: time.Second}
	f.byID[d.id] = d
	f.devices, f.byKey[key] = append(f.devices, d), d
	f.turn(d, state, 1)
	return d
}

// turn puts a device into a state. A device that moves gets a new registration id; the old one stays known.
func (f *fake) turn(d *device, state string, left int) {
	if state == moved && d.state != moved || state == moved && d.old == "" {
		d.old, d.id = d.id, f.registration(d.profile.Key, d.key, 2)
		f.byID[d.id] = d
	}
	d.state, d.left = state, left
}

// populate makes the devices of the default world.
func (f *fake) populate() {
	shop, agency := f.world.Profile(kit.Shop), f.world.Profile(kit.Agency)
	if shop == nil {
		return
	}
	for _, d := range []struct{ key, state string }{
		{"fire-tv-1", active},
		{"fire-tv-2", active},
		{"tablet-1", active},
		{"tablet-moved", moved},
		{"tablet-gone", unregistered},
		{"stick-throttled", throttled},
		{"stick-flaky", flaky},
		{"stick-reset", reset},
	} {
		f.add(shop, d.key, d.state)
	}
	if agency != nil {
		f.add(agency, "agency-tv", active)
	}
}

// meet finds who a message is for. What stands in the way of it, if anything, is the answer; lost says that the message is taken
// and its sender not told.
func (f *fake) meet(x *kit.Exchange, p *kit.SecurityProfile, id string) (d *device, refused *kit.Response, lost bool) {
	d = f.byID[id]
	if d == nil || d.profile != p {
		// "Valid, but not of this profile" has the same reason (adm 3.3).
		r := deny(x, http.StatusBadRequest, "InvalidRegistrationId")
		return nil, &r, false
	}
	bites := d.left != 0 && (d.state == throttled || d.state == flaky || d.state == reset)
	if bites && d.left > 0 {
		d.left--
	}
	var r kit.Response
	switch {
	case d.state == unregistered:
		r = deny(x, http.StatusBadRequest, "Unregistered")
	case bites && d.state == throttled:
		r = f.busy(x, http.StatusTooManyRequests, d.wait)
	case bites && d.state == flaky:
		r = f.busy(x, http.StatusServiceUnavailable, d.wait)
	default:
		return d, nil, bites && d.state == reset
	}
	return nil, &r, false
}
