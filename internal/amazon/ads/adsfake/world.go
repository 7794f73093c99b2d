package adsfake

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// JustLinked is the key of a user whose ad profile was linked when the world began: calls on it fail for an hour.
const JustLinked = "just-linked"

// access is what one user may do with one profile.
type access struct {
	profile *profile
	edit    bool
}

// seeded says how a profile of the world begins.
type seeded struct {
	user      string
	country   string
	kind      string
	name      string
	campaigns int
	payment   payment
	subType   string

	viewers            []string // who may look at it besides
	ended, keywords    int      // how many campaigns have ended; keywords of a campaign, 0 for a handful
	justLinked, hidden bool     // see kit.ScenarioAdsProfile
}

// The advertiser's twelve profiles hold all of the forty campaigns that the world begins with.
var seeds = []seeded{
	{user: kit.Advertiser, country: "US", kind: "seller", name: "Example Shop", campaigns: 8, viewers: []string{kit.ViewOnly}},
	{user: kit.Advertiser, country: "US", kind: "vendor", name: "Example Brand US", campaigns: 4, payment: paid},
	{user: kit.Advertiser, country: "CA", kind: "seller", campaigns: 3},
	{user: kit.Advertiser, country: "MX", kind: "vendor", name: "Example Brand MX", campaigns: 2, payment: unpaid},
	{user: kit.Advertiser, country: "UK", kind: "seller", name: "Example Shop UK", campaigns: 5, payment: paid},
	{user: kit.Advertiser, country: "DE", kind: "seller", name: "Example Laden", campaigns: 6, viewers: []string{kit.ViewOnly}},
	{user: kit.Advertiser, country: "DE", kind: "vendor", name: "Example Brand DE", campaigns: 3, payment: paid},
	{user: kit.Advertiser, country: "FR", kind: "seller", campaigns: 2},
	{user: kit.Advertiser, country: "IT", kind: "vendor", name: "Example Brand IT", campaigns: 1, payment: paid},
	{user: kit.Advertiser, country: "JP", kind: "seller", name: "Example Shop JP", campaigns: 3},
	{user: kit.Advertiser, country: "JP", kind: "vendor", name: "Example Brand JP", campaigns: 1, payment: paid},
	{user: kit.Advertiser, country: "AU", kind: "seller", name: "Example Shop AU", campaigns: 2},
	{user: kit.NoCampaigns, country: "US", kind: "seller", name: "Newcomer Goods", hidden: true},
	{user: JustLinked, country: "US", kind: "seller", name: "Just Linked Ltd", justLinked: true},
	{user: kit.AgencyUser, country: "US", kind: "agency", name: "Example Agency"},
}

// plan says which ad accounts the world begins with: a scenario's, or the default ones.
func (f *fake) plan() (all []seeded, scenario bool) {
	s := f.world.Scenario
	if s == nil || len(s.Ads.Profiles) == 0 && len(s.Users) == 0 {
		return seeds, false
	}
	for _, p := range s.Ads.Profiles {
		one := seeded{
			user: p.User, country: cmp.Or(p.Country, "US"), kind: cmp.Or(p.Kind, "seller"), name: p.Name, campaigns: p.Campaigns,
			payment: map[string]payment{"paid": paid, "unpaid": unpaid}[p.Payment], viewers: p.Viewers, ended: p.Ended, keywords: p.Keywords,
			justLinked: p.JustNow, hidden: p.Unlisted,
		}
		all = append(all, slices.Repeat([]seeded{one}, max(p.Count, 1))...)
	}
	return all, true
}

// populate fills the fake with the world's ad accounts.
func (f *fake) populate() {
	w := f.world
	plan, scenario := f.plan()
	if !scenario && w.User(JustLinked) == nil {
		w.AddUser(JustLinked, "Jo Justlinked", "linked an ad profile a moment ago; it works after an hour")
	}
	began := w.Now()
	all := make([]*profile, len(plan))
	for i, s := range plan {
		p := f.seedProfile(i, s)
		if s.justLinked {
			p.linkedAt = began
		}
		all[i] = p
		f.admit(p, s.user, true)
		for _, viewer := range s.viewers {
			f.admit(p, viewer, false)
		}
		f.seedCampaigns(p, profileLabel(i), s, began)
	}
	for i, s := range plan {
		f.seedThings(all[i], s, began)
	}
	for _, p := range all {
		f.seedThemes(p, began)
	}
	if !scenario {
		f.seedManager(all)
	}
}

// seedManager gives the agency its manager account, with ad accounts of others linked to it.
func (f *fake) seedManager(all []*profile) {
	dsp := "5" + strconv.FormatUint(f.world.Number("ads dsp", 9e14), 10)
	m := &manager{
		id: f.managerID(0), name: "Example Agency Ltd", owners: map[string]bool{kit.AgencyUser: true},
		guests: map[string]bool{kit.ViewOnly: true}, linked: []*linked{link(all[0]), link(all[5]), link(all[6])},
	}
	m.linked = append(m.linked, &linked{
		AccountID: "ENTITY" + f.upper("dsp entity", 13), AccountName: "Example Display",
		AccountType: "DSP_ADVERTISING_ACCOUNT", MarketplaceID: countryOf("DE").marketplace, DSPAdvertiser: &dsp,
	})
	f.managers.all = append(f.managers.all, m)
}

func (f *fake) seedProfile(i int, s seeded) *profile {
	label := profileLabel(i)
	p := newProfile(&profile{
		number: int64(1e15 + f.world.Number(label, 8e15)), country: countryOf(s.country), kind: s.kind, name: s.name,
		subType: s.subType, payment: s.payment, shown: !s.hidden,
	})
	switch s.kind {
	case "seller":
		// One merchant id serves all marketplaces of a seller in a region.
		p.entity = "A" + f.upper("merchant "+s.user+p.country.region, 13)
		budget := 999999999.0
		p.daily.Store(&budget)
	default:
		p.entity = "ENTITY" + f.upper("entity "+label, 13)
	}
	return p
}

// profileLabel is what the ids of a seeded profile are drawn by.
func profileLabel(i int) string { return fmt.Sprintf("ads profile %d", i) }

// Words that the names of seeded campaigns are made of.
var (
	wares  = [...]string{"Shoes", "Lamps", "Mugs", "Tents", "Pens", "Bags", "Toys", "Books"}
	styles = [...]string{"auto", "exact", "brand", "launch", "evergreen"}
)

// seedCampaigns gives a profile its campaigns. Every third is paused, every eighth archived, some have an end, a
// portfolio or tags, so that lists have something to tell apart.
func (f *fake) seedCampaigns(p *profile, label string, s seeded, began time.Time) {
	if s.campaigns == 0 {
		return
	}
	p.change(began, func(b *batch) {
		if s.kind == "seller" {
			f.seedPortfolios(b, label)
		}
		folios := p.portfolios.work
		for n := range s.campaigns {
			seq := f.sequence.Add(1)
			age := 24 * time.Hour * time.Duration(100+2000*(s.campaigns-n)/max(200, s.campaigns)+int(seq%1000)) // older than reports reach back, and no older than Sponsored Products
			made := began.Add(-age).Truncate(time.Second)
			c := &campaign{
				head: head{
					seq: seq, id: f.campaignID(seq), state: enabled, created: made, updated: made.Add(time.Hour),
					name: fmt.Sprintf("%s %s %s %d", p.country.code, wares[seq%8], styles[seq%5], n+1),
				},
				targeting: targetings[seq%2], start: p.today(made),
				budget:  max(p.country.minBudget, 10) * float64(1+seq%7),
				bidding: &bidding{strategy: strategies[seq%3]},
			}
			switch {
			case seq%8 == 7:
				c.state = archived
				c.until(p, began.Add(-24*time.Hour*time.Duration(4+seq%20)))
			case seq%3 == 2:
				c.state = paused
				c.until(p, began.Add(-24*time.Hour*time.Duration(5+seq%20)))
			}
			if seq%10 == 4 {
				c.bidding.cohorts = []cohort{{kind: "AUDIENCE_SEGMENT", percent: 20, hasPct: true, segments: []segment{{audienceOf(seq), "BEHAVIOR_DYNAMIC"}}}}
			}
			if seq%4 == 0 {
				c.bidding.placements = []placement{{"PLACEMENT_TOP", int64(10 * (seq % 9))}}
			}
			if seq%5 == 1 && len(folios) > 0 {
				c.portfolio = folios[seq%2].id
			}
			if seq%6 == 3 {
				c.tags = []tag{{"season", "all"}, {"team", "ads"}}
			}
			if seq%10 == 9 {
				c.end = p.today(began.Add(300 * 24 * time.Hour))
			}
			if n < s.ended {
				c.state, c.end = enabled, p.today(began.Add(-24*time.Hour))
				c.until(p, began)
			}
			f.seedChildren(b, c, p.campaigns.put(b, c), s.keywords)
		}
	})
}

// audienceOf is the id of the audience that a seeded campaign raises its bids for.
func audienceOf(seq uint64) string { return strconv.FormatUint(352_400_000_000+seq, 10) }

func (f *fake) upper(label string, n int) string {
	return f.world.Letters("ads "+label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n)
}

// campaignID makes the id of the campaign with a sequence number: 15 digits that look like chance but never meet.
func (f *fake) campaignID(seq uint64) string {
	const span = 1_000_000
	return strconv.FormatUint((1e8+f.world.Number(fmt.Sprintf("ads campaign %d", seq), 9e8))*span+seq%span, 10)
}

func (f *fake) managerID(n int) string {
	return "amzn1.ads1.ma1." + f.world.Letters(fmt.Sprintf("ads manager %d", n), "abcdefghijklmnopqrstuvwxyz0123456789", 24)
}
