package creators

import "encoding/json"

// The wire's shapes, as far as they are read (creators-paapi-aws 3.4). Members that were not asked for come as null or not at all; both read
// alike. Spellings are Amazon's: asin, detailPageURL, parentASIN, searchURL, offersV2, hiRes.

type wireText struct {
	Value string `json:"displayValue"`
}

type wireTexts struct {
	Values []string `json:"displayValues"`
}

type wireMoney struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
	Display  string      `json:"displayAmount"`
}

type wireImage struct {
	URL string `json:"url"`
}

type wireNode struct {
	ID       string     `json:"id"`
	Name     string     `json:"displayName"`
	Root     bool       `json:"isRoot"`
	Ancestor *wireNode  `json:"ancestor"`
	Children []wireNode `json:"children"`
}

type wireListing struct {
	Availability *struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"availability"`
	Condition *struct {
		Value string `json:"value"`
	} `json:"condition"`
	Deal *struct {
		Badge string `json:"badge"`
	} `json:"dealDetails"`
	BuyBox   bool `json:"isBuyBoxWinner"`
	Merchant *struct {
		Name string `json:"name"`
	} `json:"merchantInfo"`
	Price *struct {
		Money wireMoney `json:"money"`
		Basis *struct {
			Money wireMoney `json:"money"`
			Kind  string    `json:"savingBasisType"`
		} `json:"savingBasis"`
		Savings *struct {
			Percentage json.Number `json:"percentage"`
		} `json:"savings"`
	} `json:"price"`
	Type string `json:"type"`
}

type wireItem struct {
	ASIN       string `json:"asin"`
	Parent     string `json:"parentASIN"`
	Link       string `json:"detailPageURL"`
	Attributes []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"variationAttributes"`
	Images *struct {
		Primary *struct {
			HiRes  *wireImage `json:"hiRes"`
			Large  *wireImage `json:"large"`
			Medium *wireImage `json:"medium"`
			Small  *wireImage `json:"small"`
		} `json:"primary"`
	} `json:"images"`
	Info *struct {
		Title  *wireText `json:"title"`
		ByLine *struct {
			Brand *wireText `json:"brand"`
		} `json:"byLineInfo"`
		Classifications *struct {
			Group *wireText `json:"productGroup"`
		} `json:"classifications"`
		External *struct {
			EANs *wireTexts `json:"eans"`
		} `json:"externalIds"`
		Features *wireTexts `json:"features"`
	} `json:"itemInfo"`
	Offers *struct {
		Listings []wireListing `json:"listings"`
	} `json:"offersV2"`
	Nodes *struct {
		Nodes []wireNode `json:"browseNodes"`
		Rank  *struct {
			Rank int `json:"salesRank"`
		} `json:"websiteSalesRank"`
	} `json:"browseNodeInfo"`
}

type wireError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// wireAnswer is any answer of the eight operations: each has one of the results.
type wireAnswer struct {
	Errors []wireError `json:"errors"`
	Items  *struct {
		Items []wireItem `json:"items"`
	} `json:"itemsResult"`
	Search *struct {
		Items []wireItem `json:"items"`
		Total int        `json:"totalResultCount"`
		URL   string     `json:"searchURL"`
	} `json:"searchResult"`
	Variations *struct {
		Items   []wireItem `json:"items"`
		Summary *struct {
			Pages int `json:"pageCount"`
			Count int `json:"variationCount"`
			Price *struct {
				Highest *wireMoney `json:"highestPrice"`
				Lowest  *wireMoney `json:"lowestPrice"`
			} `json:"price"`
			Dimensions []struct {
				Name   string   `json:"displayName"`
				Values []string `json:"values"`
			} `json:"variationDimensions"`
		} `json:"variationSummary"`
	} `json:"variationsResult"`
	Nodes *struct {
		Nodes []wireNode `json:"browseNodes"`
	} `json:"browseNodesResult"`
	Feeds []struct {
		Name    string `json:"feedName"`
		Kind    string `json:"feedType"`
		Size    int64  `json:"size"`
		MD5     string `json:"md5"`
		Updated string `json:"lastUpdated"`
	} `json:"feeds"`
	Reports []struct {
		Name    string `json:"filename"`
		Kind    string `json:"reportType"`
		Size    int64  `json:"size"`
		MD5     string `json:"md5"`
		Updated string `json:"lastModified"`
	} `json:"reports"`
	URL string `json:"url"`
}
