// Package paapi answers software that was written for the Product Advertising API 5 from the Creators API.
//
// Amazon retired PA-API 5 in May 2026; its SDKs still run on many sites. This front takes their requests as they send them, makes of each a
// call of the Creators API, and turns what comes back around: names of members, resources, partial failures, and every refusal, Lockkeeper's
// own included. What no longer exists is named in Errors, so that nobody looks for it. It holds no state and sends nothing by itself.
package paapi

import (
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
)

// Service is what PA-API's requests are signed for, which is not the name in its targets (creators-paapi-aws 2.2).
const Service = "ProductAdvertisingAPI"

const (
	root         = "/paapi5"
	targetPrefix = "com.amazon.paapi5.v1.ProductAdvertisingAPIv1."
	kind         = "application/json"
)

// Front is the front. Make it with New.
type Front struct{ face *amazon.Face }

var _ amazon.Front = (*Front)(nil)

// New returns the front for all of PA-API's hosts: one in each of the 22 marketplaces.
func New() *Front {
	face := &amazon.Face{Roots: []string{root}, Hosts: map[string]canon.Region{}, Service: Service, RequestID: "X-Amzn-Requestid"}
	for _, m := range canon.Marketplaces() {
		face.Hosts[hostPrefix+strings.TrimPrefix(m.Site, sitePrefix)] = m.Region
	}
	return &Front{face}
}

// A marketplace's site and its PA-API host differ in the first label only.
const (
	hostPrefix = "webservices."
	sitePrefix = "www."
)

// Face implements amazon.Front.
func (f *Front) Face() *amazon.Face { return f.face }

// An operation is one of PA-API's four, and what it is in the Creators API.
type operation struct {
	name   string // in X-Amz-Target
	path   string // the Creators API's
	op     string // of resources and members
	many   string // the member that lists what is asked for; empty for none
	single string // what PA-API calls one of them in its messages
}

var operations = map[string]*operation{
	root + "/getitems":       {"GetItems", "/catalog/v1/getItems", "items", "ItemIds", "ItemId"},
	root + "/searchitems":    {"SearchItems", "/catalog/v1/searchItems", "search", "", ""},
	root + "/getvariations":  {"GetVariations", "/catalog/v1/getVariations", "variations", "", ""},
	root + "/getbrowsenodes": {"GetBrowseNodes", "/catalog/v1/getBrowseNodes", "nodes", "BrowseNodeIds", "BrowseNodeId"},
}
