package adsfake_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
)

const sbCreative = "application/vnd.sbAdCreativeResource.v4+json"

// What a version of each form must have.
var newCreatives = map[string]string{
	"video": `"videoAssetIds":["film2"]`, "brandVideo": `"asins":["B000000001"],"brandLogoAssetId":"logo","brandName":"Example","headline":"New","videoAssetIds":["film2"]`,
	"productCollection":         `"asins":["B000000001"],"brandLogoAssetId":"logo","brandName":"Example","headline":"New"`,
	"productCollectionExtended": `"asins":["B000000001"],"brandLogoAssetId":"logo","brandName":"Example","headline":"New","customImages":[{"assetId":"i"}]`,
	"storeSpotlight":            `"brandLogoAssetId":"logo","brandName":"Example","headline":"New","subpages":[{"pageTitle":"a","asin":"B000000001","url":"https://example.com/a"}]`,
}

// formed makes an ad of a form.
func (c *caller) formed(t testing.TB, group, form string) string {
	t.Helper()
	w := c.of(brands[2]).do("POST", "/sb/v4/ads/"+form, `{"ads":[{"adGroupId":"`+group+`","name":"`+form+`","state":"ENABLED","creative":{"asins":["B000000009"],"videoAssetIds":["film1"],"headline":"Old","brandLogoAssetID":"logo"}}]}`)
	return brands[2].id(t, w, 0)
}

func specCreatives(t *testing.T) {
	openapi3filter.RegisterBodyDecoder(sbCreative, openapi3filter.RegisteredBodyDecoder("application/json"))
	router := oracle(t, "sponsored-brands-v4.json")
	s := start(t)
	_, group, ad := s.shop().brand(t, "versions")
	c := s.shop().with("Content-Type", sbCreative).with("Accept", sbCreative)
	for form, content := range newCreatives {
		id := s.shop().formed(t, group, form)
		compare(t, router, []comparison{
			{c, "POST", "/sb/ads/creatives/" + form, `{"adId":"` + id + `","creative":{` + content + `}}`, 200, ""},
			{c, "POST", "/sb/ads/creatives/list", `{"adId":"` + id + `"}`, 200, ""},
			{c, "POST", "/sb/ads/creatives/" + form, `{"adId":"` + id + `","creative":{}}`, 400, ""},
		})
	}
	compare(t, router, []comparison{
		{c, "POST", "/sb/ads/creatives/list", `{"adId":"` + ad + `","maxResults":2,"creativeTypeFilter":["VIDEO"],"creativeStatusFilter":["PUBLISHED"]}`, 200, ""},
		{c, "POST", "/sb/ads/creatives/list", `{"adId":"1","maxResults":200}`, 400, ""},
	})
	brands[2].remove(s.shop(), ad)
	compare(t, router, []comparison{{c, "POST", "/sb/ads/creatives/video", `{"adId":"` + ad + `","creative":{"videoAssetIds":["x"]}}`, 409, ""}})
}

// TestCreativeVersions holds that a version shows in the ad with what moderation says, that the earlier ones are kept, and what is refused.
func TestCreativeVersions(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, group, film := s.shop().brand(t, "versions")
	c := s.shop().with("Content-Type", sbCreative).with("Accept", sbCreative)
	ad := s.shop().formed(t, group, "productCollection")
	type made struct{ AdID, CreativeVersion string }
	send := func(form, id, content string) made {
		return read[made](t, c.do("POST", "/sb/ads/creatives/"+form, `{"adId":"`+id+`","creative":{`+content+`}}`))
	}
	if got := send("productCollection", ad, newCreatives["productCollection"]); got != (made{ad, "2"}) {
		t.Fatalf("%+v", got)
	}
	s.turn("ads.moderation", "pending")
	if got := send("productCollectionExtended", ad, strings.Replace(newCreatives["productCollectionExtended"], "New", "Newer", 1)); got != (made{ad, "3"}) {
		t.Fatalf("%+v", got)
	}
	shown := s.shop().of(brands[2]).do("POST", "/sb/v4/ads/list", `{"adIdFilter":{"include":["`+ad+`"]}}`).Body.String()
	for _, part := range []string{`"headline":"Newer"`, `"brandLogoAssetID":"logo"`, `"creativeVersion":"3"`, `"creativeStatus":"PENDING_MODERATION_REVIEW"`, `"type":"PRODUCT_COLLECTION"`} {
		if !strings.Contains(shown, part) {
			t.Errorf("the ad lacks %s: %s", part, shown)
		}
	}
	type listed struct {
		TotalResults int
		NextToken    string
		Creatives    []struct {
			AdID, CreativeVersion, CreativeStatus string
			CreativeProperties                    struct{ Headline, BrandLogoAssetID string }
		}
	}
	var headlines, statuses []string
	for token := ""; ; {
		page := read[listed](t, c.do("POST", "/sb/ads/creatives/list", `{"adId":"`+ad+`","maxResults":2,"nextToken":"`+token+`"}`))
		for _, one := range page.Creatives {
			headlines, statuses = append(headlines, one.CreativeProperties.Headline), append(statuses, one.CreativeVersion+one.CreativeStatus)
		}
		if token = page.NextToken; token == "" {
			break
		}
	}
	if strings.Join(headlines, " ") != "Old New Newer" || strings.Join(statuses, " ") != "1PUBLISHED 2PUBLISHED 3PENDING_MODERATION_REVIEW" {
		t.Errorf("versions %v %v", headlines, statuses)
	}
	if got := send("video", film, newCreatives["video"]); got.CreativeVersion != "2" {
		t.Errorf("%+v", got)
	}
	if shown := s.shop().of(brands[2]).do("POST", "/sb/v4/ads/list", `{"adIdFilter":{"include":["`+film+`"]}}`).Body.String(); !strings.Contains(shown, `"asins":["B000000001"]`) || !strings.Contains(shown, `"videoAssetIds":["film2"]`) {
		t.Errorf("the film: %s", shown)
	}
	for body, want := range map[string]int{
		`{"adId":"` + film + `","creative":{` + newCreatives["brandVideo"] + `}}`: 400, `{"adId":"1","creative":{` + newCreatives["brandVideo"] + `}}`: 400,
		`{"creative":{}}`: 400, `{"adId":"` + film + `"}`: 400, `[]`: 400, `{"adId":5,"creative":{}}`: 400,
	} {
		if w := c.do("POST", "/sb/ads/creatives/brandVideo", body); w.Code != want || !strings.Contains(w.Body.String(), `"code":"INVALID_ARGUMENT"`) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}
