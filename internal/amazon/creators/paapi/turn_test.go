package paapi_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/creators/paapi"
)

// item is an answer with nulls, as the Creators API gives them (creators-paapi-aws 3.4).
const item = `{"itemsResult":{"items":[{"asin":"B0LOCKKEEP","browseNodeInfo":null,"customerReviews":null,
 "detailPageURL":"https://www.amazon.com/dp/B0LOCKKEEP?tag=kw-20&linkCode=ogi&th=1&psc=1&language=en_US",
 "images":{"primary":{"hiRes":null,"small":null,"large":{"url":"https://m.media-amazon.com/a.jpg","height":500,"width":375}},"variants":null},
 "itemInfo":{"title":{"displayValue":"Brass \"door\" key – ümlaut","label":"Title","locale":"en_US"},"externalIds":{"eans":{"displayValues":["1"]},"isbns":null,"upcs":null}},
 "offersV2":{"listings":[{"price":{"money":{"amount":9.50,"currency":"USD","displayAmount":"$9.50"}},"isBuyBoxWinner":true,"violatesMAP":false}]},
 "parentASIN":null,"score":null,"variationAttributes":[null]}]},"errors":[{"code":"ItemNotFound","message":"The ItemIds B0BAD provided in the request is invalid."}]}`

const turned = `{"ItemsResult":{"Items":[{"ASIN":"B0LOCKKEEP","DetailPageURL":"https://www.amazon.com/dp/B0LOCKKEEP?tag=kw-20&linkCode=ogi&th=1&psc=1&language=en_US",` +
	`"Images":{"Primary":{"Large":{"URL":"https://m.media-amazon.com/a.jpg","Height":500,"Width":375}}},` +
	`"ItemInfo":{"Title":{"DisplayValue":"Brass \"door\" key – ümlaut","Label":"Title","Locale":"en_US"},"ExternalIds":{"EANs":{"DisplayValues":["1"]}}},` +
	`"OffersV2":{"Listings":[{"Price":{"Money":{"Amount":9.50,"Currency":"USD","DisplayAmount":"$9.50"}},"IsBuyBoxWinner":true,"ViolatesMAP":false}]},"VariationAttributes":[]}]},` +
	`"Errors":[{"__type":"com.amazon.paapi5#ErrorData","Code":"InvalidParameterValue","Message":"The ItemIds B0BAD provided in the request is invalid."}]}`

func TestTurn(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		item:                           turned,
		`{}`:                           `{}`,
		`{"a":null}`:                   `{}`,
		`{"itemsResult":{"items":[]}}`: `{"ItemsResult":{"Items":[]}}`,
		`{"a":{"b":{"c":null}},"d":[{"e":null},1]}`:    `{"D":[1]}`,
		` { "a" : [ 1.0 , -0.5e+3 , "x" ] } `:          `{"A":[1.0,-0.5e+3,"x"]}`,
		`{"images":{"primary":{"hiRes":{"url":"x"}}}}`: `{}`,
		`{"searchResult":{"totalResultCount":3,"searchURL":"u","searchRefinements":{"searchIndex":{"id":"i","bins":[{"id":"b"}]}}}}`: `{"SearchResult":{"TotalResultCount":3,"SearchURL":"u","SearchRefinements":{"SearchIndex":{"Id":"i","Bins":[{"Id":"b"}]}}}}`,
		`{"errors":null}`: `{}`,
	} {
		got, err := paapi.Turn([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s (-want +got):\n%s", in, d)
		}
	}
	for _, in := range []string{"", "null", "[]", `"x"`, `{"a":1}x`, `{"a":01}`, `{"a":"\x"}`, `{"a"}`, `{,}`, `{"a":1,}`, `{"a":[1,]}`, strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)} {
		if got, err := paapi.Turn([]byte(in)); err == nil {
			t.Errorf("%q became %s", in, got)
		}
	}
}

// FuzzTurn: what comes out is JSON without a null, and nothing that encoding/json refuses is taken.
func FuzzTurn(f *testing.F) {
	for _, s := range []string{item, `{"errors":[{"code":"x"}],"a":[[null]]}`, `{"\u00e9":"\ud800","k":-1.5E-7}`, `{"a":"` + "\xff" + `"}`, `{"a":[],"b":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := paapi.Turn(in)
		if err != nil {
			return
		}
		if !json.Valid(in) {
			t.Fatalf("%q was taken for JSON", in)
		}
		if !json.Valid(out) {
			t.Fatalf("%q became %q", in, out)
		}
		d := json.NewDecoder(bytes.NewReader(out))
		for {
			token, err := d.Token()
			if err != nil {
				return
			}
			if token == nil {
				t.Fatalf("%q became %q: there is a null", in, out)
			}
		}
	})
}

// BenchmarkTurn is an answer with ten items.
func BenchmarkTurn(b *testing.B) {
	one := item[strings.Index(item, `[{"asin"`)+1 : strings.Index(item, `]},"errors"`)]
	in := []byte(`{"itemsResult":{"items":[` + strings.Repeat(one+",", 9) + one + `]}}`)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := paapi.Turn(in); err != nil {
			b.Fatal(err)
		}
	}
}
