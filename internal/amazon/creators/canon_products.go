package creators

import (
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

func (m *wireMoney) canon() *canon.Price {
	if m == nil || m.Amount == "" {
		return nil
	}
	return &canon.Price{Amount: m.Amount.String(), Currency: m.Currency, Display: m.Display}
}

func (t *wireText) text() string {
	if t == nil {
		return ""
	}
	return t.Value
}

func (t *wireTexts) list() []string {
	if t == nil {
		return nil
	}
	return t.Values
}

// product translates one item.
func (w *wireItem) product(site string) canon.Product {
	p := canon.Product{ASIN: w.ASIN, Parent: w.Parent, Marketplace: site, Link: w.Link}
	if i := w.Info; i != nil {
		p.Title, p.Features = i.Title.text(), i.Features.list()
		if i.ByLine != nil {
			p.Brand = i.ByLine.Brand.text()
		}
		if i.Classifications != nil {
			p.Group = i.Classifications.Group.text()
		}
		if i.External != nil {
			p.EANs = i.External.EANs.list()
		}
	}
	if w.Images != nil && w.Images.Primary != nil {
		for _, one := range []*wireImage{w.Images.Primary.HiRes, w.Images.Primary.Large, w.Images.Primary.Medium, w.Images.Primary.Small} {
			if one != nil && p.Image == "" {
				p.Image = one.URL
			}
		}
	}
	if w.Nodes != nil {
		p.Nodes = nodes(w.Nodes.Nodes)
		if w.Nodes.Rank != nil {
			p.SalesRank = w.Nodes.Rank.Rank
		}
	}
	if w.Offers != nil {
		for i := range w.Offers.Listings {
			p.Offers = append(p.Offers, w.Offers.Listings[i].offer())
		}
	}
	for _, a := range w.Attributes {
		p.Attributes = append(p.Attributes, canon.Attribute{Name: a.Name, Value: a.Value})
	}
	return p
}

func (l *wireListing) offer() canon.Offer {
	o := canon.Offer{BuyBox: l.BuyBox, Kind: l.Type}
	if l.Price != nil {
		o.Price = l.Price.Money.canon()
		if l.Price.Basis != nil {
			o.Was, o.WasKind = l.Price.Basis.Money.canon(), l.Price.Basis.Kind
		}
		if l.Price.Savings != nil {
			n, _ := l.Price.Savings.Percentage.Float64() // a fraction of a percent is nobody's concern, nonsense is none
			o.SavingPercent = int(n)
		}
	}
	if l.Availability != nil {
		o.Availability, o.Message = l.Availability.Type, l.Availability.Message
	}
	if l.Condition != nil {
		o.Condition = l.Condition.Value
	}
	if l.Merchant != nil {
		o.Seller = l.Merchant.Name
	}
	if l.Deal != nil {
		o.Deal = l.Deal.Badge
	}
	return o
}

func nodes(all []wireNode) []canon.BrowseNode {
	out := make([]canon.BrowseNode, 0, len(all))
	for _, w := range all {
		n := canon.BrowseNode{ID: w.ID, Name: w.Name, Root: w.Root, Children: nodes(w.Children)}
		for up := w.Ancestor; up != nil && len(n.Path) < 64; up = up.Ancestor {
			n.Path = append(n.Path, up.Name)
		}
		slices.Reverse(n.Path)
		out = append(out, n)
	}
	return out
}

// products gathers what an answer holds, whichever operation it is of.
func (a *wireAnswer) products(site string) canon.Products {
	out := canon.Products{Products: []canon.Product{}}
	var items []wireItem
	switch {
	case a.Items != nil:
		items = a.Items.Items
	case a.Search != nil:
		items, out.Total, out.Search = a.Search.Items, a.Search.Total, a.Search.URL
	case a.Variations != nil:
		items = a.Variations.Items
		if s := a.Variations.Summary; s != nil {
			out.Family = &canon.Family{Count: s.Count, Pages: s.Pages}
			if s.Price != nil {
				out.Family.Lowest, out.Family.Highest = s.Price.Lowest.canon(), s.Price.Highest.canon()
			}
			for _, d := range s.Dimensions {
				out.Family.Varies = append(out.Family.Varies, canon.Dimension{Name: d.Name, Values: d.Values})
			}
		}
	}
	for i := range items {
		out.Products = append(out.Products, items[i].product(site))
	}
	for _, e := range a.Errors {
		out.Refusals = append(out.Refusals, canon.ItemRefusal{Code: e.Code, Message: e.Message})
	}
	return out
}

// files lists what an answer to listFeeds or listReports holds.
func (a *wireAnswer) files() []canon.File {
	out := []canon.File{}
	add := func(name, kind, sum, updated string, size int64) {
		at, _ := time.Parse(time.RFC3339, updated) // a time in another form is told as none
		out = append(out, canon.File{Name: name, Kind: kind, Size: size, MD5: sum, Updated: at})
	}
	for _, f := range a.Feeds {
		add(f.Name, f.Kind, f.MD5, f.Updated, f.Size)
	}
	for _, r := range a.Reports {
		add(r.Name, r.Kind, r.MD5, r.Updated, r.Size)
	}
	return out
}
