package ads

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

var (
	entityForm = regexp.MustCompile(`^ENTITY[0-9A-Z]{6,24}$`)
	sellerForm = regexp.MustCompile(`^A[0-9A-Z]{9,14}$`)
)

// adsWords are those by which a text says that it is about Amazon Ads.
var adsWords = []string{"ads", "advertising", "amazon_ads", "ad_api"}

// Recognise knows the ids of accounts, which people paste for keys, and takes a security profile for its own where the text says so.
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	detail := func(kind, prefix string, sure amazon.Certainty) (amazon.Part, bool) {
		return amazon.Part{Program: "ads", Kind: kind, Role: amazon.TheDetail, Sure: sure, Prefix: prefix, Hint: true, Alone: problem.AdsAccountID}, true
	}
	switch {
	case strings.HasPrefix(s, "amzn1.ads-account.g."):
		return detail("ads-account-id", "amzn1.ads-account.g.", amazon.Sure)
	case strings.HasPrefix(s, "amzn1.ads1.ma1."):
		return detail("manager-account-id", "amzn1.ads1.ma1.", amazon.Sure)
	case entityForm.MatchString(s):
		return detail("entity-id", "ENTITY", amazon.Sure)
	case len(s) >= 10 && len(s) <= 17 && strings.Trim(s, "0123456789") == "":
		switch {
		case p.Named("profile_id", "profile", "profileid", "scope", "amazon_advertising_api_scope"):
			return detail("profile-id", "", amazon.Named)
		case p.Name == "" && p.In == "" && len(s) != 12: // twelve digits are an AWS account
			return detail("profile-id", "", amazon.Fits)
		}
	case sellerForm.MatchString(s):
		if slices.ContainsFunc(Countries(), func(c Country) bool { return c.Marketplace == s }) {
			return detail("marketplace-id", "", amazon.Sure)
		}
		if p.Named("seller_id", "merchant_id", "merchant_token", "sellerid", "seller", "merchant") {
			return detail("seller-id", "", amazon.Named)
		}
	}
	if p.About(adsWords...) {
		if part, ok := lwa.Recognise(p); ok && (part.Kind == "security-profile" || part.Kind == "refresh-token") && part.Program == "" {
			part.Program = "ads"
			if part.Sure == amazon.Sure {
				part.Sure = amazon.Told
			}
			return part, true
		}
	}
	return amazon.Part{}, false
}
