package creatorsfake

// A market is one marketplace, as this fake knows it (creators-paapi-aws 2.1 for languages and currencies, 4.1 for suffixes). rate is what a
// US dollar costs there in its catalogue, and unit how many of the smallest unit make one.
type market struct {
	country, site, region, currency, suffix string
	sign                                    string // before the amount
	rate                                    float64
	unit                                    int
	languages                               []string
}

// markets are all 22; the first of each region stands for it. Rates are made up and never change.
var markets = []market{
	{"US", "www.amazon.com", "NA", "USD", "20", "$", 1, 100, []string{"en_US", "de_DE", "es_US", "ko_KR", "pt_BR", "zh_CN", "zh_TW"}},
	{"CA", "www.amazon.ca", "NA", "CAD", "20", "$", 1.37, 100, []string{"en_CA", "fr_CA"}},
	{"MX", "www.amazon.com.mx", "NA", "MXN", "20", "$", 18, 100, []string{"es_MX"}},
	{"BR", "www.amazon.com.br", "NA", "BRL", "20", "R$", 5.4, 100, []string{"pt_BR"}},
	{"UK", "www.amazon.co.uk", "EU", "GBP", "21", "£", 0.79, 100, []string{"en_GB"}},
	{"DE", "www.amazon.de", "EU", "EUR", "21", "€", 0.93, 100, []string{"de_DE", "cs_CZ", "en_GB", "nl_NL", "pl_PL", "tr_TR"}},
	{"FR", "www.amazon.fr", "EU", "EUR", "21", "€", 0.93, 100, []string{"fr_FR"}},
	{"IT", "www.amazon.it", "EU", "EUR", "21", "€", 0.93, 100, []string{"it_IT"}},
	{"ES", "www.amazon.es", "EU", "EUR", "21", "€", 0.93, 100, []string{"es_ES"}},
	{"NL", "www.amazon.nl", "EU", "EUR", "21", "€", 0.93, 100, []string{"nl_NL"}},
	{"BE", "www.amazon.com.be", "EU", "EUR", "21", "€", 0.93, 100, []string{"fr_BE", "nl_BE", "en_GB"}},
	{"IE", "www.amazon.ie", "EU", "EUR", "21", "€", 0.93, 100, []string{"en_IE"}},
	{"PL", "www.amazon.pl", "EU", "PLN", "21", "zł", 4, 100, []string{"pl_PL"}},
	{"SE", "www.amazon.se", "EU", "SEK", "21", "kr", 10.5, 100, []string{"sv_SE"}},
	{"TR", "www.amazon.com.tr", "EU", "TRY", "21", "₺", 34, 100, []string{"tr_TR"}},
	{"AE", "www.amazon.ae", "EU", "AED", "21", "AED ", 3.67, 100, []string{"en_AE", "ar_AE"}},
	{"SA", "www.amazon.sa", "EU", "SAR", "21", "SAR ", 3.75, 100, []string{"en_AE", "ar_AE"}},
	{"EG", "www.amazon.eg", "EU", "EGP", "21", "EGP ", 49, 100, []string{"en_AE", "ar_AE"}},
	{"IN", "www.amazon.in", "EU", "INR", "21", "₹", 84, 100, []string{"en_IN", "hi_IN", "kn_IN", "ml_IN", "ta_IN", "te_IN"}},
	{"JP", "www.amazon.co.jp", "FE", "JPY", "22", "￥", 150, 1, []string{"ja_JP", "en_US", "zh_CN"}},
	{"SG", "www.amazon.sg", "FE", "SGD", "22", "S$", 1.34, 100, []string{"en_SG"}},
	{"AU", "www.amazon.com.au", "FE", "AUD", "22", "$", 1.5, 100, []string{"en_AU"}},
}

func firstOf(region string) market {
	for _, m := range markets {
		if m.region == region {
			return m
		}
	}
	return markets[0]
}
