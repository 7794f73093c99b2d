package ads

import (
	"fmt"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// v1Common is what everything in v1 has (ads-lwa 6.3). It is embedded, so that its keys stand among the object's own.
type v1Common struct {
	AdProduct canon.Channel `json:"adProduct,omitempty"`
	State     string        `json:"state,omitempty"`
	Status    *v1Status     `json:"status,omitempty"`
	Created   string        `json:"creationDateTime,omitempty"`
	Updated   string        `json:"lastUpdatedDateTime,omitempty"`
	Tags      []v1Tag       `json:"tags,omitempty"`
}

type v1Status struct {
	Delivery string   `json:"deliveryStatus"`
	Reasons  []string `json:"deliveryReasons"`
}

type v1Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// put writes them.
func (w *v1Common) put(from *canon.AdsCommon, channel canon.Channel, v *view) error {
	w.AdProduct = channel
	state, err := stateOf(from.Status)
	if err != nil {
		return err
	}
	w.State = state
	for _, key := range sortedKeys(from.Tags) {
		w.Tags = append(w.Tags, v1Tag{key, from.Tags[key]})
	}
	if v.told {
		w.Created, w.Updated = wireInstant(from.CreatedAt), wireInstant(from.UpdatedAt)
		if from.EffectiveStatus != "" {
			w.Status = &v1Status{delivery(from.EffectiveStatus), from.EffectiveReasons}
		}
	}
	return nil
}

func wireInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// dayOf is the calendar day of an instant of v1 for the account.
func (v *view) dayOf(s string) (canon.Day, error) {
	t, err := instant(s)
	if err != nil || t.IsZero() {
		return "", err
	}
	return v.place.DayOf(t), nil
}

// begins and ends are the instants of v1 between which days lie. The last second of the last day falls on that day whether Amazon reads
// the instant as the end or as a day.
func (v *view) begins(d canon.Day) (string, error) {
	if d == "" {
		return "", nil
	}
	t := d.In(v.place.Location)
	if t.IsZero() {
		return "", fmt.Errorf("%q is no day", d)
	}
	return wireInstant(t), nil
}

func (v *view) ends(d canon.Day) (string, error) {
	if d == "" {
		return "", nil
	}
	t := d.Add(1).In(v.place.Location)
	if d.In(v.place.Location).IsZero() || t.IsZero() {
		return "", fmt.Errorf("%q is no day", d)
	}
	return wireInstant(t.Add(-time.Second)), nil
}

// effective is what an object does, by Amazon's status and its reasons. The first reason that says more than "not delivering" counts
// (ads-model 1.3; the names of reasons: ads-lwa 3.2).
func effective(delivery string, reasons []string, meaning func(string) canon.AdsEffective) canon.AdsEffective {
	switch delivery {
	case "DELIVERING":
		return canon.EffectiveServing
	case "LIMITED":
		return canon.EffectiveLimited
	}
	for _, reason := range reasons {
		if means := meaning(reason); means != "" {
			return means
		}
	}
	return canon.EffectiveNotEligible
}

// meaning is the function meaning, of a page in which the same few reasons come again and again.
func (v *view) meaning(reason string) canon.AdsEffective {
	means, known := v.reasons[reason]
	if !known {
		means = meaning(reason)
		v.reasons[reason] = means
	}
	return means
}

// meaning is what one reason says; empty where it says no more than "not delivering".
func meaning(reason string) canon.AdsEffective {
	for _, known := range reasonWords {
		if strings.Contains(reason, known.word) {
			return known.means
		}
	}
	return ""
}

// reasonWords are the words in Amazon's reasons that tell why something is not shown.
var reasonWords = []struct {
	word  string
	means canon.AdsEffective
}{
	{"OUT_OF_BUDGET", canon.EffectiveOutOfBudget},
	{"PAYMENT", canon.EffectivePaymentProblem},
	{"BILLING", canon.EffectivePaymentProblem},
	{"ARCHIVED", canon.EffectiveArchived},
	{"PAUSED", canon.EffectivePaused},
	{"ENDED", canon.EffectiveEnded},
	{"END_DATE", canon.EffectiveEnded},
	{"PENDING", canon.EffectivePending},
	{"REVIEW", canon.EffectivePending},
	{"INCOMPLETE", canon.EffectiveMisconfigured},
	{"MISSING", canon.EffectiveMisconfigured},
	{"LOW_BID", canon.EffectiveLimited},
}

// delivery is the wire's word for an effective status; the reasons tell the rest.
func delivery(e canon.AdsEffective) string {
	switch e {
	case canon.EffectiveServing:
		return "DELIVERING"
	case canon.EffectiveLimited:
		return "LIMITED"
	}
	return "NOT_DELIVERING"
}
