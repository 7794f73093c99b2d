package paapifake

import (
	"slices"
	"strings"
)

// A market is one marketplace, as PA-API's locale reference has it (creators-paapi-aws 2.1, suffixes 4.1). rate is what a US dollar costs in
// its catalogue, and unit how many of the smallest unit make one.
type market struct {
	domain, region, aws, suffix, currency string
	rate                                  float64
	unit                                  int
	languages                             []string
}

var markets = []market{
	{"amazon.com", "NA", "us-east-1", "20", "USD", 1, 100, []string{"en_US", "de_DE", "es_US", "ko_KR", "pt_BR", "zh_CN", "zh_TW"}},
	{"amazon.ca", "NA", "us-east-1", "20", "CAD", 1.37, 100, []string{"en_CA", "fr_CA"}},
	{"amazon.com.mx", "NA", "us-east-1", "20", "MXN", 18, 100, []string{"es_MX"}},
	{"amazon.com.br", "NA", "us-east-1", "20", "BRL", 5.4, 100, []string{"pt_BR"}},
	{"amazon.co.uk", "EU", "eu-west-1", "21", "GBP", 0.79, 100, []string{"en_GB"}},
	{"amazon.de", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"de_DE", "cs_CZ", "en_GB", "nl_NL", "pl_PL", "tr_TR"}},
	{"amazon.fr", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"fr_FR"}},
	{"amazon.it", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"it_IT"}},
	{"amazon.es", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"es_ES"}},
	{"amazon.nl", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"nl_NL"}},
	{"amazon.com.be", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"fr_BE", "nl_BE", "en_GB"}},
	{"amazon.ie", "EU", "eu-west-1", "21", "EUR", 0.93, 100, []string{"en_IE"}},
	{"amazon.pl", "EU", "eu-west-1", "21", "PLN", 4, 100, []string{"pl_PL"}},
	{"amazon.se", "EU", "eu-west-1", "21", "SEK", 10.5, 100, []string{"sv_SE"}},
	{"amazon.com.tr", "EU", "eu-west-1", "21", "TRY", 34, 100, []string{"tr_TR"}},
	{"amazon.ae", "EU", "eu-west-1", "21", "AED", 3.67, 100, []string{"en_AE", "ar_AE"}},
	{"amazon.sa", "EU", "eu-west-1", "21", "SAR", 3.75, 100, []string{"en_AE", "ar_AE"}},
	{"amazon.eg", "EU", "eu-west-1", "21", "EGP", 49, 100, []string{"en_AE", "ar_AE"}},
	{"amazon.in", "EU", "eu-west-1", "21", "INR", 84, 100, []string{"en_IN", "hi_IN", "kn_IN", "ml_IN", "ta_IN", "te_IN"}},
	{"amazon.co.jp", "FE", "us-west-2", "22", "JPY", 150, 1, []string{"ja_JP", "en_US", "zh_CN"}},
	{"amazon.sg", "FE", "us-west-2", "22", "SGD", 1.34, 100, []string{"en_SG"}},
	{"amazon.com.au", "FE", "us-west-2", "22", "AUD", 1.5, 100, []string{"en_AU"}},
}

// marketOf is the host's marketplace. Under a loopback name it is the one that the request names, or else the first of the region that the
// request is signed for.
func marketOf(host, site, aws string) market {
	domain, ok := strings.CutPrefix(host, "webservices.")
	if !ok {
		domain = strings.TrimPrefix(site, "www.")
	}
	i := slices.IndexFunc(markets, func(m market) bool { return m.domain == domain })
	if i < 0 {
		i = max(0, slices.IndexFunc(markets, func(m market) bool { return m.aws == aws }))
	}
	return markets[i]
}
