package apk_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/apktest"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
)

func read(t *testing.T, path string) (*apk.App, error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return apk.Read(t.Context(), f, info.Size())
}

// printed are the SHA-256 fingerprints that `apksigner verify --print-certs` prints, in the form that we write them.
func printed(b *apktest.Builder, path, minimum string) []string {
	out := b.Run("apksigner", "verify", "--print-certs", "--min-sdk-version", minimum, path)
	var all []string
	for _, m := range regexp.MustCompile(`certificate SHA-256 digest: ([0-9a-f]{64})`).FindAllStringSubmatch(out, -1) {
		pairs := regexp.MustCompile(`..`).FindAllString(strings.ToUpper(m[1]), -1)
		all = append(all, strings.Join(pairs, ":"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func prints(all []cert.Certificate) []string {
	var out []string
	for _, c := range all {
		out = append(out, c.SHA256())
	}
	slices.Sort(out)
	return out
}

func schemes(a *apk.App) string {
	var out []string
	for _, s := range a.Schemes {
		text := s.Name
		if s.Broken != "" {
			text += "(" + s.Broken + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// TestSignedWith holds what is read against Debian's apksigner, for every scheme and kind of key.
func TestSignedWith(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	release, second, large, curve := b.Key("Release", "rsa"), b.Key("Second", "rsa"), b.Key("Large", "rsa4096"), b.Key("Curve", "ec")
	plain := b.Unsigned(apktest.App{Package: "com.example.Reader", Key: "a.b.c"})
	for _, c := range []struct {
		name, want string
		flags      []string
		keys       []apktest.Key
		minimum    string // version of Android from which apksigner verifies it
	}{
		{"v1 only", "v1", apktest.Schemes(true, false, false), []apktest.Key{release}, "21"},
		{"v2 only", "v2", append(apktest.Schemes(false, true, false), "--min-sdk-version=24"), []apktest.Key{release}, "24"},
		{"v3 only", "v3", append(apktest.Schemes(false, false, true), "--min-sdk-version=28"), []apktest.Key{release}, "28"},
		{"v1, v2 and v3", "v3 v2 v1", apktest.Schemes(true, true, true), []apktest.Key{release}, "21"},
		{"two signers", "v2 v1", apktest.Schemes(true, true, false), []apktest.Key{release, second}, "21"},
		{"RSA 4096", "v3 v2 v1", apktest.Schemes(true, true, true), []apktest.Key{large}, "21"},
		{"elliptic curve", "v3 v2 v1", apktest.Schemes(true, true, true), []apktest.Key{curve}, "21"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signed := b.Sign(plain, c.flags, c.keys...)
			a, err := read(t, signed)
			if err != nil {
				t.Fatal(err)
			}
			if got := schemes(a); got != c.want {
				t.Errorf("schemes %s, want %s", got, c.want)
			}
			var want []string
			for _, k := range c.keys {
				k, err := cert.New(k.DER)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, k.SHA256())
			}
			slices.Sort(want)
			if d := cmp.Diff(want, prints(a.Identities())); d != "" {
				t.Errorf("certificates (-want +got):\n%s", d)
			}
			if d := cmp.Diff(printed(b, signed, c.minimum), prints(a.Identities())); d != "" {
				t.Errorf("apksigner sees others (-apksigner +ours):\n%s", d)
			}
			if a.Manifest.Package != "com.example.Reader" || a.Manifest.MinSDK != 21 || !a.Manifest.Messaging || a.Key == nil || string(a.Key.Text) != "a.b.c" || a.Bundle {
				t.Errorf("read %+v, key %+v", a.Manifest, a.Key)
			}
		})
	}
}

// TestRotation holds that a rotated app is known by its first certificate, and that its later ones are told.
func TestRotation(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	first, middle, last := b.Key("First", "rsa"), b.Key("Middle", "ec"), b.Key("Last", "rsa")
	lineage := b.Lineage(first, middle, last)
	plain := b.Unsigned(apktest.App{Package: "com.example.reader", MinSDK: 28})
	signed := b.Sign(plain, append(apktest.Schemes(false, true, true), "--lineage", lineage, "--min-sdk-version=28"), first, last)
	a, err := read(t, signed)
	if err != nil {
		t.Fatal(err)
	}
	var want [3]cert.Certificate
	for i, k := range []apktest.Key{first, middle, last} {
		if want[i], err = cert.New(k.DER); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(prints(want[:1]), prints(a.Identities())); d != "" {
		t.Errorf("identities (-want +got):\n%s%s", d, schemes(a))
	}
	if d := cmp.Diff(prints(want[1:]), prints(a.Rotated())); d != "" {
		t.Errorf("rotated (-want +got):\n%s%s", d, schemes(a))
	}
	if got := schemes(a); got != "v3 v2" {
		t.Errorf("schemes %s", got)
	}

	// v3.1 is v3 under another id; nothing covers the id, so that it can be changed.
	text, err := os.ReadFile(signed)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte{0xc0, 0x68, 0x53, 0xf0}, []byte{0x61, 0xad, 0x93, 0x1b}, 1)
	if a, err = apk.Read(t.Context(), bytes.NewReader(text), int64(len(text))); err != nil || schemes(a) != "v3.1 v2" {
		t.Fatalf("%v, schemes %s", err, schemes(a))
	}
	if d := cmp.Diff(prints(want[:1]), prints(a.Identities())); d != "" {
		t.Errorf("identities with v3.1 (-want +got):\n%s", d)
	}
}

// TestBundle reads an app bundle: its manifest is a message, its signature a jar's.
func TestBundle(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	upload := b.Key("Upload", "rsa")
	signed := b.Sign(b.Bundle(apktest.App{Package: "com.example.reader", Key: "a.b.c", SignsIn: true, NoFeature: true}), append(apktest.Schemes(true, false, false), "--min-sdk-version=21"), upload)
	a, err := read(t, signed)
	if err != nil {
		t.Fatal(err)
	}
	want, err := cert.New(upload.DER)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Bundle || a.Manifest.Package != "com.example.reader" || a.Manifest.Messaging || !a.Manifest.SignsIn || a.Manifest.MinSDK != 21 || a.Key == nil || string(a.Key.Text) != "a.b.c" {
		t.Errorf("read %+v, unread %v, key %+v", a.Manifest, a.Unread, a.Key)
	}
	if schemes(a) != "v1" || !cmp.Equal(prints(a.Identities()), []string{want.SHA256()}) {
		t.Errorf("schemes %s, %v", schemes(a), prints(a.Identities()))
	}
}
