package paapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// members are those of PA-API's requests that the Creators API has, by PA-API's name (creators-paapi-aws 2.3, 3.3).
var members = map[string]string{
	"PartnerTag": "partnerTag", "LanguagesOfPreference": "languagesOfPreference", "CurrencyOfPreference": "currencyOfPreference", "Properties": "properties",
	"ItemIds": "itemIds", "ASIN": "asin", "BrowseNodeIds": "browseNodeIds", "VariationCount": "variationCount", "VariationPage": "variationPage",
	"Keywords": "keywords", "Actor": "actor", "Artist": "artist", "Author": "author", "Brand": "brand", "Title": "title", "SearchIndex": "searchIndex",
	"BrowseNodeId": "browseNodeId", "Availability": "availability", "DeliveryFlags": "deliveryFlags", "ItemCount": "itemCount", "ItemPage": "itemPage",
	"MaxPrice": "maxPrice", "MinPrice": "minPrice", "MinReviewsRating": "minReviewsRating", "MinSavingPercent": "minSavingPercent", "SortBy": "sortBy",
}

// required are the members that an operation cannot do without, besides PartnerTag and PartnerType.
var required = map[string]string{"items": "ItemIds", "variations": "ASIN", "nodes": "BrowseNodeIds"}

// A note is what must be remembered of a request for its answer.
type note struct {
	op   *operation
	ids  []string // what was asked for, where it was asked by id
	gone []detail // what was asked for and no longer exists
}

// Ask implements amazon.Front.
func (f *Front) Ask(r amazon.FrontRequest) (*amazon.FrontCall, *amazon.FrontAnswer) {
	op := operations[r.Path]
	if target := r.Header.Get("X-Amz-Target"); op == nil || r.Method != http.MethodPost || target != "" && target != targetPrefix+op.name {
		return nil, refused(unknownOperation, "The operation requested is invalid. Please verify that the operation name is typed correctly.")
	}
	var in map[string]json.RawMessage
	if json.Unmarshal(r.Body, &in) != nil || in == nil {
		return nil, refused(invalidValue, "The request body is no JSON object.")
	}
	if missing := op.missing(in); missing != "" {
		return nil, refused(missingParameter, "The "+missing+" parameter in the request is missing. Please provide it and try again.")
	}
	if text(in["PartnerType"]) != "Associates" {
		return nil, refused(invalidValue, "The value provided in the request for PartnerType is invalid.")
	}
	site, answer := f.site(r, in)
	if answer != nil {
		return nil, answer
	}
	n := note{op: op}
	out := make(map[string]json.RawMessage, len(in))
	for name, value := range in {
		if other, ok := members[name]; ok && string(value) != "null" {
			out[other] = value
		}
	}
	n.condition(in["Condition"], out)
	n.filters(in)
	if answer := n.resources(in["Resources"], out); answer != nil {
		return nil, answer
	}
	if op.many != "" {
		_ = json.Unmarshal(in[op.many], &n.ids) // what is no list of texts Amazon refuses, by name
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, refused(invalidValue, "The request body is no JSON object.")
	}
	return &amazon.FrontCall{
		Method: http.MethodPost, Path: op.path, Body: body, Operation: op.name, Notes: n,
		Header: http.Header{"Content-Type": {kind}, "Accept": {kind}, "X-Marketplace": {site}},
	}, nil
}

// missing names the first required member that is not there.
func (o *operation) missing(in map[string]json.RawMessage) string {
	for _, name := range []string{"PartnerTag", "PartnerType", required[o.op]} {
		if v := in[name]; name != "" && (len(v) == 0 || string(v) == "null" || string(v) == `""` || string(v) == "[]") {
			return name
		}
	}
	return ""
}

// site is the marketplace that is meant: that of Amazon's host, or the request's own; else the one that the caller is held to; else the
// SDKs' default where the request is signed for their default region. The Creators API cannot do without one (3.3), and guessing among
// several would show the wrong country's prices.
func (f *Front) site(r amazon.FrontRequest, in map[string]json.RawMessage) (string, *amazon.FrontAnswer) {
	if rest, ok := strings.CutPrefix(r.Host, hostPrefix); ok {
		return sitePrefix + rest, nil
	}
	if name := text(in["Marketplace"]); name != "" {
		m, ok := canon.ParseMarketplace(name)
		if !ok {
			return "", refused(invalidValue, "The value provided in the request for Marketplace is invalid.")
		}
		return m.Site, nil
	}
	if m, ok := canon.ParseMarketplace(r.Account); ok && r.Account != "" {
		return m.Site, nil
	}
	if r.Region == "us-east-1" {
		return sitePrefix + "amazon.com", nil
	}
	return "", refused(missingParameter, "The Marketplace parameter in the request is missing, and the host does not tell it: set Marketplace to the site, such as www.amazon.de, or have the pass made for one marketplace alone.")
}

// condition passes on the two conditions that are left (3.3).
func (n *note) condition(v json.RawMessage, out map[string]json.RawMessage) {
	switch c := text(v); c {
	case "":
	case "Any", "New":
		out["condition"] = v
	default:
		n.lost("The value " + known(c, "Used", "Collectible", "Refurbished") + " for Condition no longer exists; offers of any condition are shown.")
	}
}

// filters names the filters that the Creators API has not, where they would have changed anything.
func (n *note) filters(in map[string]json.RawMessage) {
	if m := text(in["Merchant"]); m != "" && m != "All" {
		n.lost("The parameter Merchant no longer exists; offers of all merchants are shown.")
	}
	if c := string(in["OfferCount"]); c != "" && c != "1" && c != "null" {
		n.lost("The parameter OfferCount no longer exists; the number of offers is Amazon's to choose.")
	}
}

// resources translates the list of resources. Of the families that ended, each is named once.
func (n *note) resources(v json.RawMessage, out map[string]json.RawMessage) *amazon.FrontAnswer {
	if len(v) == 0 || string(v) == "null" {
		return nil
	}
	var names, kept []string
	if json.Unmarshal(v, &names) != nil {
		return refused(invalidValue, "The value provided in the request for Resources is invalid.")
	}
	lost := map[string][]string{}
	for _, name := range names {
		other, gone, ok := n.op.resource(name)
		switch {
		case ok && !slices.Contains(kept, other):
			kept = append(kept, other)
		case ok:
		case gone && len(name) <= 80 && plain(name):
			family, _, _ := strings.Cut(name, ".")
			lost[family] = append(lost[family], name)
		default:
			return refused(invalidValue, "A value provided in the request for Resources is invalid for "+n.op.name+".")
		}
	}
	for _, family := range goneRoots {
		if len(lost[family]) > 0 {
			n.lost("Resources that no longer exist: " + strings.Join(lost[family], ", ") + ". Ask for OffersV2 instead.")
		}
	}
	if len(kept) == 0 {
		return nil // what is then answered is the default, the title, as PA-API did
	}
	list, err := json.Marshal(kept)
	if err != nil {
		return refused(invalidValue, "The value provided in the request for Resources is invalid.")
	}
	out["resources"] = list
	return nil
}

func (n *note) lost(message string) {
	n.gone = append(n.gone, detail{Kind: errorData, Code: string(invalidValue.code), Message: message})
}

// text is a JSON string's value, or empty for anything else.
func text(v json.RawMessage) string {
	var s string
	if len(v) == 0 || json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// known returns s if it is one of the words, so that no message echoes what was sent.
func known(s string, words ...string) string {
	if slices.Contains(words, s) {
		return s
	}
	return "given"
}

// plain reports letters, digits and dots only.
func plain(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.") == ""
}
