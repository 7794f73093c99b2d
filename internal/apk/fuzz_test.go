package apk

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/apktest"
)

// built is the app that all targets begin with.
var built struct {
	once sync.Once
	app  []byte
}

// sample is an app that is signed in every way, by Debian's tools.
func sample(tb testing.TB) []byte {
	tb.Helper()
	built.once.Do(func() { built.app = build(tb) })
	if built.app == nil {
		tb.Fatal("the app could not be built")
	}
	return built.app
}

func build(tb testing.TB) []byte {
	tb.Helper()
	b := apktest.New(tb)
	key := b.Key("Release", "ec")
	text, err := os.ReadFile(b.Sign(b.Unsigned(apktest.App{Package: "com.example.reader", Key: "a.b.c", MetaKey: "a.b.c"}), apktest.Schemes(true, true, true), key))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// inside is a file of an archive.
func inside(tb testing.TB, text []byte, name string) []byte {
	tb.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		tb.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		tb.Fatal(err)
	}
	return content
}

// FuzzApp holds that no file breaks the reader as a whole.
func FuzzApp(f *testing.F) {
	f.Add(sample(f))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := Read(t.Context(), bytes.NewReader(text), int64(len(text)))
		if (a == nil) == (err == nil) {
			t.Errorf("neither an app nor an error: %v", err)
		}
		if a != nil {
			a.Identities()
			a.Rotated()
		}
	})
}

// FuzzSigningBlock holds that no signing block breaks the reader, and that none of its making holds: what it vouches for is another file.
func FuzzSigningBlock(f *testing.F) {
	text := sample(f)
	z, err := openZip(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		f.Fatal(err)
	}
	_, values, err := z.signingBlock()
	if err != nil || len(values) != 2 {
		f.Fatalf("%d schemes: %v", len(values), err)
	}
	for id, v := range values {
		f.Add(v, id != idV2)
	}
	f.Fuzz(func(t *testing.T, value []byte, v3 bool) {
		s := Scheme{Name: "v2"}
		if v3 {
			s.Name = "v3"
		}
		other := &archive{r: bytes.NewReader(make([]byte, 100)), size: 100, listing: 50, end: 78}
		if s.read(t.Context(), value, &digester{z: other, block: 50}) == nil {
			t.Error("a signature holds for a file that it was not made for")
		}
	})
}

// FuzzLineage holds that no proof of rotation breaks the reader.
func FuzzLineage(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if all, err := readLineage(b, Signer{}.Certificate); err == nil {
			t.Errorf("%d certificates that end with none", len(all))
		}
	})
}

// FuzzPKCS7 holds that no block breaks the reader, and that none holds for a text that nobody signed.
func FuzzPKCS7(f *testing.F) {
	text := sample(f)
	block := inside(f, text, "META-INF/"+jarName(f, text)+".EC")
	if certs, err := readPKCS7(block, inside(f, text, "META-INF/"+jarName(f, text)+".SF")); err != nil || len(certs) != 1 {
		f.Fatalf("%d signers: %v", len(certs), err)
	}
	f.Add(block)
	f.Fuzz(func(t *testing.T, block []byte) {
		if certs, err := readPKCS7(block, []byte("nobody signed this")); err == nil {
			t.Errorf("%d signers of what nobody signed", len(certs))
		}
	})
}

func jarName(tb testing.TB, text []byte) string {
	tb.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range z.File {
		if name, ok := bytes.CutSuffix([]byte(f.Name), []byte(".SF")); ok {
			return string(name[len("META-INF/"):])
		}
	}
	tb.Fatal("it has no v1 signature")
	return ""
}

// FuzzManifest holds that no manifest breaks either reader.
func FuzzManifest(f *testing.F) {
	f.Add(inside(f, sample(f), "AndroidManifest.xml"))
	b := apktest.New(f)
	bundle, err := os.ReadFile(b.Bundle(apktest.App{Package: "com.example.reader", Receiver: true}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(inside(f, bundle, "base/manifest/AndroidManifest.xml"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, n Manifest
		_, _ = m.readBinary(b), n.readProto(b)
		if len(m.Package) > len(b)*2 || len(n.Package) > len(b) {
			t.Errorf("a package of %d letters in %d bytes", max(len(m.Package), len(n.Package)), len(b))
		}
	})
}

// FuzzJar holds that no manifest of a jar breaks the reader.
func FuzzJar(f *testing.F) {
	f.Add([]byte("Manifest-Version: 1.0\r\n\r\nName: assets/api\r\n _key.txt\r\nSHA-256-Digest: AAAA\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for n := 0; len(text) > 0; n++ {
			one, rest := section(text)
			attributes(one)
			if len(rest) >= len(text) {
				t.Fatal("it does not come to an end")
			}
			text = rest
		}
	})
}
