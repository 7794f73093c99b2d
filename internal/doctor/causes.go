package doctor

import (
	"net/http"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

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
	codes := problem.Alone(e.Status)
	switch {
	case len(codes) == 1:
		f.add(problem.New(codes[0]), false)
	case len(codes) > 1:
		f.possible(codes...)
	case e.Status >= 500:
		f.possible(problem.Alone(http.StatusInternalServerError)...)
	case e.Status >= 200 && e.Status < 300:
		f.add(problem.New(problem.DoctorNoRefusal), false)
	}
}

// emptyList explains an empty list of profiles by its five causes (ads-lwa 2.5).
func (f *findings) emptyList() {
	f.add(problem.New(problem.AdsNoProfiles), false)
	f.possible(problem.AdsNoProfilesOtherRegion, problem.AdsNoCampaignYet, problem.AdsViewOnlyAccounts, problem.AdsManagerOnly, problem.AdsWrongUser)
}
