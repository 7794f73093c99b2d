package adsfake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Media types of the catalogues of categories (OpenAPI documents of Sponsored Products and of Sponsored Brands v4).
const (
	spCategories = "application/vnd.spproducttargetingresponse.v5+json"
	sbCategories = "application/vnd.sbtargeting.v4+json"
)

// Sizes of pages: of categories of Sponsored Brands, a guess (the documents say at most 5000), and of audiences where none is asked for.
const (
	categoriesOfPage = 20
	audiencesOfPage  = 250
)

// sbCategoryCountries are those whose categories Sponsored Brands tells.
var sbCategoryCountries = []string{"US", "CA", "MX", "UK", "DE", "FR", "ES", "IT", "IN", "JP"}

func (f *fake) catalogueRoutes() []kit.Route {
	read := guard{scoped: true}
	asks := guard{scoped: true, media: "application/json"}
	return []kit.Route{
		{Operation: "sp.targets.categories.list", Method: "GET", Pattern: "/sp/targets/categories", Handle: f.guarded(read, f.categoryTree)},
		{Operation: "sb.targets.categories.list", Method: "GET", Pattern: "/sb/targets/categories", Handle: f.guarded(read, f.brandCategories)},
		{Operation: "audiences.list", Method: "POST", Pattern: "/audiences/list", Handle: f.guarded(asks, f.audiences)},
	}
}

// A category is a department. Each ware is one, with one below it for each quality.
type category struct {
	id, parent string
	name       string
	products   uint64
	targetable bool
}

// categories are all of them, each after its parent. Their ids differ by ad product.
func (f *fake) categories(product string) []category {
	var all []category
	add := func(name, parent string, targetable bool) string {
		draw := func(what string, n uint64) uint64 { return f.world.Number("ads category "+what+" "+name, n) }
		id := strconv.FormatUint(1e9+f.world.Number("ads category "+product+" "+name, 9e9), 10)
		all = append(all, category{id, parent, name, 10 + draw("products", 5000), targetable})
		return id
	}
	for i, ware := range wares {
		root := add(ware, "", i%4 != 0)
		for _, quality := range qualities[:2+i%3] {
			add(fmt.Sprintf("%s: %s", ware, quality), root, true)
		}
	}
	return all
}

// categoryTree serves GET /sp/targets/categories: JSON inside a string.
func (f *fake) categoryTree(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	all := f.categories(sponsoredProducts)
	tree := f.appendTree(nil, all, "")
	b := append(appendString([]byte(`{"categoryTree":`), string(tree)), '}')
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(spCategories), Body: b}
}

func (f *fake) appendTree(b []byte, all []category, parent string) []byte {
	b = append(b, '[')
	n := 0
	for _, c := range all {
		if c.parent != parent {
			continue
		}
		b = append(append(comma(b, n), `{"id":`...), c.id...)
		b = appendString(append(b, `,"na":`...), c.name)
		b = f.appendTree(append(b, `,"ch":`...), all, c.id)
		b = strconv.AppendBool(append(b, `,"ta":`...), c.targetable)
		b = append(c.appendProducts(b), '}')
		n++
	}
	return append(b, ']')
}

func (c category) appendProducts(b []byte) []byte {
	b = strconv.AppendUint(append(b, `,"asinCountRange":{"min":`...), c.products, 10)
	return append(strconv.AppendUint(append(b, `,"max":`...), c.products*3/2, 10), '}')
}

// brandCategories serves GET /sb/targets/categories: a list.
func (f *fake) brandCategories(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	fail := func(text string) kit.Response {
		return remapped(v.x, http.StatusBadRequest, sbCategories, gatewayBody{Code: "BAD_REQUEST", Details: text})
	}
	q := v.x.Query()
	onlyRoots, parent := q.Get("includeOnlyRootCategories") == "true", q.Get("parentCategoryRefinementId")
	switch {
	case q.Get("supplySource") != "AMAZON" && q.Get("supplySource") != "STREAMING_VIDEO":
		return fail("supplySource must be AMAZON or STREAMING_VIDEO")
	case !slices.Contains(sbCategoryCountries, v.profile.country.code):
		return fail("categories are not available in this marketplace")
	}
	page := &filter{token: q.Get("nextToken"), texts: []textTest{{values: []string{parent, strconv.FormatBool(onlyRoots)}}}}
	after, ok := f.openToken(v.profile, "/sb/targets/categories", page)
	if !ok {
		return fail("nextToken is not valid")
	}
	var all []category
	for _, c := range f.categories(sponsoredBrands) {
		if (parent == "" || c.parent == parent) && (!onlyRoots || c.parent == "") {
			all = append(all, c)
		}
	}
	from := min(int(after), len(all))
	to := min(from+categoriesOfPage, len(all))
	b := []byte(`{"categoryTree":[`)
	for i, c := range all[from:to] {
		b = appendString(append(comma(b, i), `{"categoryRefinementId":`...), c.id)
		if c.parent != "" {
			b = appendString(append(b, `,"parentCategoryRefinementId":`...), c.parent)
		}
		b = appendString(append(b, `,"name":`...), c.name)
		b = strconv.AppendBool(append(b, `,"isTargetable":`...), c.targetable)
		b = append(c.appendProducts(b), '}')
	}
	b = append(b, ']')
	if to < len(all) {
		b = appendString(append(b, `,"nextToken":`...), f.sealToken(v.profile, "/sb/targets/categories", page, uint64(to)))
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(sbCategories), Body: append(b, '}')}
}

// audienceKinds are kinds of Amazon's audiences.
var audienceKinds = [...]string{"In-market", "Lifestyle", "Interest", "Life event"}

// audiences serves POST /audiences/list for Sponsored Display.
func (f *fake) audiences(v *visit) kit.Response {
	if r, refused := unusable(v); refused {
		return r
	}
	fail := func(text string) kit.Response {
		return detailsRefusal(v.x, http.StatusBadRequest, "400", text)
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return fail(err.Error())
	}
	if adType, _, err := read[string](o, "adType", "$"); err != nil || adType != "SD" {
		return fail("adType must be SD; DSP needs an advertiserId, which nobody has here")
	}
	q := v.x.Query()
	most, ok := whole(q.Get("maxResults"), audiencesOfPage)
	if !ok || most < 1 {
		return fail("maxResults must be a whole number above 0")
	}
	page := &filter{token: q.Get("nextToken")}
	after, ok := f.openToken(v.profile, "/audiences/list", page)
	if !ok {
		return fail("nextToken is not valid")
	}
	all := len(audienceKinds) * len(wares)
	from := min(int(after), all)
	to := min(from+most, all)
	b := []byte(`{"audiences":[`)
	for n := from; n < to; n++ {
		kind, ware := audienceKinds[n/len(wares)], wares[n%len(wares)]
		label := "ads audience " + kind + " " + ware
		b = appendString(append(comma(b, n-from), `{"audienceId":`...), strconv.FormatUint(4e14+f.world.Number(label, 9e13), 10))
		b = appendString(append(b, `,"audienceName":`...), kind+": "+ware)
		b = appendString(append(b, `,"category":`...), kind)
		b = appendString(append(b, `,"description":`...), "People with an eye for "+ware)
		low := 1000 * (1 + f.world.Number(label+" reach", 900))
		b = strconv.AppendUint(append(b, `,"status":"Active","forecasts":{"inventoryForecasts":{"all":{"dailyReach":{"lowerBoundInclusive":`...), low, 10)
		b = append(strconv.AppendUint(append(b, `,"upperBoundExclusive":`...), 2*low, 10), `}}}}}`...)
	}
	b = strconv.AppendInt(append(b, `],"matchCount":`...), int64(all), 10)
	if to < all {
		b = appendString(append(b, `,"nextToken":`...), f.sealToken(v.profile, "/audiences/list", page, uint64(to)))
	}
	return kit.Response{Status: http.StatusOK, Header: v.x.ServiceHeaders(""), Body: append(b, '}')}
}
