package creatorsfake

// The shapes of answers, with the exact spellings of creators-paapi-aws 3.4. Nothing is left out: what was not asked for is null, as in
// captured answers, unless the switch creators.nulls says otherwise.

type item struct {
	ASIN                string      `json:"asin"`
	BrowseNodeInfo      *nodeInfo   `json:"browseNodeInfo"`
	CustomerReviews     *reviews    `json:"customerReviews"`
	DetailPageURL       string      `json:"detailPageURL"`
	Images              *images     `json:"images"`
	ItemInfo            *itemInfo   `json:"itemInfo"`
	OffersV2            *offers     `json:"offersV2"`
	ParentASIN          *string     `json:"parentASIN"`
	Score               *float64    `json:"score"`
	VariationAttributes []nameValue `json:"variationAttributes"`
}

type nameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type reviews struct {
	Count      *int `json:"count"`
	StarRating *struct {
		Value *float64 `json:"value"`
	} `json:"starRating"`
}

type nodeInfo struct {
	BrowseNodes      []browseNode `json:"browseNodes"`
	WebsiteSalesRank *salesRank   `json:"websiteSalesRank"`
}

type salesRank struct {
	ContextFreeName string `json:"contextFreeName"`
	DisplayName     string `json:"displayName"`
	SalesRank       int    `json:"salesRank"`
}

type browseNode struct {
	Ancestor        *browseNode `json:"ancestor"`
	Children        []child     `json:"children"`
	ContextFreeName string      `json:"contextFreeName"`
	DisplayName     string      `json:"displayName"`
	ID              string      `json:"id"`
	IsRoot          bool        `json:"isRoot"`
	SalesRank       *int        `json:"salesRank"`
}

type child struct {
	ContextFreeName string `json:"contextFreeName"`
	DisplayName     string `json:"displayName"`
	ID              string `json:"id"`
}

type images struct {
	Primary  *imageSet  `json:"primary"`
	Variants []imageSet `json:"variants"`
}

type imageSet struct {
	HiRes  *image `json:"hiRes"`
	Large  *image `json:"large"`
	Medium *image `json:"medium"`
	Small  *image `json:"small"`
}

type image struct {
	Height int    `json:"height"`
	URL    string `json:"url"`
	Width  int    `json:"width"`
}

type text struct {
	DisplayValue string `json:"displayValue"`
	Label        string `json:"label"`
	Locale       string `json:"locale"`
}

type texts struct {
	DisplayValues []string `json:"displayValues"`
	Label         string   `json:"label"`
	Locale        string   `json:"locale"`
}

type number struct {
	DisplayValue float64 `json:"displayValue"`
	Label        string  `json:"label"`
	Locale       string  `json:"locale"`
	Unit         string  `json:"unit,omitempty"`
}

type flag struct {
	DisplayValue bool   `json:"displayValue"`
	Label        string `json:"label"`
	Locale       string `json:"locale"`
}

type itemInfo struct {
	ByLineInfo      *byLine          `json:"byLineInfo"`
	Classifications *classifications `json:"classifications"`
	ContentInfo     *contentInfo     `json:"contentInfo"`
	ContentRating   *contentRating   `json:"contentRating"`
	ExternalIDs     *externalIDs     `json:"externalIds"`
	Features        *texts           `json:"features"`
	ManufactureInfo *manufacture     `json:"manufactureInfo"`
	ProductInfo     *productInfo     `json:"productInfo"`
	TechnicalInfo   *technical       `json:"technicalInfo"`
	Title           *text            `json:"title"`
	TradeInInfo     *tradeIn         `json:"tradeInInfo"`
}

type byLine struct {
	Brand        *text         `json:"brand"`
	Contributors []contributor `json:"contributors"`
	Manufacturer *text         `json:"manufacturer"`
}

type contributor struct {
	Locale   string `json:"locale"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	RoleType string `json:"roleType"`
}

type classifications struct {
	Binding      *text `json:"binding"`
	ProductGroup *text `json:"productGroup"`
}

type contentInfo struct {
	Edition         *text   `json:"edition"`
	PagesCount      *number `json:"pagesCount"`
	PublicationDate *text   `json:"publicationDate"`
}

type contentRating struct {
	AudienceRating *text `json:"audienceRating"`
}

type externalIDs struct {
	EANs  *texts `json:"eans"`
	ISBNs *texts `json:"isbns"`
	UPCs  *texts `json:"upcs"`
}

type manufacture struct {
	ItemPartNumber *text `json:"itemPartNumber"`
	Model          *text `json:"model"`
	Warranty       *text `json:"warranty"`
}

type productInfo struct {
	Color          *text       `json:"color"`
	IsAdultProduct *flag       `json:"isAdultProduct"`
	ItemDimensions *dimensions `json:"itemDimensions"`
	ReleaseDate    *text       `json:"releaseDate"`
	Size           *text       `json:"size"`
	UnitCount      *number     `json:"unitCount"`
}

type dimensions struct {
	Height *number `json:"height"`
	Length *number `json:"length"`
	Weight *number `json:"weight"`
	Width  *number `json:"width"`
}

type technical struct {
	EnergyEfficiencyClass *text  `json:"energyEfficiencyClass"`
	Formats               *texts `json:"formats"`
}

type tradeIn struct {
	IsEligibleForTradeIn bool   `json:"isEligibleForTradeIn"`
	Price                *money `json:"price"`
}

type offers struct {
	Listings []listing `json:"listings"`
}

type listing struct {
	Availability   *availability `json:"availability"`
	Condition      *condition    `json:"condition"`
	DealDetails    *deal         `json:"dealDetails"`
	IsBuyBoxWinner *bool         `json:"isBuyBoxWinner"`
	LoyaltyPoints  *loyalty      `json:"loyaltyPoints"`
	MerchantInfo   *merchant     `json:"merchantInfo"`
	Price          *price        `json:"price"`
	Type           *string       `json:"type"`
	ViolatesMAP    bool          `json:"violatesMAP"`
}

type availability struct {
	MaxOrderQuantity int    `json:"maxOrderQuantity"`
	Message          string `json:"message"`
	MinOrderQuantity int    `json:"minOrderQuantity"`
	Type             string `json:"type"`
}

type condition struct {
	ConditionNote string `json:"conditionNote"`
	SubCondition  string `json:"subCondition"`
	Value         string `json:"value"`
}

type deal struct {
	AccessType     string `json:"accessType"`
	Badge          string `json:"badge"`
	EndTime        string `json:"endTime"`
	PercentClaimed int    `json:"percentClaimed"`
	StartTime      string `json:"startTime"`
}

type loyalty struct {
	Points int `json:"points"`
}

type merchant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type money struct {
	Amount        float64 `json:"amount"`
	Currency      string  `json:"currency"`
	DisplayAmount string  `json:"displayAmount"`
}

type price struct {
	Money        money   `json:"money"`
	PricePerUnit *money  `json:"pricePerUnit"`
	SavingBasis  *basis  `json:"savingBasis"`
	Savings      *saving `json:"savings"`
}

type basis struct {
	Money                money  `json:"money"`
	SavingBasisType      string `json:"savingBasisType"`
	SavingBasisTypeLabel string `json:"savingBasisTypeLabel"`
}

type saving struct {
	Money      money `json:"money"`
	Percentage int   `json:"percentage"`
}
