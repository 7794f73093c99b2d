package adsfake

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// testScope is the scope that making test accounts needs (ads-lwa 1.4, 2.6).
const testScope = "advertising::test:create_account"

// Countries that test accounts can be in (OAS).
var testCountries = strings.Fields("AE AU BE BR CA DE EG ES FR IT JP MX NL PL SA SE SG TR UK US")

// A testAccount is an account that is no one's: Amazon's replacement for its sandbox.
type testAccount struct {
	request string
	kind    string // VENDOR or AUTHOR
	entity  string
	profile *profile
	asins   []string
	ready   time.Time
	known   bool // it is among the user's profiles
}

// testAccounts are those of each user.
type testAccounts struct {
	mu  sync.Mutex
	all map[string][]*testAccount
}

func (f *fake) testRoutes() []kit.Route {
	return []kit.Route{
		{Operation: "testAccounts.create", Method: "POST", Pattern: "/testAccounts", Handle: f.guarded(guard{media: "application/json"}, f.createTestAccount)},
		{Operation: "testAccounts.list", Method: "GET", Pattern: "/testAccounts", Handle: f.guarded(guard{}, f.listTestAccounts)},
	}
}

// createTestAccount serves POST /testAccounts.
func (f *fake) createTestAccount(v *visit) kit.Response {
	fail := func(status int, details string) kit.Response {
		return detailsRefusal(v.x, status, "INVALID_ARGUMENT", details)
	}
	if !v.claims.Has(testScope) {
		return detailsRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", "The token lacks the scope "+testScope)
	}
	o, err := parseObject(v.x.Body, "$")
	if err != nil {
		return fail(http.StatusBadRequest, err.Error())
	}
	country, _, err := read[string](o, "countryCode", "$")
	kind, _, err2 := read[string](o, "accountType", "$")
	meta, _, err3 := readObject(o, "accountMetaData", "$")
	if err != nil || err2 != nil || err3 != nil {
		return fail(http.StatusBadRequest, "The request is not valid")
	}
	code, _, err := read[string](meta, "vendorCode", "$.accountMetaData")
	switch {
	case err != nil:
		return fail(http.StatusBadRequest, err.Error())
	case !slices.Contains(testCountries, country):
		return fail(http.StatusBadRequest, "countryCode is invalid")
	case kind != "VENDOR" && kind != "AUTHOR":
		return fail(http.StatusBadRequest, "accountType must be VENDOR or AUTHOR")
	case kind == "VENDOR" && code == "":
		return fail(http.StatusBadRequest, "accountMetaData.vendorCode is required for a vendor")
	}
	user := v.claims.User.Key
	f.tests.mu.Lock()
	defer f.tests.mu.Unlock()
	mine := f.tests.all[user]
	for _, a := range f.roster().access[user] {
		if !slices.ContainsFunc(mine, func(t *testAccount) bool { return t.profile == a.profile }) {
			return fail(http.StatusBadRequest, "Test accounts cannot be made by users who manage real accounts")
		}
	}
	if slices.ContainsFunc(mine, func(t *testAccount) bool { return t.kind == kind && t.profile.country.code == country }) {
		return fail(http.StatusUnprocessableEntity, "There is a test account of this type in this country already")
	}
	label := "test account " + user + kind + country
	p := newProfile(&profile{
		number: int64(1e15 + f.world.Number(label, 8e15)), country: countryOf(country), kind: "vendor", name: "Test account " + country, payment: paid, shown: true,
		entity: "ENTITY" + f.upper(label, 13),
	})
	if kind == "AUTHOR" {
		p.subType = "KDP_AUTHOR"
	}
	t := &testAccount{request: v.x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 20), kind: kind, entity: p.entity, profile: p, ready: v.x.Now.Add(f.is.reportTime.Duration())}
	for n := range 3 {
		t.asins = append(t.asins, f.asinOf(p, "test "+string(rune('a'+n))))
	}
	f.tests.all[user] = append(mine, t)
	v.x.Effect = "created"
	return answer(v.x, http.StatusOK, struct {
		RequestID string `json:"requestId"`
	}{t.request}, true)
}

// listTestAccounts serves GET /testAccounts: of one request, or all of the user's.
func (f *fake) listTestAccounts(v *visit) kit.Response {
	if !v.claims.Has(testScope) {
		return detailsRefusal(v.x, http.StatusUnauthorized, "UNAUTHORIZED", "The token lacks the scope "+testScope)
	}
	type wire struct {
		ID      string   `json:"id,omitempty"`
		Type    string   `json:"accountType"`
		Country string   `json:"countryCode"`
		ASINs   []string `json:"asins,omitempty"`
		Status  string   `json:"status"`
	}
	request, all := v.x.Query().Get("requestId"), []wire{}
	f.settleTests(v.claims.User.Key, v.x.Now)
	f.tests.mu.Lock()
	defer f.tests.mu.Unlock()
	for _, t := range f.tests.all[v.claims.User.Key] {
		if request != "" && t.request != request {
			continue
		}
		w := wire{Type: t.kind, Country: t.profile.country.code, Status: "IN_PROGRESS"}
		if t.known {
			w.ID, w.ASINs, w.Status = t.entity, t.asins, completed
		}
		all = append(all, w)
	}
	if request != "" && len(all) == 0 {
		return detailsRefusal(v.x, http.StatusNotFound, "NOT_FOUND", "There is no such request")
	}
	return answer(v.x, http.StatusOK, all, true)
}

// settleTests gives a user the profiles of test accounts that are ready.
func (f *fake) settleTests(user string, now time.Time) {
	f.tests.mu.Lock()
	defer f.tests.mu.Unlock()
	for _, t := range f.tests.all[user] {
		if !t.known && !now.Before(t.ready) {
			t.known = true
			f.enlist(t.profile, user)
		}
	}
}
