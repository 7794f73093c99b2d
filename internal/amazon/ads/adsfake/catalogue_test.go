package adsfake_test

import (
	"encoding/json"
	"testing"
)

// TestCatalogues holds what selects in the catalogues, and what they refuse.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	c := start(t).shop().with("Content-Type", "application/json")
	tree := read[struct{ CategoryTree string }](t, c.get("/sp/targets/categories"))
	var roots []struct {
		ID uint64
		Ch []struct{ ID uint64 }
	}
	if err := json.Unmarshal([]byte(tree.CategoryTree), &roots); err != nil || len(roots) != 8 || len(roots[0].Ch) == 0 {
		t.Errorf("the tree: %v %+v", err, roots)
	}
	type list struct {
		CategoryTree []struct{ CategoryRefinementID, ParentCategoryRefinementID string }
		NextToken    string
	}
	top := read[list](t, c.get("/sb/targets/categories?supplySource=AMAZON&includeOnlyRootCategories=true"))
	if len(top.CategoryTree) != 8 || top.NextToken != "" {
		t.Fatalf("roots: %+v", top)
	}
	root := top.CategoryTree[0].CategoryRefinementID
	for _, x := range read[list](t, c.get("/sb/targets/categories?supplySource=AMAZON&parentCategoryRefinementId="+root)).CategoryTree {
		if x.ParentCategoryRefinementID != root {
			t.Errorf("below %s: %+v", root, x)
		}
	}
	type audiences struct {
		Audiences  []struct{ AudienceID string }
		MatchCount int
		NextToken  string
	}
	one := read[audiences](t, c.do("POST", "/audiences/list?maxResults=3", `{"adType":"SD"}`))
	two := read[audiences](t, c.do("POST", "/audiences/list?maxResults=3&nextToken="+one.NextToken, `{"adType":"SD"}`))
	if len(one.Audiences) != 3 || len(two.Audiences) != 3 || one.MatchCount != 32 || one.Audiences[0] == two.Audiences[0] {
		t.Errorf("audiences: %+v, %+v", one, two)
	}
	for _, bad := range [][3]string{
		{"GET", "/sb/targets/categories", ""},
		{"GET", "/sb/targets/categories?supplySource=AMAZON&nextToken=" + one.NextToken, ""},
		{"POST", "/audiences/list", `{"adType":"DSP"}`},
		{"POST", "/audiences/list?maxResults=0", `{"adType":"SD"}`},
		{"POST", "/audiences/list?nextToken=x", `{"adType":"SD"}`},
	} {
		if w := c.do(bad[0], bad[1], bad[2]); w.Code != 400 {
			t.Errorf("%v: %d %s", bad, w.Code, w.Body)
		}
	}
}
