package push

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Post is a message as software and people ask for it: Amazon's own fields, and for whom.
type Post struct {
	adm.Message

	Grant string    `json:"grant,omitempty" doc:"grant to send with; empty for the only one"`
	To    []string  `json:"to,omitempty" doc:"registration ids, or names under which they are kept, up to 1,000" maxItems:"1000"`
	Group string    `json:"group,omitempty" doc:"a group at Amazon"`
	Topic string    `json:"topic,omitempty" doc:"a topic that devices subscribed to"`
	Tags  *[]string `json:"tags,omitempty" doc:"a broadcast to the kept registrations that have all of these; an empty list is everybody"`

	Rate       int  `json:"rate,omitempty" doc:"of a broadcast: most messages a second; 0 for as fast as Amazon takes them"`
	ResendLost bool `json:"resend_lost,omitempty" doc:"of a broadcast: send again what left without an answer; a device may then get it twice"`
}

// A Posted is what came of it.
type Posted struct {
	Accepted  int          `json:"accepted" doc:"messages that Amazon took; of a broadcast none yet"`
	Failed    int          `json:"failed"`
	Bytes     int          `json:"bytes,omitempty" doc:"of the message, of the 6,144 that Amazon takes"`
	Results   []Sent       `json:"results,omitempty" doc:"one for each registration, in the order asked"`
	Broadcast id.Broadcast `json:"broadcast,omitempty" doc:"its id, where it is one"`
}

// Choose finds the grant that may be used for an operation of Device Messaging such as "messages.send", by the name asked for, which may
// be empty. It returns the grant's name.
type Choose func(grant, operation string) (string, error)

// ReadPost reads a post strictly: a misspelt field would be lost without a word at Amazon.
func ReadPost(text []byte) (Post, error) {
	var in Post
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil || d.More() {
		detail := "it is no JSON object of the fields that a message has"
		if err != nil && strings.Contains(err.Error(), "unknown field") {
			detail = strings.TrimPrefix(err.Error(), "json: ")
		}
		return in, problem.New(problem.ADMInvalidMessage).With("%s", detail[:min(len(detail), 120)])
	}
	return in, nil
}

// Post sends what is asked for. The status is that of the answer: 202 for a broadcast, which goes on by itself.
func (p *Push) Post(ctx context.Context, by audit.Actor, choose Choose, in Post) (int, Posted, error) {
	ways := 0
	for _, is := range []bool{len(in.To) > 0, in.Group != "", in.Topic != "", in.Tags != nil} {
		if is {
			ways++
		}
	}
	if ways != 1 {
		return 0, Posted{}, problem.New(problem.PushBadTarget)
	}
	switch {
	case in.Group != "":
		return p.postMany(ctx, choose, in, "group.send", func(grant string) (Sent, error) { return p.SendGroup(ctx, grant, in.Group, in.Message) })
	case in.Topic != "":
		return p.postMany(ctx, choose, in, "topic.send", func(grant string) (Sent, error) { return p.SendTopic(ctx, grant, in.Topic, in.Message) })
	}
	grant, err := choose(in.Grant, "messages.send")
	if err != nil {
		return 0, Posted{}, err
	}
	if in.Tags != nil {
		b, err := p.Begin(ctx, by, NewBroadcast{Grant: grant, Message: in.Message, Tags: *in.Tags, Rate: in.Rate, ResendLost: in.ResendLost})
		return http.StatusAccepted, Posted{Broadcast: b.ID}, err
	}
	got, err := p.Send(ctx, grant, in.Message, in.To)
	if err != nil {
		return 0, Posted{}, err
	}
	out := Posted{Bytes: got.Bytes, Results: got.Sent}
	for _, s := range got.Sent {
		if s.Outcome == string(adm.Accepted) || s.Outcome == Moved {
			out.Accepted++
		} else {
			out.Failed++
		}
	}
	return http.StatusOK, out, nil
}

func (p *Push) postMany(_ context.Context, choose Choose, in Post, operation string, send func(grant string) (Sent, error)) (int, Posted, error) {
	grant, err := choose(in.Grant, operation)
	if err != nil {
		return 0, Posted{}, err
	}
	sent, err := send(grant)
	if err != nil {
		return 0, Posted{}, err
	}
	return http.StatusOK, Posted{Accepted: 1, Results: []Sent{sent}}, nil
}
