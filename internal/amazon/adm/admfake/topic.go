package admfake

import (
	"fmt"
	"net/http"
	"regexp"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A topic is what app instances subscribe to on their devices (adm 3.5).
type topic struct {
	name        string
	profile     *kit.SecurityProfile
	subscribers []*device
}

// Limits that Amazon names (adm 3.5).
const (
	topicsPerProfile     = 100
	topicsPerDevice      = 100
	subscribersPerTopic  = 10_000
	topicRegistrationKey = "clientSecret"
)

var topicName = regexp.MustCompile(`^[a-zA-Z0-9\-_.~%]{1,100}$`)

// registerTopics registers a security profile for topics, once. Its client secret travels in the body, of which nothing is kept.
func (f *fake) registerTopics(x *kit.Exchange) kit.Response {
	p, refused := f.caller(x)
	if refused != nil {
		return *refused
	}
	in := map[string]any{}
	if decode(x.Body, &in) != nil {
		return deny(x, http.StatusBadRequest, "InvalidData")
	}
	secret, ok := in[topicRegistrationKey].(string)
	switch {
	case !ok || secret == "":
		return deny(x, http.StatusBadRequest, "InvalidData")
	case !p.Accepts(secret):
		return deny(x, http.StatusUnauthorized, "InvalidClientSecret")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.topical[p.ClientID] = true
	x.Effect = "registered"
	return headers(x, kit.JSON(http.StatusOK, struct{}{}))
}

// sendTopic sends to all who subscribed.
func (f *fake) sendTopic(x *kit.Exchange) kit.Response {
	p, refused := f.caller(x)
	if refused != nil {
		return *refused
	}
	m, refused := f.read(x)
	if refused != nil {
		return *refused
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.is.topics.Is("needed") && !f.topical[p.ClientID] || !topicName.MatchString(m.Topic) {
		return deny(x, http.StatusBadRequest, "InvalidData")
	}
	if t := f.topics[p.ClientID+" "+m.Topic]; t != nil {
		for _, d := range t.subscribers {
			if d.state != unregistered {
				f.put(d, m)
				d.answered++
			}
		}
	}
	x.Effect = "enqueued"
	return headers(x, kit.JSON(http.StatusOK, struct{}{}))
}

// subscribe is what an app does on its device: Amazon has no call of servers for it.
func (f *fake) subscribe(d *device, name string) error {
	if !topicName.MatchString(name) {
		return fmt.Errorf("subscribing: %q is no topic's name", name)
	}
	key := d.profile.ClientID + " " + name
	t := f.topics[key]
	if t == nil {
		n := 0
		for _, other := range f.topics {
			if other.profile == d.profile {
				n++
			}
		}
		if n >= topicsPerProfile {
			return fmt.Errorf("subscribing: a security profile has %d topics at most", topicsPerProfile)
		}
		t = &topic{name: name, profile: d.profile}
	}
	switch {
	case d.topics[name]:
		return nil
	case len(d.topics) >= topicsPerDevice:
		return fmt.Errorf("subscribing: an app instance has %d topics at most", topicsPerDevice)
	case len(t.subscribers) >= subscribersPerTopic:
		return fmt.Errorf("subscribing: a topic has %d app instances at most", subscribersPerTopic)
	}
	if d.topics == nil {
		d.topics = map[string]bool{}
	}
	d.topics[name] = true
	t.subscribers = append(t.subscribers, d)
	f.topics[key] = t
	return nil
}
