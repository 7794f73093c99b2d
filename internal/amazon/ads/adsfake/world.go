package adsfake

import (
	"fmt"
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
}

// The advertiser's twelve profiles hold all of the forty campaigns that the world begins with.
var seeds = []seeded{
	{kit.Advertiser, "US", "seller", "Example Shop", 8, unsaid, ""},
	{kit.Advertiser, "US", "vendor", "Example Brand US", 4, paid, ""},
	{kit.Advertiser, "CA", "seller", "", 3, unsaid, ""},
	{kit.Advertiser, "MX", "vendor", "Example Brand MX", 2, unpaid, ""},
	{kit.Advertiser, "UK", "seller", "Example Shop UK", 5, paid, ""},
	{kit.Advertiser, "DE", "seller", "Example Laden", 6, unsaid, ""},
	{kit.Advertiser, "DE", "vendor", "Example Brand DE", 3, paid, ""},
	{kit.Advertiser, "FR", "seller", "", 2, unsaid, ""},
	{kit.Advertiser, "IT", "vendor", "Example Brand IT", 1, paid, ""},
	{kit.Advertiser, "JP", "seller", "Example Shop JP", 3, unsaid, ""},
	{kit.Advertiser, "JP", "vendor", "Example Brand JP", 1, paid, ""},
	{kit.Advertiser, "AU", "seller", "Example Shop AU", 2, unsaid, ""},
	{kit.NoCampaigns, "US", "seller", "Newcomer Goods", 0, unsaid, ""},
	{JustLinked, "US", "seller", "Just Linked Ltd", 0, unsaid, ""},
	{kit.AgencyUser, "US", "agency", "Example Agency", 0, unsaid, ""},
}

// viewable are the advertiser's profiles that the view-only user may look at, by their place in seeds.
var viewable = []int{0, 5}

// populate fills the fake with the world's ad accounts.
func (f *fake) populate() {
	w := f.world
	if w.User(JustLinked) == nil {
		w.AddUser(JustLinked, "Jo Justlinked", "linked an ad profile a moment ago; it works after an hour")
	}
	began := w.Now()
	all := make([]*profile, len(seeds))
	for i, s := range seeds {
		p := f.seedProfile(i, s)
		if s.user == JustLinked {
			p.linkedAt = began
		}
		all[i] = p
		f.admit(p, s.user, true)
		f.seedCampaigns(p, profileLabel(i), s, began)
	}
	for i, s := range seeds {
		f.seedThings(all[i], s, began)
	}
	for _, i := range viewable {
		f.admit(all[i], kit.ViewOnly, false)
	}
	dsp := "5" + strconv.FormatUint(w.Number("ads dsp", 9e14), 10)
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
		subType: s.subType, payment: s.payment, shown: s.user != kit.NoCampaigns,
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
			age := 24 * time.Hour * time.Duration(100+10*(s.campaigns-n)+int(seq)) // older than reports reach back
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
			f.seedChildren(b, c, p.campaigns.put(b, c))
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
