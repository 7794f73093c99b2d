package ads_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// Amazon's specifications, and the paths of each that were switched off (ads-lwa 5.2, 5.3) and are left out on purpose.
var specs = map[string][]string{
	"profiles-v2.yaml": nil, "manager-accounts.json": nil, "test-accounts.json": nil, "sponsored-products-v3.json": nil, "portfolios-v3.json": nil,
	"sponsored-brands-v4.json": nil, "sponsored-display-v3.yaml": {"/snapshot", "/report", "/v2/reports"}, "reporting-v3.json": nil, "exports.json": nil,
	"ads-v1-all.json": nil,
}

// Operations that the contracts name but no specification at hand does (ads-lwa 2.6, 4.2; ads-model 1.4).
var contractOnly = []string{"/product/metadata", "/eligibility/product/list", "/audiences/list", "/adsAccounts", "/termsTokens", "/sb/keywords", "/sb/negativeKeywords", "/sb/targets", "/sb/negativeTargets", "/sb/themes", "/brands", "/stores/assets", "/pageAsins", "/assets"}

// TestNoPathIsMisspelt compares every operation with Amazon's specifications, and every path of theirs with the operations.
func TestNoPathIsMisspelt(t *testing.T) {
	t.Parallel()
	folder := sharedtest.Path(t, "specs")
	theirs := map[string]*openapi3.Operation{}
	for name, gone := range specs {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for path, item := range doc.Paths.Map() {
			if slices.ContainsFunc(gone, func(g string) bool { return strings.Contains(path, g) }) {
				continue
			}
			for method, op := range item.Operations() {
				theirs[method+" "+path] = op
			}
		}
	}
	ours := map[string]bool{}
	d := ads.New().Descriptor()
	for _, op := range d.Operations {
		key := op.Method + " " + op.Path
		ours[key] = true
		spec, known := theirs[key]
		if !known {
			if !slices.ContainsFunc(contractOnly, func(p string) bool { return strings.HasPrefix(op.Path, p) }) {
				t.Errorf("%s: %s is in no specification", op.ID, key)
			}
			continue
		}
		if op.Accept != "" && !speaks(spec, op.Accept) {
			t.Errorf("%s: %s does not speak %s", op.ID, key, op.Accept)
		}
		if got := d.Match(op.Method, op.Path); got.ID != op.ID {
			t.Errorf("%s is hidden by %s", op.ID, got.ID)
		}
		if op.Method == "GET" && op.Effect != amazon.Read {
			t.Errorf("%s: a GET is not %s", op.ID, op.Effect)
		}
	}
	for key := range theirs {
		if !ours[key] {
			t.Errorf("%s is not listed", key)
		}
	}
}

func speaks(op *openapi3.Operation, media string) bool {
	if op.RequestBody != nil && op.RequestBody.Value != nil && op.RequestBody.Value.Content[media] != nil {
		return true
	}
	for _, r := range op.Responses.Map() {
		if r.Value != nil && r.Value.Content[media] != nil {
			return true
		}
	}
	return false
}

// TestEffects holds a few operations to their effect by hand; the rest follows the same words.
func TestEffects(t *testing.T) {
	t.Parallel()
	d := ads.New().Descriptor()
	for call, want := range map[string]struct {
		id     string
		effect amazon.Effect
		scoped bool
	}{
		"GET /v2/profiles":                         {"profiles.list", amazon.Read, false},
		"PUT /v2/profiles":                         {"profiles.update", amazon.Spend, false},
		"POST /sp/campaigns/list":                  {"sp.campaigns.list", amazon.Read, true},
		"POST /sp/campaigns":                       {"sp.campaigns.create", amazon.Spend, true},
		"PUT /sp/keywords":                         {"sp.keywords.update", amazon.Spend, true},
		"POST /sp/campaigns/delete":                {"sp.campaigns.delete", amazon.Write, true},
		"POST /sp/negativeKeywords":                {"sp.negativeKeywords.create", amazon.Write, true},
		"POST /sp/targets/bid/recommendations":     {"sp.targets.bid.recommendations", amazon.Read, true},
		"POST /sb/v4/ads/video":                    {"sb.ads.video", amazon.Spend, true},
		"GET /sd/campaigns/extended":               {"sd.campaigns.extended.list", amazon.Read, true},
		"GET /sd/campaigns/123":                    {"sd.campaigns.get", amazon.Read, true},
		"DELETE /sd/campaigns/123":                 {"sd.campaigns.delete", amazon.Write, true},
		"POST /adsApi/v1/query/campaigns":          {"v1.campaigns.query", amazon.Read, true},
		"POST /adsApi/v1/update/targets":           {"v1.targets.update", amazon.Spend, true},
		"POST /reporting/reports":                  {"reports.create", amazon.Write, true},
		"GET /reporting/reports/abc":               {"reports.get", amazon.Read, true},
		"GET /managerAccounts":                     {"managerAccounts.list", amazon.Read, false},
		"POST /testAccounts":                       {"testAccounts.create", amazon.Write, false},
		"POST /sp/somethingNew":                    {amazon.Unlisted, amazon.Write, true},
		"POST /v2/profiles":                        {amazon.Unlisted, amazon.Write, true},
		"GET /sd/brandSafety/5f2c/status":          {"sd.brandSafety.status.get", amazon.Read, true},
		"POST /portfolios/list":                    {"portfolios.list", amazon.Read, true},
		"POST /campaigns/export":                   {"campaigns.export", amazon.Write, true},
		"GET /exports/YWJj":                        {"exports.get", amazon.Read, true},
		"POST /sp/campaigns/1/optimizationRules":   {"sp.campaigns.optimizationRules.create", amazon.Spend, true},
		"POST /managerAccounts/amzn1.x/associate":  {"managerAccounts.associate", amazon.Write, false},
		"POST /sb/recommendations/optimization":    {"sb.recommendations.optimization", amazon.Read, true},
		"POST /adsApi/v1/create/managerAccounts":   {"v1.managerAccounts.create", amazon.Write, false},
		"POST /adsApi/v1/query/advertiserAccounts": {"v1.advertiserAccounts.query", amazon.Read, false},
	} {
		method, path, _ := strings.Cut(call, " ")
		got := d.Match(method, path)
		if got.ID != want.id || got.Effect != want.effect || got.Scoped != want.scoped {
			t.Errorf("%s is %s, %s, scoped %v; want %+v", call, got.ID, got.Effect, got.Scoped, want)
		}
		if !d.Owns(path) {
			t.Errorf("no root holds %s", path)
		}
	}
}

// TestInject: both spellings of the client id, Bearer with its blank, selectors as given.
func TestInject(t *testing.T) {
	t.Parallel()
	in := ads.New().Inject(amazon.Material{ClientID: "c", Access: secret.New("Atza|sbxEXAMPLE"), Selectors: []amazon.Field{amazon.Plain("Amazon-Advertising-API-Scope", "123")}})
	var got []string
	for _, h := range in.Headers {
		got = append(got, h.Name+": "+h.Prefix+h.Value.Reveal())
	}
	want := []string{"Authorization: Bearer Atza|sbxEXAMPLE", "Amazon-Advertising-API-ClientId: c", "Amazon-Ads-ClientId: c", "Amazon-Advertising-API-Scope: 123"}
	if !slices.Equal(got, want) {
		t.Errorf("injected %q", got)
	}
}

// TestCountries holds the country table of ads-lwa 2.4 whole and in the regions' hosts.
func TestCountries(t *testing.T) {
	t.Parallel()
	count := map[canon.Region]int{}
	markets := map[string]bool{}
	for _, c := range ads.Countries() {
		count[c.Region]++
		if markets[c.Marketplace] || len(c.Currency) != 3 || !strings.Contains(c.Timezone, "/") {
			t.Errorf("%+v", c)
		}
		markets[c.Marketplace] = true
	}
	if count[canon.NA] != 4 || count[canon.EU] != 16 || count[canon.FE] != 3 || len(ads.Countries()) != 23 {
		t.Errorf("countries a region: %v", count)
	}
	for _, code := range []string{"UK", "GB", "gb", "A1F83G8C2ARO7P"} {
		if c, ok := ads.CountryOf(code); !ok || c.Code != "UK" || c.Currency != "GBP" {
			t.Errorf("%s: %+v %v", code, c, ok)
		}
	}
	if _, ok := ads.CountryOf("CN"); ok {
		t.Error("China is no country of the Ads API")
	}
}
