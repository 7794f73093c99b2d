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
	ASIN        string       `json:"asin"`                 // Amazon's id, ten letters and digits
	Parent      string       `json:"parent,omitempty"`     // ASIN of the family that it is a variation of
	Marketplace string       `json:"marketplace"`          // "www.amazon.de"
	Title       string       `json:"title,omitempty"`      // as the marketplace shows it
	Brand       string       `json:"brand,omitempty"`      // as the marketplace shows it
	Link        string       `json:"link"`                 // to the product, tagged by Amazon; to be used unchanged, or its sale does not count
	Image       string       `json:"image,omitempty"`      // address of the largest that was given; it may be kept a day, the picture not at all
	Features    []string     `json:"features,omitempty"`   // the list of points below the title
	Group       string       `json:"group,omitempty"`      // kind of product, such as "Book", in Amazon's words
	EANs        []string     `json:"eans,omitempty"`       // European article numbers, 13 digits each
	SalesRank   int          `json:"sales_rank,omitempty"` // place among the best sellers of its main department; 1 is the first
	Nodes       []BrowseNode `json:"nodes,omitempty"`      // departments that it is in
	Offers      []Offer      `json:"offers,omitempty"`     // the one of the buy box first, as Amazon orders them
	Attributes  []Attribute  `json:"attributes,omitempty"` // what this variation has of its own
}

// An Attribute is what a variation has of its own, such as its colour.
type Attribute struct {
	Name  string `json:"name"`  // of the dimension, such as "Color"
	Value string `json:"value"` // as people read it
}

// An Offer is a seller's price for a product. Prices and stock may be shown for an hour.
type Offer struct {
	Price         *Price `json:"price,omitempty"`          // what is to be paid
	Was           *Price `json:"was,omitempty"`            // what the saving is counted from
	WasKind       string `json:"was_kind,omitempty"`       // LIST_PRICE, WAS_PRICE ...
	SavingPercent int    `json:"saving_percent,omitempty"` // from Was to Price
	Availability  string `json:"availability,omitempty"`   // IN_STOCK, OUT_OF_STOCK ...
	Message       string `json:"message,omitempty"`        // the same for people
	Condition     string `json:"condition,omitempty"`      // NEW, USED, COLLECTIBLE ...
	Seller        string `json:"seller,omitempty"`         // name of the merchant
	BuyBox        bool   `json:"buy_box,omitempty"`        // the one that the product page sells
	Kind          string `json:"kind,omitempty"`           // LIGHTNING_DEAL ...; empty for an ordinary one
	Deal          string `json:"deal,omitempty"`           // the badge
}

// A BrowseNode is a department or a shelf in one.
type BrowseNode struct {
	ID       string       `json:"id"`                 // Amazon's number
	Name     string       `json:"name"`               // as the marketplace shows it
	Root     bool         `json:"root,omitempty"`     // it is in no other
	Path     []string     `json:"path,omitempty"`     // names of what it is in, the outermost first
	Children []BrowseNode `json:"children,omitempty"` // what is in it, the next step only
}

// Products are what was found, and what Amazon had to say of ids that it did not answer for.
type Products struct {
	Products []Product     `json:"products"`           // in the order asked for; of a search in Amazon's
	Total    int           `json:"total,omitempty"`    // of a search: how many there are in all
	Search   string        `json:"search,omitempty"`   // of a search: the same search on Amazon's site
	Family   *Family       `json:"family,omitempty"`   // of variations
	Refusals []ItemRefusal `json:"refusals,omitempty"` // of single ids, while others were answered for
}

// A Family is what the variations of a product have in common.
type Family struct {
	Count   int         `json:"count"`             // of all variations
	Pages   int         `json:"pages"`             // of ten variations each
	Lowest  *Price      `json:"lowest,omitempty"`  // price among them
	Highest *Price      `json:"highest,omitempty"` // price among them
	Varies  []Dimension `json:"varies,omitempty"`  // in what they differ
}

// A Dimension is one thing in which variations differ.
type Dimension struct {
	Name   string   `json:"name"`   // such as "Color", in the words of the marketplace
	Values []string `json:"values"` // that the variations have
}

// An ItemRefusal is why one of several ids was not answered for.
type ItemRefusal struct {
	Code    string `json:"code"`    // Amazon's, such as ItemNotAccessible
	Message string `json:"message"` // Amazon's own words
}

// A File is a feed or report that can be downloaded.
type File struct {
	Name    string    `json:"name"`             // by which it is asked for
	Kind    string    `json:"kind,omitempty"`   // what it holds, in Amazon's words
	Size    int64     `json:"size"`             // bytes
	MD5     string    `json:"md5,omitempty"`    // of its bytes, in hexadecimal
	Updated time.Time `json:"updated,omitzero"` // when Amazon made it, UTC
}
