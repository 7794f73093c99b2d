package creators

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// FuzzReadAnswer holds that no body of Amazon's makes the client panic, and that what it reads can be told in neutral shapes.
func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"itemsResult":{"items":[{"asin":"B0LOCKKEEP","browseNodeInfo":null,"offersV2":{"listings":[{"price":{"money":{"amount":9.5,"currency":"USD"}}}]}}]}}`,
		`{"searchResult":{"totalResultCount":1,"items":[{"itemInfo":{"title":null}}]},"errors":null}`,
		`{"variationsResult":{"items":[],"variationSummary":{"price":{"lowestPrice":null},"variationDimensions":[{"values":["a"]}]}}}`,
		`{"browseNodesResult":{"browseNodes":[{"id":"1","ancestor":{"ancestor":{"displayName":"a"}},"children":[{"id":"2"}]}]}}`,
		`{"feeds":[{"feedName":"a","lastUpdated":"yesterday","size":1}],"reports":[],"url":"https://x"}`, `[]`, `{"itemsResult":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := readAnswer(body)
		if err != nil {
			return
		}
		all := a.products("www.amazon.com")
		for _, p := range all.Products {
			if p.Marketplace != "www.amazon.com" {
				t.Errorf("a product of %q", p.Marketplace)
			}
		}
		if a.Nodes != nil {
			nodes(a.Nodes.Nodes)
		}
		a.files()
	})
}

// FuzzCheckApp holds that what is accepted is of a version that exists, and that nothing pasted makes the check panic.
func FuzzCheckApp(f *testing.F) {
	f.Add("amzn1.application-oa2-client.0123456789abcdef0123456789abcdef", "amzn1.oa2-cs.v1.EXAMPLE", "3.1")
	f.Add("sbx456789012345678901234ab", "sbx45678901234567890123456789012345678901234567890", "Version 2.2")
	f.Add("AKIAIOSFODNN7EXAMPLE", "", "")
	f.Fuzz(func(t *testing.T, id, text, version string) {
		if New().CheckApp(id, secret.New(text), version) != nil {
			return
		}
		if len(Candidates(id, secret.New(text), "")) != 3 {
			t.Errorf("a credential that may be of %v", Candidates(id, secret.New(text), ""))
		}
		if v, ok := ParseVersion(version); version != "" && (!ok || v.Region() == "") {
			t.Errorf("version %q was accepted", version)
		}
	})
}
