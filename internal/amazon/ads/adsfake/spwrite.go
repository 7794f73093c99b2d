package adsfake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// spCampaign is the media type of Sponsored Products campaigns (ads-lwa 3.1).
const spCampaign = "application/vnd.spCampaign.v3+json"

// mostItems is how many items one write may carry.
const mostItems = 1000

// An outcome is what a write did to one item: a campaign or errors.
type outcome struct {
	campaign *campaign
	errors   []itemError
}

// createCampaigns serves POST /sp/campaigns.
func (f *fake) createCampaigns(v *visit) kit.Response { return f.write(v, "created", f.create) }

// updateCampaigns serves PUT /sp/campaigns.
func (f *fake) updateCampaigns(v *visit) kit.Response { return f.write(v, "updated", f.update) }

type mutation func(*batch, *input, time.Time) (*campaign, []itemError)

// write applies a mutation to each item in turn. Batches are not atomic (ads-lwa 3.2).
func (f *fake) write(v *visit, effect string, apply mutation) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	inputs, err := parseInputs(v.x.Body, f.is.unknownFields.Is("refuse"))
	if err != nil {
		return invalid(v.x, err.Error())
	}
	if n := len(inputs); n > mostItems {
		return invalid(v.x, "Too many items", outOfRange("$.campaigns", int64(n), 0, mostItems))
	}
	outcomes := make([]outcome, len(inputs))
	seen := map[string]bool{}
	v.profile.change(func(b *batch) {
		for i := range inputs {
			in := &inputs[i]
			if effect == "updated" && in.id != nil {
				if seen[*in.id] {
					outcomes[i].errors = []itemError{duplicate("DUPLICATE_VALUE", in.at+".campaignId", *in.id, "The campaign stands twice in the request")}
					continue
				}
				seen[*in.id] = true
			}
			outcomes[i].campaign, outcomes[i].errors = apply(b, in, v.x.Now)
		}
	})
	return v.multiStatus(outcomes, effect)
}

// deleteCampaigns serves POST /sp/campaigns/delete, which archives.
func (f *fake) deleteCampaigns(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	top, err := parseObject(v.x.Body, "$")
	if err != nil {
		return invalid(v.x, err.Error())
	}
	filter, ok, err := readObject(top, "campaignIdFilter", "$")
	if err != nil {
		return invalid(v.x, err.Error())
	}
	if !ok {
		return invalid(v.x, "campaignIdFilter is required", missing("$.campaignIdFilter"))
	}
	ids, ok, err := read[[]string](filter, "include", "$.campaignIdFilter")
	switch {
	case err != nil:
		return invalid(v.x, err.Error())
	case !ok:
		return invalid(v.x, "campaignIdFilter.include is required", missing("$.campaignIdFilter.include"))
	case len(ids) > mostItems:
		return invalid(v.x, "Too many items", outOfRange("$.campaignIdFilter.include", int64(len(ids)), 0, mostItems))
	}
	outcomes := make([]outcome, len(ids))
	v.profile.change(func(b *batch) {
		for i, id := range ids {
			outcomes[i].campaign, outcomes[i].errors = archive(b, id, fmt.Sprintf("$.campaignIdFilter.include[%d]", i), v.x.Now)
		}
	})
	return v.multiStatus(outcomes, "archived")
}

// multiStatus writes a 207. success and error are always arrays (ads-lwa 3.2).
func (v *visit) multiStatus(outcomes []outcome, effect string) kit.Response {
	whole := prefersRepresentation(v.x.Header["Prefer"])
	done := 0
	b := append(make([]byte, 0, 64+len(outcomes)*64), `{"campaigns":{"success":[`...)
	for i, o := range outcomes {
		if o.campaign == nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, done), `{"index":`...), int64(i), 10)
		b = appendString(append(b, `,"campaignId":`...), o.campaign.id)
		if whole {
			b = append(append(append(b, `,"campaign":`...), o.campaign.wire...), '}')
		}
		b = append(b, '}')
		done++
	}
	b = append(b, `],"error":[`...)
	failed := 0
	for i, o := range outcomes {
		if o.campaign != nil {
			continue
		}
		b = strconv.AppendInt(append(comma(b, failed), `{"index":`...), int64(i), 10)
		b = append(b, `,"errors":[`...)
		for j := range o.errors {
			b = o.errors[j].append(comma(b, j))
		}
		b = append(b, ']', '}')
		failed++
	}
	b = append(b, `]}}`...)
	if done > 0 {
		v.x.Effect = effect
	}
	if failed > 0 {
		v.x.Note("failed_items", strconv.Itoa(failed))
	}
	r := kit.Response{Status: http.StatusMultiStatus, Header: v.x.ServiceHeaders(spCampaign), Body: b}
	if whole {
		r.Header["Preference-Applied"] = []string{"return=representation"}
	}
	return r
}

// prefersRepresentation reports whether the Prefer headers ask for whole entities in the answer (RFC 7240; several
// headers and one with commas are the same).
func prefersRepresentation(headers []string) bool {
	for _, h := range headers {
		for part := range strings.SplitSeq(h, ",") {
			name, value, _ := strings.Cut(part, "=")
			value, _, _ = strings.Cut(value, ";")
			if strings.EqualFold(strings.TrimSpace(name), "return") && strings.Trim(strings.TrimSpace(value), `"`) == "representation" {
				return true
			}
		}
	}
	return false
}

// unusable refuses profiles that have no sponsored ads at all: an agency's (ads-lwa 8.2; the leading space is real).
func unusable(v *visit) (kit.Response, bool) {
	if v.profile.kind != "agency" {
		return kit.Response{}, false
	}
	v.x.Error, v.x.Effect = "400", "refused"
	return answer(v.x, http.StatusBadRequest,
		gatewayBody{Code: "400", Details: " The request input is invalid. Advertiser ID cannot be decrypted"}, true), true
}

// invalid refuses a whole request with 400.
func invalid(x *kit.Exchange, message string, errors ...itemError) kit.Response {
	x.Error, x.Effect = "INVALID_ARGUMENT", "refused"
	b := appendString([]byte(`{"code":"INVALID_ARGUMENT","message":`), message)
	if len(errors) > 0 {
		b = append(b, `,"errors":[`...)
		for i := range errors {
			b = errors[i].append(comma(b, i))
		}
		b = append(b, ']')
	}
	return kit.Response{Status: http.StatusBadRequest, Header: x.ServiceHeaders(""), Body: append(b, '}')}
}
