package apk_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/apktest"
)

func load(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readBytes(t *testing.T, text []byte) (*apk.App, error) {
	t.Helper()
	return apk.Read(t.Context(), bytes.NewReader(text), int64(len(text)))
}

// TestDamaged cuts an app off at many places and changes single bytes of it: each gives an answer, and none that the file is whole.
func TestDamaged(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	whole := load(t, b.Sign(b.Unsigned(apktest.App{Package: "com.example.reader", Key: "a.b.c"}), apktest.Schemes(true, true, true), b.Key("Release", "rsa")))
	if a, err := readBytes(t, whole); err != nil || schemes(a) != "v3 v2 v1" {
		t.Fatalf("the whole one: %v", err)
	}
	for i := range 100 {
		cut := whole[:len(whole)*i/100]
		if a, err := readBytes(t, cut); err == nil {
			t.Errorf("cut off at %d of %d: %s", len(cut), len(whole), schemes(a))
		} else if !errors.Is(err, apk.ErrDamaged) && !errors.Is(err, apk.ErrNotAnApp) {
			t.Errorf("cut off at %d: %v", len(cut), err)
		}
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/150 {
		if whole[i] == 0 { // the block is filled up with zeros, which nothing covers
			continue
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 0x21
		if a, err := readBytes(t, changed); err == nil && schemes(a) == "v3 v2 v1" {
			t.Errorf("a change at %d of %d was not seen", i, len(whole))
		}
	}
}

// TestTamperedWith holds what is said of an app that was changed with care.
func TestTamperedWith(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	key := b.Key("Release", "rsa")
	both := load(t, b.Sign(b.Unsigned(apktest.App{Package: "com.example.reader"}), apktest.Schemes(true, true, false), key))

	stripped := withoutBlock(t, both)
	if a, err := readBytes(t, stripped); err != nil || !strings.Contains(schemes(a), "newer signature was taken out") {
		t.Errorf("without its newer signature: %v, %+v", err, a)
	}
	v1 := load(t, b.Sign(b.Unsigned(apktest.App{Package: "com.example.reader"}), apktest.Schemes(true, false, false), key))
	added := repack(t, v1, map[string]string{"assets/api_key.txt": "put in later"})
	if a, err := readBytes(t, added); err != nil || schemes(a) != "v1(assets/api_key.txt was put in after the app was signed)" {
		t.Errorf("with a key put in later: %v, %+v", err, a)
	}
	twice := repack(t, v1, map[string]string{"AndroidManifest.xml": "another"})
	if a, err := readBytes(t, twice); err != nil || strings.Join(a.Twice, " ") != "AndroidManifest.xml" {
		t.Errorf("with two manifests: %v, %+v", err, a)
	}
}

// withoutBlock cuts the signing block out, as an attacker does who wants an older scheme to count.
func withoutBlock(t *testing.T, text []byte) []byte {
	t.Helper()
	mark := bytes.LastIndex(text, []byte("APK Sig Block 42"))
	if mark < 0 {
		t.Fatal("it has no signing block")
	}
	end := mark + 16
	start := end - int(binary.LittleEndian.Uint64(text[mark-8:])) - 8
	out := append(bytes.Clone(text[:start]), text[end:]...)
	binary.LittleEndian.PutUint32(out[len(out)-6:], uint32(start))
	return out
}

// repack copies an archive file by file and appends others.
func repack(t *testing.T, text []byte, more map[string]string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range more {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// one writes an archive of one entry whose claims are what the test wants.
func one(name string, method uint16, packed []byte, claimed uint32, content []byte) []byte {
	var out bytes.Buffer
	le := binary.LittleEndian
	local := make([]byte, 30)
	le.PutUint32(local, 0x04034b50)
	le.PutUint16(local[8:], method)
	le.PutUint16(local[26:], uint16(len(name)))
	out.Write(local)
	out.WriteString(name)
	out.Write(packed)
	at := out.Len()
	entry := make([]byte, 46)
	le.PutUint32(entry, 0x02014b50)
	le.PutUint16(entry[10:], method)
	le.PutUint32(entry[16:], crc32.ChecksumIEEE(content))
	le.PutUint32(entry[20:], uint32(len(packed)))
	le.PutUint32(entry[24:], claimed)
	le.PutUint16(entry[28:], uint16(len(name)))
	out.Write(entry)
	out.WriteString(name)
	end := make([]byte, 22)
	le.PutUint32(end, 0x06054b50)
	le.PutUint16(end[8:], 1)
	le.PutUint16(end[10:], 1)
	le.PutUint32(end[12:], uint32(out.Len()-at))
	le.PutUint32(end[16:], uint32(at))
	out.Write(end)
	return out.Bytes()
}

// TestBombs holds that what unpacks to far more than it should is not unpacked.
func TestBombs(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create("AndroidManifest.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 40 {
		if _, err := f.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := readBytes(t, packed.Bytes())
	if err != nil || a.Unread == nil || !strings.Contains(a.Unread.Error(), "41943040 bytes unpacked") {
		t.Errorf("40 MB from %d KB: %v %+v", packed.Len()>>10, err, a)
	}
	deflated := packed.Bytes()[30+len("AndroidManifest.xml"):][:20_000]
	a, err = readBytes(t, one("AndroidManifest.xml", 8, deflated, 1000, nil)) // and says that it is a kilobyte
	if err != nil || a.Unread == nil || !strings.Contains(a.Unread.Error(), "does not unpack to what the archive says") {
		t.Errorf("a false claim: %v %+v", err, a)
	}
	a, err = readBytes(t, one("AndroidManifest.xml", 8, nil, 0xfffffff0, nil))
	if err != nil || a.Unread == nil || !strings.Contains(a.Unread.Error(), "4294967280 bytes unpacked") {
		t.Errorf("an entry of 4 GB: %v %+v", err, a)
	}
}

// TestNames holds that a name is never a path: the key is found only where devices look, and is named where it lies elsewhere.
func TestNames(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	for _, name := range []string{
		"../assets/api_key.txt", "/assets/api_key.txt", `assets\api_key.txt`, "./assets/api_key.txt", "assets//api_key.txt", "Assets/api_key.txt", "assets/API_KEY.TXT",
		"assets/api_key.txt.txt", "assets/apikey.txt", "api_key.txt", "res/raw/api_key.txt", "assets/www/api_key.txt", "base/assets/api_key.txt", "assets/api-key.txt",
	} {
		a, err := read(t, b.Zip("names.apk", map[string][]byte{"AndroidManifest.xml": {}, name: []byte("a.b.c")}))
		if err != nil || a.Key != nil || len(a.Misplaced) != 1 || a.Misplaced[0] != name {
			t.Errorf("%s: %v, %+v", name, err, a)
		}
	}
	if left, err := filepath.Glob(filepath.Join(b.Dir, "*")); err != nil || len(left) != 1 {
		t.Errorf("beside the archive there is now %v %v", left, err)
	}
}

// TestLarge holds that a file of two gigabytes ends in a sentence at once: what is larger than an APK can be, and what is all zeros.
func TestLarge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "large.apk")
	if err := os.WriteFile(path, []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]error{1<<31 - 1: apk.ErrDamaged, 1 << 31: apk.ErrTooLarge, 1 << 40: apk.ErrTooLarge} {
		if err := os.Truncate(path, size); err != nil { // takes no room: it is a hole
			t.Fatal(err)
		}
		if _, err := read(t, path); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// TestOtherArchives holds what is said of archives that are no app.
func TestOtherArchives(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	for want, files := range map[error]map[string][]byte{
		apk.ErrNotAnApp: {"word/document.xml": nil},
		apk.ErrOfApps:   {"base.apk": nil, "config.de.apk": nil, "toc.pb": nil},
	} {
		if _, err := read(t, b.Zip("other.zip", files)); !errors.Is(err, want) {
			t.Errorf("%v: %v", want, err)
		}
	}
}
