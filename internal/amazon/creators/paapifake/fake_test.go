package paapifake_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators/paapifake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A shop is a PA-API on loopback and the keys of its first account.
type shop struct {
	t     *testing.T
	clock *kit.Clock
	front *kit.Front
	url   string
	keys  []struct{ Owner, ID, Secret, Tag string }
	asins []string
	group string
}

func open(t *testing.T) *shop {
	t.Helper()
	clock := kit.FrozenClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w := kit.DefaultWorld(1, clock)
	fake := paapifake.New(w)
	front, err := kit.NewFront(kit.FrontConfig{World: w, Fakes: []kit.Fake{fake}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(front)
	t.Cleanup(func() { server.Close(); front.Close() })
	s := &shop{t: t, clock: clock, front: front, url: server.URL}
	text, err := json.Marshal(fake.World())
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Keys []struct {
			Owner  string
			ID     string `json:"access_key"`
			Secret string `json:"secret_key"`
			Tag    string `json:"partner_tag"`
		}
		ASINs    []string `json:"some_asins"`
		Families []string
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	for _, k := range told.Keys {
		s.keys = append(s.keys, struct{ Owner, ID, Secret, Tag string }{k.Owner, k.ID, k.Secret, k.Tag})
	}
	s.asins, s.group = told.ASINs, told.Families[0]
	return s
}

// A call is one request before it is signed.
type call struct {
	host, region, service, operation, body string
	key                                    int // which of the keys
	secret                                 string
	at                                     time.Duration // off the clock
	after                                  func(*http.Request)
}

func (s *shop) do(c call) (status int, body string) {
	s.t.Helper()
	if c.host == "" {
		c.host = "webservices.amazon.com"
	}
	if c.region == "" {
		c.region = "us-east-1"
	}
	if c.service == "" {
		c.service = "ProductAdvertisingAPI"
	}
	if c.operation == "" {
		c.operation = "GetItems"
	}
	r, err := http.NewRequest(http.MethodPost, s.url+"/paapi5/"+strings.ToLower(c.operation), strings.NewReader(c.body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Host = c.host
	r.Header = http.Header{"Content-Encoding": {"amz-1.0"}, "Content-Type": {"application/json; charset=utf-8"}, "X-Amz-Target": {"com.amazon.paapi5.v1.ProductAdvertisingAPIv1." + c.operation}}
	keys := aws.Credentials{AccessKeyID: s.keys[c.key].ID, SecretAccessKey: s.keys[c.key].Secret}
	if c.secret != "" {
		keys.SecretAccessKey = c.secret
	}
	sum := sha256.Sum256([]byte(c.body))
	if err := v4.NewSigner().SignHTTP(s.t.Context(), keys, r, hex.EncodeToString(sum[:]), c.service, c.region, s.clock.Now().Add(c.at)); err != nil {
		s.t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// members is a request's body: the account's tag and type, and what is given.
func (s *shop) members(more string) string {
	return `{"PartnerTag":"` + s.keys[0].Tag + `","PartnerType":"Associates",` + more + `}`
}

func (s *shop) turn(name, value string) {
	s.t.Helper()
	if err := s.front.Switch(name).Set(value); err != nil {
		s.t.Fatal(err)
	}
}

// TestOperations answer what was asked for, and leave out the rest.
func TestOperations(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct {
		operation, body string
		has, lacks      []string
	}{
		{"GetItems", `"ItemIds":["` + s.asins[0] + `","B0BADBADBA"],"Resources":["ItemInfo.Title","OffersV2.Listings.Price","Images.Primary.Large"]`, []string{`"ItemsResult"`, s.asins[0], `"Money"`, `"Large"`, `"Code":"InvalidParameterValue"`, "com.amazon.paapi5#ErrorData", "linkCode=ogi"}, []string{"null", "Small", "Brand"}},
		{"GetItems", `"ItemIds":["` + s.asins[0] + `"]`, []string{`"Title"`}, []string{"Offers", "Images", "Errors"}},
		{"SearchItems", `"Keywords":"lock","ItemCount":2,"Resources":["SearchRefinements","ItemInfo.Title"]`, []string{`"SearchResult"`, "TotalResultCount", "SearchRefinements", "linkCode=osi"}, []string{"Errors"}},
		{"SearchItems", `"Keywords":"no such thing"`, []string{"NoResults"}, []string{"SearchResult"}},
		{"GetVariations", `"ASIN":"` + s.group + `","VariationCount":2,"Resources":["VariationSummary.VariationDimension","VariationSummary.Price.LowestPrice"]`, []string{`"PageCount":2`, `"VariationCount":4`, "color_name", "LowestPrice", "linkCode=ogv"}, []string{"HighestPrice"}},
		{"GetBrowseNodes", `"BrowseNodeIds":["495324","7"],"Resources":["BrowseNodes.Ancestor"]`, []string{"Door Hardware", "Tools \\u0026 Home", "The BrowseNodeId 7 provided"}, []string{"Children"}},
	} {
		status, body := s.do(call{operation: c.operation, body: s.members(c.body)})
		if status != 200 {
			t.Errorf("%s: %d %s", c.operation, status, body)
		}
		for _, word := range c.has {
			if !strings.Contains(strings.ReplaceAll(body, "&", "\\u0026"), word) && !strings.Contains(body, word) {
				t.Errorf("%s: %s is not in %s", c.operation, word, body)
			}
		}
		for _, word := range c.lacks {
			if strings.Contains(body, word) {
				t.Errorf("%s: %s is in %s", c.operation, word, body)
			}
		}
	}
}

// TestHosts: each marketplace has its host, signing region, currency and tags.
func TestHosts(t *testing.T) {
	t.Parallel()
	s := open(t)
	stem := strings.TrimSuffix(s.keys[0].Tag, "-20")
	if n := len(s.front.Hosts()); n != 22 {
		t.Errorf("%d hosts", n)
	}
	for host, c := range map[string][3]string{
		"webservices.amazon.com": {"us-east-1", "20", "USD"}, "webservices.amazon.de": {"eu-west-1", "21", "EUR"}, "webservices.amazon.com.be": {"eu-west-1", "21", "EUR"},
		"webservices.amazon.co.jp": {"us-west-2", "22", "JPY"}, "webservices.amazon.eg": {"eu-west-1", "21", "EGP"},
	} {
		body := `{"PartnerTag":"` + stem + "-" + c[1] + `","PartnerType":"Associates","ItemIds":["` + s.asins[0] + `"],"Resources":["OffersV2.Listings.Price"]}`
		if status, got := s.do(call{host: host, region: c[0], body: body}); status != 200 || !strings.Contains(got, `"`+c[2]+`"`) {
			t.Errorf("%s: %d %s", host, status, got)
		}
	}
}

// TestRefusals: every code with its status and exception, in PA-API's order of checks (creators-paapi-aws 2.5).
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	good := s.members(`"ItemIds":["` + s.asins[0] + `"]`)
	eleven := `"ItemIds":["` + strings.Repeat(s.asins[0]+`","`, 10) + s.asins[0] + `"]`
	item := `"ItemIds":["` + s.asins[0] + `"]`
	for name, c := range map[string]struct {
		call
		status          int
		exception, code string
	}{
		"another target":   {call{body: good, after: func(r *http.Request) { r.Header.Set("X-Amz-Target", "x") }}, 404, "UnknownOperationException", "UnknownOperation"},
		"no such path":     {call{body: good, operation: "GetOffers"}, 404, "UnknownOperationException", "UnknownOperation"},
		"no signature":     {call{body: good, after: func(r *http.Request) { r.Header.Del("Authorization") }}, 400, "IncompleteSignatureException", "IncompleteSignature"},
		"another encoding": {call{body: good, after: func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }}, 400, "IncompleteSignatureException", "IncompleteSignature"},
		"changed body": {call{body: good, after: func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(good[:len(good)-1] + " }"))
			r.ContentLength++
		}}, 401, "InvalidSignatureException", "InvalidSignature"},
		"another secret":  {call{body: good, secret: "sbx-EXAMPLE"}, 401, "InvalidSignatureException", "InvalidSignature"},
		"another region":  {call{body: good, region: "eu-west-1"}, 401, "InvalidSignatureException", "InvalidSignature"},
		"another service": {call{body: good, service: "ProductAdvertisingAPIv1"}, 401, "InvalidSignatureException", "InvalidSignature"},
		"unknown key": {call{body: good, after: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), s.keys[0].ID, "AKIAEXAMPLESBX000001", 1))
		}}, 401, "UnrecognizedClientException", "UnrecognizedClient"},
		"late":              {call{body: good, at: -16 * time.Minute}, 401, "RequestExpiredException", "RequestExpired"},
		"early":             {call{body: good, at: 16 * time.Minute}, 401, "RequestExpiredException", "RequestExpired"},
		"a key of AWS's":    {call{body: good, key: 2}, 403, "AccessDeniedException", "AccessDeniedAwsUsers"},
		"too few sales":     {call{body: good, key: 1}, 403, "AssociateEligibilityException", "AssociateNotEligible"},
		"another's tag":     {call{body: strings.Replace(good, s.keys[0].Tag, s.keys[1].Tag, 1)}, 400, "InvalidPartnerTagException", "InvalidPartnerTag"},
		"another country's": {call{body: strings.Replace(good, "-20", "-21", 1)}, 403, "AssociateValidationException", "InvalidAssociate"},
		"no tag":            {call{body: `{"PartnerType":"Associates",` + item + `}`}, 400, "ValidationException", "MissingParameter"},
		"no type":           {call{body: `{"PartnerTag":"x",` + item + `}`}, 400, "ValidationException", "MissingParameter"},
		"no ids":            {call{body: s.members(`"ItemIds":[]`)}, 400, "ValidationException", "MissingParameter"},
		"eleven ids":        {call{body: s.members(eleven)}, 400, "ValidationException", "InvalidParameterValue"},
		"eleven of a page":  {call{operation: "SearchItems", body: s.members(`"Keywords":"lock","ItemCount":11`)}, 400, "ValidationException", "InvalidParameterValue"},
		"page eleven":       {call{operation: "SearchItems", body: s.members(`"Keywords":"lock","ItemPage":11`)}, 400, "ValidationException", "InvalidParameterValue"},
		"nothing to search": {call{operation: "SearchItems", body: s.members(`"ItemCount":1`)}, 400, "ValidationException", "MissingParameter"},
		"a bad resource":    {call{body: s.members(item + `,"Resources":["VariationSummary.VariationDimension"]`)}, 400, "ValidationException", "InvalidParameterValue"},
		"a bad condition":   {call{body: s.members(item + `,"Condition":"Broken"`)}, 400, "ValidationException", "InvalidParameterValue"},
		"a foreign tongue":  {call{body: s.members(item + `,"LanguagesOfPreference":["fr_FR"]`)}, 400, "ValidationException", "InvalidParameterValue"},
		"another host's":    {call{body: s.members(item + `,"Marketplace":"www.amazon.de"`)}, 400, "ValidationException", "InvalidParameterValue"},
		"no JSON":           {call{body: "x"}, 400, "ValidationException", "InvalidParameterValue"},
	} {
		status, body := s.do(c.call)
		if want := `{"Errors":[{"Code":"` + c.code + `"`; status != c.status || !strings.HasPrefix(body, want) || !strings.Contains(body, `"__type":"com.amazon.paapi5#`+c.exception+`"`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

// TestSwitches: what differs by the year and by the account.
func TestSwitches(t *testing.T) {
	t.Parallel()
	s := open(t)
	good := call{body: s.members(`"ItemIds":["` + s.asins[0] + `"],"Resources":["Offers.Listings.Price","Offers.Summaries.LowestPrice"]`)}
	if _, body := s.do(good); strings.Contains(body, "Offers") {
		t.Errorf("offers of the first generation: %s", body)
	}
	s.turn("paapi.offers_v1", "served")
	if _, body := s.do(good); !strings.Contains(body, `"Summaries"`) || !strings.Contains(body, `"Listings"`) {
		t.Errorf("no offers of the first generation: %s", body)
	}
	s.turn("paapi.calls_per_second", "1")
	var got []int
	for range 3 {
		status, _ := s.do(good)
		got = append(got, status)
	}
	s.clock.Advance(2 * time.Second)
	status, _ := s.do(good)
	if d := cmp.Diff([]int{200, 429, 429, 200}, append(got, status)); d != "" {
		t.Error(d)
	}
	s.turn("paapi.calls_per_second", "off")
	s.turn("paapi.eligibility", "lost")
	if status, body := s.do(good); status != 403 || !strings.Contains(body, "AssociateNotEligible") {
		t.Errorf("%d %s", status, body)
	}
	s.turn("paapi.mode", "retired")
	if status, body := s.do(call{body: "{}", secret: "sbx-EXAMPLE"}); status != 403 || !strings.Contains(body, "deprecated") {
		t.Errorf("%d %s", status, body)
	}
}

// TestFaults are worded by their code, or by their status.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := open(t)
	good := call{body: s.members(`"ItemIds":["` + s.asins[0] + `"]`)}
	for _, f := range []struct {
		status int
		name   string
		want   string
	}{{403, "InvalidAssociate", "InvalidAssociate"}, {429, "", "TooManyRequests"}, {401, "RequestExpired", "RequestExpired"}, {500, "", "InternalFailure"}, {503, "", "InternalFailure"}, {400, "MissingParameter", "MissingParameter"}} {
		if _, err := s.front.Faults.Add(kit.Fault{Match: kit.Match{Program: "paapi"}, Do: kit.Status, Status: f.status, Error: f.name}); err != nil {
			t.Fatal(err)
		}
		if status, body := s.do(good); status != f.status || !strings.Contains(body, `"Code":"`+f.want+`"`) {
			t.Errorf("%d %s: %d %s", f.status, f.name, status, body)
		}
	}
}
