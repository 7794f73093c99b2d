package unified

import (
	"context"
	"net/http"
	"slices"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Support is what can be done to one kind of object in one channel. It is made of what the model says that it can, so it is true.
type Support struct {
	Kind       canon.AdsKind `json:"kind"`
	Channel    canon.Channel `json:"channel,omitempty"` // none for kinds that stand above the channels
	Methods    Methods       `json:"methods"`
	Parameters []string      `json:"list_parameters"`
	ByAmazon   []string      `json:"list_parameters_by_amazon"` // of these, what Amazon itself filters by; the others cost the reading of more
	Inbound    []string      `json:"inbound_fields"`            // that a new one may have
	Changeable []string      `json:"changeable_fields"`         // that a change may touch
	Required   []string      `json:"required_fields"`           // that a new one must have
	Operations []string      `json:"operations"`                // of Amazon's that it may take, as policies name them
}

// Methods say what works.
type Methods struct {
	List   bool `json:"list"`
	Get    bool `json:"get"`
	Create bool `json:"create"`
	Update bool `json:"update"` // PUT and PATCH
	Remove bool `json:"remove"` // archives, which is final
	Undo   bool `json:"undo"`
}

// Support is the table of everything.
func (u *Ads) Support() []Support {
	var all []Support
	for _, kind := range Kinds() {
		channels := u.cfg.Model.AdsChannels(kind)
		for _, channel := range channels {
			can := u.cfg.Model.AdsCan(kind, channel)
			writes := u.cfg.Writer != nil
			s := Support{
				Kind: kind, Channel: channel, Parameters: Parameters(kind), ByAmazon: list(can.Filters), Inbound: list(can.Creatable), Changeable: list(can.Updatable),
				Required: list(can.Required), Operations: []string{},
				Methods: Methods{List: can.List, Get: can.List, Create: can.Create && writes, Update: can.Update && writes, Remove: can.Archive && writes, Undo: can.Update && writes},
			}
			for _, verb := range []string{"list", "create", "update", "archive"} {
				for _, op := range can.Operations[verb] {
					if op = ProgramCode + "." + op; !slices.Contains(s.Operations, op) {
						s.Operations = append(s.Operations, op)
					}
				}
			}
			all = append(all, s)
		}
		if len(channels) == 0 && kind == canon.KindInsertionOrder { // Amazon's sponsored ads have none: always an empty list
			none := []string{}
			all = append(all, Support{kind, "", Methods{List: true, Get: true}, Parameters(kind), none, none, none, none, none})
		}
	}
	return all
}

// list is never null as JSON.
func list(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

// about answers what stands beside the grants: the description and the table of support.
func (u *Ads) about(_ context.Context, a Ask, word string) (Answer, bool, error) {
	if word != "openapi.json" && word != "support" {
		return Answer{}, false, nil
	}
	if a.Method != http.MethodGet && a.Method != http.MethodHead {
		return Answer{}, true, problem.New(problem.UnifiedMethodRefused)
	}
	if word == "support" {
		return OK(u.Support()), true, nil
	}
	text, err := u.OpenAPI()
	return Answer{Body: struct{}{}, Text: text, Type: "application/openapi+json"}, true, err
}
