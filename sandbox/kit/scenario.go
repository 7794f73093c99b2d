package kit

import (
	"fmt"
	"slices"
	"time"
)

// A Scenario is a world that somebody describes in place of the default one. Its zero value stands for the default world.
type Scenario struct {
	SecurityProfiles []ScenarioProfile `toml:"security_profile"` // Defaults to those of the default world.
	Users            []ScenarioUser    `toml:"user"`             // Defaults to those of the default world.
	Ads              ScenarioAds       `toml:"ads"`
}

// A ScenarioProfile is a security profile of a scenario.
type ScenarioProfile struct {
	Key      string `toml:"key"`
	Name     string `toml:"name"`     // Defaults to the key.
	Unlinked bool   `toml:"unlinked"` // not linked to an approved Ads API application. Defaults to false.
}

// A ScenarioUser is a person of a scenario, and what they have consented to before it begins.
type ScenarioUser struct {
	Key      string   `toml:"key"`
	Name     string   `toml:"name"`     // Defaults to the key.
	About    string   `toml:"about"`    // one line for the consent page
	Consents []string `toml:"consents"` // keys of security profiles that they allowed
	Revoked  []string `toml:"revoked"`  // and of those that they allowed once and allow no more
}

// ScenarioAds is the Ads API's part of a scenario.
type ScenarioAds struct {
	Profiles []ScenarioAdsProfile `toml:"profile"` // Defaults to those of the default world, where the users are the default ones.
}

// A ScenarioAdsProfile is one ad account of a scenario, or many that differ only in their ids.
type ScenarioAdsProfile struct {
	User      string   `toml:"user"`      // who may change it
	Viewers   []string `toml:"viewers"`   // who may look at it
	Country   string   `toml:"country"`   // as the Ads API writes it. Defaults to "US".
	Kind      string   `toml:"kind"`      // seller, vendor or agency. Defaults to "seller".
	Name      string   `toml:"name"`      // Defaults to none, as some of Amazon's have none.
	Count     int      `toml:"count"`     // how many such accounts. Defaults to 1.
	Campaigns int      `toml:"campaigns"` // in each. Defaults to 0.
	Ended     int      `toml:"ended"`     // how many of them ended yesterday. Defaults to 0.
	Keywords  int      `toml:"keywords"`  // in each campaign that is targeted by hand. Defaults to a handful.
	Payment   string   `toml:"payment"`   // paid, unpaid or unsaid: what validPaymentMethod is. Defaults to "unsaid".
	Unlisted  bool     `toml:"unlisted"`  // never had a campaign made in the console, so no list of profiles has it. Defaults to false.
	JustNow   bool     `toml:"just_now"`  // linked when the world began, so that calls on it fail for an hour. Defaults to false.
}

// A ScenarioConsent is a consent that a scenario begins with.
type ScenarioConsent struct {
	Profile      string `json:"profile"`
	User         string `json:"user"`
	RefreshToken string `json:"refresh_token"`
	Revoked      bool   `json:"revoked,omitempty"`
}

// NewScenarioWorld makes the world that a scenario describes. What it names must be there: Check says so beforehand, and who does not ask
// it gets a panic.
func NewScenarioWorld(seed int64, clock *Clock, s *Scenario) *World {
	if len(s.SecurityProfiles) == 0 && len(s.Users) == 0 {
		w := DefaultWorld(seed, clock)
		w.Scenario = s
		return w
	}
	w := NewWorld(seed, clock)
	w.Scenario = s
	linked := w.Clock.Now().Add(-30 * 24 * time.Hour)
	if len(s.SecurityProfiles) == 0 {
		w.defaultProfiles()
	}
	if len(s.Users) == 0 {
		w.defaultUsers()
	}
	for _, p := range s.SecurityProfiles {
		n := NewProfile{Key: p.Key, Name: p.Name, LinkedAt: linked}
		if n.Name == "" {
			n.Name = p.Key
		}
		if p.Unlinked {
			n.LinkedAt = time.Time{}
		}
		w.AddProfile(n)
	}
	for _, u := range s.Users {
		name := u.Name
		if name == "" {
			name = u.Key
		}
		w.AddUser(u.Key, name, u.About)
	}
	w.Affiliates.defaults()
	for _, u := range s.Users {
		w.scenarioConsents(u.Key, u.Consents, false)
		w.scenarioConsents(u.Key, u.Revoked, true)
	}
	return w
}

func (w *World) scenarioConsents(user string, profiles []string, revoked bool) {
	for _, key := range profiles {
		c := w.Tokens.Consent(w.Profile(key), w.User(user), []string{"profile", "advertising::campaign_management"}, "NA")
		if revoked {
			c.Revoke()
		}
		w.Consents = append(w.Consents, ScenarioConsent{Profile: key, User: user, RefreshToken: c.RefreshToken(), Revoked: revoked})
	}
}

// A ScenarioFault is what is wrong with a scenario, and where: in the nth table of a kind, at a key of it.
type ScenarioFault struct {
	Table string // "ads.profile"
	Nth   int    // from 0
	Key   string // "country"
	What  string
}

// Error implements error.
func (f *ScenarioFault) Error() string {
	return fmt.Sprintf("%s number %d, %s: %s", f.Table, f.Nth+1, f.Key, f.What)
}

// Check says what is wrong with a scenario. countries are the codes that the Ads API knows.
func (s *Scenario) Check(countries []string) error {
	profiles, users := []string{}, []string{}
	for i, p := range s.SecurityProfiles {
		if p.Key == "" || slices.Contains(profiles, p.Key) {
			return &ScenarioFault{"security_profile", i, "key", "it needs one of its own"}
		}
		profiles = append(profiles, p.Key)
	}
	if len(profiles) == 0 {
		profiles = []string{Shop, Agency, Unlinked}
	}
	for i, u := range s.Users {
		if u.Key == "" || slices.Contains(users, u.Key) {
			return &ScenarioFault{"user", i, "key", "it needs one of its own"}
		}
		users = append(users, u.Key)
		for key, names := range map[string][]string{"consents": u.Consents, "revoked": u.Revoked} {
			for _, p := range names {
				if !slices.Contains(profiles, p) {
					return &ScenarioFault{"user", i, key, fmt.Sprintf("there is no security profile %q", p)}
				}
			}
		}
	}
	if len(users) == 0 {
		users = []string{Advertiser, NoCampaigns, ViewOnly, SellerCentral, AgencyUser}
	}
	for i, p := range s.Ads.Profiles {
		if f := p.check(users, countries); f != nil {
			f.Table, f.Nth = "ads.profile", i
			return f
		}
	}
	return nil
}

func (p ScenarioAdsProfile) check(users, countries []string) *ScenarioFault {
	fault := func(key, format string, args ...any) *ScenarioFault {
		return &ScenarioFault{Key: key, What: fmt.Sprintf(format, args...)}
	}
	for _, u := range p.Viewers {
		if !slices.Contains(users, u) {
			return fault("viewers", "there is no user %q", u)
		}
	}
	switch {
	case !slices.Contains(users, p.User):
		return fault("user", "there is no user %q", p.User)
	case p.Country != "" && !slices.Contains(countries, p.Country):
		return fault("country", "%q is none of %v", p.Country, countries)
	case p.Kind != "" && !slices.Contains([]string{"seller", "vendor", "agency"}, p.Kind):
		return fault("kind", "%q is none of seller, vendor, agency", p.Kind)
	case p.Payment != "" && !slices.Contains([]string{"paid", "unpaid", "unsaid"}, p.Payment):
		return fault("payment", "%q is none of paid, unpaid, unsaid", p.Payment)
	case p.Count < 0 || p.Count > 10_000:
		return fault("count", "%d is not from 1 to 10000", p.Count)
	case p.Campaigns < 0 || p.Campaigns > 10_000:
		return fault("campaigns", "%d is not from 0 to 10000", p.Campaigns)
	case p.Ended < 0 || p.Ended > p.Campaigns:
		return fault("ended", "%d of %d campaigns cannot have ended", p.Ended, p.Campaigns)
	case p.Keywords < 0 || p.Keywords > 1000:
		return fault("keywords", "%d is not from 0 to 1000, which is what Amazon allows in an ad group", p.Keywords)
	}
	return nil
}
