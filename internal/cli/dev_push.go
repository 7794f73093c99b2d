package cli

import (
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// devFire is the demo world's grant of Device Messaging.
const devFire = "demo-fire"

// pushAccepted connects Device Messaging, to which nobody has to consent, and sends to three devices: one that is there, one that moved and one
// that has gone. What the devices have in their inboxes is believed, not what was answered.
func (w *walk) pushAccepted() (string, error) {
	if _, err := w.client.Grant(w.ctx, devFire); err != nil {
		if err := w.connectFire(); err != nil {
			return "", err
		}
	}
	there, movedOn, gone, err := w.fireDevices()
	if err != nil {
		return "", err
	}
	before, err := w.inbox(there.ID)
	if err != nil {
		return "", err
	}
	m := adm.Message{Data: map[string]string{"screen": "live"}, Notification: &adm.Notification{Title: "Hello"}, ExpiresAfter: 3600}
	out, err := w.client.Push(w.ctx, push.Post{Grant: devFire, Message: m, To: []string{there.ID, movedOn.ID, gone.ID}})
	if err != nil {
		return "", err
	}
	for i, want := range []string{string(adm.Accepted), push.Moved, string(adm.Unregistered)} {
		if got := out.Results[i].Outcome; got != want {
			return "", fmt.Errorf("the message to device %d was %s, and %s was expected", i+1, got, want)
		}
	}
	after, err := w.inbox(there.ID)
	if err != nil {
		return "", err
	}
	if after != before+1 {
		return "", fmt.Errorf("the device has %d messages more", after-before)
	}
	return fmt.Sprintf("a Fire TV has it in its inbox, %.1f of 6 KB; a newer registration id noted for one device, another that has gone retired", float64(out.Bytes)/1024), nil
}

func (w *walk) connectFire() error {
	if _, err := w.client.App(w.ctx, devFire); err != nil {
		app := api.NewApp{
			Name: devFire, Program: "adm", Realm: "sandbox", ClientID: w.profile.ClientID, ClientSecret: w.profile.Secret(), SecurityProfileID: w.profile.ID,
		}
		if _, err := w.client.AddApp(w.ctx, app); err != nil {
			return err
		}
	}
	_, err := w.client.Connect(w.ctx, api.Connect{Name: devFire, App: devFire})
	return err
}

// A fireDevice is one of the sandbox's.
type fireDevice struct {
	Key string `json:"key"`
	ID  string `json:"registration_id"`
}

func (w *walk) fireDevices() (there, movedOn, gone fireDevice, err error) {
	var r struct {
		Each []fireDevice `json:"each"`
	}
	if err = w.sandbox.Do("adm", "receipts", map[string]any{"each": true}, &r); err != nil {
		return there, movedOn, gone, err
	}
	for _, d := range r.Each {
		switch d.Key {
		case "fire-tv-1":
			there = d
		case "tablet-moved":
			movedOn = d
		case "tablet-gone":
			gone = d
		}
	}
	return there, movedOn, gone, nil
}

func (w *walk) inbox(id string) (int, error) {
	var all []struct{}
	err := w.sandbox.Do("adm", "inbox", map[string]string{"registration_id": id}, &all)
	return len(all), err
}
