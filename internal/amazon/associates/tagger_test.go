package associates_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// stores reads ids that must be good.
func stores(t testing.TB, ids ...string) []associates.Store {
	t.Helper()
	var all []associates.Store
	for _, id := range ids {
		s, notes := associates.ParseStore(id)
		if len(notes) > 0 {
			t.Fatalf("%s: %v", id, notes)
		}
		all = append(all, s)
	}
	return all
}

// seen is what a test compares of a result.
func seen(r associates.Result) string {
	var codes []string
	for _, n := range r.Notes {
		code := strings.TrimPrefix(string(n.Code), "associates.")
		if n.Minor {
			code = "(" + code + ")"
		}
		codes = append(codes, code)
	}
	return strings.TrimSpace(string(r.Outcome) + " " + strings.Join(codes, " "))
}

func TestTag(t *testing.T) {
	t.Parallel()
	const us, de, jp = "mysite-20", "DE=meine-21", "JP=watashi-22"
	for _, tt := range []struct {
		name, in string
		ids      []string
		replace  bool
		want     string // the address afterwards; empty for unchanged
		outcome  string
	}{
		{name: "plain product", in: "https://www.amazon.com/dp/B08N5WRWNW", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "with a name before it", in: "https://www.amazon.com/Some-Thing/dp/B08N5WRWNW/ref=sr_1_1?keywords=x&th=1", want: "https://www.amazon.com/Some-Thing/dp/B08N5WRWNW/ref=sr_1_1?keywords=x&th=1&tag=mysite-20", outcome: "tagged"},
		{name: "before the fragment", in: "https://www.amazon.com/dp/B08N5WRWNW#reviews", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20#reviews", outcome: "tagged"},
		{name: "empty query", in: "https://www.amazon.com/dp/B08N5WRWNW?", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "query that ends in &", in: "https://www.amazon.com/s?k=lock&", want: "https://www.amazon.com/s?k=lock&tag=mysite-20", outcome: "tagged"},
		{name: "bytes are kept as they are", in: "HTTPS://WWW.Amazon.COM/s?k=a%2Fb+c&rh=n%3A1%2Cp&k=%7e&=&x", want: "HTTPS://WWW.Amazon.COM/s?k=a%2Fb+c&rh=n%3A1%2Cp&k=%7e&=&x&tag=mysite-20", outcome: "tagged"},
		{name: "empty id is filled in", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=&th=1", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&th=1", outcome: "tagged"},
		{name: "name without a value", in: "https://www.amazon.com/dp/B08N5WRWNW?tag", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "mobile", in: "https://www.amazon.com/gp/aw/d/B08N5WRWNW", want: "https://www.amazon.com/gp/aw/d/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "mobile host", in: "https://m.amazon.com/gp/product/B08N5WRWNW", want: "https://m.amazon.com/gp/product/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "without a scheme", in: "amazon.com/dp/B08N5WRWNW", want: "amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "without a scheme, as in a page", in: "//www.amazon.com/dp/B08N5WRWNW", want: "//www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "home", in: "https://www.amazon.com", want: "https://www.amazon.com?tag=mysite-20", outcome: "tagged"},
		{name: "port of the scheme", in: "https://www.amazon.com:443/dp/B08N5WRWNW", want: "https://www.amazon.com:443/dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "dot at the end of the host", in: "https://www.amazon.com./dp/B08N5WRWNW", want: "https://www.amazon.com./dp/B08N5WRWNW?tag=mysite-20", outcome: "tagged"},
		{name: "brand store", in: "https://www.amazon.com/stores/page/EXAMPLE", want: "https://www.amazon.com/stores/page/EXAMPLE?tag=mysite-20", outcome: "tagged"},
		{name: "influencer's page", in: "https://www.amazon.com/shop/somebody", want: "https://www.amazon.com/shop/somebody?tag=mysite-20", outcome: "tagged (influencer_page)"},
		{name: "cart", in: "https://www.amazon.com/gp/aws/cart/add.html?ASIN.1=B08N5WRWNW&Quantity.1=1", want: "https://www.amazon.com/gp/aws/cart/add.html?ASIN.1=B08N5WRWNW&Quantity.1=1&AssociateTag=mysite-20", outcome: "tagged"},

		{name: "own id stays", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", outcome: "kept"},
		{name: "another's id stays", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=other-20&th=1", outcome: "kept (tag_other)"},
		{name: "unless told", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=other-20&th=1", replace: true, want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&th=1", outcome: "replaced"},
		{name: "own id stays even so", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20", replace: true, outcome: "kept"},
		{name: "encoded name and value are read", in: "https://www.amazon.com/dp/B08N5WRWNW?%74ag=mysite%2D20", outcome: "kept"},
		{name: "twice", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&tag=other-20", outcome: "kept tag_twice"},
		{name: "oldest form holds it in the path", in: "https://www.amazon.com/exec/obidos/ASIN/0123456789/other-20", outcome: "kept (tag_other)"},
		{name: "oldest form, told", in: "https://www.amazon.com/exec/obidos/ASIN/0123456789/ref=nosim/other-20?x=1", replace: true, want: "https://www.amazon.com/exec/obidos/ASIN/0123456789/ref=nosim/mysite-20?x=1", outcome: "replaced"},
		{name: "all places, told", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=a-20&x&tag=b-20#c", replace: true, want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&x&tag=mysite-20#c", outcome: "replaced"},
		{name: "id of another country on it", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=andere-21", outcome: "kept tag_wrong_country (tag_other)"},
		{name: "id that is none", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=<b>", outcome: "kept tag_malformed (tag_other)"},

		{name: "the API's link", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20&linkCode=ogi&th=1&psc=1", outcome: "vended"},
		{name: "the API's link, told", in: "https://www.amazon.com/dp/B08N5WRWNW?tag=other-20&linkCode=osi&th=1&psc=1", replace: true, outcome: "vended (vended_other)"},
		{name: "the API's link without its id", in: "https://www.amazon.com/dp/B08N5WRWNW?linkCode=ogv&th=1&psc=1", replace: true, outcome: "vended vended_edited"},
		{name: "SiteStripe's is no such link", in: "https://www.amazon.com/dp/B08N5WRWNW?linkCode=ll1&linkId=0123&language=en_US&ref_=as_li_ss_tl", want: "https://www.amazon.com/dp/B08N5WRWNW?linkCode=ll1&linkId=0123&language=en_US&ref_=as_li_ss_tl&tag=mysite-20", outcome: "tagged"},

		{name: "another country's", in: "https://www.amazon.de/dp/B08N5WRWNW", outcome: "refused tag_wrong_country"},
		{name: "each country its own", in: "https://www.amazon.de/dp/B08N5WRWNW", ids: []string{us, de, jp}, want: "https://www.amazon.de/dp/B08N5WRWNW?tag=meine-21", outcome: "tagged"},
		{name: "named country is the only one", in: "https://www.amazon.fr/dp/B08N5WRWNW", ids: []string{us, de}, outcome: "refused tag_wrong_country"},
		{name: "ending may be right", in: "https://www.amazon.nl/dp/B08N5WRWNW", outcome: "tagged (tag_ending_unsure)", want: "https://www.amazon.nl/dp/B08N5WRWNW?tag=mysite-20"},
		{name: "ending decides", in: "https://www.amazon.nl/dp/B08N5WRWNW", ids: []string{us, "x-21"}, want: "https://www.amazon.nl/dp/B08N5WRWNW?tag=x-21", outcome: "tagged"},
		{name: "our own on another country's", in: "https://www.amazon.fr/dp/B08N5WRWNW?tag=meine-21", ids: []string{de}, outcome: "kept tag_wrong_country"},
		{name: "and told", in: "https://www.amazon.fr/dp/B08N5WRWNW?tag=meine-21", ids: []string{de, "FR=mien-21"}, replace: true, want: "https://www.amazon.fr/dp/B08N5WRWNW?tag=mien-21", outcome: "replaced"},
		{name: "no id at all", in: "https://www.amazon.com/dp/B08N5WRWNW", ids: []string{}, outcome: "refused tag_missing"},

		{name: "short", in: "https://amzn.to/3EXAMPLE", outcome: "left short_link"},
		{name: "short a.co", in: "https://a.co/d/EXAMPLE", outcome: "left short_link"},
		{name: "short amzn.eu", in: "https://amzn.eu/d/EXAMPLE", outcome: "left short_link"},
		{name: "in the fragment", in: "https://www.amazon.com/dp/B08N5WRWNW#tag=mysite-20", want: "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20#tag=mysite-20", outcome: "tagged (tag_in_fragment)"},
		{name: "ampersand of a page", in: "https://www.amazon.com/dp/B08N5WRWNW?th=1&amp;tag=mysite-20", want: "https://www.amazon.com/dp/B08N5WRWNW?th=1&amp;tag=mysite-20&tag=mysite-20", outcome: "tagged (ampersand)"},
		{name: "sign-in", in: "https://www.amazon.com/ap/signin?x=1", outcome: "left not_a_shop"},
		{name: "another service", in: "https://aws.amazon.com/s3", outcome: "left not_a_shop"},
		{name: "Associates Central", in: "https://affiliate-program.amazon.com/home", outcome: "left not_a_shop"},

		{name: "somebody else's host", in: "https://www.amazon.com.example.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "host behind a user part", in: "https://www.amazon.com@example.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "host with a user part", in: "https://x@www.amazon.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "backslash", in: `https://www.amazon.com\@example.com/dp/B08N5WRWNW`, outcome: "left not_a_link"},
		{name: "another port", in: "https://www.amazon.com:8080/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "resembling", in: "https://www.arnazon.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "resembling, Cyrillic", in: "https://www.аmazon.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "glued", in: "https://evilamazon.com/dp/B08N5WRWNW", outcome: "left not_amazon"},
		{name: "line break inside", in: "https://www.amazon.com/dp/\nB08N5WRWNW", outcome: "left not_a_link"},
		{name: "another scheme", in: "javascript:alert(1)//www.amazon.com/dp/B08N5WRWNW", outcome: "left not_a_link"},
		{name: "words", in: "hello", outcome: "left not_a_link"},
		{name: "nothing", in: "", outcome: "left not_a_link"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ids := tt.ids
			if ids == nil {
				ids = []string{us}
			}
			if tt.want == "" {
				tt.want = tt.in
			}
			tagger := associates.Tagger{Stores: stores(t, ids...), Replace: tt.replace}
			r := tagger.Tag(tt.in)
			if got := seen(r); got != tt.outcome {
				t.Errorf("outcome %q, want %q (%v)", got, tt.outcome, r.Notes)
			}
			if diff := cmp.Diff(tt.want, r.Text); diff != "" {
				t.Errorf("address (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTagMarkup(t *testing.T) {
	t.Parallel()
	tagger := associates.Tagger{Stores: stores(t, "mysite-20"), Replace: true}
	for in, want := range map[string]string{
		"https://www.amazon.com/dp/B08N5WRWNW":                           "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20",
		"https://www.amazon.com/s?k=a&amp;i=b":                           "https://www.amazon.com/s?k=a&amp;i=b&amp;tag=mysite-20",
		"https://www.amazon.com/s?k=a&amp;tag=x-20&amp;i=b":              "https://www.amazon.com/s?k=a&amp;tag=mysite-20&amp;i=b",
		"https://www.amazon.com/s?k=a&#38;tag=x-20&#38;i=b#c":            "https://www.amazon.com/s?k=a&#38;tag=mysite-20&#38;i=b#c",
		"https://www.amazon.com/s?k=a&i=b&amp;":                          "https://www.amazon.com/s?k=a&i=b&amp;tag=mysite-20",
		"https://www.amazon.com/dp/B0EXAMPLE1?tag=o-20&amp;linkCode=ogi": "https://www.amazon.com/dp/B0EXAMPLE1?tag=o-20&amp;linkCode=ogi",
	} {
		if got := tagger.TagMarkup(in); got.Text != want {
			t.Errorf("%s\n got %s\nwant %s", in, got.Text, want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://www.amazon.de/-/en/dp/b08n5wrwnw":                     "DE product B08N5WRWNW",
		"https://www.amazon.co.uk/gp/offer-listing/0123456789":         "UK product 0123456789",
		"https://www.amazon.in/Some-Name/product-reviews/B08N5WRWNW/x": "IN product B08N5WRWNW",
		"https://www.amazon.co.jp/exec/obidos/tg/detail/-/0123456789":  "JP product 0123456789",
		"https://www.amazon.com.au/gp/video/detail/B08N5WRWNW":         "AU product B08N5WRWNW",
		"https://www.amazon.com.br/s/ref=nb?field-keywords=x":          "BR search ",
		"https://www.amazon.ca/gp/search?keywords=x":                   "CA search ",
		"https://www.amazon.com.mx/b?node=1":                           "MX browse ",
		"https://www.amazon.sg/Some-Brand/b/?node=1":                   "SG page ",
		"https://www.amazon.eg/stores/page/x":                          "EG storefront ",
		"https://www.amazon.com.be/":                                   "BE home ",
		"https://www.amazon.sa/gp/bestsellers":                         "SA page ",
		"https://www.amazon.ie/dp/TOOSHORT":                            "IE page ",
	} {
		l, code := associates.Parse(in)
		if code != "" {
			t.Errorf("%s: %s", in, code)
			continue
		}
		if got := l.Marketplace.Code + " " + string(l.Kind) + " " + l.ASIN; got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestParseStore(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"mysite-20":               "",
		"DE=mysite-21":            "",
		"www.amazon.de=mysite-21": "",
		"gb=mysite-21":            "",
		"US=mysite-21":            "tag_wrong_country",
		"NL=mysite-20":            "(tag_ending_unsure)",
		"XX=mysite-21":            "tag_malformed",
		"mysite":                  "(tag_malformed)",
		"my site-20":              "tag_malformed",
		"mysite-20&x=1":           "tag_malformed",
		"":                        "tag_malformed",
		strings.Repeat("x", 65):   "tag_malformed",
	} {
		_, notes := associates.ParseStore(in)
		if got := strings.TrimPrefix(seen(associates.Result{Notes: notes}), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
