package doctor

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// companions are the problems that Amazon words alike: a pasted text shows the first, and only knowledge of the grant would tell the others
// (ads-lwa 8.2). They are in the order of how often people meet them.
var companions = map[problem.Code][]problem.Code{
	problem.LWARefreshTokenRefused: {problem.LWAConsentWithdrawn},
	problem.LWAInvalidClient:       {problem.LWAClientIDSPApp, problem.LWASecretExpired},
	problem.AdsTokenRefused:        {problem.AdsSecurityProfileNotLinked, problem.AdsLinkPropagating, problem.AdsBearerMissing},
	problem.AdsForeignScope:        {problem.AdsWrongRegion, problem.AdsAccessLost, problem.AdsLinkPropagating},
	problem.AdsProfileUnknown:      {problem.AdsWrongRegion, problem.AdsLinkPropagating},
	problem.AdsAccessDenied:        {problem.AdsViewOnly, problem.AdsScopeMissing, problem.AdsLinkPropagating},
}

// byNumber are the problems that a bare status can mean, most often met first.
var byNumber = map[int][]problem.Code{
	http.StatusBadRequest: {
		problem.AdsInvalidArgument, problem.LWAUnknownScope, problem.LWAReturnURLNotListed, problem.LWARefreshTokenRefused, problem.LWACodeRefused,
		problem.LWAWrongClient, problem.AdsInvalidBody, problem.AdsAgencyProfile,
	},
	http.StatusUnauthorized: {
		problem.AdsTokenRefused, problem.AdsSecurityProfileNotLinked, problem.AdsScopeMissing, problem.AdsForeignScope, problem.AdsWrongRegion,
		problem.AdsLinkPropagating, problem.AdsClientIDMissing, problem.LWAInvalidClient,
	},
	http.StatusForbidden:             {problem.AdsAccessDenied, problem.AdsViewOnly, problem.AdsScopeMissing, problem.AdsBearerMissing, problem.AdsNotEligible, problem.AdsLinkPropagating},
	http.StatusNotFound:              {problem.AdsUnknownPath, problem.AdsNotFound},
	http.StatusMethodNotAllowed:      {problem.LWAWrongMethod},
	http.StatusNotAcceptable:         {problem.AdsWrongAccept, problem.AdsReportTooOld},
	http.StatusRequestEntityTooLarge: {problem.AdsTooLarge},
	http.StatusUnsupportedMediaType:  {problem.AdsWrongMediaType},
	http.StatusUnprocessableEntity:   {problem.AdsUnprocessable},
	http.StatusTooEarly:              {problem.AdsReportDuplicate},
	http.StatusTooManyRequests:       {problem.AdsThrottledWithoutTime, problem.AdsThrottled, problem.LWAThrottled},
	http.StatusMultiStatus:           {problem.DoctorItemErrors},
}

// named finds the status whose name a text is: "Bad Gateway".
func named(text string) int {
	for status := 300; status < 600; status++ {
		if name := http.StatusText(status); name != "" && strings.EqualFold(name, text) {
			return status
		}
	}
	return 0
}

// status explains a number alone. Where it can mean several things each is called possible.
func (f *findings) status(e amazon.Evidence) {
	codes := byNumber[e.Status]
	switch {
	case len(codes) == 1:
		f.add(problem.New(codes[0]), false)
	case len(codes) > 1:
		f.possible(codes...)
	case e.Status >= 500:
		f.possible(problem.AdsServerError, problem.LWAServerError)
	case e.Status >= 300 && e.Status < 400:
		f.possible(problem.LWARedirected)
	case e.Status >= 200 && e.Status < 300:
		f.add(problem.New(problem.DoctorNoRefusal), false)
	}
}

// emptyList explains an empty list of profiles by its five causes (ads-lwa 2.5).
func (f *findings) emptyList() {
	f.add(problem.New(problem.AdsNoProfiles), false)
	f.possible(problem.AdsNoProfilesOtherRegion, problem.AdsNoCampaignYet, problem.AdsViewOnlyAccounts, problem.AdsManagerOnly, problem.AdsWrongUser)
}

// byStatus reports whether Login with Amazon's entry is one that a bare status leads to, so that it says nothing of who answered.
func byStatus(code problem.Code) bool {
	switch code {
	case problem.LWAThrottled, problem.LWAServerError, problem.LWAWrongMethod, problem.LWARedirected, problem.LWAInvalidRequest:
		return true
	}
	return false
}

// byProgramStatus is the same for the Ads API. Other programs name such entries alike.
func byProgramStatus(code problem.Code) bool {
	_, name, _ := strings.Cut(string(code), ".")
	switch name {
	case "throttled", "throttled_without_time", "server_error", "wrong_accept", "unprocessable", "too_large", "invalid_argument", "not_found", "access_denied":
		return true
	}
	return false
}
