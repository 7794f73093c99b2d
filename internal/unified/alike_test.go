package unified_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified"
)

// copying is a model that counts the objects that are taken unread.
type copying struct {
	amazon.AdsModel
	copied, read atomic.Int64
}

func (c *copying) AdsList(ctx context.Context, s amazon.Asker, account canon.Account, q amazon.AdsQuery) (amazon.AdsPage, error) {
	if q.Taker != nil {
		q.Taker = countingTaker{q.Taker, c}
	}
	return c.AdsModel.AdsList(ctx, s, account, q)
}

type countingTaker struct {
	amazon.AdsTaker
	of *copying
}

func (c countingTaker) Copy(list, text string) int {
	n := c.AdsTaker.Copy(list, text)
	if n > 0 {
		c.of.copied.Add(1)
	}
	return n
}

func (c countingTaker) Take(o canon.AdsObject, from amazon.AdsOrigin) {
	c.of.read.Add(1)
	c.AdsTaker.Take(o, from)
}

// pages answers calls with one page after the other.
type pages struct {
	list  string
	items [][]string
	calls int
}

func (p *pages) Ask(context.Context, canon.Region, amazon.Call, ...amazon.Field) (*amazon.Answer, error) {
	n := p.calls % len(p.items)
	p.calls++
	next := ""
	if n+1 < len(p.items) {
		next = fmt.Sprintf(`,"nextToken":"%d"`, n+1)
	}
	return &amazon.Answer{Status: http.StatusOK, Body: fmt.Appendf(nil, `{"%s":[%s]%s}`, p.list, strings.Join(p.items[n], ", "), next)}, nil
}

// list lists all that pages hold, with and without copies.
func (p *pages) lists(t testing.TB, kind string, alike int, v url.Values) (text string, c *copying) {
	c = &copying{AdsModel: ads.New()}
	clock := noon
	u, err := unified.New(unified.Config{Model: c, Asker: func(*snapshot.Grant) amazon.Asker { return p }, Remember: -1, Alike: alike, Now: func() time.Time {
		clock = clock.Add(time.Second)
		return clock
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := small().ask(t, u, "/shop/"+kind, v)
	if r.Code != http.StatusOK {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	return r.Body.String(), c
}

// A drawing draws items as Amazon writes them: of a few forms, in which their values stand.
type drawing struct {
	seed       uint64
	*rand.Rand // of values
	form       *rand.Rand
	usual      bool // nothing that has to be read
}

func newDrawing(seed uint64) *drawing {
	return &drawing{seed: seed, Rand: rand.New(rand.NewPCG(seed, 0))}
}

// again begins an item.
func (d *drawing) again() { d.form = rand.New(rand.NewPCG(d.seed, 1+d.Uint64N(8))) }

func (d *drawing) one(of ...string) string { return of[d.form.IntN(len(of))] }

func (d *drawing) id() string { return fmt.Sprint(100_000_000_000 + d.Int64N(1<<40)) }

func (d *drawing) any(of ...string) string { return of[d.IntN(len(of))] }

// member is a member of an object, or none.
func (d *drawing) member(often float64, format string, args ...any) string {
	if d.form.Float64() < often {
		return "," + fmt.Sprintf(format, args...)
	}
	return ""
}

func (d *drawing) text() string {
	all := []string{"Evergreen", "Spring 2026", "a, b: {c}", "17.50", "x", "2026-01-02T03:04:05Z", "", "ä ö ü", "日本", `a \"quote\"`, "a < b", `tab\t`, "\u2028"}
	if d.usual {
		all = all[:6]
	}
	return all[min(d.IntN(len(all)), d.IntN(len(all)))] + fmt.Sprint(d.IntN(3))
}

func (d *drawing) instant() string {
	at := noon.Add(-time.Duration(d.Int64N(int64(3 * 365 * 24 * time.Hour))))
	switch n := d.IntN(12); {
	case d.usual:
	case n == 0:
		return at.Format("2006-01-02T15:04:05") + ".120Z"
	case n == 1:
		return at.Format("2006-01-02T15:04:05") + "+02:00"
	}
	return at.UTC().Format(time.RFC3339)
}

// moment is what a day is told by: mostly its first, or its last.
func (d *drawing) moment(after time.Duration) string {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if !d.usual && d.IntN(3) == 0 {
		return d.instant()
	}
	return time.Date(2024, 1, 1+d.IntN(900), 0, 0, 0, 0, berlin).Add(after).UTC().Format(time.RFC3339)
}

func (d *drawing) amount() string {
	return d.any("50", "50.0", "0.75", "12.34", "1e2", "100000.000001", "7")
}

// common is what everything in v1 has.
func (d *drawing) common() string {
	return `,"adProduct":"SPONSORED_PRODUCTS","state":"` + d.one("ENABLED", "PAUSED", "ENABLED", "ARCHIVED") + `"` +
		d.member(.9, `"status":{"deliveryStatus":"%s","deliveryReasons":[%s]}`, d.one("DELIVERING", "NOT_DELIVERING"), d.one("", `"CAMPAIGN_PAUSED"`, `"CAMPAIGN_OUT_OF_BUDGET","PENDING_REVIEW"`)) +
		d.member(.95, `"creationDateTime":"%s"`, d.instant()) + d.member(.95, `"lastUpdatedDateTime":"%s"`, d.instant()) +
		d.member(.1, `"tags":[{"key":"%s","value":"%s"}]`, d.one("season", "name"), d.text())
}

func (d *drawing) campaign() string {
	return `{"campaignId":"` + d.id() + `"` + d.common() + d.member(.97, `"name":"%s"`, d.text()) + d.member(.5, `"portfolioId":%s`, d.one("null", `"`+d.id()+`"`)) +
		d.member(.9, `"startDateTime":"%s"`, d.moment(0)) + d.member(.3, `"endDateTime":"%s"`, d.moment(-time.Second)) + d.member(.9, `"autoCreationSettings":{"autoCreateTargets":%s}`, d.one("true", "false")) +
		d.member(.95, `"budgets":[{"budgetType":"MONETARY","recurrenceTimePeriod":"DAILY","budgetValue":{"monetaryBudgetValue":{"monetaryBudget":{"currencyCode":"%s","value":%s%s}}}}]`,
			d.one("USD", "EUR"), d.amount(), d.member(.2, `"ruleValue":%s`, d.amount())) +
		d.member(.8, `"optimizations":{"bidSettings":{"bidStrategy":"SALES_DOWN_ONLY","bidAdjustments":{%s}}}`, d.one(``,
			fmt.Sprintf(`"placementBidAdjustments":[{"placement":"TOP_OF_SEARCH","percentage":%d},{"percentage":%d,"placement":"REST_OF_SEARCH"}]`, d.IntN(900), d.IntN(900)),
			fmt.Sprintf(`"audienceBidAdjustments":[{"audienceId":"7","percentage":%d}],"placementBidAdjustments":[{"placement":"TOP_OF_SEARCH","percentage":%d}]`, d.IntN(900), d.IntN(900)))) +
		d.member(.1, `"siteRestrictions":["AMAZON_BUSINESS"]`) + "}"
}

func (d *drawing) group() string {
	return `{"adGroupId":"` + d.id() + `","campaignId":"` + d.id() + `"` + d.common() + d.member(.97, `"name":"%s"`, d.text()) +
		d.member(.9, `"bid":{"defaultBid":%s,"currencyCode":"USD"}`, d.amount()) + "}"
}

func (d *drawing) ad() string {
	return `{"adId":"` + d.id() + `","adGroupId":"` + d.id() + `","campaignId":"` + d.id() + `"` + d.common() + `,"adType":"PRODUCT_AD","creative":{"productCreative":{"productCreativeSettings":{"advertisedProduct":{"productId":"` +
		d.one("B0", "SKU 1") + d.id() + `","productIdType":"` + d.one("ASIN", "SKU") + `"` + d.member(.3, `"resolvedProductId":"B%s","resolvedProductIdType":"ASIN"`, d.id()) + `}}}}}`
}

func (d *drawing) target() string {
	details := d.one(`"keywordTarget":{"keyword":"`+d.text()+`","matchType":"`+d.one("EXACT", "BROAD")+`"}`,
		`"productTarget":{"matchType":"PRODUCT_EXACT","product":{"productId":"B0`+d.id()+`"},"productIdType":"ASIN"}`, `"themeTarget":{"matchType":"KEYWORDS_CLOSE_MATCH"}`)
	return `{"targetId":"` + d.id() + `","campaignId":"` + d.id() + `"` + d.member(.8, `"adGroupId":"%s"`, d.id()) + d.common() + `,"negative":` + d.one("true", "false") +
		d.member(.7, `"bid":{"bid":%s,"currencyCode":"USD"}`, d.amount()) + `,"targetType":"KEYWORD","targetDetails":{` + details + `}}`
}

// A list is told in the very same bytes whether objects that are like others are read or written unread.
func TestCopiesAreWhatReadingMakes(t *testing.T) {
	t.Parallel()
	for kind, of := range map[string]struct {
		list string
		item func(*drawing) string
	}{"campaign": {"campaigns", (*drawing).campaign}, "group": {"adGroups", (*drawing).group}, "ad": {"ads", (*drawing).ad}, "target": {"targets", (*drawing).target}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var copied, read int64
			rapid.Check(t, func(r *rapid.T) {
				d := newDrawing(rapid.Uint64().Draw(r, "seed"))
				p := &pages{list: of.list, items: make([][]string, 2)}
				for i := range p.items {
					for range 24 {
						d.again()
						p.items[i] = append(p.items[i], of.item(d))
					}
				}
				v := url.Values{"channel": {"SPONSORED_PRODUCTS"}, "status": {"ACTIVE,PAUSED"}, "limit": {"1000"}}
				if n := rapid.IntRange(0, 4).Draw(r, "fields"); n == 0 {
					v.Set("fields", "name,etag,bid_amount")
				}
				whole, _ := p.lists(t, kind, 1<<30, v)
				text, c := p.lists(t, kind, 1, v)
				copied, read = copied+c.copied.Load(), read+c.read.Load()
				if text == whole {
					return
				}
				var is, was []json.RawMessage
				_ = json.Unmarshal([]byte(text), &is)
				_ = json.Unmarshal([]byte(whole), &was)
				for i := range min(len(is), len(was)) {
					if string(is[i]) != string(was[i]) {
						r.Fatalf("object %d (-read +copied)\n%s", i, gocmp.Diff(string(was[i]), string(is[i])))
					}
				}
				r.Fatalf("%d objects instead of %d, or what is between them differs", len(is), len(was))
			})
			if copied < read/4 {
				t.Errorf("%d objects were copied, %d read", copied, read)
			}
			t.Logf("%d copied, %d read", copied, read)
		})
	}
}

// BenchmarkList lists 10,000 campaigns of a few forms for the first time, with and without copies.
func BenchmarkList(b *testing.B) {
	p, d := &pages{list: "campaigns", items: make([][]string, 10)}, newDrawing(2)
	d.usual = true
	for i := range p.items {
		for range 1000 {
			d.again()
			p.items[i] = append(p.items[i], d.campaign())
		}
	}
	for name, alike := range map[string]int{"copied": 0, "read": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, c := p.lists(b, "campaign", alike, url.Values{"channel": {"SPONSORED_PRODUCTS"}, "status": {"ACTIVE,PAUSED,ARCHIVED"}, "limit": {"10000"}, "org_id": {"1001"}})
				b.ReportMetric(float64(c.copied.Load()), "copied/op")
			}
		})
	}
}
