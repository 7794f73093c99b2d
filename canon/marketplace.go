package canon

import "strings"

// A Marketplace is one of Amazon's shops: a country's web site, where affiliates earn and whose products are asked for.
type Marketplace struct {
	Country   string   // "UK", as Amazon writes it
	Site      string   // "www.amazon.co.uk", as x-marketplace names it
	ID        string   // marketplaceStringId, "A1F83G8C2ARO7P"
	Region    Region   // whose hosts and credentials answer for it
	Currency  string   // ISO 4217; the default one where there are several
	Languages []string // "en_GB"; the first is the default
}

// marketplaces are the 22 with an Associates programme and product data, by region (creators-paapi-aws 2.1). Treat as constant.
var marketplaces = []Marketplace{
	{"US", "www.amazon.com", "ATVPDKIKX0DER", NA, "USD", []string{"en_US", "de_DE", "es_US", "ko_KR", "pt_BR", "zh_CN", "zh_TW"}},
	{"CA", "www.amazon.ca", "A2EUQ1WTGCTBG2", NA, "CAD", []string{"en_CA", "fr_CA"}},
	{"MX", "www.amazon.com.mx", "A1AM78C64UM0Y8", NA, "MXN", []string{"es_MX"}},
	{"BR", "www.amazon.com.br", "A2Q3Y263D00KWC", NA, "BRL", []string{"pt_BR"}},
	{"UK", "www.amazon.co.uk", "A1F83G8C2ARO7P", EU, "GBP", []string{"en_GB"}},
	{"DE", "www.amazon.de", "A1PA6795UKMFR9", EU, "EUR", []string{"de_DE", "cs_CZ", "en_GB", "nl_NL", "pl_PL", "tr_TR"}},
	{"FR", "www.amazon.fr", "A13V1IB3VIYZZH", EU, "EUR", []string{"fr_FR"}},
	{"IT", "www.amazon.it", "APJ6JRA9NG5V4", EU, "EUR", []string{"it_IT"}},
	{"ES", "www.amazon.es", "A1RKKUPIHCS9HS", EU, "EUR", []string{"es_ES"}},
	{"NL", "www.amazon.nl", "A1805IZSGTT6HS", EU, "EUR", []string{"nl_NL"}},
	{"BE", "www.amazon.com.be", "AMEN7PMS3EDWL", EU, "EUR", []string{"fr_BE", "nl_BE", "en_GB"}},
	{"IE", "www.amazon.ie", "A28R8C7NBKEWEA", EU, "EUR", []string{"en_IE"}},
	{"PL", "www.amazon.pl", "A1C3SOZRARQ6R3", EU, "PLN", []string{"pl_PL"}},
	{"SE", "www.amazon.se", "A2NODRKZP88ZB9", EU, "SEK", []string{"sv_SE"}},
	{"TR", "www.amazon.com.tr", "A33AVAJ2PDY3EV", EU, "TRY", []string{"tr_TR"}},
	{"AE", "www.amazon.ae", "A2VIGQ35RCS4UG", EU, "AED", []string{"en_AE", "ar_AE"}},
	{"SA", "www.amazon.sa", "A17E79C6D8DWNP", EU, "SAR", []string{"en_AE", "ar_AE"}},
	{"EG", "www.amazon.eg", "ARBP9OOSHTCHU", EU, "EGP", []string{"en_AE", "ar_AE"}},
	{"IN", "www.amazon.in", "A21TJRUUN4KGV", EU, "INR", []string{"en_IN", "hi_IN", "kn_IN", "ml_IN", "ta_IN", "te_IN"}},
	{"JP", "www.amazon.co.jp", "A1VC38T7YXB528", FE, "JPY", []string{"ja_JP", "en_US", "zh_CN"}},
	{"SG", "www.amazon.sg", "A19VAU5U5O7RUS", FE, "SGD", []string{"en_SG"}},
	{"AU", "www.amazon.com.au", "A39IBJ37TRP1C6", FE, "AUD", []string{"en_AU"}},
}

// Marketplaces lists the marketplaces that have an Associates programme, by region.
func Marketplaces() []Marketplace { return append([]Marketplace(nil), marketplaces...) }

// ParseMarketplace finds a marketplace by whatever people call it: its country's code (UK or GB), its site with or without
// "www.", an address on it, or its id.
func ParseMarketplace(s string) (Marketplace, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, after, ok := strings.Cut(s, "://"); ok {
		s = after
	}
	s, _, _ = strings.Cut(s, "/")
	s = strings.TrimPrefix(s, "www.")
	if s == "gb" {
		s = "uk"
	}
	for _, m := range marketplaces {
		if s == strings.TrimPrefix(m.Site, "www.") || s == strings.ToLower(m.Country) || s == strings.ToLower(m.ID) {
			return m, true
		}
	}
	return Marketplace{}, false
}
