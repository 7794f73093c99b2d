package adsfake_test

import (
	"strings"
	"testing"
)

// TestProducts holds what the two questions about products take, and that they agree.
func TestProducts(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.shop().with("Content-Type", "application/vnd.productmetadatarequest.v1+json")
	type list struct {
		All []struct {
			ASIN, SKU, Title, ImageURL, EligibilityStatus string
			PriceToPay                                    struct {
				Amount   float64
				Currency string
			}
			IneligibilityCodes []string
		} `json:"ProductMetadataList"`
	}
	all := read[list](t, c.do("POST", "/product/metadata", `{"pageIndex":0,"pageSize":300,"checkItemDetails":true,"checkEligibility":true,"adType":"SP"}`)).All
	if len(all) < 20 || all[0].Title == "" || all[0].SKU == "" || all[0].PriceToPay.Amount <= 0 || all[0].PriceToPay.Currency != "USD" {
		t.Fatalf("the inventory: %+v", all)
	}
	second := read[list](t, c.do("POST", "/product/metadata", `{"pageIndex":1,"pageSize":2}`)).All
	if len(second) != 2 || second[0].ASIN != all[2].ASIN || second[0].Title != "" {
		t.Errorf("the second page of two: %+v", second)
	}
	bySKU := read[list](t, c.do("POST", "/product/metadata", `{"pageIndex":0,"pageSize":9,"adType":"SP","skus":["`+all[1].SKU+`"]}`)).All
	if len(bySKU) != 1 || bySKU[0].ASIN != all[1].ASIN {
		t.Errorf("by SKU: %+v, want %s", bySKU, all[1].ASIN)
	}
	type verdicts struct {
		All []struct {
			OverallStatus  string
			ProductDetails struct{ ASIN, SKU string }
		} `json:"productResponseList"`
	}
	asked := c.with("Content-Type", "application/json")
	for _, p := range all {
		said := read[verdicts](t, asked.do("POST", "/eligibility/product/list", `{"adType":"sp","productDetailsList":[{"asin":"`+p.ASIN+`","sku":"`+p.SKU+`"}]}`)).All
		if len(said) != 1 || said[0].ProductDetails.SKU != p.SKU || strings.HasPrefix(said[0].OverallStatus, "ELIGIBLE") != (p.EligibilityStatus == "ELIGIBLE") || (p.EligibilityStatus == "ELIGIBLE") != (len(p.IneligibilityCodes) == 0) {
			t.Errorf("%+v is %+v", p, said)
		}
	}
	for body, path := range map[string]string{
		`{"pageSize":1}`:                                       "/product/metadata",
		`{"pageIndex":0,"pageSize":301}`:                       "/product/metadata",
		`{"pageIndex":0,"pageSize":1,"asins":["short"]}`:       "/product/metadata",
		`{"pageIndex":0,"pageSize":1,"skus":["A"]}`:            "/product/metadata",
		`{"pageIndex":0,"pageSize":1,"adType":"sp"}`:           "/product/metadata",
		`{"pageIndex":0,"pageSize":1,"checkEligibility":true}`: "/product/metadata",
		`{"adType":"SP","productDetailsList":[]}`:              "/eligibility/product/list",
		`{"adType":"sp"}`:                                      "/eligibility/product/list",
		`{"adType":"sp","productDetailsList":[{}]}`:            "/eligibility/product/list",
	} {
		by := c
		if path != "/product/metadata" {
			by = asked
		}
		if w := by.do("POST", path, body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := asked.do("POST", "/product/metadata", `{"pageIndex":0,"pageSize":1}`); w.Code != 415 {
		t.Errorf("another media type: %d", w.Code)
	}
}
