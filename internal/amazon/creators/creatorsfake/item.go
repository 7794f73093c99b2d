package creatorsfake

import (
	"fmt"
	"strings"
	"time"
)

// Where pictures are, as in captured answers.
const pictures = "https://m.media-amazon.com/images/I/"

// show gives a product as a call sees it: in its marketplace and language, with the resources that it asked for.
func (v *visit) show(p *product, link string) item {
	out := item{ASIN: p.asin, DetailPageURL: v.link(p.asin, link), ItemInfo: v.info(p), OffersV2: v.offers(p)}
	if p.parent != "" && v.in.wants("parentASIN") {
		out.ParentASIN = &p.parent
	}
	if v.in.wantsUnder("browseNodeInfo.") {
		out.BrowseNodeInfo = v.nodeInfo(p)
	}
	if v.in.wantsUnder("images.") {
		out.Images = v.images(p)
	}
	if p.colour != "" && v.x.Operation == "getVariations" {
		out.VariationAttributes = []nameValue{{"color_name", p.colour}, {"size_name", p.size}}
	}
	return out
}

// link is a product's address, tagged as Amazon tags those that it vends (creators-paapi-aws 3.4).
func (v *visit) link(asin, code string) string {
	address := "https://" + v.market.site + "/dp/" + asin + "?tag=" + v.in.PartnerTag + "&linkCode=" + code
	if len(v.in.Languages) > 0 {
		address += "&language=" + v.in.Languages[0]
	}
	return address + "&th=1&psc=1"
}

func (v *visit) locale() string {
	if len(v.in.Languages) > 0 {
		return v.in.Languages[0]
	}
	return v.market.languages[0]
}

// info is itemInfo; it is null where none of it was asked for.
func (v *visit) info(p *product) *itemInfo {
	if !v.in.wantsUnder("itemInfo.") {
		return nil
	}
	locale := v.locale()
	t := func(label, value string) *text { return &text{value, label, locale} }
	n := func(label string, value float64, unit string) *number { return &number{value, label, locale, unit} }
	want := func(name string) bool { return v.in.wants("itemInfo." + name) }
	out := &itemInfo{}
	if want("title") {
		out.Title = t("Title", p.title)
	}
	if want("byLineInfo") {
		out.ByLineInfo = &byLine{Brand: t("Brand", p.brand), Manufacturer: t("Manufacturer", p.brand)}
		if p.node.index == "Books" {
			out.ByLineInfo.Contributors = []contributor{{locale, "Weir, Ada", "Author", "author"}}
		}
	}
	if want("classifications") {
		out.Classifications = &classifications{Binding: t("Binding", p.node.name), ProductGroup: t("ProductGroup", p.node.parent.name)}
	}
	if want("contentInfo") && p.node.index == "Books" {
		out.ContentInfo = &contentInfo{PagesCount: n("NumberOfPages", float64(96+p.weight), ""), PublicationDate: t("PublicationDate", p.born.Format("2006-01-02T15:04:05.000Z"))}
	}
	if want("externalIds") {
		out.ExternalIDs = &externalIDs{EANs: &texts{[]string{p.ean}, "EAN", locale}}
	}
	if want("features") {
		out.Features = &texts{[]string{"Made for the sandbox: nobody sells it", "Weighs " + fmt.Sprintf("%.2f", float64(p.weight)/100) + " pounds"}, "Features", locale}
	}
	if want("manufactureInfo") {
		out.ManufactureInfo = &manufacture{ItemPartNumber: t("PartNumber", "SBX-"+p.asin[6:]), Model: t("Model", p.asin[4:8])}
	}
	if want("productInfo") {
		out.ProductInfo = &productInfo{
			IsAdultProduct: &flag{false, "IsAdultProduct", locale}, ReleaseDate: t("ReleaseDate", p.born.Format("2006-01-02T15:04:05.000Z")),
			ItemDimensions: &dimensions{Weight: n("Weight", float64(p.weight)/100, "Pounds"), Height: n("Height", 3.5, "Inches"), Length: n("Length", 9, "Inches"), Width: n("Width", 6, "Inches")},
			UnitCount:      n("NumberOfItems", 1, ""),
		}
		if p.colour != "" {
			out.ProductInfo.Color, out.ProductInfo.Size = t("Color", p.colour), t("Size", p.size)
		}
	}
	if want("technicalInfo") && p.node.index == "Books" {
		out.TechnicalInfo = &technical{Formats: &texts{[]string{"Print"}, "Format", locale}}
	}
	if want("tradeInInfo") {
		out.TradeInInfo = &tradeIn{}
	}
	return out
}

func (v *visit) images(p *product) *images {
	id := strings.ToLower(p.asin)
	set := func(of, id string) *imageSet {
		one := func(resource, suffix string, side int) *image {
			if !v.in.wants("images." + of + "." + resource) {
				return nil
			}
			return &image{side, pictures + id + suffix + ".jpg", side}
		}
		// The resource is highRes, the member hiRes (creators-paapi-aws 3.3).
		return &imageSet{one("highRes", "._SL1500_", 1500), one("large", "._SL500_", 500), one("medium", "._SL160_", 160), one("small", "._SL75_", 75)}
	}
	out := &images{}
	if v.in.wantsUnder("images.primary.") {
		out.Primary = set("primary", id+"a")
	}
	if v.in.wantsUnder("images.variants.") {
		out.Variants = []imageSet{*set("variants", id+"b"), *set("variants", id+"c")}
	}
	return out
}

func (v *visit) nodeInfo(p *product) *nodeInfo {
	out := &nodeInfo{}
	if v.in.wantsUnder("browseNodeInfo.browseNodes") {
		n := v.shelf(p.node, v.in.wants("browseNodeInfo.browseNodes.ancestor"), false)
		if v.in.wants("browseNodeInfo.browseNodes.salesRank") {
			rank := p.rank/7 + 1
			n.SalesRank = &rank
		}
		out.BrowseNodes = []browseNode{n}
	}
	if v.in.wants("browseNodeInfo.websiteSalesRank") {
		out.WebsiteSalesRank = &salesRank{p.node.parent.name, p.node.parent.name, p.rank}
	}
	return out
}

// shelf is a browse node with, where asked for, what it is in and what is in it.
func (v *visit) shelf(n *node, ancestor, children bool) browseNode {
	out := browseNode{ContextFreeName: n.name, DisplayName: n.name, ID: n.id, IsRoot: n.parent == nil}
	if ancestor && n.parent != nil {
		up := v.shelf(n.parent, true, false)
		out.Ancestor = &up
	}
	if children {
		for _, c := range n.children {
			out.Children = append(out.Children, child{c.name, c.name, c.id})
		}
	}
	return out
}

// stamp writes a deal's time as Amazon does, without seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }
