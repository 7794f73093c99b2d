package main

import (
	"strings"
	"testing"
)

const modelText = `package canon

// AdsThing is a thing
// (contract things 1.2).
type AdsThing struct {
	AdsBase
	Name   string          ` + "`json:\"name,omitempty\"`" + ` // as people call it; nil where it has none
	Parts  []*AdsBase      ` + "`json:\"parts\"`" + `          // a | b
	Hidden string          ` + "`json:\"-\"`" + `              // nobody sees it
}

// AdsBase is below.
type AdsBase struct {
	// its number
	ID int64 ` + "`json:\"id\"`" + `
}
`

func TestMeaningsOfTheModel(t *testing.T) {
	t.Parallel()
	root := lay(t, map[string]string{"canon/ads_thing.go": modelText, "canon/ads_thing_test.go": "package canon\n\ntype No struct { A int `json:\"a\"` }\n"})
	all, err := model(root)
	if err != nil {
		t.Fatal(err)
	}
	code, page := string(meanings(all)), string(modelPage(all))
	for _, want := range []string{`"AdsThing.Name": "as people call it; absent where it has none",`, `"AdsBase.ID": "its number",`} {
		if !strings.Contains(code, want) {
			t.Errorf("no %s in %s", want, code)
		}
	}
	for _, want := range []string{
		"\n## AdsThing\n\nAdsThing is a thing.\n\nIt has all of [AdsBase](#adsbase), and:\n", "| `name` | text | as people call it; absent where it has none |",
		"| `parts` | list of [AdsBase](#adsbase) | a \\| b |", "| `id` | number | its number |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	for _, no := range []string{"Hidden", "contract", "No.A"} {
		if strings.Contains(code+page, no) {
			t.Errorf("%q is there", no)
		}
	}
	if all, err = model(t.TempDir()); err != nil || meanings(all) != nil || modelPage(all) != nil {
		t.Errorf("of nothing comes something: %v %v", all, err)
	}
}
