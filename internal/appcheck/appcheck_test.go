package appcheck_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/apktest"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const pkg = "com.example.Reader"

func issue(t testing.TB, k admfake.AppKey) string {
	t.Helper()
	w := kit.DefaultWorld(0, nil)
	key, err := admfake.IssueAppKey(w, w.Profile(kit.Shop), k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// show makes inputs of files, and of texts that have a line break or no file of their name.
func show(t *testing.T, names ...string) []appcheck.Input {
	t.Helper()
	var all []appcheck.Input
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			all = append(all, appcheck.Input{Name: "the text given", R: strings.NewReader(name), Size: int64(len(name)), Pasted: true})
			continue
		}
		all = append(all, appcheck.Input{Name: filepath.Base(name), R: bytes.NewReader(text), Size: int64(len(text))})
	}
	return all
}

func codes(ps []problem.Problem) string {
	var all []string
	for _, p := range ps {
		all = append(all, strings.TrimPrefix(string(p.Code), "appkey."))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func of(t *testing.T, k apktest.Key) cert.Certificate {
	t.Helper()
	c, err := cert.New(k.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestApps holds what is said of apps as Debian's tools build and sign them, with the line to do next.
func TestApps(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	release, store, debug := b.Key("Release", "rsa"), b.Key("Store", "rsa"), b.Key("Android Debug", "ec")
	right := issue(t, admfake.AppKey{Package: pkg, Certificate: release.DER})
	all := apktest.Schemes(true, true, true)
	build := func(a apktest.App, keys ...apktest.Key) string {
		a.Package = pkg
		return b.Sign(b.Unsigned(a), all, keys...)
	}
	good := build(apktest.App{Key: right}, release)
	lower := issue(t, admfake.AppKey{Package: strings.ToLower(pkg), Certificate: release.DER})
	add := func(k apktest.Key) string {
		return "Add an API key in the console with package " + pkg + ", MD5 " + of(t, k).MD5() + ", SHA-256 " + of(t, k).SHA256() + "."
	}
	for _, c := range []struct {
		name, problems, notes, next string
		shown                       []string
		req                         appcheck.Request
	}{
		{name: "right", shown: []string{good}, next: "Nothing: the key is right, issued by the sandbox, for package " + pkg + ", for the certificate that signed the app."},
		{name: "right, and given again", shown: []string{good, right}, next: "Nothing: "},
		{name: "signed anew by a store", shown: []string{b.Sign(good, all, store)}, problems: "md5_mismatch sha256_mismatch", next: add(store)},
		{name: "another key given", shown: []string{good, lower}, problems: "package_case", notes: "two_keys", next: add(release)},
		{name: "key in small letters", shown: []string{build(apktest.App{Key: lower}, release)}, problems: "package_case", next: add(release)},
		{name: "line break", shown: []string{build(apktest.App{Key: right + "\n"}, release)}, problems: "white_space", next: "The key itself is good, its file is not"},
		{name: "no key", shown: []string{build(apktest.App{}, release)}, problems: "file_missing", next: add(release)},
		{name: "no key, and the right one given", shown: []string{build(apktest.App{}, release), b.File("api_key.txt", []byte(right))}, problems: "file_missing", next: "The key fits the app and is not in it: `lockkeeper appkey install api_key.txt`"},
		{name: "key elsewhere", shown: []string{build(apktest.App{Assets: map[string]string{"www/api_key.txt": right}}, release)}, problems: "file_misplaced", next: "It must lie at assets/api_key.txt"},
		{name: "key in the manifest, for signing in", shown: []string{build(apktest.App{MetaKey: right, SignsIn: true, NoFeature: true}, release)}, notes: "in_manifest", next: "Nothing: "},
		{name: "no feature", shown: []string{build(apktest.App{Key: right, NoFeature: true}, release)}, problems: "feature_missing", next: "Put <amazon:enable-feature"},
		{name: "signs in and receives, no feature", shown: []string{build(apktest.App{Key: right, NoFeature: true, SignsIn: true, Receiver: true}, release)}, problems: "feature_missing"},
		{name: "debug certificate in a release", shown: []string{build(apktest.App{Key: right}, debug)}, problems: "debug_certificate md5_mismatch sha256_mismatch", next: "Sign the release with a keystore of your own"},
		{name: "debug build with its key", shown: []string{build(apktest.App{Key: issue(t, admfake.AppKey{Package: pkg, Certificate: debug.DER}), Debug: true}, debug)}, notes: "debug_key"},
		{name: "not signed", shown: []string{b.Unsigned(apktest.App{Package: pkg, Key: right})}, problems: "not_signed", next: "Check the signed APK"},
		{name: "bundle", shown: []string{b.Sign(b.Bundle(apktest.App{Package: pkg, Key: right}), append(apktest.Schemes(true, false, false), "--min-sdk-version=21"), release)}, notes: "upload_certificate", next: "Nothing: the key is right, issued by the sandbox, for package " + pkg},
		{name: "a device's key", shown: []string{good}, req: appcheck.Request{ClientID: "amzn1.application-oa2-client.00EXAMPLE"}, problems: "other_profile"},
		{name: "key of the certificate shown", shown: []string{right, release.Cert}, next: "Nothing: the key is right"},
		{name: "made for a keystore's certificate", shown: []string{b.Sign(good, all, store), release.Cert}, problems: "md5_mismatch sha256_mismatch", next: add(store)},
		{name: "only a certificate", shown: []string{release.Cert}, next: "No key was given"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.req.Inputs, c.req.Sandbox = show(t, c.shown...), true
			r, err := appcheck.Check(t.Context(), c.req)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]string{c.problems, c.notes}, []string{codes(r.Problems), codes(r.Notes)}); d != "" {
				t.Errorf("problems and notes (-want +got):\n%s%v", d, r.Problems)
			}
			if !strings.HasPrefix(r.Next, c.next) || r.Next == "" || r.OK != (c.problems == "") {
				t.Errorf("ok %t, next %q, want %q", r.OK, r.Next, c.next)
			}
			if c.name == "made for a keystore's certificate" && !strings.Contains(r.Problems[0].Detail, "the key was made for "+filepath.Base(release.Cert)) {
				t.Errorf("it is not said what the key was made for: %s", r.Problems[0].Detail)
			}
		})
	}
}

// TestRotated holds that a key for the newer certificate of a rotated app is refused as the device does, and says why.
func TestRotated(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	first, last := b.Key("First", "rsa"), b.Key("Last", "rsa")
	flags := append(apktest.Schemes(false, true, true), "--lineage", b.Lineage(first, last), "--min-sdk-version=28")
	for _, c := range []struct {
		key             apktest.Key
		problems, notes string
	}{{first, "", ""}, {last, "md5_mismatch sha256_mismatch", "rotated"}} {
		app := b.Sign(b.Unsigned(apktest.App{Package: pkg, MinSDK: 28, Key: issue(t, admfake.AppKey{Package: pkg, Certificate: c.key.DER})}), flags, first, last)
		r, err := appcheck.Check(t.Context(), appcheck.Request{Inputs: show(t, app), Sandbox: true})
		if err != nil || codes(r.Problems) != c.problems || codes(r.Notes) != c.notes {
			t.Errorf("%v, %s, %s: %s", err, codes(r.Problems), codes(r.Notes), r.Next)
		}
	}
}

// TestFiles holds what is said of files that are none of those that can be checked.
func TestFiles(t *testing.T) {
	t.Parallel()
	b := apktest.New(t)
	key := b.Key("Release", "ec")
	for _, c := range []struct{ name, path, problems string }{
		{"binary", b.File("a.bin", []byte("\x7fELF\x02\x01\x01\x00")), "file_unknown"},
		{"a large binary", b.File("b.bin", make([]byte, 5<<20)), "file_too_large"},
		{"an archive of something", b.Zip("c.zip", map[string][]byte{"a.txt": nil}), "file_unknown"},
		{"an archive of APKs", b.Zip("d.apks", map[string][]byte{"base.apk": nil}), "archive_of_apps"},
		{"half an archive", b.File("e.apk", []byte("PK\x03\x04 cut off")), "file_damaged"},
		{"a private key", b.File("f.pem", pem.EncodeToMemory(&pem.Block{Type: "EXAMPLE"})), "other_credential"},
		{"half a certificate", b.File("g.der", key.DER[:len(key.DER)/2]), "file_unknown"},
		{"another kind of keystore", b.File("h.bks", []byte("\x00\x00\x00\x02\x00\x00\x00\x14EXAMPLE")), "keystore_unread"},
		{"half a keystore", b.File("i.jks", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00")), "file_damaged"},
	} {
		r, err := appcheck.Check(t.Context(), appcheck.Request{Inputs: show(t, c.path)})
		if err != nil || codes(r.Problems) != c.problems || r.OK || r.Next == "" {
			t.Errorf("%s: %v, %s, next %q", c.name, err, codes(r.Problems), r.Next)
		}
	}
}

// TestJSON holds the form that the issue's readers count on: ok, and problems with code, what and fix.
func TestJSON(t *testing.T) {
	t.Parallel()
	r, err := appcheck.Check(t.Context(), appcheck.Request{Inputs: show(t, issue(t, admfake.AppKey{Package: pkg}))})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var form struct {
		OK       *bool
		Problems []struct{ Code, What, Fix string }
	}
	if err := json.Unmarshal(text, &form); err != nil || form.OK == nil || *form.OK || len(form.Problems) == 0 || form.Problems[0].Fix == "" || !strings.HasPrefix(string(text), `{"ok":false,"problems":[{"code":"appkey.`) {
		t.Errorf("%v: %s", err, text)
	}
}
