package associates_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/associates"
)

func TestTagLine(t *testing.T) {
	t.Parallel()
	tagger := associates.Tagger{Stores: stores(t, "mysite-20")}
	const u, v = "https://www.amazon.com/dp/B08N5WRWNW", "https://www.amazon.com/dp/B08N5WRWNW?tag=mysite-20"
	for _, tt := range []struct {
		name, in, want string
		format         associates.Format
		outcomes       string
	}{
		{name: "alone", in: u, want: v, outcomes: "tagged"},
		{name: "in a sentence", in: "See " + u + ", or (" + u + ").", want: "See " + v + ", or (" + v + ").", outcomes: "tagged;tagged"},
		{name: "Markdown", in: "[lock](" + u + ") **" + u + "** <" + u + ">", want: "[lock](" + v + ") **" + v + "** <" + v + ">", outcomes: "tagged;tagged;tagged"},
		{name: "brackets of the address", in: "https://www.amazon.com/s?k=(a) x", want: "https://www.amazon.com/s?k=(a)&tag=mysite-20 x", outcomes: "tagged"},
		{name: "table", format: associates.Cells, in: "1," + u + "?x=1,9.99;" + u, want: "1," + u + "?x=1&tag=mysite-20,9.99;" + v, outcomes: "tagged;tagged"},
		{name: "quoted cell", format: associates.Cells, in: `"` + u + `?x=1,2","b"`, want: `"` + u + `?x=1,2&tag=mysite-20","b"`, outcomes: "tagged"},
		{name: "comma that may part", in: "a " + u + "?x=1,9.99", want: "a " + u + "?x=1,9.99", outcomes: "left unclear_end"},
		{name: "comma on a line of its own", in: u + "?rh=a,b", want: u + "?rh=a,b&tag=mysite-20", outcomes: "tagged"},
		{name: "JSON that escapes", in: `{"u": ` + u + `?a=1\u0026tag=x-20}`, want: `{"u": ` + u + `?a=1\u0026tag=x-20}`, outcomes: "left unclear_end"},
		{name: "feed", in: "<link>" + u + "?a=1&amp;b=2</link>", want: "<link>" + u + "?a=1&amp;b=2&amp;tag=mysite-20</link>", outcomes: "tagged"},
		{name: "typographic quotes", in: "„" + u + "“", want: "„" + v + "“", outcomes: "tagged"},
		{name: "others pass", in: "https://example.com/?u=x ftp://www.amazon.com/dp/B08N5WRWNW", want: "https://example.com/?u=x ftp://www.amazon.com/dp/B08N5WRWNW"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			out := tagger.TagLine(tt.in, tt.format, func(_ int, r associates.Result) { got = append(got, seen(r)) })
			if diff := cmp.Diff(tt.want, out); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
			if s := strings.Join(got, ";"); s != tt.outcomes {
				t.Errorf("outcomes %q, want %q", s, tt.outcomes)
			}
		})
	}
}

const pageIn = `<!doctype html><html><head><meta name="referrer" content="no-referrer"><title><a href="https://www.amazon.com/dp/B0TITLE0001"></title>
<script>var u = "<a href='https://www.amazon.com/dp/B0SCRIPT001'>"</script></head><body>
<!-- <a href="https://www.amazon.com/dp/B0COMMENT01"> -->
<a href="https://www.amazon.com/dp/B0EXAMPLE1?th=1&amp;psc=1" rel="sponsored nofollow">one</a>
<A HREF = ' https://www.amazon.com/dp/B0EXAMPLE2 ' rel="noreferrer">two</A>
<a href=https://www.amazon.com/dp/B0EXAMPLE3>three</a>
<a href="www.amazon.com/dp/B0EXAMPLE4">four</a>
<a href="https://www.amazon.com/dp/B0EXAMPLE5?tag=mysite-20&amp;linkCode=ogi&amp;th=1" rel="nofollow">five</a>
<a href="https://www.amazon.de/dp/B0EXAMPLE6">six</a>
<a href="https&#58;//www.amazon.com/dp/B0EXAMPLE7">seven</a>
<iframe src="https://www.amazon.com/dp/B0EXAMPLE8"></iframe>
<a href="https://example.com/" title='<a href="https://www.amazon.com/dp/B0EXAMPLE9">'>eight</a>
<a href="https://www.amazon.com/dp/B0EXAMPLE0`

func TestTagPage(t *testing.T) {
	t.Parallel()
	tagger := associates.Tagger{Stores: stores(t, "mysite-20")}
	var got []string
	out, notes := tagger.TagPage(pageIn, func(at int, r associates.Result) {
		got = append(got, fmt.Sprintf("%d %s %s", strings.Count(pageIn[:at], "\n")+1, r.Link.ASIN, seen(r)))
	})
	want := []string{
		"4 B0EXAMPLE1 tagged",
		"5 B0EXAMPLE2 tagged referrer_hidden (rel_missing)",
		"6 B0EXAMPLE3 tagged (rel_missing)",
		"7 B0EXAMPLE4 left not_a_link",
		"8 B0EXAMPLE5 vended",
		"9 B0EXAMPLE6 refused tag_wrong_country",
		"10 B0EXAMPLE7 left unclear_end",
		"11 B0EXAMPLE8 left framed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	changed := strings.NewReplacer("B0EXAMPLE1?th=1&amp;psc=1", "B0EXAMPLE1?th=1&amp;psc=1&amp;tag=mysite-20",
		"B0EXAMPLE2", "B0EXAMPLE2?tag=mysite-20", "B0EXAMPLE3", "B0EXAMPLE3?tag=mysite-20").Replace(pageIn)
	if diff := cmp.Diff(changed, out); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	if s := seen(associates.Result{Notes: notes}); s != "referrer_hidden (disclosure_missing)" {
		t.Errorf("of the page: %s", s)
	}
	if _, notes := tagger.TagPage("<p>As an Amazon Associate I earn.</p>"+`<a href="https://www.amazon.com/?tag=mysite-20">`, func(int, associates.Result) {}); len(notes) > 0 {
		t.Errorf("a page that says it: %v", notes)
	}
}

// FuzzPage holds that no page panics, that what is reported lies within it, and that a second reading finds nothing more to tag.
func FuzzPage(f *testing.F) {
	f.Add(pageIn)
	f.Add("<a href=https://amazon.com>x</a><a href='//www.amazon.com?x&#38;y'><script><!--</script>")
	ours, _ := associates.ParseStore("mysite-20")
	tagger := associates.Tagger{Stores: []associates.Store{ours}}
	f.Fuzz(func(t *testing.T, src string) {
		changed := 0
		out, _ := tagger.TagPage(src, func(at int, r associates.Result) {
			if at < 0 || at >= len(src) || src[at] != '<' {
				t.Fatalf("a link at %d of %d", at, len(src))
			}
			if r.Outcome == associates.Tagged {
				changed++
			}
		})
		if changed == 0 && out != src {
			t.Fatalf("nothing was tagged, and %q became %q", src, out)
		}
		if len(out) > len(src)+changed*len("?AssociateTag=mysite-20&amp;") {
			t.Fatalf("%q became %q", src, out)
		}
		again, _ := tagger.TagPage(out, func(_ int, r associates.Result) {
			if r.Outcome == associates.Tagged {
				t.Fatalf("%q became %q, in which %q is tagged again", src, out, r.Link.Text)
			}
		})
		if again != out {
			t.Fatalf("%q became %q, then %q", src, out, again)
		}
	})
}

// FuzzLine does the same for lines.
func FuzzLine(f *testing.F) {
	f.Add("See https://www.amazon.com/dp/B08N5WRWNW, or (http://amzn.to/x).", true)
	f.Add(`"https://www.amazon.com/s?k=a,b",1;https://amazon.com\u0026`, false)
	ours, _ := associates.ParseStore("mysite-20")
	tagger := associates.Tagger{Stores: []associates.Store{ours}}
	f.Fuzz(func(t *testing.T, line string, cells bool) {
		format := associates.Plain
		if cells {
			format = associates.Cells
		}
		out := tagger.TagLine(line, format, func(at int, r associates.Result) {
			if at < 0 || at >= len(line) {
				t.Fatalf("a link at %d of %d", at, len(line))
			}
		})
		if again := tagger.TagLine(out, format, func(int, associates.Result) {}); again != out {
			t.Fatalf("%q became %q, then %q", line, out, again)
		}
	})
}
