package detect

import "cmp"

// Word is what people call a kind.
func Word(kind string) string { return cmp.Or(words[kind], kind) }

var words = map[string]string{
	"access-key":             "AWS access key",
	"access-token":           "access token",
	"ads-account-id":         "Amazon Ads account id",
	"app-id":                 "Appstore app id",
	"app-key":                "app key (api_key.txt)",
	"authorisation-code":     "authorisation code",
	"creators-credential":    "Creators API credential",
	"entity-id":              "advertiser id",
	"iam-id":                 "id of AWS IAM",
	"manager-account-id":     "manager account id",
	"marketplace-id":         "marketplace id",
	"paapi-key":              "Product Advertising API key",
	"profile-id":             "Amazon Ads profile id",
	"refresh-token":          "refresh token of Login with Amazon",
	"registration-id":        "Device Messaging registration id",
	"security-profile":       "security profile (client id and secret)",
	"security-profile-id":    "Security Profile ID",
	"seller-id":              "seller id",
	"selling-partner-app-id": "Selling Partner app id",
	"selling-partner-app":    "Selling Partner API application",
	"site-id":                "Site ID or tracking id",
	"user-id":                "Amazon user id",
	"unknown":                "not a key of Amazon's",
}
