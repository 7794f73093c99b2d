package adsfake

import "time"

// A country is one row of the tables in ads-lwa 2.4: how a profile of it looks, and which daily budgets it takes.
type country struct {
	code        string // as /v2/profiles writes it: "UK", not "GB"
	region      string
	marketplace string
	currency    string
	zone        string
	minBudget   float64 // lowest daily budget of a Sponsored Products campaign
	maxBudget   float64
}

// testHost was Amazon's own sandbox until 28 June 2022 (ads-lwa 2.1).
const testHost = "advertising-api-test.amazon.com"

// host is the host name that answers for the country's region (ads-lwa 2.1).
func host(region string) string {
	switch region {
	case "EU":
		return "advertising-api-eu.amazon.com"
	case "FE":
		return "advertising-api-fe.amazon.com"
	}
	return "advertising-api.amazon.com"
}

// location returns the time zone in which the country's advertising days begin.
func (c *country) location() *time.Location {
	l, err := time.LoadLocation(c.zone)
	if err != nil {
		return time.UTC // a machine without time zones and a binary without them: days begin in UTC
	}
	return l
}

// countryOf finds a country by its code. A code that is none is a programming error and panics.
func countryOf(code string) *country {
	for i := range countries {
		if countries[i].code == code {
			return &countries[i]
		}
	}
	panic("adsfake: no country " + code)
}

// Countries lists the codes of the countries that an ad account can be in, as /v2/profiles writes them.
func Countries() []string {
	var all []string
	for _, c := range countries {
		all = append(all, c.code)
	}
	return all
}

var countries = [...]country{
	{"US", "NA", "ATVPDKIKX0DER", "USD", "America/Los_Angeles", 1, 1e6},
	{"CA", "NA", "A2EUQ1WTGCTBG2", "CAD", "America/Los_Angeles", 1, 1e6},
	{"MX", "NA", "A1AM78C64UM0Y8", "MXN", "America/Los_Angeles", 1, 21e6},
	{"BR", "NA", "A2Q3Y263D00KWC", "BRL", "America/Sao_Paulo", 1.32, 5.3e6},
	{"UK", "EU", "A1F83G8C2ARO7P", "GBP", "Europe/London", 1, 1e6},
	{"DE", "EU", "A1PA6795UKMFR9", "EUR", "Europe/Paris", 1, 1e6},
	{"FR", "EU", "A13V1IB3VIYZZH", "EUR", "Europe/Paris", 1, 1e6},
	{"ES", "EU", "A1RKKUPIHCS9HS", "EUR", "Europe/Paris", 1, 1e6},
	{"IT", "EU", "APJ6JRA9NG5V4", "EUR", "Europe/Paris", 1, 1e6},
	{"NL", "EU", "A1805IZSGTT6HS", "EUR", "Europe/Amsterdam", 1, 1e6},
	{"BE", "EU", "AMEN7PMS3EDWL", "EUR", "Europe/Brussels", 1, 1e6},
	{"IE", "EU", "A28R8C7NBKEWEA", "EUR", "Europe/Dublin", 1, 1e6},
	{"SE", "EU", "A2NODRKZP88ZB9", "SEK", "Europe/Stockholm", 9, 9.3e6},
	{"PL", "EU", "A1C3SOZRARQ6R3", "PLN", "Europe/Warsaw", 2, 2e6},
	{"TR", "EU", "A33AVAJ2PDY3EV", "TRY", "Europe/Istanbul", 2, 2.5e6},
	{"AE", "EU", "A2VIGQ35RCS4UG", "AED", "Asia/Dubai", 4, 3.7e6},
	{"SA", "EU", "A17E79C6D8DWNP", "SAR", "Asia/Riyadh", 4, 3.7e6},
	{"EG", "EU", "ARBP9OOSHTCHU", "EGP", "Africa/Cairo", 7, 7.4e6},
	{"IN", "EU", "A21TJRUUN4KGV", "INR", "Asia/Kolkata", 50, 21e6},
	{"ZA", "EU", "AE08WJ6YKNBMC", "ZAR", "Africa/Johannesburg", 20, 7e6},
	{"JP", "FE", "A1VC38T7YXB528", "JPY", "Asia/Tokyo", 100, 21e6},
	{"AU", "FE", "A39IBJ37TRP1C6", "AUD", "Australia/Sydney", 1.4, 1.5e6},
	{"SG", "FE", "A19VAU5U5O7RUS", "SGD", "Asia/Singapore", 1.39, 1.3e6},
}
