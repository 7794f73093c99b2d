package ads_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// TestCreativesOfDisplay reads the creatives of ad groups of Sponsored Display, by group and by id, and holds that nothing writes them.
func TestCreativesOfDisplay(t *testing.T) {
	t.Parallel()
	m := newModel(t, ads.New())
	groups := map[string]bool{}
	for _, o := range m.all(t, amazon.AdsQuery{Kind: canon.KindGroup, Channel: canon.SponsoredDisplay}) {
		groups[o.Common().ID] = true
	}
	q := amazon.AdsQuery{Kind: canon.KindCreative, Channel: canon.SponsoredDisplay}
	all := m.all(t, q)
	reviews := map[string]int{}
	for _, o := range all {
		k := o.(*canon.AdsCreative)
		if !groups[k.GroupID] || k.Title == "" || len(k.AssetIDs) != 2 || k.Type != "IMAGE" || len(k.Data) == 0 || k.Review == nil || k.OrganizationID != m.account.ID {
			t.Errorf("%+v", k)
			continue
		}
		reviews[k.Review.Status]++
	}
	if len(all) < 2 || reviews["APPROVED"] == 0 || reviews["PENDING"] == 0 {
		t.Fatalf("%d creatives, reviewed %v", len(all), reviews)
	}
	first := all[0].(*canon.AdsCreative)
	for name, q := range map[string]amazon.AdsQuery{
		"id":    {IDs: []string{first.ID}},
		"group": {Groups: []string{first.GroupID}},
		"both":  {IDs: []string{first.ID}, Groups: []string{first.GroupID}},
		"page":  {Size: 1},
	} {
		q.Kind, q.Channel = canon.KindCreative, canon.SponsoredDisplay
		want := 1
		if name == "page" {
			want = len(all)
		}
		if got := m.all(t, q); len(got) != want || got[0].Common().ID != first.ID {
			t.Errorf("by %s: %v", name, got)
		}
	}
	q.Type = "VIDEO"
	if got := m.all(t, q); got != nil {
		t.Errorf("films: %v", got)
	}
	if can := m.AdsCan(canon.KindCreative, canon.SponsoredDisplay); !can.List || can.Create || can.Update || can.Archive {
		t.Errorf("what can be done: %+v", can)
	}
}
