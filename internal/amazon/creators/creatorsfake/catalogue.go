package creatorsfake

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// The catalogue's size: single products, and families whose members vary in colour and size.
const (
	singles    = 160
	families   = 10
	familySize = 4
)

// A product is one thing that is sold, before any marketplace has put its price and language on it.
type product struct {
	asin    string
	parent  string // of a family; empty for a single product
	title   string
	brand   string
	node    *node
	colour  string
	size    string
	cents   int // in US cents
	list    int // the list price; 0 where it is sold at it
	sellers int
	rank    int
	weight  int // hundredths of a pound
	born    time.Time
	ean     string
	stock   string // an availability type
	deal    bool
	prime   bool
	rating  int // what minReviewsRating goes by; never told (3.4: reviews are restricted)
}

// A catalogue is what this sandbox's shops sell. It never changes.
type catalogue struct {
	products []*product
	byASIN   map[string]*product
	family   map[string][]*product
	order    []string // parents
	nodes    []*node
	byNode   map[string]*node
}

// A node is a browse node: a department or a shelf in one.
type node struct {
	id, name string
	index    string // the search index that a department is
	parent   *node
	children []*node
}

// departments and their shelves, each with the nouns that stand on it.
var departments = []struct {
	index, name string
	shelves     []string
	nouns       []string
}{
	{"ToolsAndHomeImprovement", "Tools & Home Improvement", []string{"Door Hardware & Locks", "Hand Tools"}, []string{"Door Lock", "Padlock", "Key Safe", "Screwdriver Set", "Spirit Level"}},
	{"Electronics", "Electronics", []string{"Headphones", "Chargers & Cables"}, []string{"Headphones", "USB Cable", "Wall Charger", "Power Bank", "Earbuds"}},
	{"HomeAndKitchen", "Home & Kitchen", []string{"Cookware", "Storage & Organisation"}, []string{"Frying Pan", "Saucepan", "Storage Box", "Kettle", "Bread Bin"}},
	{"SportsAndOutdoors", "Sports & Outdoors", []string{"Boating", "Camping"}, []string{"Mooring Line", "Boat Fender", "Tent Lantern", "Sleeping Mat", "Dry Bag"}},
	{"Books", "Books", []string{"Travel Writing", "Engineering"}, []string{"Atlas of Canals", "History of Locks", "River Pilot's Notes", "Book of Knots", "Water Engineering"}},
}

var (
	brands     = []string{"Sandbourne", "Lockhart & Vale", "Weirside", "Fairlead", "Quayline", "Northmere", "Tidegate"}
	qualities  = []string{"Classic", "Compact", "Heavy Duty", "Brass", "Stainless Steel", "Travel", "Everyday", "Professional"}
	colours    = []string{"Black", "Navy", "Green", "Silver"}
	sizes      = []string{"Small", "Medium", "Large", "X-Large"}
	stocks     = []string{"IN_STOCK", "IN_STOCK", "IN_STOCK", "IN_STOCK", "IN_STOCK", "IN_STOCK_SCARCE", "LEADTIME", "PREORDER", "OUT_OF_STOCK"}
	epoch      = time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	asinLetter = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"
)

// newCatalogue draws all from the world's seed, each thing by a label of its own, so that adding to one changes no other.
func newCatalogue(w *kit.World) *catalogue {
	c := &catalogue{byASIN: map[string]*product{}, family: map[string][]*product{}, byNode: map[string]*node{}}
	c.plant(w)
	for i := range singles {
		c.add(w, fmt.Sprintf("creators product %d", i), i, "", 0)
	}
	for f := range families {
		parent := "B0" + w.Letters(fmt.Sprintf("creators family %d", f), asinLetter, 8)
		c.order = append(c.order, parent)
		for n := range familySize {
			c.add(w, fmt.Sprintf("creators family %d", f), singles+f, parent, n+1)
		}
	}
	return c
}

// plant makes the browse nodes: a root, five departments, two shelves in each.
func (c *catalogue) plant(w *kit.World) {
	add := func(id, name, index string, parent *node) *node {
		n := &node{id: id, name: name, index: index, parent: parent}
		if parent != nil {
			parent.children = append(parent.children, n)
		}
		c.nodes, c.byNode[id] = append(c.nodes, n), n
		return n
	}
	for i, d := range departments {
		top := add(strconv.Itoa(100000+int(w.Number("creators node "+d.index, 800000))), d.name, d.index, nil)
		for j, shelf := range d.shelves {
			add(strconv.Itoa(10000000+int(w.Number("creators node "+shelf, 80000000))+i*2+j), shelf, d.index, top)
		}
	}
}

// add makes one product. Members of a family share a label and differ by their number.
func (c *catalogue) add(w *kit.World, label string, i int, parent string, member int) {
	pick := func(what string, n int) int { return int(w.Number(label+" "+what, uint64(n))) }
	d := departments[i%len(departments)]
	shelf := pick("shelf", len(d.shelves))
	p := &product{
		parent: parent, brand: brands[pick("brand", len(brands))], cents: 499 + 50*pick("price", 400), sellers: 1 + pick("sellers", 3),
		rank: 1 + pick("rank", 90000), weight: 10 + pick("weight", 900), born: epoch.AddDate(0, 0, pick("born", 600)), stock: stocks[pick("stock", len(stocks))],
		deal: pick("deal", 10) == 0, prime: pick("prime", 3) > 0, rating: 1 + pick("rating", 5),
	}
	for _, n := range c.nodes {
		if n.name == d.shelves[shelf] {
			p.node = n
		}
	}
	own := label + " " + strconv.Itoa(member)
	p.asin = "B0" + w.Letters(own+" asin", asinLetter, 8)
	p.ean = "20" + fmt.Sprintf("%011d", w.Number(own+" ean", 99999999999)) // 20: for use within a shop only
	p.title = fmt.Sprintf("%s %s %s", p.brand, qualities[pick("quality", len(qualities))], d.nouns[pick("noun", len(d.nouns))])
	if pick("saving", 3) == 0 {
		p.list = p.cents * 5 / 4
	}
	if member > 0 {
		p.colour, p.size = colours[(member-1)%len(colours)], sizes[(member-1)%len(sizes)]
		p.title += ", " + p.colour + ", " + p.size
		p.cents += 150 * (member - 1)
		c.family[parent] = append(c.family[parent], p)
	}
	c.products, c.byASIN[p.asin] = append(c.products, p), p
}

// parents are the families' ASINs.
func (c *catalogue) parents() []string { return c.order }

// sold reports whether a product is to be had in a marketplace: about one in twelve is not, in each another.
func (p *product) sold(m market) bool {
	sum := 0
	for _, r := range p.asin + m.country {
		sum = (sum*31 + int(r)) % 9973
	}
	return sum%12 != 0 || m.country == "US"
}

// price is what a number of US cents is in a marketplace's smallest unit.
func (m market) price(cents int) int {
	return max(1, int(float64(cents)*m.rate*float64(m.unit)/100+0.5))
}

// amount is a price in the marketplace's whole units, as the API tells it.
func (m market) amount(units int) float64 { return float64(units) / float64(m.unit) }

// display is a price as people read it there.
func (m market) display(units int) string {
	if m.unit == 1 {
		return m.sign + strconv.Itoa(units)
	}
	text := fmt.Sprintf("%d.%02d", units/m.unit, units%m.unit)
	if m.sign == "€" || m.sign == "zł" || m.sign == "kr" {
		return strings.ReplaceAll(text, ".", ",") + " " + m.sign
	}
	return m.sign + text
}
