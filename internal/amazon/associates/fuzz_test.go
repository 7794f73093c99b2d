package associates_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

// FuzzTag holds that no address panics, that nothing but the id changes, and that what was tagged is read back as ours.
func FuzzTag(f *testing.F) {
	for _, s := range []string{
		"https://www.amazon.com/dp/B08N5WRWNW?tag=x-20&tag=y-20#z", "//amazon.de/exec/obidos/ASIN/0123456789/x-21", "https://amzn.to/x",
		"https://www.amazon.com/s?k=a&amp;tag=b&#38;c", "https://www.amazon.com?&&&=&tag", "http://www.amazon.co.uk:80/gp/aws/cart/add.html?AssociateTag=",
	} {
		f.Add(s, true, false)
		f.Add(s, false, true)
	}
	ours, _ := associates.ParseStore("mysite-20")
	f.Fuzz(func(t *testing.T, text string, replace, markup bool) {
		tagger := associates.Tagger{Stores: []associates.Store{ours}, Replace: replace}
		tag := tagger.Tag
		if markup {
			tag = tagger.TagMarkup
		}
		holds(t, tag, text)
	})
}

// fataler is what *testing.T and *rapid.T have in common here.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func holds(t fataler, tag func(string) associates.Result, text string) {
	t.Helper()
	r := tag(text)
	switch r.Outcome {
	case associates.Tagged, associates.Replaced:
		if strings.Count(r.Text, "mysite-20") <= strings.Count(text, "mysite-20") && r.Had != "mysite-20" {
			t.Fatalf("%q became %q without the id", text, r.Text)
		}
		again := tag(r.Text)
		if again.Outcome != associates.Kept || again.Had != "mysite-20" || again.Text != r.Text {
			t.Fatalf("%q became %q, and that is read as %s with %q", text, r.Text, again.Outcome, again.Had)
		}
		if r.Outcome == associates.Tagged {
			bare := strings.NewReplacer("?tag=mysite-20", "", "&amp;tag=mysite-20", "", "&tag=mysite-20", "", "&AssociateTag=mysite-20", "", "mysite-20", "", "tag=", "").Replace(r.Text)
			if was := strings.NewReplacer("?tag=mysite-20", "", "&amp;tag=mysite-20", "", "&tag=mysite-20", "", "mysite-20", "", "tag=", "").Replace(text); len(bare) > len(was)+len("?AssociateTag=&amp;") {
				t.Fatalf("%q became %q: more than the id was added", text, r.Text)
			}
		}
	default:
		if r.Text != text {
			t.Fatalf("%q is %s and became %q", text, r.Outcome, r.Text)
		}
	}
}

// TestNothingButTheIDChanges takes addresses apart and holds every piece to be there afterwards, in its place.
func TestNothingButTheIDChanges(t *testing.T) {
	t.Parallel()
	ours, _ := associates.ParseStore("mysite-20")
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.StringMatching(`[A-Za-z0-9%+_.~=,;:@!*'()-]{0,12}`)
		path := "https://www.amazon.com/" + piece.Draw(t, "path") + "/dp/B0EXAMPLE1"
		params := rapid.SliceOfN(rapid.StringMatching(`[a-z]{2}[0-9]=[A-Za-z0-9%+_.~,;:@!*'()-]{0,9}`), 0, 5).Draw(t, "params")
		fragment := rapid.StringMatching(`(#[a-z/?]{0,6})?`).Draw(t, "fragment")
		text := path
		if len(params) > 0 {
			text += "?" + strings.Join(params, "&")
		}
		tagger := associates.Tagger{Stores: []associates.Store{ours}}
		r := tagger.Tag(text + fragment)
		sep := "?"
		if len(params) > 0 {
			sep = "&"
		}
		if want := text + sep + "tag=mysite-20" + fragment; r.Text != want {
			t.Fatalf("got %s\nwant %s", r.Text, want)
		}
		holds(t, tagger.Tag, text+fragment)
	})
}

func BenchmarkTag(b *testing.B) {
	ours, _ := associates.ParseStore("mysite-20")
	tagger := associates.Tagger{Stores: []associates.Store{ours}}
	b.ReportAllocs()
	for b.Loop() {
		if r := tagger.Tag("https://www.amazon.com/Some-Long-Product-Name/dp/B08N5WRWNW/ref=sr_1_1?keywords=lock&qid=1700000000&sr=8-1"); r.Outcome != associates.Tagged {
			b.Fatal(r.Outcome)
		}
	}
}
