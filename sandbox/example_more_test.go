package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// call sends a request as a client of the Ads API does, and reads the answer.
func call(c *http.Client, method, url, body string, headers map[string]string, into any) int {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	resp, err := c.Do(r)
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			panic(err)
		}
	}
	return resp.StatusCode
}

// Amazon's own addresses work as they stand: the client arrives at the sandbox wherever its URL points.
func ExampleServer_Client() {
	amazon, err := sandbox.New(sandbox.Options{Seed: 7})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	headers := map[string]string{
		"Authorization":                   "Bearer " + amazon.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access,
		"Amazon-Advertising-API-ClientId": amazon.World().Profile(kit.Shop).ClientID,
	}
	var profiles []struct {
		Country string `json:"countryCode"`
		Account struct {
			Type string `json:"type"`
		} `json:"accountInfo"`
	}
	call(amazon.Client(), "GET", "https://advertising-api-fe.amazon.com/v2/profiles", "", headers, &profiles)
	for _, p := range profiles {
		fmt.Println(p.Country, p.Account.Type)
	}
	// The same without any of Amazon's names, for software that takes a base URL.
	fmt.Println(call(http.DefaultClient, "GET", amazon.URL("ads", "FE")+"/v2/profiles", "", headers, nil))
	// Output:
	// JP seller
	// JP vendor
	// AU seller
	// 200
}

// An hour goes by at once: what was issued before it has ended.
func ExampleServer_Advance() {
	amazon, err := sandbox.New(sandbox.Options{Clock: kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	headers := map[string]string{
		"Authorization":                   "Bearer " + amazon.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access,
		"Amazon-Advertising-API-ClientId": amazon.World().Profile(kit.Shop).ClientID,
	}
	url := amazon.URL("ads", "NA") + "/v2/profiles"
	fmt.Println(call(amazon.Client(), "GET", url, "", headers, nil))
	amazon.Advance(61 * time.Minute)
	fmt.Println(call(amazon.Client(), "GET", url, "", headers, nil), amazon.Now().Format(time.TimeOnly))
	for _, v := range amazon.Journal().Verdicts(kit.Filter{}, 0) {
		fmt.Println(v.Client+":", v.What)
	}
	// Output:
	// 200
	// 401 13:01:00
	// shop: It used an access token after its end.
}

// What was expected and did not happen is told with what came nearest to it.
func ExampleServer_Verify() {
	amazon, err := sandbox.New(sandbox.Options{Seed: 7})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	headers := map[string]string{
		"Authorization":                   "Bearer " + amazon.Consent(kit.Shop, kit.Advertiser).Issue("NA").Access,
		"Amazon-Advertising-API-ClientId": amazon.World().Profile(kit.Shop).ClientID,
	}
	call(amazon.Client(), "GET", "https://advertising-api-eu.amazon.com/v2/profiles", "", headers, nil)

	list := kit.Match{Program: "ads", Operation: "profiles.list"}
	fmt.Println(amazon.Verify(kit.AtLeast(1, kit.Filter{Match: list}), kit.Never(kit.Filter{Status: 429})))
	list.Region = "NA"
	for _, unmet := range kit.Unmets(amazon.Verify(kit.Exactly(1, kit.Filter{Match: list}))) {
		for _, miss := range unmet.Nearest {
			fmt.Println("nearest:", miss.Request, miss.Differs)
		}
	}
	// Output:
	// <nil>
	// nearest: shop, GET advertising-api-eu.amazon.com/v2/profiles, profiles.list, 200 [{region NA EU}]
}
