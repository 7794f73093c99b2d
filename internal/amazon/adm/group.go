package adm

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// What a group and a topic may be called (adm 3.4, 3.5).
var (
	groupName = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	topicName = regexp.MustCompile(`^[a-zA-Z0-9\-_.~%]{1,100}$`)
)

// A GroupChange is what became of a change to a group.
type GroupChange struct {
	Result
	Success int      // registrations that were added or removed
	Failure int      // registrations that were not
	Failed  []string // which those are
}

// ChangeGroup creates a group, adds registrations to it or removes them: operation is "create", "add" or "remove". Amazon does not
// make a group none of whose registrations it took (adm 3.4).
func (p *Program) ChangeGroup(ctx context.Context, s amazon.Asker, operation, name string, registrations []string, now time.Time) GroupChange {
	wrong := func(what string) GroupChange {
		return GroupChange{Result: Result{Outcome: Refused, Problem: problem.New(problem.ADMInvalidMessage).With("%s", what)}}
	}
	switch {
	case !groupName.MatchString(name):
		return wrong("a group's name has 1 to 64 letters and digits")
	case !slices.Contains([]string{"create", "add", "remove"}, operation):
		return wrong("a group is changed by create, add or remove")
	case len(registrations) == 0:
		return wrong("there is no registration")
	}
	body, err := json.Marshal(map[string]any{"operation": operation, "group_name": name, "registration_ids": registrations})
	if err != nil {
		return wrong("it cannot be written")
	}
	r, answer := p.post(ctx, s, "/v1/messaging/group/operations", body, now)
	out := GroupChange{Result: r}
	if r.Outcome != Accepted {
		return out
	}
	var in struct {
		Success int      `json:"success"`
		Failure int      `json:"failure"`
		Failed  []string `json:"failed_registration_ids"`
	}
	if answer.Truncated || json.Unmarshal(answer.Body, &in) != nil {
		out.Problem = problem.New(problem.ADMBrokenAnswer)
		return out
	}
	out.Success, out.Failure, out.Failed = in.Success, in.Failure, in.Failed
	return out
}

// SendGroup sends to the members of a group (adm 3.4).
func (p *Program) SendGroup(ctx context.Context, s amazon.Asker, name string, m Message, now time.Time) Result {
	return p.sendMany(ctx, s, "/v1/messaging/group/messages", "group", name, groupName.MatchString(name), m, now)
}

// SendTopic sends to the app instances that subscribed to a topic (adm 3.5). The security profile must have been registered once.
func (p *Program) SendTopic(ctx context.Context, s amazon.Asker, name string, m Message, now time.Time) Result {
	return p.sendMany(ctx, s, "/v1/messaging/topic/messages", "topic", name, topicName.MatchString(name), m, now)
}

func (p *Program) sendMany(ctx context.Context, s amazon.Asker, path, field, name string, good bool, m Message, now time.Time) Result {
	if !good {
		return Result{Outcome: Refused, Problem: problem.New(problem.ADMInvalidMessage).With("no %s can have that name", field)}
	}
	body, err := m.body(field, name)
	if err != nil {
		known, _ := problem.Of(err)
		return Result{Outcome: Refused, Problem: known}
	}
	r, _ := p.post(ctx, s, path, body, now)
	return r
}

// RegisterTopics registers a security profile for topics, which is needed once. Amazon wants the client secret in the body (adm 3.5):
// it goes there as an injected field, which egress alone reveals, and no copy of the body is kept.
func (p *Program) RegisterTopics(ctx context.Context, s amazon.Asker, clientSecret secret.Value, now time.Time) Result {
	call := amazon.Call{Method: http.MethodPost, Path: "/v1/messaging/topic/registrations", Limit: answerLimit}
	call.Inject.JSON = []amazon.Field{{Name: "clientSecret", Value: clientSecret}}
	r, _ := p.ask(ctx, s, call, now)
	if r.Problem.Code == problem.ADMTopicSecretRefused {
		r.Outcome = Refused
	}
	return r
}
