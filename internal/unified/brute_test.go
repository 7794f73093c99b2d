package unified_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// drawWorld makes 500 profiles under up to four grants, most of them empty.
func drawWorld(r *rapid.T) *world {
	w := &world{campaigns: map[string]map[canon.Channel][]*canon.AdsCampaign{}, page: rapid.IntRange(1, 7).Draw(r, "page"), broken: map[string]error{}, denied: map[canon.Channel]bool{}}
	grants := rapid.IntRange(1, 4).Draw(r, "grants")
	for i := range 500 {
		w.account(fmt.Sprintf("g%d", i%grants), strconv.Itoa(1000+i), canon.Regions()[i%3], 0, 0)
	}
	names := []string{"lock", "Key", "river", "LOCK gate"}
	for range rapid.IntRange(0, 60).Draw(r, "campaigns") {
		account := strconv.Itoa(1000 + rapid.IntRange(0, 499).Draw(r, "account"))
		channel := rapid.SampledFrom(canon.Channels()).Draw(r, "channel")
		in := w.campaigns[account][channel]
		c := &canon.AdsCampaign{Channel: channel, Timezone: "Europe/Berlin", Goal: rapid.SampledFrom([]string{"", "SALES", "REACH"}).Draw(r, "goal")}
		c.ID = fmt.Sprintf("%s%d%03d", account, slices.Index(canon.Channels(), channel), len(in))
		c.Name, c.OrganizationID = rapid.SampledFrom(names).Draw(r, "name"), account
		c.Status = rapid.SampledFrom([]canon.AdsStatus{canon.StatusActive, canon.StatusPaused, canon.StatusArchived}).Draw(r, "status")
		c.EffectiveStatus = rapid.SampledFrom([]canon.AdsEffective{canon.EffectiveServing, canon.EffectivePaused}).Draw(r, "effective")
		c.PortfolioID = rapid.SampledFrom([]string{"", "7", "8"}).Draw(r, "portfolio")
		c.CreatedAt = noon.AddDate(0, 0, -rapid.IntRange(0, 5).Draw(r, "created"))
		if days := rapid.IntRange(-1, 5).Draw(r, "updated"); days >= 0 {
			c.UpdatedAt = noon.AddDate(0, 0, -days)
		}
		c.StartDate = canon.Day("2026-11-1" + strconv.Itoa(rapid.IntRange(0, 9).Draw(r, "start")))
		if end := rapid.IntRange(-1, 9).Draw(r, "end"); end >= 0 {
			c.EndDate = canon.Day("2026-12-1" + strconv.Itoa(end))
		}
		w.campaigns[account][channel] = append(in, c)
	}
	return w
}

// brute is the list as anybody would write it down: all of it, then what fits, then its order.
func brute(w *world, grant string, v url.Values) []string {
	var all []*canon.AdsCampaign
	for _, g := range w.grants {
		if grant != unified.All && g.Name != grant {
			continue
		}
		for _, a := range g.Accounts {
			if org := v.Get("org_id"); org != "" && org != a.ID {
				continue
			}
			for _, channel := range canon.Channels() {
				for _, c := range w.campaigns[a.ID][channel] {
					one := *c
					one.Unify()
					if fits(&one, v) {
						all = append(all, &one)
					}
				}
			}
		}
	}
	less := map[string]func(a, b *canon.AdsCampaign) int{
		"name":       func(a, b *canon.AdsCampaign) int { return strings.Compare(a.Name, b.Name) },
		"updated_at": func(a, b *canon.AdsCampaign) int { return cmp.Compare(a.UpdatedAt.Unix(), b.UpdatedAt.Unix()) },
		"created_at": func(a, b *canon.AdsCampaign) int { return cmp.Compare(a.CreatedAt.Unix(), b.CreatedAt.Unix()) },
	}[v.Get("sort")]
	if less != nil {
		sign := map[string]int{"": 1, "asc": 1, "desc": -1}[v.Get("order")]
		slices.SortStableFunc(all, func(a, b *canon.AdsCampaign) int { return sign * less(a, b) })
	}
	ids := []string{}
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func fits(c *canon.AdsCampaign, v url.Values) bool {
	is := func(name, value string) bool { return v.Get(name) == "" || v.Get(name) == value }
	if v.Get("status") == "" && c.Status == canon.StatusArchived {
		return false
	}
	if text := v.Get("query"); text != "" && !strings.Contains(strings.ToLower(c.Name), strings.ToLower(text)) {
		return false
	}
	day := func(name string) time.Time {
		t, _ := time.Parse(time.RFC3339, v.Get(name))
		return t
	}
	if t := day("updated_gte"); !t.IsZero() && !c.UpdatedAt.IsZero() && c.UpdatedAt.Before(t) {
		return false
	}
	if t := day("start_gte"); !t.IsZero() && c.StartAt.Before(t) {
		return false
	}
	if t := day("end_lt"); !t.IsZero() && (c.EndAt.IsZero() || !c.EndAt.Before(t)) {
		return false
	}
	return is("status", string(c.Status)) && is("effective_status", string(c.EffectiveStatus)) && is("goal", c.Goal) && is("channel", string(c.Channel)) && is("portfolio_id", c.PortfolioID)
}

func drawQuery(r *rapid.T) url.Values {
	v := url.Values{}
	some := func(name string, values ...string) {
		if rapid.IntRange(0, 3).Draw(r, name+"?") == 0 {
			v.Set(name, rapid.SampledFrom(values).Draw(r, name))
		}
	}
	some("status", "ACTIVE", "PAUSED", "ARCHIVED")
	some("effective_status", "SERVING", "PAUSED")
	some("goal", "SALES", "REACH")
	some("channel", "SPONSORED_PRODUCTS", "SPONSORED_BRANDS", "SPONSORED_DISPLAY")
	some("portfolio_id", "7", "8")
	some("query", "lock", "KEY")
	some("updated_gte", "2026-11-19T12:00:00Z", "2026-11-21T12:00:01Z")
	some("start_gte", "2026-11-14T23:00:00Z")
	some("end_lt", "2026-12-15T22:59:59Z")
	some("sort", "name", "updated_at", "created_at")
	some("order", "asc", "desc")
	some("org_id", "1000", "1007", "1250")
	return v
}

// Pages, filters and sorts equal a brute-force model over random worlds of 500 profiles, whether pages are told by offset or by cursor,
// or all of them in lines.
func TestListsEqualTheBruteForceModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		u := w.ads(t)
		grant := rapid.SampledFrom([]string{unified.All, "g0"}).Draw(r, "grant")
		v := drawQuery(r)
		want := brute(w, grant, v)
		path := "/" + grant + "/campaign"
		if org := v.Get("org_id"); org != "" && grant != unified.All && !slices.ContainsFunc(w.grants[0].Accounts, func(a canon.Account) bool { return a.ID == org }) {
			if got := w.ask(t, u, path, v); got.Code != 404 {
				r.Fatalf("an account of another grant: %d", got.Code)
			}
			return
		}
		limit := rapid.IntRange(1, 20).Draw(r, "limit")
		offset := rapid.IntRange(0, 25).Draw(r, "offset")

		with := func(more ...string) url.Values {
			c := url.Values{}
			for name, values := range v {
				c[name] = values
			}
			for i := 0; i+1 < len(more); i += 2 {
				c.Set(more[i], more[i+1])
			}
			return c
		}
		page := objects(t, w.ask(t, u, path, with("limit", strconv.Itoa(limit), "offset", strconv.Itoa(offset))))
		from := min(offset, len(want))
		if diff := gocmp.Diff(want[from:min(from+limit, len(want))], page); diff != "" {
			r.Fatalf("a page by offset %d, limit %d of %v: %s", offset, limit, v, diff)
		}
		all := []string{}
		cursor := ""
		for range len(want) + 2000 {
			more := []string{"limit", strconv.Itoa(limit)}
			if cursor != "" {
				more = append(more, "cursor", cursor)
			}
			got := w.ask(t, u, path, with(more...))
			ids := objects(t, got)
			if len(ids) > limit {
				r.Fatalf("%d of at most %d", len(ids), limit)
			}
			all = append(all, ids...)
			if cursor = got.Header().Get(unified.HeaderNext); cursor == "" {
				break
			}
		}
		if diff := gocmp.Diff(want, all); diff != "" {
			r.Fatalf("pages of %d by cursor of %v: %s", limit, v, diff)
		}
		lines := []string{}
		for line := range strings.Lines(w.ask(t, u, path, v, "Accept", "application/x-ndjson").Body.String()) {
			var one struct{ Object *told }
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				r.Fatal(err)
			}
			if one.Object != nil {
				lines = append(lines, one.Object.ID)
			}
		}
		if diff := gocmp.Diff(want, lines); diff != "" {
			r.Fatalf("lines of %v: %s", v, diff)
		}
		for range rapid.IntRange(1, 3).Draw(r, "changes") { // what was remembered says nothing of what is there now
			w.change(r)
			whole := with("limit", "1000")
			got := w.ask(t, u, path, whole)
			if diff := gocmp.Diff(brute(w, grant, v), objects(t, got)); diff != "" {
				r.Fatalf("after a change, %v: %s", v, diff)
			}
			if plain := w.ask(t, w.remembering(t, -1), path, whole); got.Body.String() != plain.Body.String() {
				r.Fatalf("remembered:\n%s\nread:\n%s", got.Body, plain.Body)
			}
		}
	})
}

// change changes one campaign, takes one away, or does nothing.
func (w *world) change(r *rapid.T) (changed string) {
	account := strconv.Itoa(1000 + rapid.IntRange(0, 499).Draw(r, "changed account"))
	for _, channel := range canon.Channels() {
		in := w.campaigns[account][channel]
		if len(in) == 0 {
			continue
		}
		i := rapid.IntRange(0, len(in)-1).Draw(r, "changed campaign")
		changed = in[i].ID
		if rapid.Bool().Draw(r, "goes") {
			w.campaigns[account][channel] = slices.Delete(slices.Clone(in), i, i+1)
			return changed
		}
		one := *in[i]
		one.Name, one.Status = rapid.SampledFrom([]string{"lock", "Key", "new <name>"}).Draw(r, "new name"), canon.StatusPaused
		in[i] = &one
		return changed
	}
	return ""
}
