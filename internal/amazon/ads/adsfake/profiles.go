package adsfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// What /v2/profiles takes (ads-lwa 2.5).
var (
	apiPrograms  = []string{"billing", "campaign", "paymentMethod", "store", "report", "account", "posts"}
	profileTypes = []string{"seller", "vendor", "agency"}
)

// listProfiles serves GET /v2/profiles: the profiles of the called region that the caller may see.
func (f *fake) listProfiles(v *visit) kit.Response {
	q := v.x.Query()
	program, level := q.Get("apiProgram"), q.Get("accessLevel")
	if program == "" {
		program = "campaign"
	}
	valid := q.Get("validPaymentMethodFilter")
	var types []string
	if t := q.Get("profileTypeFilter"); t != "" {
		for part := range strings.SplitSeq(t, ",") {
			types = append(types, strings.TrimSpace(part))
		}
	}
	switch {
	case !slices.Contains(apiPrograms, program):
		return badQuery(v.x, "apiProgram")
	case level != "" && level != "edit" && level != "view":
		return badQuery(v.x, "accessLevel")
	case valid != "" && valid != "true" && valid != "false":
		return badQuery(v.x, "validPaymentMethodFilter")
	case slices.ContainsFunc(types, func(t string) bool { return !slices.Contains(profileTypes, t) }):
		return badQuery(v.x, "profileTypeFilter")
	}
	f.settleTests(v.claims.User.Key, v.x.Now)
	b, n, hidden := []byte{'['}, 0, false
	for _, a := range f.visible(v) {
		// Billing is for those who may change it; that viewers lack just these two is a guess.
		if !a.edit && (level != "view" || program == "billing" || program == "paymentMethod") {
			hidden = true
			continue
		}
		p := a.profile
		if (types != nil && !slices.Contains(types, p.kind)) || (valid == "true" && p.payment == unpaid) || (valid == "false" && p.payment != unpaid) {
			continue
		}
		b = p.appendJSON(comma(b, n))
		n++
	}
	if n == 0 && hidden && level != "view" && f.is.viewOnly.Is("403") {
		return gatewayRefusal(v.x, http.StatusForbidden, "403", "Forbidden")
	}
	v.x.Note("profiles", strconv.Itoa(n))
	return kit.Response{Status: http.StatusOK, Header: v.x.GatewayHeaders(), Body: append(b, ']'), Chunked: true}
}

// visible lists the caller's profiles in the called region that Amazon shows: those of accounts which have had a
// campaign, whatever the caller's level.
func (f *fake) visible(v *visit) []access {
	var all []access
	for _, a := range f.roster().access[v.claims.User.Key] {
		p := a.profile
		hidden := f.is.freshLink.Is("hidden") && p.fresh(v.x.Now)
		if p.country.region == v.x.Region && p.listed() && !hidden {
			all = append(all, a)
		}
	}
	return all
}

// listed reports whether Amazon tells of the profile: only once it has had a campaign.
func (p *profile) listed() bool { return p.shown || len(p.campaigns.all()) > 0 }

func badQuery(x *kit.Exchange, name string) kit.Response {
	x.Effect = "refused"
	return gatewayRefusal(x, http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid value for parameter "+name)
}

// getProfile serves GET /v2/profiles/{profileId}.
func (f *fake) getProfile(v *visit) kit.Response {
	id := v.x.Var("profileId")
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return badQuery(v.x, "profileId")
	}
	for _, a := range f.visible(v) {
		if a.profile.number == number {
			return kit.Response{Status: http.StatusOK, Header: v.x.GatewayHeaders(), Body: a.profile.appendJSON(nil), Chunked: true}
		}
	}
	v.x.Effect = "refused"
	if f.roster().byID[number] != nil || f.is.unknownID.Is("401") {
		return scopeRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", notAuthorizedToScope+strconv.FormatInt(number, 10))
	}
	return gatewayRefusal(v.x, http.StatusNotFound, "NOT_FOUND", "Could not find profile "+strconv.FormatInt(number, 10))
}

// profileResult is one item of the answer to PUT /v2/profiles. profileId is a number here too.
type profileResult struct {
	ProfileID int64  `json:"profileId"`
	Code      string `json:"code"`
	Details   string `json:"details,omitempty"`
}

// putProfiles serves PUT /v2/profiles: only the dailyBudget of sellers can be written.
func (f *fake) putProfiles(v *visit) kit.Response {
	var items []json.RawMessage
	if err := json.Unmarshal(v.x.Body, &items); err != nil || items == nil {
		return gatewayRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", "The body must be an array of profiles")
	}
	results := make([]profileResult, 0, len(items))
	for i, raw := range items {
		o, err := parseObject(raw, fmt.Sprintf("$[%d]", i))
		if err != nil {
			return gatewayRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		number, ok, err := read[int64](o, "profileId", fmt.Sprintf("$[%d]", i))
		if err != nil || !ok {
			return gatewayRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", fmt.Sprintf("$[%d].profileId must be an integer", i))
		}
		budget, err := optional[float64](o, "dailyBudget", fmt.Sprintf("$[%d]", i))
		if err != nil {
			return gatewayRefusal(v.x, http.StatusBadRequest, "INVALID_ARGUMENT", err.Error())
		}
		r := profileResult{ProfileID: number, Code: "SUCCESS"}
		if r.Details = f.setBudget(v, number, budget); r.Details != "" {
			r.Code = "INVALID_ARGUMENT"
		} else {
			v.x.Effect = "updated"
		}
		results = append(results, r)
	}
	status := http.StatusOK
	if f.is.profilesPut.Is("207") {
		status = http.StatusMultiStatus
	}
	return answer(v.x, status, results, false)
}

// setBudget sets a profile's dailyBudget, or says why not.
func (f *fake) setBudget(v *visit, number int64, budget *float64) string {
	for _, a := range f.visible(v) {
		p := a.profile
		if p.number != number {
			continue
		}
		switch {
		case !a.edit:
			return "Not authorized to update the profile"
		case p.kind != "seller":
			return "dailyBudget is only supported for seller profiles"
		case budget == nil:
			return "dailyBudget is required"
		case *budget < p.country.minBudget || *budget > 999999999:
			return "dailyBudget is out of range"
		}
		p.daily.Store(budget)
		return ""
	}
	return "No matching profile found"
}
