package adsfake

// A bidRange is which bids a marketplace takes (ads-lwa 2.4).
type bidRange struct{ low, high float64 }

// bids returns the bids that the country takes.
func (c *country) bids() bidRange {
	switch c.code {
	case "AU":
		return bidRange{0.02, 1410}
	case "JP":
		return bidRange{2, 100_000}
	case "IN":
		return bidRange{1, 5000}
	case "MX":
		return bidRange{0.1, 20_000}
	case "BR":
		return bidRange{0.07, 3700}
	case "SE":
		return bidRange{0.18, 9300}
	case "PL":
		return bidRange{0.04, 2000}
	case "TR":
		return bidRange{0.05, 2500}
	case "AE":
		return bidRange{0.24, 184}
	case "SA":
		return bidRange{0.10, 3670}
	case "SG":
		return bidRange{0.02, 1100}
	case "ZA":
		return bidRange{1, 7000}
	case "EG":
		return bidRange{0.15, 7400} // the documents give none: the euro's range by rate
	}
	return bidRange{0.02, 1000}
}
