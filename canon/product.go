package canon

import "time"

// Price is an amount as Amazon told it, never computed with: prices that people see must be the ones that Amazon gave.
type Price struct {
	Amount   string `json:"amount"`            // a decimal in whole units, as on the wire: "9.5"
	Currency string `json:"currency"`          // ISO 4217
	Display  string `json:"display,omitempty"` // as people read it there: "$9.50"
}

// A Product is one thing that a marketplace sells, as far as it was asked for.
type Product struct {
	ASIN        string       `json:"asin"`
	Parent      string       `json:"parent,omitempty"` // ASIN of the family that it is a variation of
	Marketplace string       `json:"marketplace"`      // "www.amazon.de"
	Title       string       `json:"title,omitempty"`
	Brand       string       `json:"brand,omitempty"`
	Link        string       `json:"link"`            // to the product, tagged by Amazon; to be used unchanged, or its sale does not count
	Image       string       `json:"image,omitempty"` // address of the largest that was given; it may be kept a day, the picture not at all
	Features    []string     `json:"features,omitempty"`
	Group       string       `json:"group,omitempty"`
	EANs        []string     `json:"eans,omitempty"`
	SalesRank   int          `json:"sales_rank,omitempty"`
	Nodes       []BrowseNode `json:"nodes,omitempty"`
	Offers      []Offer      `json:"offers,omitempty"` // the one of the buy box first, as Amazon orders them
	Attributes  []Attribute  `json:"attributes,omitempty"`
}

// An Attribute is what a variation has of its own, such as its colour.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// An Offer is a seller's price for a product. Prices and stock may be shown for an hour.
type Offer struct {
	Price         *Price `json:"price,omitempty"`
	Was           *Price `json:"was,omitempty"`            // what the saving is counted from
	WasKind       string `json:"was_kind,omitempty"`       // LIST_PRICE, WAS_PRICE ...
	SavingPercent int    `json:"saving_percent,omitempty"` //
	Availability  string `json:"availability,omitempty"`   // IN_STOCK, OUT_OF_STOCK ...
	Message       string `json:"message,omitempty"`        // the same for people
	Condition     string `json:"condition,omitempty"`
	Seller        string `json:"seller,omitempty"`
	BuyBox        bool   `json:"buy_box,omitempty"`
	Kind          string `json:"kind,omitempty"` // LIGHTNING_DEAL ...; empty for an ordinary one
	Deal          string `json:"deal,omitempty"` // the badge
}

// A BrowseNode is a department or a shelf in one.
type BrowseNode struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Root     bool         `json:"root,omitempty"`
	Path     []string     `json:"path,omitempty"` // names of what it is in, the outermost first
	Children []BrowseNode `json:"children,omitempty"`
}

// Products are what was found, and what Amazon had to say of ids that it did not answer for.
type Products struct {
	Products []Product     `json:"products"`
	Total    int           `json:"total,omitempty"`    // of a search: how many there are in all
	Search   string        `json:"search,omitempty"`   // of a search: the same search on Amazon's site
	Family   *Family       `json:"family,omitempty"`   // of variations
	Refusals []ItemRefusal `json:"refusals,omitempty"` // of single ids, while others were answered for
}

// A Family is what the variations of a product have in common.
type Family struct {
	Count   int         `json:"count"`
	Pages   int         `json:"pages"`
	Lowest  *Price      `json:"lowest,omitempty"`
	Highest *Price      `json:"highest,omitempty"`
	Varies  []Dimension `json:"varies,omitempty"`
}

// A Dimension is one thing in which variations differ.
type Dimension struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// An ItemRefusal is why one of several ids was not answered for.
type ItemRefusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A File is a feed or report that can be downloaded.
type File struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind,omitempty"`
	Size    int64     `json:"size"`
	MD5     string    `json:"md5,omitempty"`
	Updated time.Time `json:"updated,omitzero"`
}
