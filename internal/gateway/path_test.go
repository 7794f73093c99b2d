package gateway

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/ads"
)

// A1: whatever two servers could read in two ways is refused.
func TestA1_PathsThatCouldBeReadInTwoWays(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                         pathForm,
		"v2/profiles":              pathForm,
		"//evil.example/x":         pathSegment,
		"/v2//profiles":            pathSegment,
		"/v2/profiles/":            pathSegment,
		"/v2/./profiles":           pathSegment,
		"/v2/../sp/campaigns":      pathSegment,
		"/v2/.../profiles":         pathSegment,
		"/v2/..":                   pathSegment,
		`/\evil.example/x`:         pathCharacter,
		`/v2\profiles`:             pathCharacter,
		"/v2/..;/sp/campaigns":     pathCharacter,
		"/v2;a=b/profiles":         pathCharacter,
		"/v2/profiles#x":           pathCharacter,
		"/v2/pro files":            pathCharacter,
		"/v2/pro\tfiles":           pathCharacter,
		"/v2/pro\x00files":         pathCharacter,
		"/v2/pro\r\nX: y":          pathCharacter,
		"/v2/pro\xfffiles":         pathCharacter,
		"/%2f%2fevil.example/x":    pathEscape,
		"/v2%2Fprofiles":           pathEscape,
		"/v2/%2e%2e/sp":            pathEscape,
		"/v2/.%2e/sp":              pathEscape,
		"/v2/%5cprofiles":          pathEscape,
		"/v2/%00":                  pathEscape,
		"/v2/%0d%0aX:%20y":         pathEscape,
		"/v2/%09":                  pathEscape,
		"/v2/%252e%252e/sp":        pathEscape,
		"/v2/..%3b/sp":             pathEscape,
		"/v2/%c0%af":               pathEscape,
		"/v2/%e0%80%af":            pathEscape,
		"/v2/%zz":                  pathEscape,
		"/v2/%2":                   pathEscape,
		"/v2/%":                    pathEscape,
		"/v2/%3Fa=b":               pathEscape,
		"/v2/%23":                  pathEscape,
		"/":                        "",
		"/v2/profiles":             "",
		"/v2/@user:x":              "",
		"/a.b/c..d/.hidden/x.json": "",
	} {
		got, why := canonicalPath(raw)
		if why != want {
			t.Errorf("%q: refused because %q, want %q", raw, why, want)
		}
		if why == "" && got != raw {
			t.Errorf("%q became %q", raw, got)
		}
	}
	for raw, want := range map[string]string{
		"/sp/%63ampaigns": "/sp/campaigns",
		"/x/%7e%2D":       "/x/~-",
		"/x/%e2%82%ac":    "/x/%E2%82%AC",
		"/x/%20y":         "/x/%20y",
		"/x/%3a":          "/x/:",
	} {
		if got, why := canonicalPath(raw); got != want || why != "" {
			t.Errorf("%q became %q (%s), want %q", raw, got, why, want)
		}
	}
}

// checkCanonical holds what every accepted path must be.
func checkCanonical(t interface{ Fatalf(string, ...any) }, raw string) {
	got, why := canonicalPath(raw)
	if why != "" {
		if got != "" {
			t.Fatalf("%q is refused and given as %q", raw, got)
		}
		return
	}
	if again, why := canonicalPath(got); again != got || why != "" {
		t.Fatalf("%q became %q, which becomes %q (%s)", raw, got, again, why)
	}
	u, err := url.ParseRequestURI(got)
	if err != nil || u.Host != "" || u.RawQuery != "" || u.EscapedPath() != got {
		t.Fatalf("%q became %q, which a URL parser reads as %+v (%v)", raw, got, u, err)
	}
	if plain := u.Path; path.Clean(plain) != plain || strings.ContainsAny(plain, "\\;\x00\r\n%#?") {
		t.Fatalf("%q became %q, which stands for %q", raw, got, plain)
	}
	rawPlain, err := url.PathUnescape(raw)
	if err != nil || rawPlain != u.Path {
		t.Fatalf("%q became %q, which is another path", raw, got)
	}
}

func FuzzCanonicalPath(f *testing.F) {
	for _, s := range []string{"/v2/profiles", "/%2f", "//x", "/a/../b", "/%e2%82%ac", "/a;b", "/.%2e/", "/%C0%AF", "/x/%41"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) { checkCanonical(t, raw) })
}

// H2: no spelling of a listed path is taken for anything but that operation, or it is refused.
func TestH2_NoSpellingEscapesItsOperation(t *testing.T) {
	t.Parallel()
	p := newProgram(ads.New())
	rapid.Check(t, func(r *rapid.T) {
		op := rapid.SampledFrom(p.all).Draw(r, "operation")
		plain := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
		raw := misspell(r, plain)
		got, why := canonicalPath(raw)
		if why != "" {
			return
		}
		found, why := p.match(op.Method, got)
		if why != "" {
			return
		}
		if got != plain && strings.EqualFold(strings.TrimRight(got, "/"), plain) && found == p.unlisted {
			r.Fatalf("%q went through as unlisted", raw)
		}
		if got == plain && found == p.unlisted {
			r.Fatalf("%q is listed as %s and was not found", got, op.name)
		}
	})
}

// misspell writes a path in one of the ways that have fooled path checks.
func misspell(r *rapid.T, plain string) string {
	var b strings.Builder
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		switch rapid.IntRange(0, 12).Draw(r, "how") {
		case 0:
			b.WriteString(url.PathEscape(string(c)))
		case 1:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		case 2:
			b.WriteString(strings.ToUpper(string(c)))
		case 3:
			if c == '/' {
				b.WriteString(rapid.SampledFrom([]string{"//", "/./", "/x/../", "%2f", "/;/", "\\"}).Draw(r, "slash"))
				continue
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + rapid.SampledFrom([]string{"", "", "", "/", "/.", "%20", ";x", "#", "%00"}).Draw(r, "end")
}

// Every listed operation is found by its own method and path.
func TestEveryOperationIsFound(t *testing.T) {
	t.Parallel()
	p := newProgram(ads.New())
	for _, op := range p.all {
		plain := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
		got, why := p.match(op.Method, plain)
		if why != "" || got.name != op.name {
			t.Errorf("%s %s is %s (%s), want %s", op.Method, plain, got.name, why, op.name)
		}
	}
	for _, c := range []struct{ method, path, why string }{
		{"GET", "/V2/profiles", pathSpelling}, {"POST", "/sp/Campaigns/list", pathSpelling}, {"GET", "/sp/whatever", ""},
	} {
		if got, why := p.match(c.method, c.path); why != c.why || (why == "" && got.Effect != "write") {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, why, c.why)
		}
	}
	if got, _ := p.match("HEAD", "/v2/profiles"); got.name != "ads.profiles.list" {
		t.Errorf("HEAD is %s", got.name)
	}
}
