package associates

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A Marketplace is one of Amazon's shops that has an Associates programme.
type Marketplace struct {
	Code    string       // as Amazon writes the country: "US", "UK"
	Country string       // in English
	Domain  string       // "amazon.com"
	Region  canon.Region // whose Creators API answers for it
	Ending  string       // of its ids: "20"
	Sure    bool         // whether the ending is confirmed; else it is one source's, or a guess
	Central string       // host of its Associates Central
	OneLink bool         // whether a US store can be linked with it
}

// Host is the shop's host, which is also the value of the Creators API's x-marketplace.
func (m *Marketplace) Host() string { return "www." + m.Domain }

// marketplaces holds all 22 (creators-paapi-aws 2.1 for codes and domains, 4.1 for endings and Associates Central, 4.3 for OneLink). No
// host is documented for the Netherlands but an older partnernet.amazon.nl; the contact page has affiliate-program.amazon.nl.
var marketplaces = [...]Marketplace{
	{"US", "United States", "amazon.com", canon.NA, "20", true, "affiliate-program.amazon.com", false},
	{"CA", "Canada", "amazon.ca", canon.NA, "20", true, "associates.amazon.ca", true},
	{"MX", "Mexico", "amazon.com.mx", canon.NA, "20", true, "afiliados.amazon.com.mx", false},
	{"BR", "Brazil", "amazon.com.br", canon.NA, "20", true, "associados.amazon.com.br", false},
	{"UK", "United Kingdom", "amazon.co.uk", canon.EU, "21", true, "affiliate-program.amazon.co.uk", true},
	{"DE", "Germany", "amazon.de", canon.EU, "21", true, "partnernet.amazon.de", true},
	{"FR", "France", "amazon.fr", canon.EU, "21", true, "partenaires.amazon.fr", true},
	{"IT", "Italy", "amazon.it", canon.EU, "21", true, "programma-affiliazione.amazon.it", true},
	{"ES", "Spain", "amazon.es", canon.EU, "21", true, "afiliados.amazon.es", true},
	{"NL", "Netherlands", "amazon.nl", canon.EU, "21", false, "partnernet.amazon.nl", true},
	{"BE", "Belgium", "amazon.com.be", canon.EU, "21", false, "affiliate-program.amazon.com.be", false},
	{"IE", "Ireland", "amazon.ie", canon.EU, "21", false, "affiliate-program.amazon.ie", false},
	{"PL", "Poland", "amazon.pl", canon.EU, "21", false, "affiliate-program.amazon.pl", true},
	{"SE", "Sweden", "amazon.se", canon.EU, "21", false, "affiliate-program.amazon.se", true},
	{"TR", "Türkiye", "amazon.com.tr", canon.EU, "21", false, "gelirortakligi.amazon.com.tr", false},
	{"AE", "United Arab Emirates", "amazon.ae", canon.EU, "21", false, "affiliate-program.amazon.ae", false},
	{"SA", "Saudi Arabia", "amazon.sa", canon.EU, "21", false, "affiliate-program.amazon.sa", false},
	{"EG", "Egypt", "amazon.eg", canon.EU, "21", false, "affiliate-program.amazon.eg", false},
	{"IN", "India", "amazon.in", canon.EU, "21", true, "affiliate-program.amazon.in", false},
	{"JP", "Japan", "amazon.co.jp", canon.FE, "22", true, "affiliate.amazon.co.jp", true},
	{"SG", "Singapore", "amazon.sg", canon.FE, "22", false, "affiliate-program.amazon.sg", true},
	{"AU", "Australia", "amazon.com.au", canon.FE, "22", true, "affiliate-program.amazon.com.au", true},
}

// byDomain finds a shop by its domain.
var byDomain = func() map[string]*Marketplace {
	all := make(map[string]*Marketplace, len(marketplaces))
	for i := range marketplaces {
		all[marketplaces[i].Domain] = &marketplaces[i]
	}
	return all
}()

// Marketplaces returns all shops, in the order of Amazon's lists.
func Marketplaces() []*Marketplace {
	all := make([]*Marketplace, len(marketplaces))
	for i := range marketplaces {
		all[i] = &marketplaces[i]
	}
	return all
}

// MarketplaceOf finds a shop by what people call it: "DE", "de", "GB", "amazon.de", "www.amazon.de".
func MarketplaceOf(name string) (*Marketplace, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	name = strings.TrimPrefix(name, "www.")
	if m, ok := byDomain[name]; ok {
		return m, true
	}
	if name == "gb" {
		name = "uk"
	}
	for i := range marketplaces {
		if strings.EqualFold(marketplaces[i].Code, name) {
			return &marketplaces[i], true
		}
	}
	return nil, false
}

// withEnding lists the codes of the shops whose ids usually end so.
func withEnding(ending string) []string {
	var codes []string
	for i := range marketplaces {
		if marketplaces[i].Ending == ending {
			codes = append(codes, marketplaces[i].Code)
		}
	}
	return codes
}
