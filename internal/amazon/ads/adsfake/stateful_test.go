package adsfake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A model is what a client that remembers every success believes the collections to hold.
type model struct {
	s     *sbx
	c     *caller
	t     *testing.T
	state map[string]string   // id to state
	kind  map[string]string   // id to list
	auto  map[string]bool     // ids of clauses of automatic targeting
	order map[string][]string // list to ids, in the order of creation
	above map[string][]string // id to its parents
}

func (m *model) add(list, id, state string, above ...string) {
	m.state[id], m.kind[id], m.above[id] = state, list, above
	m.order[list] = append(m.order[list], id)
}

func (m *model) dead(id string) bool {
	return slices.ContainsFunc(m.above[id], func(p string) bool { return m.state[p] == "ARCHIVED" })
}

var spCampaigns = under{path: "/sp/campaigns", media: spCampaign, list: "campaigns", key: "campaignId", success: "campaignId", object: "campaign", deletes: "campaignIdFilter"}

// TestAnyWrites is the property that after any sequence of writes every list tells what the successes said, pages give
// each record once and in order, nothing alive has a name or text twice, and what is archived stays so.
func TestAnyWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := start(t)
		m := &model{
			s: s, c: s.shop(), t: t, state: map[string]string{}, kind: map[string]string{}, auto: map[string]bool{},
			order: map[string][]string{}, above: map[string][]string{},
		}
		all := append([]under{spCampaigns}, collections...)
		for _, u := range all { // what the world begins with
			for _, x := range u.listed(t, m.c, `{`+everything+`,"maxResults":1000}`).items {
				m.add(u.list, x.ID, x.State, parents(x)...)
				m.auto[x.ID] = x.ExpressionType == "AUTO"
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) { m.create(rt, rapid.SampledFrom(all).Draw(rt, "collection")) },
			"update": func(rt *rapid.T) { m.change(rt, false) },
			"delete": func(rt *rapid.T) { m.change(rt, true) },
			"": func(rt *rapid.T) {
				m.check(rt, rapid.SampledFrom(all).Draw(rt, "list"), rapid.IntRange(1, 40).Draw(rt, "page"))
			},
		})
	})
}

func parents(x listed) []string {
	var all []string
	for _, id := range []string{x.CampaignID, x.AdGroupID} {
		if id != "" && id != x.ID {
			all = append(all, id)
		}
	}
	return all
}

func (m *model) create(rt *rapid.T, u under) {
	n := rapid.IntRange(1, 6).Draw(rt, "n")
	if u.list == "campaigns" {
		targeting := rapid.SampledFrom([]string{"AUTO", "MANUAL"}).Draw(rt, "targeting")
		w := m.c.do("POST", u.path, item(fmt.Sprintf(`name:"made %d"`, n), fmt.Sprintf("targetingType:%q", targeting)))
		if r := u.result(m.t, w); len(r.Success) == 1 {
			m.add(u.list, u.id(m.t, w, 0), "ENABLED")
		}
		return
	}
	group := rapid.SampledFrom(m.order["adGroups"]).Draw(rt, "group")
	campaign := m.above[group][0]
	if u.list == "adGroups" {
		campaign = rapid.SampledFrom(m.order["campaigns"]).Draw(rt, "campaign")
	}
	good := u.good(campaign, group, n)
	above := []string{campaign}
	if strings.Contains(good, "adGroupId") {
		above = append(above, group)
	}
	w := u.post(m.c, good)
	r := u.result(m.t, w)
	if len(r.Success) != 1 {
		return
	}
	id := u.id(m.t, w, 0)
	m.add(u.list, id, "ENABLED", above...)
	if m.dead(id) {
		rt.Fatalf("%s was made below what is archived", id)
	}
	if u.list == "adGroups" { // an AUTO campaign's brings its clauses
		clauses := find(m.t, "targetingClauses")
		for _, x := range clauses.listed(m.t, m.c, `{"adGroupIdFilter":{"include":["`+id+`"]}}`).items {
			m.add(clauses.list, x.ID, x.State, campaign, id)
			m.auto[x.ID] = true
		}
	}
}

// change updates or archives any record and holds that it works exactly where it may.
func (m *model) change(rt *rapid.T, archive bool) {
	u := rapid.SampledFrom(append([]under{spCampaigns}, collections...)).Draw(rt, "collection")
	if len(m.order[u.list]) == 0 {
		return
	}
	id := rapid.SampledFrom(m.order[u.list]).Draw(rt, "id")
	next, may := "ARCHIVED", m.state[id] != "ARCHIVED" && !m.auto[id]
	var w *httptest.ResponseRecorder
	if archive {
		w = u.remove(m.c, id)
	} else {
		next = rapid.SampledFrom([]string{"ENABLED", "PAUSED"}).Draw(rt, "state")
		may = m.state[id] != "ARCHIVED" && !m.dead(id)
		w = u.put(m.c, fmt.Sprintf(`{%q:%q,"state":%q}`, u.key, id, next))
	}
	if r := u.result(m.t, w); (len(r.Success) == 1) != may {
		rt.Fatalf("%s %s: %s", u.list, id, w.Body)
	}
	if may {
		m.state[id] = next
	}
}

// check pages through a list and compares it with what the model believes.
func (m *model) check(rt *rapid.T, u under, page int) {
	var got []string
	seen := map[string]string{}
	for token := ""; ; {
		l := u.listed(m.t, m.c, fmt.Sprintf(`{%s,"maxResults":%d,"nextToken":%q}`, everything, page, token))
		if l.total != len(m.order[u.list]) || len(l.items) > page {
			rt.Fatalf("%s: %d in all, %d on a page of %d, want %d", u.list, l.total, len(l.items), page, len(m.order[u.list]))
		}
		for _, x := range l.items {
			got = append(got, x.ID)
			if x.State != m.state[x.ID] {
				rt.Fatalf("%s %s is %s, want %s", u.list, x.ID, x.State, m.state[x.ID])
			}
			status := x.ExtendedData.ServingStatus
			serves := strings.HasSuffix(status, "_ENABLED") || strings.HasSuffix(status, "_LIVE")
			if serves && (x.State != "ENABLED" || m.dead(x.ID)) {
				rt.Fatalf("%s %s is %s below %v and %s", u.list, x.ID, x.State, m.above[x.ID], status)
			}
			if x.State == "ARCHIVED" {
				continue
			}
			expression, _ := json.Marshal(x.Expression)
			unique := fmt.Sprint(parents(x), x.Name, strings.ToLower(x.KeywordText), x.MatchType, x.SKU, string(expression))
			if other, ok := seen[unique]; ok {
				rt.Fatalf("%s: %s and %s are both %s", u.list, other, x.ID, unique)
			}
			seen[unique] = x.ID
		}
		if token = l.token; token == "" {
			break
		}
	}
	if !slices.Equal(got, m.order[u.list]) {
		rt.Fatalf("%s: pages give %v, want %v", u.list, got, m.order[u.list])
	}
}
