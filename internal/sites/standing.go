package sites

import (
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// Amazon's two rules (creators-paapi-aws 2.6, 4.3 item 9; guides 5.2 row 0). Whether orders or shipped items count, and whether a country
// or a region is counted, Amazon has not said; days are taken in UTC.
const (
	SignUpSales = 3
	SignUpDays  = 180
	APISales    = 10
	APIDays     = 30
)

// A Standing says where a site is with both rules on a day.
type Standing struct {
	Told   bool // whether any sale was ever entered; without that, what follows counts zero because nobody said
	SignUp *SignUp
	API    API
}

// A SignUp is the first rule: 3 qualified sales within 180 days, or the account is closed.
type SignUp struct {
	Has      int
	By       time.Time // the last day that counts
	Met      time.Time // the day of the third sale, or of acceptance; zero before that
	DaysLeft int       // until By, negative after it
}

// Open reports whether the rule is still to be met.
func (s *SignUp) Open() bool { return s != nil && s.Met.IsZero() }

// An API is the second rule: 10 qualified sales in the last 30 days, again and again, for the Creators API.
type API struct {
	Has       int
	From      time.Time // the first day that counts
	SafeUntil time.Time // the last day on which there are still 10 if nothing more is sold; zero where there are not 10
	DaysSafe  int       // until SafeUntil
	Missing   int       // sales to go; 0 where there are 10
}

// On works out a site's standing on the day of now.
func (s Site) On(now time.Time) Standing {
	today := Day(now)
	st := Standing{Told: len(s.Sales) > 0, API: s.api(today)}
	if !s.SignedUp.IsZero() || !s.Accepted.IsZero() {
		st.SignUp = s.signUp(today)
	}
	return st
}

func (s Site) signUp(today time.Time) *SignUp {
	u := &SignUp{Met: s.Accepted}
	if s.SignedUp.IsZero() {
		return u
	}
	u.By = s.SignedUp.AddDate(0, 0, SignUpDays)
	u.DaysLeft = days(today, u.By)
	for _, x := range s.Sales {
		if x.Day.Before(s.SignedUp) || x.Day.After(u.By) || x.Day.After(today) {
			continue
		}
		u.Has += x.Count
		if u.Has >= SignUpSales && u.Met.IsZero() {
			u.Met = x.Day
		}
	}
	return u
}

func (s Site) api(today time.Time) API {
	a := API{From: today.AddDate(0, 0, 1-APIDays)}
	for i := len(s.Sales) - 1; i >= 0; i-- {
		x := s.Sales[i]
		if x.Day.After(today) {
			continue
		}
		if x.Day.Before(a.From) {
			break
		}
		a.Has += x.Count
		if a.Has >= APISales && a.SafeUntil.IsZero() { // the tenth newest sale leaves the window last of those that are needed
			a.SafeUntil = x.Day.AddDate(0, 0, APIDays-1)
			a.DaysSafe = days(today, a.SafeUntil)
		}
	}
	a.Missing = max(0, APISales-a.Has)
	return a
}

// Day is midnight, in UTC, of the day that t is in; the zero time stays zero.
func Day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}

func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }

// Stores gives sites the form in which links are tagged with them.
func Stores(all []Site) []associates.Store {
	var out []associates.Store
	for _, s := range all {
		m, _ := associates.MarketplaceOf(s.Country)
		out = append(out, associates.Store{ID: s.Tag, Marketplace: m, Also: s.Tracking})
	}
	return out
}
