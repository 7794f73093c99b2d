package ads

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// v3Common is what everything in v3 has (ads-lwa 3.4).
type v3Common struct {
	State    string      `json:"state,omitempty"`
	Extended *v3Extended `json:"extendedData,omitempty"`
}

type v3Extended struct {
	Created string     `json:"creationDateTime,omitempty"`
	Updated string     `json:"lastUpdateDateTime,omitempty"`
	Serving string     `json:"servingStatus,omitempty"`
	Details []v3Detail `json:"servingStatusDetails,omitempty"`
}

type v3Detail struct {
	Name string `json:"name"`
}

// take reads the common fields into an object.
func (w *v3Common) take(to *canon.AdsCommon) error {
	to.Status = statusOf(w.State)
	if w.Extended == nil {
		return nil
	}
	var err error
	if to.CreatedAt, err = instant(w.Extended.Created); err != nil {
		return err
	}
	if to.UpdatedAt, err = instant(w.Extended.Updated); err != nil {
		return err
	}
	to.EffectiveStatus, to.EffectiveReasons = w.Extended.effective()
	return nil
}

// effective says in v1's words what v3 says in its own.
func (x *v3Extended) effective() (canon.AdsEffective, []string) {
	if x.Serving == "" {
		return "", nil
	}
	if strings.HasSuffix(x.Serving, "_STATUS_ENABLED") || strings.HasSuffix(x.Serving, "_STATUS_LIVE") {
		return canon.EffectiveServing, nil
	}
	reasons := []string{v1Reason(x.Serving)}
	if len(x.Details) > 0 {
		reasons = reasons[:0]
		for _, d := range x.Details {
			reasons = append(reasons, v1Reason(strings.TrimSuffix(d.Name, "_DETAIL")))
		}
	}
	return effective("", reasons, meaning), reasons
}

// Serving statuses that v1 words otherwise.
var v1Reasons = [][2]string{{"ENDED", "CAMPAIGN_END_DATE_REACHED"}, {"PENDING_START_DATE", "CAMPAIGN_PENDING_START_DATE"}, {"PORTFOLIO_ENDED", "PORTFOLIO_END_DATE_REACHED"}}

func v1Reason(serving string) string {
	if word := toCanon(v1Reasons, serving); word != serving {
		return word
	}
	return strings.Replace(strings.Replace(serving, "TARGETING_CLAUSE_", "TARGET_", 1), "_STATUS_", "_", 1)
}

// put writes the common fields.
func (w *v3Common) put(from *canon.AdsCommon, alive string, v *view) error {
	state, err := stateOf(from.Status)
	if err != nil {
		return err
	}
	w.State = state
	if !v.told {
		return nil
	}
	w.Extended = &v3Extended{Created: wireInstant(from.CreatedAt), Updated: wireInstant(from.UpdatedAt)}
	switch {
	case from.EffectiveStatus == canon.EffectiveServing:
		w.Extended.Serving = alive
	case from.EffectiveStatus != "":
		w.Extended.Serving = "OTHER"
		for _, r := range from.EffectiveReasons {
			w.Extended.Details = append(w.Extended.Details, v3Detail{toWire(v1Reasons, r) + "_DETAIL"})
		}
	}
	return nil
}
