package writes

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// planNew makes new objects of rows. What a row leaves out is taken from what the object belongs to: its account, channel and campaign.
func (w *Writer) planNew(ctx context.Context, p Place, o Order, all []*planned) {
	bodies, texts := make([]canon.AdsObject, len(all)), make([]json.RawMessage, len(all))
	for _, c := range all {
		c.action = Create
		accounts, no := p.accountsFor(o.organization(o.Rows[c.row]))
		if no != nil {
			c.refusal = no
			continue
		}
		if len(accounts) == 1 {
			c.account = accounts[0]
		}
		// Read once without knowing the account, for the parents' ids; amounts are looked at when it is known.
		if texts[c.row], c.refusal = o.bodyOf(p, o.Rows[c.row], "", c.account); c.refusal == nil {
			bodies[c.row], _, c.refusal = applied(canon.NewAds(o.Kind), texts[c.row], Create, c.account)
		}
	}
	campaigns, groups := w.parentsOf(ctx, p, o, all, bodies)
	for _, c := range all {
		if c.refusal != nil {
			continue
		}
		body := bodies[c.row]
		campaign, group := parents(body)
		var in *found
		if group != nil && *group != "" {
			if f, ok := groups[*group]; ok {
				in = &f
				if g := f.object.(*canon.AdsGroup); *campaign == "" {
					*campaign = g.CampaignID
				}
			}
		}
		if in == nil && campaign != nil && *campaign != "" {
			if f, ok := campaigns[*campaign]; ok {
				in = &f
			}
		}
		if in != nil && c.account.ID == "" {
			c.account = in.account
			again, _, no := applied(canon.NewAds(o.Kind), texts[c.row], Create, c.account)
			if no != nil {
				c.refusal = no
				continue
			}
			to, _ := parents(again)
			*to, body = *campaign, again
		}
		c.refusal = complete(c, body, in, p.Model.AdsChannels(o.Kind), w.cfg.Now())
	}
}

// complete fills in what a new object needs to be made. A campaign that says nothing of its beginning begins today, where its account is.
func complete(c *planned, body canon.AdsObject, in *found, channels []canon.Channel, now time.Time) *amazon.AdsRefusal {
	if c.account.ID == "" {
		return refuse(problem.WritesWhichOrganization, "organization_id", "")
	}
	body.Common().OrganizationID = c.account.ID
	if slices.Contains(channels, "") {
		c.channel = ""
	} else {
		c.channel = canon.ChannelOf(body)
		if c.channel == "" && in != nil {
			c.channel = canon.ChannelOf(in.object)
		}
		if c.channel == "" && len(channels) == 1 {
			c.channel = channels[0]
		}
		if c.channel == "" {
			return refuse(problem.WritesWhichChannel, "channel", "")
		}
		if !slices.Contains(channels, c.channel) {
			return refuse(problem.WritesNotHere, "channel", "%s of a %s", c.channel, body.AdsKind())
		}
		setChannel(body, c.channel)
	}
	common := body.Common()
	if common.Status == "" {
		// Nobody who said nothing wants money to flow: a campaign waits for its owner's word, and what is in one follows it.
		if common.Status = canon.StatusActive; body.AdsKind() == canon.KindCampaign {
			common.Status = canon.StatusPaused
		}
	}
	if campaign, ok := body.(*canon.AdsCampaign); ok {
		if campaign.Channel == canon.SponsoredProducts && campaign.TargetingMode == "" {
			campaign.TargetingMode = "MANUAL" // Unified's clients cannot say; so nothing is advertised that nobody targeted
		}
		if campaign.StartDate == "" {
			campaign.StartDate = canon.DayOf(now, placeOf(c.account))
		}
	}
	normal(body, c.account)
	c.change = amazon.AdsChange{After: body}
	return nil
}

// parentsOf reads the campaigns and groups that rows name, where they are needed to tell the account or the channel.
func (w *Writer) parentsOf(ctx context.Context, p Place, o Order, all []*planned, bodies []canon.AdsObject) (campaigns, groups map[string]found) {
	wantCampaigns, wantGroups := map[string]bool{}, map[string]bool{}
	accounts := map[string]canon.Account{}
	for _, c := range all {
		if c.refusal != nil {
			continue
		}
		campaign, group := parents(bodies[c.row])
		if campaign == nil || c.account.ID != "" && canon.ChannelOf(bodies[c.row]) != "" && *campaign != "" {
			continue
		}
		if group != nil && *group != "" {
			wantGroups[*group] = true
		} else if *campaign != "" {
			wantCampaigns[*campaign] = true
		}
		for _, a := range p.Accounts {
			if c.account.ID == "" || c.account.ID == a.ID {
				accounts[a.ID] = a
			}
		}
	}
	in := slices.Collect(maps.Values(accounts))
	groups, _ = w.find(ctx, p, canon.KindGroup, slices.Collect(maps.Keys(wantGroups)), in) // what is missing is refused by Amazon, in its words
	campaigns, _ = w.find(ctx, p, canon.KindCampaign, slices.Collect(maps.Keys(wantCampaigns)), in)
	return campaigns, groups
}
