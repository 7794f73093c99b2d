package appkey_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const pkg = "com.example.Reader"

// issue has the sandbox's console issue a key.
func issue(t testing.TB, k admfake.AppKey) string {
	t.Helper()
	w := kit.DefaultWorld(0, kit.FrozenClock(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)))
	key, err := admfake.IssueAppKey(w, w.Profile(kit.Shop), k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// certificate is some bytes that stand for a certificate in DER: a sequence is all that fingerprints need.
func certificate(t testing.TB, name string) cert.Certificate {
	t.Helper()
	c, err := cert.New(append([]byte{0x30, byte(len(name))}, name...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func seen(c cert.Certificate, name string, debug bool) appkey.Certificate {
	return appkey.Certificate{MD5: c.MD5(), SHA256: c.SHA256(), Name: name, Debug: debug}
}

// wide writes a text as editors of Windows write Unicode.
func wide(s string, big bool) string {
	out := []byte{0xff, 0xfe}
	if big {
		out = []byte{0xfe, 0xff}
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func wrap(s string, n int, with string) string {
	var lines []string
	for ; len(s) > n; s = s[n:] {
		lines = append(lines, s[:n])
	}
	return strings.Join(append(lines, s), with)
}

// TestVerdicts is the table of keys: right ones, and each way of being wrong, with everything that is found.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	release, store, debug := certificate(t, "release"), certificate(t, "store"), certificate(t, "debug")
	w := kit.DefaultWorld(0, nil)
	app := appkey.App{Package: pkg, Certificates: []appkey.Certificate{seen(release, "release", false)}, ClientID: w.Profile(kit.Shop).ClientID, Signer: appkey.Sandbox}
	right := issue(t, admfake.AppKey{Package: pkg, Certificate: release.DER})
	parts := strings.Split(right, ".")
	change := func(do func(claims map[string]any)) string {
		return issue(t, admfake.AppKey{Package: pkg, Certificate: release.DER, Change: do})
	}
	set := func(name string, to any) string { return change(func(c map[string]any) { c[name] = to }) }
	without := func(names ...string) string {
		return change(func(c map[string]any) {
			for _, n := range names {
				delete(c, n)
			}
		})
	}
	signed := func(header, payload string) string {
		key, err := admfake.SignAppKey([]byte(header), []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	raw := func(part string) string {
		text, err := base64.StdEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	with := func(do func(a *appkey.App)) *appkey.App {
		b := app
		do(&b)
		return &b
	}
	signedWith := func(all ...appkey.Certificate) *appkey.App {
		return with(func(a *appkey.App) { a.Certificates = all })
	}
	const noClaims = "appkey.ids_missing appkey.issuer appkey.no_client_id"
	cases := []struct {
		name, text, problems, notes string
		app                         *appkey.App
		pasted                      bool
	}{
		{name: "right", text: right},
		{name: "right, pasted with a line break", text: "  " + right + "\n", pasted: true},
		{name: "right, version 2 of 2014", text: issue(t, admfake.AppKey{Package: pkg, Certificate: release.DER, Version: "2"}), notes: "appkey.no_sha256"},
		{name: "right, version 1", text: change(func(c map[string]any) { c["ver"] = "1"; delete(c, "endpoints"); delete(c, "appFamilyId") })},
		{name: "right, nothing known of the app", text: right, app: &appkey.App{Signer: appkey.Sandbox}},
		{name: "right, one of two signers", text: right, app: signedWith(seen(store, "store", false), seen(release, "release", false))},
		{name: "right, fingerprints in small letters", text: change(func(c map[string]any) {
			c["appsig"], c["appsigSha256"] = strings.ToLower(release.MD5()), strings.ToLower(release.SHA256())
		})},
		{name: "right, fingerprints without colons", text: change(func(c map[string]any) {
			c["appsig"] = strings.ReplaceAll(release.MD5(), ":", "")
		})},
		{name: "right, endpoints of Europe", text: set("endpoints", map[string]string{"authz": "https://eu.account.amazon.com/ap/oa", "tokenExchange": "https://api.amazon.co.uk/auth/o2/token"})},
		{name: "right, more claims", text: change(func(c map[string]any) { c["scopes"], c["perm"] = []string{"profile"}, []string{"x"} })},
		{name: "right, iOS", text: issue(t, admfake.AppKey{Bundle: "com.example.reader"}), app: with(func(a *appkey.App) { a.IOS = true })},

		{name: "nothing", text: "", problems: "appkey.empty"},
		{name: "blanks", text: " \r\n\t\n", problems: "appkey.empty"},
		{name: "zeros", text: strings.Repeat("\x00", 100), problems: "appkey.empty"},
		{name: "only a byte order mark", text: "\ufeff", problems: "appkey.bom appkey.empty"},
		{name: "sample's text", text: "<PUT YOUR AMAZON API KEY HERE, SEE THE README OF THE SAMPLE PROJECT>", problems: "appkey.placeholder"},
		{name: "another sample's text", text: "INSERT_API_KEY_HERE", problems: "appkey.placeholder"},
		{name: "YOUR_API_KEY", text: "YOUR_API_KEY\n", problems: "appkey.placeholder"},
		{name: "byte order mark", text: "\ufeff" + right, problems: "appkey.bom"},
		{name: "UTF-16, small end first", text: wide(right, false), problems: "appkey.encoding"},
		{name: "UTF-16, big end first, line break", text: wide(right+"\r\n", true), problems: "appkey.encoding appkey.white_space"},
		{name: "line break at the end", text: right + "\n", problems: "appkey.white_space"},
		{name: "Windows' line break at the end", text: right + "\r\n", problems: "appkey.white_space"},
		{name: "blank before", text: " " + right, problems: "appkey.white_space"},
		{name: "no-break space at the end", text: right + "\u00a0", problems: "appkey.white_space"},
		{name: "blank within", text: right[:300] + " " + right[300:], problems: "appkey.white_space"},
		{name: "zero width space within", text: right[:300] + "\u200b" + right[300:], problems: "appkey.white_space"},
		{name: "quotes", text: `"` + right + `"`, problems: "appkey.quotes"},
		{name: "typographic quotes", text: "\u201c" + right + "\u201d", problems: "appkey.quotes"},
		{name: "wrapped at 76", text: wrap(right, 76, "\n"), problems: "appkey.several_lines"},
		{name: "wrapped at 64 by Windows", text: wrap(right, 64, "\r\n") + "\r\n", problems: "appkey.several_lines appkey.white_space"},
		{name: "wrapped, pasted", text: wrap(right, 80, "\n"), pasted: true, problems: "appkey.several_lines"},
		{name: "a comment below", text: right + "\nthe key of the release", problems: "appkey.more_text"},
		{name: "two keys", text: right + "\n" + set("id", "6a1f0c52-0000-4000-8000-0123456789ab"), problems: "appkey.more_text"},
		{name: "two parts", text: parts[0] + "." + parts[1], problems: "appkey.parts"},
		{name: "four parts", text: right + ".AAAA", problems: "appkey.parts"},
		{name: "one word", text: "hello", problems: "appkey.parts"},
		{name: "no base64", text: parts[0] + "." + parts[1][:50] + "*" + parts[1][51:] + "." + parts[2], problems: "appkey.base64"},
		{name: "an empty part", text: parts[0] + ".." + parts[2], problems: "appkey.base64"},
		{name: "URL letters", text: parts[0] + "." + parts[1] + "." + strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(parts[2]), "="), notes: "appkey.not_canonical"},
		{name: "cut off", text: right[:len(right)-41], problems: "appkey.cut_off", notes: "appkey.not_canonical"},
		{name: "cut off between two bytes", text: right[:len(right)-40], problems: "appkey.cut_off"},
		{name: "too long", text: strings.Repeat("A", 20_000), problems: "appkey.too_long"},

		{name: "Client ID", text: w.Profile(kit.Shop).ClientID, problems: "appkey.other_credential"},
		{name: "older Client ID", text: "amzn1.iba-client.00EXAMPLE", problems: "appkey.other_credential"},
		{name: "security profile", text: w.Profile(kit.Shop).ID, problems: "appkey.other_credential"},
		{name: "Client Secret", text: w.Profile(kit.Shop).Secret(), problems: "appkey.other_credential"},
		{name: "Registration ID", text: "amzn1.adm-registration.v3.EXAMPLE", problems: "appkey.other_credential"},
		{name: "access token", text: "Atza|sbxEXAMPLE", problems: "appkey.other_credential"},
		{name: "another service's token", text: "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"EXAMPLE"}`)) + ".c2ln", problems: "appkey.other_credential"},
		{name: "the Appstore's public key", text: "-----BEGIN PUBLIC KEY-----\nEXAMPLE\n-----END PUBLIC KEY-----", problems: "appkey.other_credential"},

		{name: "header is no JSON", text: signed("no json", raw(parts[1])), problems: "appkey.header_json"},
		{name: "header of a web token", text: signed(`{"alg":"RS256","typ":"JWT"}`, raw(parts[1])), notes: "appkey.header_algorithm"},
		{name: "payload is no JSON", text: signed(raw(parts[0]), "no json"), problems: "appkey.payload_json"},
		{name: "payload is a list", text: signed(raw(parts[0]), "[1]"), problems: "appkey.payload_json"},
		{name: "payload is null", text: signed(raw(parts[0]), "null"), problems: "appkey.payload_json"},
		{name: "a claim was changed", text: parts[0] + "." + base64.StdEncoding.EncodeToString([]byte(strings.Replace(raw(parts[1]), "Reader", "Writer", 1))) + "." + parts[2], problems: "appkey.package_mismatch appkey.signature_mismatch"},
		{name: "signature of another key", text: parts[0] + "." + parts[1] + "." + strings.Split(set("id", "x"), ".")[2], problems: "appkey.signature_mismatch"},
		{name: "signed by nobody", text: parts[0] + "." + parts[1] + "." + base64.StdEncoding.EncodeToString(make([]byte, 256)), problems: "appkey.signature_mismatch"},
		{name: "the sandbox's key for a device", text: right, app: with(func(a *appkey.App) { a.Signer = "" }), problems: "appkey.sandbox_key"},
		{name: "issuer", text: set("iss", "amazon"), problems: "appkey.issuer"},
		{name: "no issuer", text: without("iss"), problems: "appkey.issuer"},
		{name: "no claims at all", text: signed(raw(parts[0]), "{}"), problems: "appkey.ids_missing appkey.issuer appkey.no_client_id appkey.no_fingerprint appkey.package_mismatch", notes: "appkey.type appkey.version"},
		{name: "claims of other types", text: signed(raw(parts[0]), `{"ver":3,"iss":["Amazon"],"type":"APIKey","pkg":7,"appsig":{}}`), problems: noClaims + " appkey.no_fingerprint appkey.package_mismatch", notes: "appkey.version"},
		{name: "type", text: set("type", "Key"), notes: "appkey.type"},
		{name: "version of the future", text: set("ver", "4"), notes: "appkey.version"},
		{name: "version 1 without its id", text: change(func(c map[string]any) { c["ver"] = "1"; delete(c, "appId") }), problems: "appkey.ids_missing"},
		{name: "no family", text: without("appFamilyId"), problems: "appkey.ids_missing"},
		{name: "no variant", text: without("appVariantId"), problems: "appkey.ids_missing"},
		{name: "no Client ID", text: without("clientId"), problems: "appkey.no_client_id"},
		{name: "http endpoint", text: set("endpoints", map[string]string{"authz": "http://www.amazon.com/ap/oa", "tokenExchange": "https://api.amazon.com/auth/o2/token"}), problems: "appkey.endpoints"},
		{name: "one endpoint", text: set("endpoints", map[string]string{"authz": "https://www.amazon.com/ap/oa"}), problems: "appkey.endpoints"},
		{name: "endpoints that are none", text: set("endpoints", "https://www.amazon.com"), problems: "appkey.endpoints"},
		{name: "endpoints null", text: set("endpoints", nil)},

		{name: "package", text: set("pkg", "com.example.other"), problems: "appkey.package_mismatch"},
		{name: "package of a build type", text: right, app: with(func(a *appkey.App) { a.Package = pkg + ".debug" }), problems: "appkey.package_mismatch"},
		{name: "package in small letters", text: set("pkg", strings.ToLower(pkg)), problems: "appkey.package_case"},
		{name: "signed anew by a store", text: right, app: signedWith(seen(store, "store", false)), problems: "appkey.md5_mismatch appkey.sha256_mismatch"},
		{name: "MD5 of another", text: set("appsig", store.MD5()), problems: "appkey.md5_mismatch"},
		{name: "SHA-256 of another", text: set("appsigSha256", store.SHA256()), problems: "appkey.sha256_mismatch"},
		{name: "MD5 of one, SHA-256 of another signer", text: set("appsigSha256", store.SHA256()), app: signedWith(seen(release, "release", false), seen(store, "store", false)), problems: "appkey.two_certificates"},
		{name: "SHA-1 for MD5", text: set("appsig", release.SHA1()), problems: "appkey.bad_fingerprint"},
		{name: "fingerprint that is none", text: set("appsigSha256", "none"), problems: "appkey.bad_fingerprint"},
		{name: "no fingerprint", text: without("appsig", "appsigSha256"), problems: "appkey.no_fingerprint"},
		{name: "only SHA-256", text: without("appsig")},
		{name: "only MD5", text: without("appsigSha256"), notes: "appkey.no_sha256"},
		{name: "for the certificate after a rotation", text: right, app: with(func(a *appkey.App) {
			a.Certificates, a.Newer = []appkey.Certificate{seen(store, "first", false)}, []appkey.Certificate{seen(release, "second", false)}
		}), problems: "appkey.md5_mismatch appkey.sha256_mismatch", notes: "appkey.rotated"},
		{name: "for a debug certificate", text: issue(t, admfake.AppKey{Package: pkg, Certificate: debug.DER}), app: signedWith(seen(debug, "debug", true)), notes: "appkey.debug_key"},
		{name: "another profile's", text: right, app: with(func(a *appkey.App) { a.ClientID = w.Profile(kit.Agency).ClientID }), problems: "appkey.other_profile"},
		{name: "iOS key in an Android app", text: issue(t, admfake.AppKey{Bundle: "com.example.reader"}), problems: "appkey.ios_key"},
		{name: "Android key in an iOS app", text: right, app: with(func(a *appkey.App) { a.IOS = true }), problems: "appkey.android_key"},
		{name: "several at once", text: " " + change(func(c map[string]any) { c["pkg"], c["appsig"] = "com.example.reader", store.MD5() }) + "\n", problems: "appkey.md5_mismatch appkey.package_case appkey.white_space"},
	}
	if len(cases) < 60 {
		t.Errorf("%d keys, and 60 are wanted", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			against := app
			if c.app != nil {
				against = *c.app
			}
			key, found, ok := appkey.Decode([]byte(c.text), c.pasted)
			if ok {
				more := key.Check(against)
				found.Add(more.Problems...)
				found.Add(more.Notes...)
			}
			if d := cmp.Diff(c.problems, codes(found.Problems)); d != "" {
				t.Errorf("problems (-want +got):\n%s%v", d, found.Problems)
			}
			if d := cmp.Diff(c.notes, codes(found.Notes)); d != "" {
				t.Errorf("notes (-want +got):\n%s%v", d, found.Notes)
			}
			for _, p := range append(found.Problems, found.Notes...) {
				if secret := w.Profile(kit.Shop).Secret(); strings.Contains(p.Error(), secret) || strings.ContainsAny(p.Detail, "\n\x00") {
					t.Errorf("%s shows what it must not: %q", p.Code, p.Detail)
				}
			}
		})
	}
}

// codes lists the codes of problems, each once.
func codes(ps []problem.Problem) string {
	var all []string
	for _, p := range ps {
		all = append(all, string(p.Code))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// TestReads holds what is read of a key.
func TestReads(t *testing.T) {
	t.Parallel()
	c := certificate(t, "release")
	key, _, ok := appkey.Decode([]byte(issue(t, admfake.AppKey{Package: pkg, Certificate: c.DER})), false)
	if !ok || key.Signer != appkey.Sandbox || key.Package != pkg || key.MD5 != c.MD5() || key.SHA256 != c.SHA256() || key.Version != "3" ||
		!key.Issued.Equal(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)) || key.Endpoints["authz"] != "https://www.amazon.com/ap/oa" {
		t.Errorf("read %+v", key)
	}
}

// FuzzDecode holds that no text breaks the reader, that what it shows is one line, and that a key which it takes is taken again as it would be written.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(issue(f, admfake.AppKey{Package: pkg, MD5: "A0:A1"})))
	f.Add([]byte("\ufeffeyJhbGciOiJSU0EtU0hBMjU2IiwidmVyIjoiMSJ9.e30=.AAAA\r\n"))
	f.Add([]byte(wide("PUT YOUR KEY HERE", true)))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, found, ok := appkey.Decode(text, false)
		if !ok {
			if len(found.Problems) == 0 {
				t.Error("it is no key, and nothing says why")
			}
			return
		}
		more := key.Check(appkey.App{Package: pkg})
		for _, p := range append(found.Problems, more.Problems...) {
			if strings.ContainsAny(p.Detail, "\n\r\x00\x1b") {
				t.Errorf("%s: %q", p.Code, p.Detail)
			}
		}
		again, _, ok := appkey.Decode([]byte(key.Text), false)
		if !ok || again.Text != key.Text || again.Signer != key.Signer {
			t.Errorf("%q is read as %q", key.Text, again.Text)
		}
	})
}
