package admfake

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A Device is what the control side tells of a device.
type Device struct {
	Key      string `json:"key"`
	Profile  string `json:"profile"`
	State    string `json:"state"`
	ID       string `json:"registration_id"`               // as a sender knows it: where the device moved, the old one
	NewID    string `json:"new_registration_id,omitempty"` // where it moved
	Accepted int    `json:"accepted"`                      // messages taken
	Answered int    `json:"answered"`                      // of those, how many their sender was told of
	Waiting  int    `json:"waiting"`                       // messages in the inbox, not expired
}

func (d *device) describe(now time.Time) Device {
	out := Device{Key: d.key, Profile: d.profile.Key, State: d.state, ID: d.id, Accepted: d.accepted, Answered: d.answered, Waiting: len(d.waiting(now))}
	if d.old != "" {
		out.ID, out.NewID = d.old, d.id
	}
	return out
}

// mostDescribed keeps the description of a world short.
const mostDescribed = 100

// describe tells the control side what there is.
func (f *fake) describe() map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.world.Now()
	all := []Device{}
	for _, d := range f.devices[:min(len(f.devices), mostDescribed)] {
		all = append(all, d.describe(now))
	}
	groups, topics := map[string]int{}, map[string]int{}
	for _, g := range f.groups {
		groups[g.profile.Key+" "+g.name] = len(g.members)
	}
	for _, t := range f.topics {
		topics[t.profile.Key+" "+t.name] = len(t.subscribers)
	}
	return map[string]any{"devices": all, "devices_in_all": len(f.devices), "groups": groups, "topics": topics}
}

func (f *fake) controls() []kit.Control {
	return []kit.Control{
		{Name: "devices", About: "Makes devices: profile, prefix, count, and how many of them are moved, unregistered, throttled, flaky or reset.", Do: f.makeDevices},
		{Name: "device", About: "Puts a device (key or registration_id) into a state, for the next messages as many as times says.", Do: f.changeDevice},
		{Name: "inbox", About: "Tells what waits in a device's inbox (key or registration_id).", Do: f.inbox},
		{Name: "collect", About: "Has a device connect: it takes what waits in its inbox.", Do: f.collect},
		{Name: "subscribe", About: "Subscribes a device (key) to a topic.", Do: f.subscribeDevice},
		{Name: "receipts", About: "Tells of every device with the prefix how many messages it took, and how many its sender was told of.", Do: f.receipts},
		{Name: "app-key", About: "Issues an app key as the console does: profile, package, and certificate (base64 of DER) or md5 and sha256; bundle for iOS.", Do: f.appKey},
	}
}

func (f *fake) makeDevices(in []byte) (any, error) {
	var want struct {
		Profile    string         `json:"profile"`
		Prefix     string         `json:"prefix"`
		Count      int            `json:"count"`
		States     map[string]int `json:"states"`
		Times      int            `json:"times"`
		RetryAfter kit.Duration   `json:"retry_after"`
	}
	if err := decode(in, &want); err != nil {
		return nil, fmt.Errorf("making devices: %w", err)
	}
	p := f.world.Profile(want.Profile)
	if p == nil || want.Prefix == "" || want.Count < 1 || want.Count > 1_000_000 {
		return nil, errors.New("making devices: profile, prefix and count (1 to 1,000,000) are needed")
	}
	var states []string
	for left := true; left; { // one of each in turn, so that they come mixed
		left = false
		for _, s := range []string{moved, unregistered, throttled, flaky, reset} {
			if want.States[s] > 0 {
				states, left = append(states, s), true
				want.States[s]--
			}
		}
	}
	if len(states) > want.Count {
		return nil, errors.New("making devices: more states than devices")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey[want.Prefix+"-1"] != nil {
		return nil, fmt.Errorf("making devices: there are such with the prefix %s already", want.Prefix)
	}
	now := f.world.Now()
	out := make([]Device, want.Count)
	every := 1
	if len(states) > 0 {
		every = want.Count / len(states)
	}
	for i := range out {
		state := active
		if n := i / every; i%every == 0 && n < len(states) {
			state = states[n]
		}
		d := f.add(p, fmt.Sprintf("%s-%d", want.Prefix, i+1), state)
		d.left, d.wait = max(1, want.Times), time.Duration(want.RetryAfter)
		out[i] = d.describe(now)
	}
	return out, nil
}

// which names a device.
type which struct {
	Key string `json:"key"`
	ID  string `json:"registration_id"`
}

// find looks a device up. The lock is held.
func (f *fake) find(w which) (*device, error) {
	if d := f.byKey[w.Key]; d != nil {
		return d, nil
	}
	if d := f.byID[w.ID]; d != nil {
		return d, nil
	}
	return nil, errors.New("finding the device: this world has none with that key or registration_id")
}

func (f *fake) changeDevice(in []byte) (any, error) {
	var want struct {
		which
		State      string       `json:"state"`
		Times      int          `json:"times"`
		RetryAfter kit.Duration `json:"retry_after"`
	}
	if err := decode(in, &want); err != nil {
		return nil, fmt.Errorf("changing a device: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	d, err := f.find(want.which)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{active, moved, unregistered, throttled, flaky, reset}, want.State) {
		return nil, fmt.Errorf("changing a device: %q is none of active, moved, unregistered, throttled, flaky, reset", want.State)
	}
	f.turn(d, want.State, max(1, want.Times))
	d.wait = time.Duration(want.RetryAfter)
	return d.describe(f.world.Now()), nil
}

// ask finds the device that a control is about.
func (f *fake) ask(in []byte, do func(d *device) (any, error)) (any, error) {
	var w which
	if err := decode(in, &w); err != nil {
		return nil, fmt.Errorf("reading which device is meant: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	d, err := f.find(w)
	if err != nil {
		return nil, err
	}
	return do(d)
}

func (f *fake) inbox(in []byte) (any, error) {
	return f.ask(in, func(d *device) (any, error) { return append([]message{}, d.waiting(f.world.Now())...), nil })
}

func (f *fake) collect(in []byte) (any, error) {
	return f.ask(in, func(d *device) (any, error) {
		all := append([]message{}, d.waiting(f.world.Now())...)
		d.inbox = nil
		return all, nil
	})
}

func (f *fake) subscribeDevice(in []byte) (any, error) {
	var want struct {
		which
		Topic string `json:"topic"`
	}
	if err := decode(in, &want); err != nil {
		return nil, fmt.Errorf("subscribing a device: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	d, err := f.find(want.which)
	if err != nil {
		return nil, err
	}
	return struct{}{}, f.subscribe(d, want.Topic)
}
