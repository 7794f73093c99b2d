package paapifake

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// How many single products there are, and of how many members the one family is.
const (
	singles    = 40
	familySize = 4
)

// A product is one thing that is sold.
type product struct {
	asin, parent, title, brand, node string
	colour                           string
	cents, list                      int // US cents; the list price is 0 where there is none
	rank                             int
	born                             time.Time
}

// A catalogue is what this sandbox's shops sell. It never changes.
type catalogue struct {
	byASIN  map[string]*product
	order   []string
	parents []string
	family  map[string][]*product
}

// nodes are the browse nodes: a department and its shelves.
var nodes = map[string]struct {
	name, parent string
	children     []string
}{
	"228013":  {"Tools & Home Improvement", "", []string{"495324", "551240"}},
	"495324":  {"Door Hardware", "228013", nil},
	"551240":  {"Hand Tools", "228013", nil},
	"3375251": {"Sports & Outdoors", "", nil},
}

var (
	brands  = []string{"Sandbourne", "Weirside", "Fairlead", "Northmere"}
	nouns   = []string{"Door Lock", "Padlock", "Boat Fender", "Mooring Line", "Spirit Level", "Key Safe"}
	shelves = []string{"495324", "551240", "3375251"}
	colours = []string{"Black", "Navy", "Green", "Silver"}
	epoch   = time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC)
)

// newCatalogue draws the products from the world's seed. Their ASINs are the first of those that the Creators API's fake draws.
func newCatalogue(w *kit.World) *catalogue {
	c := &catalogue{byASIN: map[string]*product{}, family: map[string][]*product{}}
	const letters = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"
	add := func(label string, parent string, member int) {
		p := &product{
			asin: "B0" + w.Letters("creators "+label+" "+strconv.Itoa(member)+" asin", letters, 8), parent: parent,
			brand: brands[w.Number("paapi brand "+label, uint64(len(brands)))], node: shelves[w.Number("paapi node "+label, uint64(len(shelves)))],
			cents: 599 + 25*int(w.Number("paapi price "+label, 500)) + 100*member, rank: 1 + int(w.Number("paapi rank "+label, 9000)),
			born: epoch.AddDate(0, 0, int(w.Number("paapi born "+label, 500))),
		}
		p.title = p.brand + " " + nouns[w.Number("paapi noun "+label, uint64(len(nouns)))]
		if w.Number("paapi saving "+label, 3) == 0 {
			p.list = p.cents * 5 / 4
		}
		if member > 0 {
			p.colour = colours[member-1]
			p.title += ", " + p.colour
			c.family[parent] = append(c.family[parent], p)
		}
		c.byASIN[p.asin], c.order = p, append(c.order, p.asin)
	}
	for i := range singles {
		add(fmt.Sprintf("product %d", i), "", 0)
	}
	parent := "B0" + w.Letters("creators family 0", letters, 8)
	c.parents = []string{parent}
	for n := range familySize {
		add("family 0", parent, n+1)
	}
	return c
}

// money is an amount of US cents in a marketplace, as the older offers tell it.
func (m market) money(cents int) map[string]any {
	units := max(1, int(float64(cents)*m.rate*float64(m.unit)/100+0.5))
	amount, shown := float64(units)/float64(m.unit), strconv.Itoa(units)
	if m.unit > 1 {
		shown = fmt.Sprintf("%d.%02d", units/m.unit, units%m.unit)
	}
	sign := map[string]string{"USD": "$", "GBP": "£", "JPY": "¥"}[m.currency]
	if sign == "" {
		sign = m.currency + " "
	}
	return map[string]any{"Amount": amount, "Currency": m.currency, "DisplayAmount": sign + shown}
}

// fits reports whether a product answers a search.
func (p *product) fits(in *input) bool {
	words := strings.Fields(strings.ToLower(in.Keywords + " " + in.Title))
	for _, word := range words {
		if !strings.Contains(strings.ToLower(p.title), word) {
			return false
		}
	}
	return (in.Brand == "" || strings.EqualFold(in.Brand, p.brand)) && (in.BrowseNodeId == "" || in.BrowseNodeId == p.node) &&
		(in.MinPrice == nil || p.cents >= *in.MinPrice) && (in.MaxPrice == nil || p.cents <= *in.MaxPrice) &&
		(in.MinSavingPercent == nil || p.list > 0 && (p.list-p.cents)*100/p.list >= *in.MinSavingPercent) &&
		in.Actor == "" && in.Artist == "" && in.Author == ""
}
